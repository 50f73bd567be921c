/**
 * Whether a prompt is about what this console is for: clusters, workloads, Palette, cost, policy. It only ever leads to
 * a hint, and only on a positive sign of something else; a doubtful prompt counts as inside.
 */

const OTHER =
  /\b(poem|haiku|limerick|sonnet|song|lyrics|joke|riddle|recipe|cook(ing)?|bake|movie|film|novel|fairy ?tale|bedtime|horoscope|astrology|dating|girlfriend|boyfriend|wedding|birthday|football|soccer|basketball|cricket|world cup|olympics|president of|capital of|prime minister|homework|essay|shakespeare|weather (in|forecast|today|tomorrow)|stock (tip|price)s?|lottery|bitcoin price|vacation|holiday (trip|destination)|translate .{0,40} (in)?to (french|spanish|german|italian|latin|klingon)|meaning of life|lose weight|diet plan|workout|medical advice|tarot|who (won|will win) the (election|match|cup)|(presidential|general) election|political part(y|ies)|crossword|pick-?up line|love letter|screenplay|bedtime story|celebrity|zodiac|my (girlfriend|boyfriend|wife|husband|mother-in-law))\b/i;

/** Outside only where something says so: an incident told in plain words names no cluster either. */
export function scopeOf(text: string): 'inside' | 'outside' {
  const sample = text.slice(0, 4_000);
  return OTHER.test(sample) && !TOPIC_STRONG.test(sample) ? 'outside' : 'inside';
}

/** Words that no poem about spring would have. */
const TOPIC_STRONG =
  /\b(k8s|kube\w*|pods?|clusters?|deployments?|namespaces?|palette|helm|replicas?|containers?|yaml|statefulsets?|ingress)\b/i;
