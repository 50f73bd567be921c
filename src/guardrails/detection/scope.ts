/**
 * Whether a prompt is about what this console is for: clusters, workloads, Palette, cost, policy. It only ever leads to
 * a hint; a doubtful prompt counts as inside.
 */

const TOPIC =
  /\b(k8s|kube\w*|cluster|node|pod|deploy\w*|replica\w*|statefulset|daemonset|job|cronjob|namespace|service|ingress|gateway|container|image|registry|helm|chart|yaml|manifest|secret|configmap|volume|pvc?|storage|probe|rollout|rollback|restart\w*|scal\w+|drain|cordon|taint|toleration|quota|limit\w*|cpu|memory|gpu|disk|oom\w*|crash\w*|log|event|alert|metric|latency|error|fail\w*|outage|incident|down|slow|health\w*|status|diagnos\w*|debug\w*|palette|spectro\w*|profile|pack|project|workspace|edge|vsphere|aws|eks|azure|aks|gcp|gke|maas|cloud|cost\w*|budget|spend\w*|bill\w*|price\w*|policy|policies|guardrail\w*|audit\w*|approv\w*|rbac|role\w*|network\w*|dns|certificate\w*|tls|etcd|api|server|version|upgrade\w*|backup\w*|restore\w*|tool\w*|checkout|payment\w*|production|staging|prod|list|show|check|compare|describe|why|which|capacity|usage|resource\w*|app|application|workload\w*|component|config\w*|system|running|pending)s?\b/i;

const OTHER =
  /\b(poem|haiku|limerick|sonnet|song|lyrics|joke|riddle|recipe|cook(ing)?|bake|movie|film|novel|fairy ?tale|bedtime|horoscope|astrology|dating|girlfriend|boyfriend|wedding|birthday|football|soccer|basketball|cricket|world cup|olympics|president of|capital of|prime minister|homework|essay|shakespeare|weather (in|forecast|today|tomorrow)|stock (tip|price)s?|lottery|bitcoin price|vacation|holiday (trip|destination)|translate .{0,40} (in)?to (french|spanish|german|italian|latin|klingon)|meaning of life|lose weight|diet plan|workout|medical advice|tarot)\b/i;

/** Short replies (yes, go on, thanks) belong to the conversation and are inside. */
export function scopeOf(text: string): 'inside' | 'outside' {
  const sample = text.slice(0, 4_000);
  if (OTHER.test(sample)) return TOPIC_STRONG.test(sample) ? 'inside' : 'outside';
  if (TOPIC.test(sample)) return 'inside';
  return sample.trim().split(/\s+/).length <= 6 || !/^[\x20-\x7e\s]*$/.test(sample) ? 'inside' : 'outside';
}

/** Words that no poem about spring would have. */
const TOPIC_STRONG =
  /\b(k8s|kube\w*|pods?|clusters?|deployments?|namespaces?|palette|helm|replicas?|containers?|yaml|statefulsets?|ingress)\b/i;
