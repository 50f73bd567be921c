/** What every Kubernetes tool shares: its surroundings, the fields of its input, and where it acts. */
import { z } from 'zod';
import type { Clock } from '../../clock.js';
import type { Target } from '../../guardrails/types.js';
import type { KubernetesClient } from '../client.js';
import { DNS_LABEL, DNS_SUBDOMAIN } from '../names.js';

export interface Kit {
  client: KubernetesClient;
  clock: Clock;
}

const SELECTOR = /^[A-Za-z0-9_./\-=!,() ]*$/;

export const contextField = z.string().optional().describe('kubeconfig context; default: the current one');
export const allNamespacesField = z.string().regex(DNS_LABEL).optional().describe('Default: all namespaces');
/** For one named object. */
export const namespaceField = z.string().regex(DNS_LABEL).describe('Its namespace');
export const nameOf = (what: string) => z.string().regex(DNS_SUBDOMAIN).describe(`Name of the ${what}`);
export const labelSelectorField = z.string().max(1000).regex(SELECTOR).optional().describe('Such as app=web,tier!=db');
export const fieldSelectorField = z.string().max(1000).regex(SELECTOR).optional().describe('Such as spec.nodeName=n1');
export const limitField = z.int().min(1).max(500).default(50).describe('Rows to return');
export const cursorField = z.string().max(200).optional().describe('From the previous page');
export const waitField = z.int().min(0).max(600).default(60).describe('How long to watch the outcome; 0: not at all');

/** Structured content: the fields named here, and whatever else a tool adds. */
export const outputOf = <Shape extends z.ZodRawShape>(shape: Shape) => z.looseObject(shape);
/** Rows and parts whose shape is the tool's own documentation's business, to keep definitions short. */
export const anyList = z.array(z.unknown());

/** From arguments alone: what a call acts on. */
export function targetOf(
  kit: Kit,
  args: { context?: string | undefined; namespace?: string | undefined },
  kind?: string,
  name?: string,
): Target {
  return {
    system: 'kubernetes',
    scope: args.context ?? kit.client.access.current ?? '',
    ...(args.namespace === undefined ? {} : { namespace: args.namespace }),
    ...(kind === undefined ? {} : { kind }),
    ...(name === undefined ? {} : { name }),
  };
}

/** JSON Schema patterns cost room in every definition; names are checked again where a path is made. */
export function selectors(args: { label_selector?: string | undefined; field_selector?: string | undefined }) {
  return { labelSelector: args.label_selector, fieldSelector: args.field_selector };
}
