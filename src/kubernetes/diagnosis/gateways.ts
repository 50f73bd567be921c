/** S7: Gateway API, where its definitions are installed. */
import { type Draft, fields, keyOf, onObject, quote } from './finding.js';
import type { Condition, Gateway, Route } from './model.js';
import { matches } from './selectors.js';
import { condition, MINUTE, type View } from './view.js';

export function gatewayFindings(view: View): Draft[] {
  return [
    ...view.snapshot.gatewayClasses.flatMap((entry) =>
      untrue(view, entry.conditions, 'Accepted').map((found) =>
        onObject('GatewayClass', entry, {
          check: 'S7',
          severity: 'warning',
          reason: found.reason || 'NotAccepted',
          message: 'No controller has accepted the class.',
          evidence: fields(
            ['status.conditions[Accepted].status', found.status],
            ['status.conditions[Accepted].message', found.message],
          ),
          since: found.since,
          suggestion: 'Check that the controller it names is installed and runs.',
        }),
      ),
    ),
    ...view.snapshot.gateways.flatMap((gateway) => gatewayFinding(view, gateway)),
    ...view.snapshot.routes.flatMap((route) => routeFinding(view, route)),
  ];
}

/** The condition where it is reported and, for a minute at least, not True. */
function untrue(view: View, conditions: readonly Condition[], type: string): Condition[] {
  const found = condition(conditions, type);
  return found && found.status !== 'True' && view.olderThan(found.since, MINUTE) ? [found] : [];
}

function gatewayFinding(view: View, gateway: Gateway): Draft[] {
  const classes = view.snapshot.gatewayClasses.map((entry) => entry.name);
  if (view.knows('gatewayclasses') && !classes.includes(gateway.className)) {
    return [
      onObject('Gateway', gateway, {
        check: 'S7',
        severity: 'warning',
        reason: 'ClassMissing',
        message: `Its class ${quote(gateway.className)} does not exist, so nobody serves it.`,
        evidence: fields(
          ['spec.gatewayClassName', gateway.className],
          ['GatewayClasses', classes.join(', ') || 'none'],
        ),
        suggestion: 'Correct the class, or install its controller.',
      }),
    ];
  }
  const own = ['Accepted', 'Programmed'].flatMap((type) =>
    untrue(view, gateway.conditions, type).map((found) =>
      onObject('Gateway', gateway, {
        check: 'S7',
        severity: 'warning',
        reason: `Not${type}`,
        message: `It is not ${type.toLowerCase()}: ${quote(found.message) || quote(found.reason)}.`,
        evidence: fields(
          [`status.conditions[${type}].reason`, found.reason],
          [`status.conditions[${type}].message`, found.message],
        ),
        since: found.since,
        suggestion: 'Mend what the message names.',
        causes: [{ object: keyOf('GatewayClass', '', gateway.className), checks: ['S7'] }],
      }),
    ),
  );
  const listeners = gateway.listeners.flatMap((listener) =>
    untrue(view, listener.conditions, 'ResolvedRefs').map((found) =>
      onObject('Gateway', gateway, {
        check: 'S7',
        severity: 'warning',
        reason: 'ListenerRefsUnresolved',
        message: `Listener ${quote(listener.name)} refers to what cannot be resolved: ${quote(found.message) || quote(found.reason)}.`,
        evidence: fields([`status.listeners[${listener.name}].conditions[ResolvedRefs].reason`, found.reason]),
        since: found.since,
        suggestion:
          'Check the certificateRefs of the listener, and a ReferenceGrant where they are in another namespace.',
      }),
    ),
  );
  return [...own, ...listeners];
}

function routeFinding(view: View, route: Route): Draft[] {
  const on = (
    reason: string,
    message: string,
    evidence: Draft['evidence'],
    suggestion: string,
    causes: Draft['causes'] = [],
  ) => onObject(route.kind, route, { check: 'S7', severity: 'warning', reason, message, evidence, suggestion, causes });
  const found: Draft[] = [];
  for (const parent of route.parents) {
    // In a diagnosis of one namespace, others were not read.
    if (parent.kind !== 'Gateway' || !view.knows('gateways') || isElsewhere(view, parent.namespace)) continue;
    const gateway = view.snapshot.gateways.find(
      (entry) => entry.namespace === parent.namespace && entry.name === parent.name,
    );
    if (!gateway) {
      found.push(
        on(
          'ParentMissing',
          `Its Gateway ${quote(`${parent.namespace}/${parent.name}`)} does not exist.`,
          fields(['spec.parentRefs', `${parent.namespace}/${parent.name}`]),
          'Create the Gateway or correct parentRefs.',
        ),
      );
    } else if (!isAdmitted(view, gateway, route, parent.section)) {
      found.push(
        on(
          'NamespaceRefused',
          `Gateway ${quote(parent.name)} does not admit routes from namespace ${quote(route.namespace)}.`,
          fields([
            `Gateway ${parent.name} spec.listeners[].allowedRoutes.namespaces.from`,
            gateway.listeners.map((listener) => listener.from).join(', '),
          ]),
          "Widen allowedRoutes of the listener, or move the route to the Gateway's namespace.",
        ),
      );
    }
  }
  for (const backend of route.backends) {
    if (backend.kind !== 'Service' || !view.knows('services') || isElsewhere(view, backend.namespace)) continue;
    const service = view.service(backend.namespace, backend.name);
    if (!service) {
      found.push(
        on(
          'BackendMissing',
          `Service ${quote(backend.name)} behind it does not exist.`,
          fields([`${backend.path}.name`, backend.name]),
          'Create the Service or correct the backend.',
        ),
      );
    } else if (backend.port !== null && !service.ports.some((entry) => entry.port === backend.port)) {
      found.push(
        on(
          'BackendPortMissing',
          `Service ${quote(backend.name)} has no port ${backend.port}.`,
          fields(
            [`${backend.path}.port`, backend.port],
            [`Service ${backend.name} spec.ports`, service.ports.map((entry) => entry.port).join(', ')],
          ),
          'Correct the port of the backend.',
        ),
      );
    }
  }
  if (found.length > 0) return found;
  return route.status.flatMap((parent) =>
    ['Accepted', 'ResolvedRefs'].flatMap((type) =>
      untrue(view, parent.conditions, type).map((entry) =>
        on(
          `Not${type}`,
          `Gateway ${quote(parent.parent)} says: ${quote(entry.message) || quote(entry.reason)}.`,
          fields([`status.parents[${parent.parent}].conditions[${type}].reason`, entry.reason]),
          'Mend what the message names.',
          [{ object: keyOf('Gateway', route.namespace, parent.parent), checks: ['S7'] }],
        ),
      ),
    ),
  );
}

const isElsewhere = (view: View, namespace: string) =>
  view.snapshot.namespace !== null && view.snapshot.namespace !== namespace;

function isAdmitted(view: View, gateway: Gateway, route: Route, section: string): boolean {
  const listeners = gateway.listeners.filter((listener) => section === '' || listener.name === section);
  return listeners.some((listener) => {
    if (listener.from === 'All') return true;
    if (listener.from === 'Same') return gateway.namespace === route.namespace;
    if (listener.from !== 'Selector' || !view.knows('namespaces')) return listener.from === 'Selector';
    const namespace = view.snapshot.namespaces.find((entry) => entry.name === route.namespace);
    return matches(listener.selector, { 'kubernetes.io/metadata.name': route.namespace, ...namespace?.labels });
  });
}
