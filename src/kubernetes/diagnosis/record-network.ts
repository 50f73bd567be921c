/** Services and what leads to them, as the checks read them. Types only. */
import type { Condition, Meta, Selector } from './record-basics.js';

export interface Service extends Meta {
  type: string;
  clusterIP: string;
  selector: Record<string, string>;
  publishNotReady: boolean;
  leaderElection: boolean;
  hasIngressAddress: boolean;
  ports: { name: string; port: number; targetPort: string; protocol: string }[];
}

/** The endpoints of one service, summed over its slices. */
export interface Endpoints {
  ready: number;
  notReady: string[];
}

export interface Ingress extends Meta {
  className: string;
  /** The class comes from the annotation that came before `spec.ingressClassName`. */
  classFromAnnotation: boolean;
  backends: { service: string; port: string; path: string; host: string }[];
  tls: { secret: string; hosts: string[]; path: string }[];
}

export interface Peer {
  namespaceSelector: Selector;
  podSelector: Selector;
  ipBlock: boolean;
}

export interface NetworkPolicy extends Meta {
  selector: Selector;
  types: string[];
  ingress: { peers: Peer[] }[];
  egress: { peers: Peer[]; ports: { port: string; endPort: number | null; protocol: string }[] }[];
}

export interface GatewayClass extends Meta {
  conditions: Condition[];
}

export interface Gateway extends Meta {
  className: string;
  conditions: Condition[];
  listeners: { name: string; from: string; selector: Selector; conditions: Condition[] }[];
}

export interface Route extends Meta {
  kind: string;
  parents: { namespace: string; name: string; kind: string; section: string }[];
  backends: { namespace: string; name: string; kind: string; port: number | null; path: string }[];
  status: { parent: string; conditions: Condition[] }[];
}

export interface Webhook {
  configuration: string;
  kind: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration';
  name: string;
  index: number;
  service: { namespace: string; name: string } | null;
  failurePolicy: string;
}

export interface ApiService extends Meta {
  service: { namespace: string; name: string } | null;
  conditions: Condition[];
}
