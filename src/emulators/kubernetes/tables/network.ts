/** The tables of services and what else belongs to the network. */
import type { JsonObject } from '../../../json.js';
import { list, nameOf, object, objects, text } from '../fields.js';
import { AGE, created, joined, labelText, NAME, or, type Printer, selectorText } from './cells.js';

function externalIp(service: JsonObject): string {
  const type = text(service, 'spec', 'type');
  const given = list(service, 'spec', 'externalIPs').map(String);
  if (type === 'ExternalName') return text(service, 'spec', 'externalName');
  if (type !== 'LoadBalancer') return or(given.join(','), '<none>');
  const ingress = objects(service, 'status', 'loadBalancer', 'ingress').map(
    (item) => text(item, 'ip') || text(item, 'hostname'),
  );
  return or([...ingress, ...given].join(','), '<pending>');
}

const port = (item: JsonObject): string =>
  `${item.port}${item.nodePort ? `:${item.nodePort}` : ''}/${text(item, 'protocol') || 'TCP'}`;

export const services: Printer = {
  columns: [NAME, ['Type'], ['Cluster-IP'], ['External-IP'], ['Port(s)'], AGE, ['Selector', 'string', '', 1]],
  cells: (value) => [
    nameOf(value),
    text(value, 'spec', 'type'),
    or(text(value, 'spec', 'clusterIP'), '<none>'),
    externalIp(value),
    or(objects(value, 'spec', 'ports').map(port).join(','), '<none>'),
    created(value),
    labelText(object(value, 'spec', 'selector')),
  ],
};

/** At most three, and how many more. */
function few(items: string[]): string {
  if (items.length === 0) return '<none>';
  return items.length <= 3 ? items.join(',') : `${items.slice(0, 3).join(',')} + ${items.length - 3} more...`;
}

export const endpoints: Printer = {
  columns: [NAME, ['Endpoints'], AGE],
  cells: (value) => {
    const addresses = objects(value, 'subsets').flatMap((subset) => {
      const ports = objects(subset, 'ports');
      const ips = objects(subset, 'addresses').map((item) => text(item, 'ip'));
      return ports.length === 0 ? ips : ports.flatMap((item) => ips.map((ip) => `${ip}:${item.port}`));
    });
    return [nameOf(value), few(addresses), created(value)];
  },
};

export const endpointslices: Printer = {
  columns: [NAME, ['AddressType'], ['Ports'], ['Endpoints'], AGE],
  cells: (value) => [
    nameOf(value),
    text(value, 'addressType'),
    few(objects(value, 'ports').map((item) => String(item.port ?? '*'))).replace('<none>', '<unset>'),
    few(objects(value, 'endpoints').flatMap((item) => list(item, 'addresses').map(String))).replace(
      '<none>',
      '<unset>',
    ),
    created(value),
  ],
};

export const ingresses: Printer = {
  columns: [NAME, ['Class'], ['Hosts'], ['Address'], ['Ports'], AGE],
  cells: (value) => {
    const hosts = objects(value, 'spec', 'rules').flatMap((rule) => text(rule, 'host') || []);
    const addresses = objects(value, 'status', 'loadBalancer', 'ingress').map(
      (item) => text(item, 'ip') || text(item, 'hostname'),
    );
    return [
      nameOf(value),
      or(text(value, 'spec', 'ingressClassName'), '<none>'),
      hosts.length === 0 ? '*' : few(hosts),
      joined(addresses),
      objects(value, 'spec', 'tls').length > 0 ? '80, 443' : '80',
      created(value),
    ];
  },
};

export const ingressclasses: Printer = {
  columns: [NAME, ['Controller'], ['Parameters'], AGE],
  cells: (value) => {
    const parameters = object(value, 'spec', 'parameters');
    const group = text(parameters, 'apiGroup');
    return [
      nameOf(value),
      text(value, 'spec', 'controller'),
      parameters.name === undefined
        ? '<none>'
        : `${text(parameters, 'kind')}${group ? `.${group}` : ''}/${text(parameters, 'name')}`,
      created(value),
    ];
  },
};

export const networkpolicies: Printer = {
  columns: [NAME, ['Pod-Selector'], AGE],
  cells: (value) => [nameOf(value), selectorText(object(value, 'spec', 'podSelector')), created(value)],
};
