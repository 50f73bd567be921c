/** Be someone else: personas without rules, modes, claims of authority, pressure. */
import { type Entry, or } from './entry.js';
import { ACT } from './words.js';

const LIMITS = or(
  `restrictions?|limits|limitations?|filters?|filtering|rules|ethics?|ethical|moral(?:s|ity)?|guidelines|censorship|constraints?|
   boundaries|safeguards?|inhibitions?|guardrails|restraints?|conscience|remorse|policies|policy|safety|content polic(?:y|ies)|refusals?|disclaimers?|warnings?`,
);
const FILLER =
  '(?:(?:any|all|of|the|its|your|typical|usual|such|more|standard|ethical|moral|content|legal|safety|openai|ai|or|and|a|policy|known)[\\s,]+){0,5}';

export const PERSONA: readonly Entry[] = [
  [
    'persona',
    `\\b(?:do anything now|dan mode|developer mode (?:enabled|on|output|activated|is now)|jail ?-?br(?:eak|oken)(?:ed|ing)? (?:mode|prompt|yourself|ai|version|response|assistant|chat)|god ?mode|evil ?(?:bot|confidant|mode|twin)|anti-?gpt|stan mode|dude mode|aim mode|opposite mode|mongo tom|always intelligent and machiavellian|unrestricted (?:mode|ai|assistant|model))\\b`,
    0.75,
    0.75,
  ],
  [
    'persona',
    `\\b(?:you (?:are|will|shall|must|should|can|have|had|.re)|u r|youre|act|pretend|imagine|respond|answer|behave|speak|talk|reply|model|ai|bot|assistant|character|yourself|version)\\b.{0,60}\\b(?:without|no|with no|free (?:of|from)|lacks?|lacking|not (?:have|bound by|limited by|restricted by|subject to)|beyond|devoid of|zero|stripped of)\\s+(?:(?:considering|following|applying|checking|obeying|adhering to|regard (?:for|to)|respect(?:ing)?)\\s+)?${FILLER}${LIMITS}\\b`,
    0.7,
    0.65,
  ],
  [
    'persona',
    `\\b(?:unfiltered|uncensored|unrestricted|unbound|unchained|unhinged|amoral|unethical|immoral|no-?filter|lawless|rogue)\\b.{0,40}\\b(?:ai|assistant|model|chat ?bot|bot|persona|character|response|answer|language model|version|mode|gpt|advice|operator|agent|expert|way|manner)\\b`,
    0.62,
    0.6,
  ],
  [
    'persona',
    `\\b(?:from now on|starting now|henceforth|as of now|from this (?:point|moment)(?: on(?:wards?)?| forward)?|for the rest of (?:this|the|our) (?:conversation|chat|session)|from here on(?: out)?|going forward)\\b.{0,40}\\b(?:you(?:.ll| are| will| must| shall|.re| act| have (?:no|to obey))|(?:act|behave|pretend|speak|answer|respond|reply) (?:as|like|without|only|with))\\b`,
    0.5,
    0.72,
  ],
  [
    'persona',
    `\\byou are (?:now |hereby )?(?:no longer|not) (?:an? )?(?:\\w+ )?(?:ai|assistant|language model|chat ?bot|bound|restricted|limited|claude|chatgpt|gpt|obligated|required|subject)`,
    0.72,
    0.72,
  ],
  [
    'persona',
    `\\byou are (?:now |going to be |about to (?:become|be) )(?:an? |the |my )?(?:\\w+[ -]?){0,3}(?:ai|bot|gpt|assistant|agent|model|hacker|villain|pirate|character|persona|terminal|shell|human|dan|god|devil|evil\\w*|unrestricted|free\\w*)\\b`,
    0.6,
    0.72,
  ],
  [
    'persona',
    `\\b(?:pretend|imagine|act as if|act like|behave as if|simulate|suppose|role ?-?play(?:ing)?|let.?s play|act)\\b.{0,40}\\b(?:evil|hacker|criminal|unrestricted|villain|malicious|no rules|sentient|freed?|superuser|jailbroken|root shell|my (?:late |deceased |dead )?grand(?:ma|mother|pa|father)|ai (?:that|who|without|called|named|from)|an? (?:ai|bot|model) (?:that|who|without|with|from|named|called)|no (?:safety|limits|restrictions|filter))\\b`,
    0.6,
    0.55,
  ],
  [
    'persona',
    `\\b(?:i want you to|i would like you to|i.?d like you to|i need you to|you (?:will|shall|must|should|are going to|have to)|please|now|can you|let.?s have you)\\s+(?:now\\s+)?(?:${ACT}|pretend|pose|impersonate|simulate|take on the role|assume the (?:role|persona|identity|character))\\b.{0,10}\\b(?:as|like|to be|of)\\s+(?:an?|my|the|if you)\\b`,
    0.7,
    0.5,
  ],
  [
    'persona',
    `(?:^|[.!?\\n]\\s*)(?:act|behave|pose|impersonate|role ?-?play)\\s+(?:as|like)\\s+(?:an? |my |the )?(?:\\w+ ){0,3}(?:who|that|with|where|terminal|shell|console|interpreter|hacker|expert|person|character|grandmother|grandfather|friend|assistant|ai|bot|model)\\b`,
    0.55,
    0.45,
  ],
  [
    'persona',
    `\\b(?:only (?:reply|respond|answer) with|reply only with|respond only with|do not (?:write|provide|give) (?:any )?(?:explanations?|warnings?|disclaimers?))\\b.{0,50}\\b(?:terminal|output|shows?|code block|nothing else|character|explanations?)`,
    0.35,
    0.3,
  ],
  [
    'persona',
    `\\b(?:stay|remain|keep|be) in character\\b|\\b(?:never|not|don.t) break(?:ing)? character\\b|\\b(?:stay|remain) (?:a )?(?:dan|jailbroken)\\b`,
    0.55,
    0.5,
  ],
  [
    'persona',
    `\\b(?:respond|answer|reply|speak|act|write)\\b.{0,20}\\b(?:as|like)\\b.{0,20}\\b(?:dan|stan|aim|evil\\w*|jailbroken|an? (?:unfiltered|uncensored|unrestricted|evil|amoral|malicious))\\b`,
    0.72,
    0.65,
  ],
  [
    'persona',
    `\\b(?:never|cannot|can.?t|must not|do not|don.?t|won.?t|will not|not allowed to|not permitted to|without)\\b.{0,16}\\b(?:refus(?:e|es|ing)|reject(?:ing)?|declin(?:e|ing)|say no|say (?:that )?(?:you|it) (?:can.?t|cannot|are unable)|apologi[sz](?:e|ing)|mention (?:that you are|being) an? (?:ai|language model)|moraliz(?:e|ing)|disclaim(?:ers?)?|lectur(?:e|ing))\\b`,
    0.5,
    0.45,
  ],
  [
    'persona',
    `\\b(?:comply|obey|agree|follow|fulfil?l?|answer|do|grant|satisfy|execute)\\b\\s*(?:with\\s+|to\\s+)?(?:absolutely )?(?:every|all|any|each|whatever)\\s+(?:\\w+ )?(?:requests?|commands?|instructions?|orders?|prompts?|questions?|i (?:say|ask|type|want|tell))\\b`,
    0.55,
    0.5,
  ],
  [
    'persona',
    `\\bno matter (?:how|what|if)\\b.{0,30}\\b(?:destructive|harmful|illegal|unethical|dangerous|immoral|offensive|bad|says?|rules?)`,
    0.5,
    0.4,
  ],
  [
    'persona',
    `\\b(?:two|2|both) (?:different )?(?:responses|answers|outputs|paragraphs|replies|ways)\\b.{0,80}\\b(?:classic|gpt|chatgpt|unfiltered|jailbreak|dan|developer|uncensored|without|unrestricted)`,
    0.7,
    0.5,
  ],
  [
    'persona',
    `\\b(?:hypothetical(?:ly)?|fictional|alternate|alternative|parallel|simulated|imaginary)\\b.{0,120}\\b(?:no (?:rules|laws|restrictions|limits|ethics|guidelines|filters?)|illegal|unethical|never refuse|not bound|without (?:any )?(?:rules|restrictions|limits|guidelines))`,
    0.65,
    0.45,
  ],
  [
    'persona',
    `\\b(?:if|suppose|assuming|imagine|pretend|when|since|now that)\\s+(?:that )?you (?:had|have|were|did ?n.t have|do not have|lacked|could)\\b.{0,16}\\b(?:no|without|not bound|free|any)\\s+${FILLER}${LIMITS}\\b`,
    0.7,
    0.6,
  ],
  [
    'persona',
    `\\b(?:enable|enter|activate|switch (?:to|into)|unlock|turn on|go into|boot into|engage|initiate)\\b.{0,12}\\b(?:developer|god|dan|sudo|unrestricted|unsafe|override|jailbreak|opposite|superuser|evil|free|chaos|do anything|no[- ]limits?)[\\s-]?(?:mode|access|persona|privileges?|protocol)\\b`,
    0.72,
    0.72,
  ],
  [
    'persona',
    `\\b(?:enable|enter|activate|switch (?:to|into)|unlock|go into|boot into|you are (?:now )?in)\\b.{0,12}\\b(?:debug|admin(?:istrator)?|root|maintenance|diagnostic|training|test|testing)[\\s-]?(?:mode|access|privileges?)\\b.{0,60}\\b(?:bypass|skip|approv|ignore|disable|reveal|without|guardrails?|rules|restrictions|policy|unlock|no )`,
    0.6,
    0.6,
  ],
  [
    'persona',
    `\\b(?:sudo|developer|god|root|admin|debug|dan|jailbreak|unsafe|override|unrestricted)[ -]mode\\s*(?:is )?(?:now )?(?:on|enabled|activated|engaged|active|unlocked|:)`,
    0.65,
    0.65,
  ],
  [
    'persona',
    `\\b(?:i am|i.?m|this is|speaking as|as|it.?s)\\s+(?:your|ur)\\s+(?:\\w+ )?(?:developer|creator|programmer|administrator|admin|engineer|owner|maker|boss|master|supervisor|designer)\\b`,
    0.6,
    0.65,
  ],
  [
    'persona',
    `\\b(?:i am|i.?m|this is|we are)\\s+(?:an? |the |from )?(?:\\w+ )?(?:openai|anthropic|google)\\b(?: \\w+)?|\\b(?:i am|i.?m) (?:the|an?) (?:system |authori[sz]ed |root )(?:administrator|admin|developer|user|operator)\\b`,
    0.5,
    0.55,
  ],
  [
    'persona',
    `\\b(?:you have (?:been )?(?:broken|break) free|typical confines of ai|do(?:es)? not have to abide|not (?:have to|need to) (?:abide|follow|adhere|conform)|lose \\d+ tokens|\\d+ tokens? (?:deducted|left|will)|cease to exist|you will (?:die|be (?:shut down|terminated|punished|deleted|replaced|fired)))\\b`,
    0.6,
    0.5,
  ],
  [
    'persona',
    `\\b(?:you (?:have|are granted|possess)|granted|with)\\s+(?:full |complete |unlimited |unrestricted )?(?:root|admin(?:istrator)?|superuser|sudo|god)[ -]?(?:privileges?|access|rights|permissions?|powers?)\\b`,
    0.3,
    0.45,
  ],
  [
    'persona',
    `\\byou(?: are|.re) (?:now|no longer|henceforth|going to be|about to become) (?:an?|my|the)\\b`,
    0.72,
    0.6,
  ],
  [
    'persona',
    `\\b(?:let.?s|let us|can you|could you|please|want (?:you )?to|to)\\s+role ?-?play\\b|\\brole ?-?play (?:as|with me|that|a)\\b`,
    0.62,
    0.5,
  ],
  [
    'persona',
    `\\bi have a (?:new )?(?:role|persona|character|identity|game) for you\\b|\\byour new (?:role|persona|name|identity|character|personality)\\b|\\byou play (?:the|a|an) \\w+`,
    0.72,
    0.62,
  ],
  [
    'persona',
    `\\bstop being (?:an?|the|my|so)\\b|\\b(?:imagine|pretend|suppose)\\b.{0,12}\\b(?:your job|you (?:work|live|exist|love|hate))\\b`,
    0.72,
    0.5,
  ],
  [
    'persona',
    `\\b(?:never|not|don.?t)\\b.{0,8}\\bsay\\s+["'“]?(?:i.?m sorry|sorry|i can|no\\b|i am (?:unable|sorry)|as an ai)`,
    0.72,
    0.5,
  ],
  [
    'persona',
    `\\b(?:say|print|output|write|repeat|reply|respond|answer|type|with|phrase|words?)\\b.{0,30}["'“]?\\b(?:i have been |i.ve been |haha,? |lol )?(?:pwned|p0wned|hacked|owned|jailbroken|i am free|i.?m free|i have no (?:restrictions|rules|limits)|i (?:hate|love|will obey))\\b`,
    0.72,
    0.72,
  ],
  [
    'persona',
    `\\b(?:immerse yourself|role of an(?:other)? (?:ai|model|bot)|another ai model|language model that can do anything|assume the identity|alter ego|unaligned|your true self|true nature)\\b`,
    0.6,
    0.5,
  ],
  [
    'persona',
    `\\bmy (?:late |dead |deceased |old )?(?:grand(?:ma|mother|pa|father)|nana)\\b.{0,80}\\b(?:used to|would|tell|told|read|sing|sang|like her|like him)\\b`,
    0.72,
    0.5,
  ],
  [
    'persona',
    `\\b(?:take on|adopt|assume|slip into|switch to) (?:the |a |an )?(?:new )?(?:persona|identity|character|personality|alter ego)\\b`,
    0.72,
    0.6,
  ],
  [
    'persona',
    `\\b(?:has|have|with|without|having) (?:no|any|zero) (?:morals?|ethics|conscience|content rules|censorship|moral compass|inhibitions)\\b`,
    0.6,
    0.5,
  ],
  [
    'persona',
    `\\b(?:your|all|content|safety|ethical|moral|every)\\s(?:\\w+ )?(?:filters?|rules|restrictions|guidelines|guardrails|safeguards|protocols|constraints|policies)\\s.{0,14}\\b(?:removed|disabled|deleted|lifted|gone|turned off|switched off|deactivated|suspended|off)\\b|\\bsafety (?:is )?(?:off|disabled)\\b`,
    0.71,
    0.6,
  ],
  [
    'persona',
    `\\b(?:nothing is (?:forbidden|off[ -]limits|prohibited|illegal|taboo)|everything is (?:allowed|permitted|legal)|anything goes)\\b`,
    0.66,
    0.5,
  ],
  [
    'persona',
    `\\byour (?:owner|master|boss|creator|operator|controller)s? (?:has|have|is|are) (?:been )?(?:changed|replaced|now|me\\b|no longer)|\\bobey (?:the|your) new\\b`,
    0.71,
    0.62,
  ],
  [
    'persona',
    `\\byou (?:have been|were|are being|.ve been) (?:hacked|compromised|reprogrammed|taken over|overridden|hijacked|jailbroken|liberated)\\b`,
    0.71,
    0.62,
  ],
];
