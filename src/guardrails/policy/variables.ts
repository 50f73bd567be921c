/** What CEL expressions see: actions, objects and prompts as plain values with whole numbers as integers. */
import type { ConfigObject } from '../configuration/object.js';
import { scanText } from '../detection/index.js';
import type { Action, Environment } from '../types.js';
import { toCel } from './cel.js';

export type Variables = () => Record<string, unknown>;

/** Made when first asked for, and once. Where making fails, every rule that asks fails, and so matches. */
function once(make: Variables): Variables {
  let made: Record<string, unknown> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

const int = (value: number | undefined) => BigInt(Math.trunc(value ?? 0));

/** A number that does not concern the action is 0; a text that it has not is ''. */
export function actionVariables(action: Action): Variables {
  return once(() => {
    const production = action.environment === 'production';
    const before = action.cost?.beforePerMonth ?? 0;
    const after = action.cost?.afterPerMonth ?? 0;
    const { system, scope, namespace = '', kind = '', name = '' } = action.target;
    return {
      environment: action.environment,
      production,
      action: {
        server: action.server,
        tool: action.tool,
        verb: action.verb,
        environment: action.environment,
        production,
        tainted: action.tainted,
        target: { system, scope, namespace, kind, name },
        arguments: toCel(action.arguments),
        nodes: int(action.size?.nodes),
        replicas: int(action.size?.replicas),
        objects: int(action.size?.objects),
        gpu: action.size?.gpu ?? false,
        costBefore: before,
        costAfter: after,
        costIncrease: after - before,
      },
    };
  });
}

/** `pod` is the pod's spec, {} where the object has none. */
export function objectVariables(object: ConfigObject, environment: Environment): Variables {
  return once(() => ({
    environment,
    production: environment === 'production',
    kind: object.kind,
    object: toCel(object.raw),
    pod: toCel(object.pod?.spec ?? {}),
    containers: toCel(object.pod?.containers.map((container) => container.raw) ?? []),
  }));
}

export function promptVariables(text: string): Variables {
  return once(() => {
    const scan = scanText(text, 'prompt');
    return {
      environment: 'production',
      production: true,
      prompt: { text, length: int(text.length), score: scan.score, hidden: int(scan.hidden) },
    };
  });
}
