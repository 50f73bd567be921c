/** S6: network policies that select nothing, cut off DNS, or admit nobody. */
import { type Draft, fields, onObject, quote } from './finding.js';
import type { NetworkPolicy, Peer, Pod } from './model.js';
import { describeSelector, matches } from './selectors.js';
import { isFinished, type View } from './view.js';

export function policyFindings(view: View): Draft[] {
  if (!view.knows('pods')) return [];
  return view.snapshot.networkPolicies.flatMap((policy) => {
    const pods = view
      .podsIn(policy.namespace)
      .filter((pod) => !isFinished(pod) && matches(policy.selector, pod.labels));
    return [...selectsNothing(policy, pods), ...cutsOffDns(view, policy, pods), ...admitsNobody(view, policy, pods)];
  });
}

const selectsAll = (policy: NetworkPolicy) =>
  policy.selector !== null && Object.keys(policy.selector.labels).length === 0 && policy.selector.rules.length === 0;

function selectsNothing(policy: NetworkPolicy, pods: Pod[]): Draft[] {
  if (pods.length > 0 || selectsAll(policy)) return [];
  return [
    onObject('NetworkPolicy', policy, {
      check: 'S6',
      severity: 'info',
      reason: 'SelectsNothing',
      message: 'It selects no pod, so it protects nothing.',
      evidence: fields(['spec.podSelector', describeSelector(policy.selector)]),
      suggestion: 'Correct its podSelector, or remove it.',
    }),
  ];
}

const allowsDns = (policy: NetworkPolicy) =>
  policy.egress.some(
    (rule) =>
      rule.ports.length === 0 ||
      rule.ports.some(({ port, endPort }) => {
        if (port === '' || port === '53' || /dns/i.test(port)) return true;
        return endPort !== null && Number(port) <= 53 && endPort >= 53;
      }),
  );

/** A policy that denies all egress of the namespace, with no other that lets its pods ask for names. */
function cutsOffDns(view: View, policy: NetworkPolicy, pods: Pod[]): Draft[] {
  if (!policy.types.includes('Egress') || policy.egress.length > 0 || !selectsAll(policy) || pods.length === 0)
    return [];
  const others = view.snapshot.networkPolicies.filter(
    (other) => other.namespace === policy.namespace && other.types.includes('Egress') && allowsDns(other),
  );
  const cutOff = pods.filter((pod) => !others.some((other) => matches(other.selector, pod.labels)));
  const [first] = cutOff;
  if (!first) return [];
  return [
    onObject('NetworkPolicy', policy, {
      check: 'S6',
      severity: 'warning',
      reason: 'DnsDenied',
      message: `It denies all egress, and no policy allows DNS for ${cutOff.length} of ${pods.length} pods, such as ${quote(first.name)}.`,
      evidence: fields(['spec.policyTypes', policy.types.join(', ')], ['spec.egress', 'empty']),
      suggestion: 'Add a policy that allows egress to kube-dns on port 53, UDP and TCP.',
    }),
  ];
}

/** Every peer of its ingress rules is a selector, and no pod in the cluster fits one of them. */
function admitsNobody(view: View, policy: NetworkPolicy, pods: Pod[]): Draft[] {
  if (view.snapshot.namespace !== null || !view.knows('namespaces') || pods.length === 0) return [];
  const peers = policy.ingress.flatMap((rule) => rule.peers);
  const open = policy.ingress.some((rule) => rule.peers.length === 0) || peers.some((peer) => peer.ipBlock);
  if (!policy.types.includes('Ingress') || peers.length === 0 || open) return [];
  if (peers.some((peer) => hasClient(view, policy.namespace, peer))) return [];
  return [
    onObject('NetworkPolicy', policy, {
      check: 'S6',
      severity: 'info',
      reason: 'AdmitsNobody',
      message: 'No pod fits the peers that it admits, so nobody reaches the pods it selects.',
      evidence: fields([
        'spec.ingress[].from',
        peers
          .slice(0, 3)
          .map((peer) => describeSelector(peer.podSelector ?? peer.namespaceSelector))
          .join('; '),
      ]),
      suggestion: 'Compare the peers with the labels of the pods that should get through.',
    }),
  ];
}

function hasClient(view: View, own: string, peer: Peer): boolean {
  const namespaces =
    peer.namespaceSelector === null
      ? [own]
      : view.snapshot.namespaces
          .filter((entry) =>
            matches(peer.namespaceSelector, { 'kubernetes.io/metadata.name': entry.name, ...entry.labels }),
          )
          .map((entry) => entry.name);
  return namespaces.some((namespace) =>
    view
      .podsIn(namespace)
      .some((pod) => !isFinished(pod) && (peer.podSelector === null || matches(peer.podSelector, pod.labels))),
  );
}
