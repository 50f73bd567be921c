/** From words to needs: what a description of a workload asks of a cluster profile. A table of words, no model, no guessing. */

export type Need =
  | 'gpu'
  | 'storage'
  | 'ingress'
  | 'load balancer'
  | 'service mesh'
  | 'monitoring'
  | 'logging'
  | 'security'
  | 'gitops'
  | 'fips'
  | 'cis';

export interface Needs {
  /** Cloud types as Palette writes them; empty where none is named. */
  clouds: string[];
  needs: { need: Need; because: string }[];
  /** Every word of the description, in lower case: tags may name one. */
  words: Set<string>;
}

const CLOUDS: [RegExp, string[]][] = [
  [/\beks\b|elastic kubernetes/i, ['eks']],
  [/\b(aws|amazon|ec2)\b/i, ['aws', 'eks']],
  [/\baks\b/i, ['aks']],
  [/\bazure\b/i, ['azure', 'aks']],
  [/\bgke\b/i, ['gke']],
  [/\b(gcp|google cloud|google)\b/i, ['gcp', 'gke']],
  [/\b(vsphere|vmware|esxi|on-?prem(ises)?|data ?cent(er|re))\b/i, ['vsphere']],
  [/\bmaas\b|bare ?metal/i, ['maas', 'edge-native']],
  [/\bopenstack\b/i, ['openstack']],
  [/\b(edge|retail|stores?|branch(es)?|factory floor|k3s|iot)\b/i, ['edge-native']],
];

const WORDS: [Need, RegExp][] = [
  ['gpu', /\b(gpus?|cuda|nvidia|machine learning|deep learning|ml|training|inference|llms?)\b/i],
  [
    'storage',
    /\b(databases?|postgres(ql)?|mysql|mongo(db)?|kafka|redis|elasticsearch|stateful|persistent|storage|volumes?|queue)\b/i,
  ],
  ['ingress', /\b(ingress|web ?(site|shop|app(lication)?|service)?|https?|rest|apis?|front-?end|public)\b/i],
  ['load balancer', /\b(load ?balanc(er|ing)|metallb|layer 4|tcp)\b/i],
  ['service mesh', /\b(service ?mesh|istio|mtls|mutual tls)\b/i],
  ['monitoring', /\b(monitor(ing)?|metrics?|prometheus|grafana|observab\w+|alert(s|ing)?)\b/i],
  ['logging', /\b(logs?|logging|fluent ?bit|audit trail)\b/i],
  ['security', /\b(runtime security|falco|kyverno|polic(y|ies)|hardened|pci(-dss)?|hipaa|soc ?2|secure)\b/i],
  ['gitops', /\b(gitops|argo( ?cd)?|flux|continuous delivery)\b/i],
  ['fips', /\b(fips|fedramp|government)\b/i],
  ['cis', /\b(cis|benchmark|pci(-dss)?|hipaa|hardened)\b/i],
];

export interface Asked {
  description: string;
  cloud?: string | undefined;
}

/** A cloud that was passed as an argument is certain; the description is not asked for another. */
export function needsOf(asked: Asked): Needs {
  const { description } = asked;
  const specific = CLOUDS.filter(([pattern]) => pattern.test(description)).map(([, clouds]) => clouds);
  // "EKS on AWS" means EKS: the narrowest mention wins.
  const narrowest = specific.toSorted((a, b) => a.length - b.length)[0] ?? [];
  const clouds = asked.cloud
    ? [asked.cloud.toLowerCase()]
    : [...new Set(specific.length > 1 && narrowest.length === 1 ? narrowest : specific.flat())];
  const found = new Map<Need, string>();
  for (const [need, pattern] of WORDS) {
    const match = pattern.exec(description);
    if (match) found.set(need, `"${match[0].toLowerCase()}"`);
  }
  return {
    clouds,
    needs: [...found].map(([need, because]) => ({ need, because })),
    words: new Set(description.toLowerCase().match(/[a-z0-9-]+/g)),
  };
}
