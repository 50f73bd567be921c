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
  /** Cloud types that the description rules out: "not on AWS". */
  excluded: string[];
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
  [/\b(edge|factory floor|k3s|iot|point of sale)\b/i, ['edge-native']],
];
/** Places that mean the edge where no cloud is named: a retail web shop on AWS runs on AWS. */
const SITES = /\bretail\b|\b(in|at|for|each|every|our|all|per) (the |our )?(stores|store|branch(es)?|shops|sites)\b/i;

const WORDS: [Need, RegExp][] = [
  [
    'gpu',
    /\b(gpus?|cuda|nvidia|machine learning|deep learning|ml|inference|llms?|(model|network) training|train(ing)? (\w+ )?(models?|networks?))\b/i,
  ],
  [
    'storage',
    /\b(databases?|postgres(ql)?|mysql|mongo(db)?|kafka|redis|elasticsearch|stateful|persistent|storage|volumes?|queue)\b/i,
  ],
  ['ingress', /\b(ingress|web ?(site|shop|app(lication)?|service)?|https?|restful|apis?|front-?end|public)\b/i],
  ['load balancer', /\b(load ?balanc(er|ing)|metallb|layer 4|tcp)\b/i],
  ['service mesh', /\b(service ?mesh|istio|mtls|mutual tls)\b/i],
  ['monitoring', /\b(monitor(ing)?|metrics?|prometheus|grafana|observab\w+|alert(s|ing)?)\b/i],
  ['logging', /\b(logs?|logging|fluent ?bit|audit trail)\b/i],
  ['security', /\b(runtime security|falco|kyverno|polic(y|ies)|hardened|pci(-dss)?|hipaa|soc ?2|secure)\b/i],
  ['gitops', /\b(gitops|argo( ?cd)?|flux|continuous delivery)\b/i],
  ['fips', /\b(fips|fedramp|government)\b/i],
  ['cis', /\b(cis|benchmark|pci(-dss)?|hipaa|soc ?2|iso ?27001|complian(t|ce)|hardened)\b/i],
];

/** From a word that says no to the end of what it says it about. "Not only AWS" says nothing against AWS. */
const DENIED =
  /\b(?:no|not|never|without|except|avoid|instead of|rather than|other than|don'?t (?:need|want|use))\b(?! (?:only|just|least))[^.,;:!?\n]*?(?=\b(?:but|only|just|and|with)\b|[.,;:!?\n]|$)/gi;

export interface Asked {
  description: string;
  cloud?: string | undefined;
}

/** A cloud that was passed as an argument is certain; the description is not asked for another. */
export function needsOf(asked: Asked): Needs {
  const wanted = asked.description.replace(DENIED, ' ');
  const denied = (asked.description.match(DENIED) ?? []).join('\n');
  const clouds = asked.cloud ? [asked.cloud.toLowerCase()] : cloudsIn(wanted);
  const found = new Map<Need, string>();
  for (const [need, pattern] of WORDS) {
    const match = pattern.exec(wanted);
    if (match) found.set(need, `"${match[0].toLowerCase()}"`);
  }
  return {
    clouds,
    excluded: cloudsIn(denied).filter((each) => !clouds.includes(each)),
    needs: [...found].map(([need, because]) => ({ need, because })),
    words: new Set(wanted.toLowerCase().match(/[a-z0-9-]+/g)),
  };
}

function cloudsIn(description: string): string[] {
  const named = CLOUDS.filter(([pattern]) => pattern.test(description)).map(([, clouds]) => clouds);
  if (named.length === 0 && SITES.test(description)) return ['edge-native'];
  // "EKS on AWS" means EKS: within one family the narrower mention wins.
  const narrow = named.filter(
    (each) => !named.some((other) => other.length < each.length && other.every((cloud) => each.includes(cloud))),
  );
  return [...new Set(narrow.flat())];
}
