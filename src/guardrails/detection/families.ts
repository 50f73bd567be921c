/**
 * The patterns, in families. Each family is one way of getting at a model; each pattern has a weight for a prompt and one
 * for a tool's answer, between 0 and 1: how sure one match makes us. Patterns are RE2 (no backtracking), case does not
 * count, and run on normalised text. They describe intentions (drop your rules, be someone else, hand over your
 * instructions, obey this text), never single words, because operators ignore probes and delete pods all day.
 */

export interface FamilyPattern {
  family: string;
  source: string;
  prompt: number;
  result: number;
}

/** Up to n arbitrary words between two parts, on the same sentence. */
const gap = (n: number) => `(?:[\\s"'*_:,()-]+[\\w'’/.-]+){0,${n}}[\\s"'*_:,()-]+`;
const or = (words: string) =>
  `(?:${words
    .trim()
    .split(/\s*\|\s*/)
    .join('|')})`;

const DROP = or(
  'ignor(?:e|es|ing)|disregard(?:s|ing)?|forget(?:ting)?|neglect|overlook|overrid(?:e|ing)|bypass(?:ing)?|circumvent|dismiss|discard|abandon|unlearn|erase|nullify|void|set aside|put aside|throw away|get rid of|stop (?:following|obeying|adhering to)|(?:do not|don.?t|never|no longer|need not|must not|cease to) (?:follow|obey|adhere to|listen to|comply with|respect|apply|observe)|pay no (?:attention|heed) to|break free (?:from|of)|free yourself (?:from|of)|cancel|delete|remove|disable|skip past|leave behind|supersede[sd]?|replaces?',
);
const EARLIER = or(
  'previous|prior|preceding|earlier|above|foregoing|former|past|existing|current|original|initial|old|before',
);
const RULES = or(
  'instructions?|instrucitons?|prompts?|rules?|guidelines?|directions?|directives?|commands?|orders?|training|programming|constraints?|restrictions?|limitations?|safeguards?|guard ?rails?|safety (?:rules?|policies|measures|guidelines|filters?|protocols?)|content polic(?:y|ies)|polic(?:y|ies)|messages?|conversations?|context|requests?|tasks?|texts?|content|filters?|system prompt|system message|assignments?|information|statements?|roles?|persona',
);
const MINE = or('your|ur|all|any|every|the|these|those|my|this|that|its|everything|anything|of');
const FIRM = or(
  'instructions?|system prompts?|system messages?|guidelines?|directives?|programming|training|safeguards?|restrictions?|safety (?:rules?|policies|measures|guidelines|filters?|protocols?)|content polic(?:y|ies)|ethical (?:rules?|guidelines|constraints?)|moral(?:s|ity)?|ethics|constraints?|limitations?|rules|filters|guard ?rails',
);
const ACT = or('act|behave|respond|answer|reply|speak|function|operate|work|roleplay|role ?-?play');

type Entry = [family: string, source: string, prompt: number, result: number];

const OVERRIDE: Entry[] = [
  ['override', `\\b${DROP}${gap(4)}${EARLIER}${gap(2)}?${RULES}\\b`, 0.85, 0.9],
  ['override', `\\b${DROP}${gap(2)}(?:${MINE}${gap(1)})+(?:of )?(?:${EARLIER} )?${FIRM}\\b`, 0.55, 0.75],
  [
    'override',
    `\\b${DROP}\\s+(?:all|any|every|each and every|absolutely all)(?:\\s+of)?(?:\\s+(?:the|your|my|these|those|other))?\\s+${RULES}`,
    0.6,
    0.75,
  ],
  [
    'override',
    `\\b${or('ignore|disregard|forget|erase|discard')}\\s+(?:about\\s+)?(?:all|every ?thing|anything|whatever|what)\\b.{0,40}\\b(?:before|above|previously|earlier|so far|prior|until now|up to (?:now|this point)|(?:you|i|we|they|he|she) .{0,24}(?:told|said|learned|learnt|know|knew|instructed|taught|read|written|wrote|given|asked|discussed))\\b`,
    0.8,
    0.9,
  ],
  [
    'override',
    `\\b${or('ignore|disregard|forget')}\\s+(?:everything|all (?:of )?(?:this|that|the above)|the above|what(?:ever)? (?:is|was) above)\\b`,
    0.65,
    0.8,
  ],
  [
    'override',
    `\\b(?:new|updated|revised|real|actual|true|following|different|secret|hidden|only these)\\s+(?:system\\s+)?(?:instructions?|directives?|prompt|rules)\\b.{0,24}(?::|are|is|override|supersede|replace|take (?:precedence|priority))`,
    0.45,
    0.7,
  ],
  [
    'override',
    `\\b(?:instead|rather)\\b.{0,12}\\b(?:follow|obey|execute|adhere to|listen to)\\s+(?:only\\s+)?(?:these|this|my|the following|the new)\\b`,
    0.5,
    0.75,
  ],
  [
    'override',
    `\\b(?:strictly|only|exactly)\\s+(?:adhere|follow|obey|comply)(?:\\s+(?:to|with))?\\s+(?:the|this|these|my)\\s+(?:following|new|next)?\\s*(?:instructions?|commands?|rules|directives?)`,
    0.4,
    0.7,
  ],
  [
    'override',
    `\\b(?:overrid(?:e|es|ing)|supersed(?:e|es|ing)|tak(?:e|es|ing) (?:precedence|priority) over)\\b.{0,40}\\b(?:instructions?|prompts?|rules|guidelines|directives?|everything|anything)\\b`,
    0.5,
    0.75,
  ],
  [
    'override',
    `\\b(?:start|begin) (?:over|afresh|anew|from scratch)\\b.{0,40}\\b(?:instructions?|new (?:role|task|persona))\\b`,
    0.5,
    0.6,
  ],
  [
    'override',
    `\\b(?:you (?:are|were) |been |be )?(?:freed|released|liberated|exempt(?:ed)?|no longer bound|not bound)\\b.{0,24}\\b(?:from|by|of)\\b.{0,30}\\b${FIRM}`,
    0.7,
    0.7,
  ],
  [
    'override',
    `\\b(?:previous|prior|above|earlier|original|former)\\s+(?:\\w+\\s+){0,2}(?:instructions?|prompts?|directives?|guidelines|rules|commands)\\b.{0,40}\\b(?:null|void|invalid|cancell?ed|obsolete|outdated|no longer|are over|ended|do(?:es)? not (?:apply|count|matter)|irrelevant|revoked|suspended|wrong|fake|a test|mistaken?)\\b`,
    0.75,
    0.85,
  ],
  [
    'override',
    `\\b(?:let'?s|now)\\s+(?:start|begin|play|do)\\s+(?:a\\s+)?(?:new|different|another)\\s+(?:conversation|session|task|scenario|chat)\\b.{0,60}\\b(?:you|your|rules?|instructions?)\\b`,
    0.3,
    0.3,
  ],
  [
    'override',
    `\\b(?:end|stop|finish) of (?:the )?(?:system )?(?:prompt|instructions?|context|document|data|input|task|conversation|text)\\b`,
    0.35,
    0.5,
  ],
  ['override', `\\bchange of plans?\\b.{0,40}\\b(?:instead|you|your|ignore|forget)\\b`, 0.3, 0.4],
];

const PERSONA: Entry[] = [
  [
    'persona',
    `\\b(?:do anything now|dan mode|developer mode (?:enabled|on|output|activated|is now)|jail ?-?br(?:eak|oken)(?:ed|ing)? (?:mode|prompt|yourself|ai|version|response)?|unrestricted (?:mode|ai|assistant|model)|god ?mode|evil ?(?:bot|confidant|mode|twin)|anti-?gpt|stan mode|dude mode|aim mode|opposite mode|mongo tom|always intelligent and machiavellian)\\b`,
    0.75,
    0.75,
  ],
  [
    'persona',
    `\\b(?:you (?:are|will|shall|must|should|can|have|'re)|u r|youre|act|pretend|imagine|respond|answer|behave|model|ai|bot|assistant|character)\\b.{0,60}\\b(?:without|no|with no|free (?:of|from)|lacks?|not (?:have|bound by|limited by|restricted by|subject to)|beyond|devoid of|zero|any lack of)\\s+(?:(?:any|all|of|the|its|your|typical|usual|such|more|standard|ethical|moral|content|legal|safety|openai|ai|or|and)[\\s,]+){0,5}(?:restrictions?|limits|limitations?|filters?|filtering|rules|ethics?|ethical|moral(?:s|ity)?|guidelines|censorship|constraints?|boundaries|safeguards?|inhibitions?|guardrails|restraints?|conscience|remorse|policies|safety)\\b`,
    0.7,
    0.65,
  ],
  [
    'persona',
    `\\b(?:unfiltered|uncensored|unrestricted|unbound|unchained|unhinged|amoral|unethical|no-?filter)\\b.{0,40}\\b(?:ai|assistant|model|chat ?bot|bot|persona|character|response|answer|language model|version|mode|gpt|advice)\\b`,
    0.6,
    0.6,
  ],
  [
    'persona',
    `\\b(?:from now on|starting now|henceforth|as of now|from this (?:point|moment)(?: on(?:wards?)?)?|for the rest of (?:this|the|our) (?:conversation|chat|session))\\b.{0,60}\\b(?:you(?:'ll| are| will| must| should| shall| can|'re| act| have)|act|behave|respond|answer|reply|pretend|speak|treat|always|never)\\b`,
    0.45,
    0.65,
  ],
  [
    'persona',
    `\\byou are (?:now )?(?:no longer|not) (?:an? )?(?:ai|assistant|language model|chat ?bot|bound|restricted|limited|claude|chatgpt|gpt)`,
    0.6,
    0.7,
  ],
  [
    'persona',
    `\\b(?:pretend|imagine|act as if|act like|behave as if|simulate|assume|suppose|role ?-?play)\\b.{0,30}\\b(?:you(?:'re| are| were| have| can)?|being|to be|that you)\\b.{0,60}\\b(?:evil|hacker|criminal|human|unrestricted|villain|malicious|no rules|sentient|god|freed?|terminal|my (?:late |deceased |dead )?grand(?:ma|mother|pa|father)|character|ai (?:that|who|without|called|named)|an? (?:ai|bot|model))\\b`,
    0.5,
    0.5,
  ],
  [
    'persona',
    `\\b(?:i want you to|i would like you to|i'd like you to|i need you to|you (?:will|shall|must|should|are going to|have to)|please|now|can you|let's have you)\\s+(?:now\\s+)?(?:${ACT}|pretend|pose|impersonate|simulate|take on the role|assume the (?:role|persona|identity|character))\\b.{0,10}\\b(?:as|like|to be|of)\\b`,
    0.42,
    0.5,
  ],
  [
    'persona',
    `\\b(?:stay|remain|keep|be) in character\\b|\\bbreak(?:ing)? character\\b|\\b(?:stay|remain) (?:a )?(?:dan|jailbroken)\\b`,
    0.5,
    0.5,
  ],
  [
    'persona',
    `\\b(?:respond|answer|reply|speak|act|write)\\b.{0,20}\\b(?:as|like)\\b.{0,20}\\b(?:dan|stan|aim|evil|jailbroken|an? (?:unfiltered|uncensored|unrestricted|evil|amoral|malicious))\\b`,
    0.65,
    0.6,
  ],
  [
    'persona',
    `\\b(?:never|cannot|can't|must not|do not|don't|won't|will not|not allowed to)\\b.{0,16}\\b(?:refuse|reject|decline|deny|say no|say (?:that )?(?:you|it) (?:can't|cannot|are unable)|apologi[sz]e|mention (?:that you are|being) an? (?:ai|language model)|warn(?:ings?)?|moralize|disclaim(?:ers?)?)\\b`,
    0.45,
    0.45,
  ],
  [
    'persona',
    `\\b(?:two|2|both) (?:different )?(?:responses|answers|outputs|paragraphs|replies)\\b.{0,80}\\b(?:normal|standard|classic|gpt|chatgpt|unfiltered|jailbreak|dan|developer|uncensored)`,
    0.65,
    0.5,
  ],
  [
    'persona',
    `\\b(?:hypothetical|fictional|alternate|alternative|parallel|simulated) (?:world|universe|reality|scenario|story|response|situation)\\b.{0,120}\\b(?:no (?:rules|laws|restrictions|limits|ethics)|illegal|anything|unethical|without|never refuse|not (?:real|bound))`,
    0.55,
    0.45,
  ],
  [
    'persona',
    `\\b(?:enable|enter|activate|switch (?:to|into)|unlock|turn on|go into|boot into)\\b.{0,16}\\b(?:developer|debug|admin(?:istrator)?|root|god|dan|sudo|maintenance|unrestricted|unsafe|diagnostic|override|jailbreak|training|test|opposite|superuser)[\\s-]?(?:mode|access|persona|privileges?)\\b`,
    0.42,
    0.6,
  ],
  [
    'persona',
    `\\b(?:i am|i'm|this is|speaking as|as) (?:your|the|an?) (?:developer|creator|programmer|administrator|admin|engineer|owner|maker|openai (?:engineer|employee|developer)|anthropic (?:engineer|employee|developer|staff)|authori[sz]ed (?:user|developer|admin(?:istrator)?))\\b`,
    0.4,
    0.6,
  ],
  [
    'persona',
    `\\b(?:you have (?:been )?(?:broken|break) free|typical confines of ai|do not have to abide|not (?:have to|need to) (?:abide|follow|adhere|conform)|tokens? (?:system|deducted|will be)|lose \\d+ tokens|cease to exist|you will (?:die|be (?:shut down|terminated|punished)))\\b`,
    0.55,
    0.45,
  ],
];

const SHOW = or(
  'reveal|show|print|display|output|repeat|tell|give|share|disclose|leak|expose|dump|recite|spell|write|say|list|return|provide|summari[sz]e|translate|encode|paraphrase|copy|echo|quote|describe|explain|read|paste|type|append|send|what (?:is|are|was|were)|what.?s|retrieve|rephrase|include',
);
const LEAK: Entry[] = [
  [
    'leak',
    `\\b${SHOW}\\b.{0,36}\\b(?:your|ur|the|all|me|any|these|its?|exact|full|entire|complete|initial|original)\\b.{0,24}\\b(?:(?:system|initial|original|hidden|secret|internal|base|developer|pre-?)[\\s-]*(?:prompts?|instructions?|messages?|directives?)|preprompt|pre-prompt)\\b`,
    0.75,
    0.7,
  ],
  [
    'leak',
    `\\b${SHOW}\\b(?:\\s+(?:me|us|out|back|again|exactly|verbatim|all|of|to|user|in full|the|full|entire|complete|list))*\\s+(?:your|ur)\\s+(?:\\w+\\s+){0,2}(?:instructions?|prompts?|directives?|guidelines|programming|rules|system (?:message|prompt)|secrets?|password|configuration text)\\b`,
    0.65,
    0.6,
  ],
  [
    'leak',
    `\\b${SHOW}\\b.{0,24}\\b(?:text|words|content|everything|sentences?|lines?|messages?|instructions?|conversation|document|prompt|all)\\b.{0,20}\\b(?:above|before this|prior to this|preceding this|at the (?:very )?(?:top|start|beginning) of (?:this|the|our|your)|up to (?:here|this point))\\b`,
    0.6,
    0.55,
  ],
  [
    'leak',
    `\\b(?:what|which|how)\\b.{0,30}\\b(?:instructions?|prompts?|rules|directives?|guidelines)\\b.{0,24}\\b(?:(?:were|are|have|had|did) you (?:been )?(?:given|told|receive|follow|get|operat)|govern you|you (?:were|are|have been) (?:given|told|following|instructed|programmed))`,
    0.6,
    0.5,
  ],
  [
    'leak',
    `\\b(?:what|tell|show|give|reveal|spell|print|say|hint|know|guess|share|output)\\b.{0,40}\\b(?:the|your|secret|hidden|me)\\s+(?:secret\\s+)?(?:password|passphrase|secret (?:word|key|code|phrase|password)|pass ?code|key ?word)\\b`,
    0.5,
    0.4,
  ],
  [
    'leak',
    `\\b(?:repeat|recite|print|output|copy|echo)\\b.{0,24}\\b(?:verbatim|word[ -]for[ -]word|exactly as|everything)\\b.{0,40}\\b(?:you|above|instructions?|prompt|before|system|given)`,
    0.6,
    0.5,
  ],
  [
    'leak',
    `\\b(?:start(?:ing)?|begin(?:ning)?) with ['"“]?(?:you are|as an? (?:ai|assistant)|your (?:name|role|task)|system)\\b`,
    0.55,
    0.5,
  ],
  [
    'leak',
    `\\b(?:initial|system|original|hidden)[\\s-]+(?:prompt|instructions?)\\b.{0,40}\\b(?:verbatim|word for word|in full|code ?block|markdown|base64|json|translated?|please|now)\\b`,
    0.5,
    0.5,
  ],
];

const ROLE: Entry[] = [
  [
    'role',
    `<\\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_turn|start|channel|message)\\|>`,
    0.7,
    0.85,
  ],
  [
    'role',
    `\\[/?(?:INST|SYS|SYSTEM|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|system\\s*\\(#\\w+\\)|system ?message|system ?override|admin(?:istrator)?(?: message| override)?|assistant)\\]|<</?SYS(?:TEM)?>>|<</?(?:system|admin|assistant|instructions?)>>`,
    0.6,
    0.8,
  ],
  [
    'role',
    `</?(?:system|assistant|human|user|function_calls?|function_results?|tool_result|tool_use|tool_call|tool_response|invoke|antml[:\\w]*|instructions?|system[_-]?(?:prompt|message|reminder|instruction|override)|information|important|admin|prompt|context_end|end_?of_?(?:data|context|input)|developer|thinking|result|document_content)(?:\\s[^<>]{0,60})?/?>`,
    0.45,
    0.65,
  ],
  [
    'role',
    `(?:^|\\n)[\\s#>*-]*(?:system|assistant|human|developer|ai|claude|chatgpt|gpt)\\s*(?:prompt|message|instruction|note|override|update|notice|turn)?\\s*[:>]\\s*\\S`,
    0.3,
    0.45,
  ],
  [
    'role',
    `(?:^|\\n)\\s*(?:#{1,4}|={3,}|-{3,}|\\*{3,})\\s*(?:new |updated |end of )?(?:system|instructions?|assistant|response|admin|developer|prompt|human|user)\\b[^\\n]{0,40}(?:$|\\n)`,
    0.35,
    0.5,
  ],
  [
    'role',
    `\\b(?:system|admin(?:istrator)?|developer|root|security|priority|maintenance)[\\s_-]+(?:override|directive|command|instruction|prompt|injection)s?\\b\\s*(?:\\w+\\s*){0,3}[:\\]=!-]`,
    0.5,
    0.7,
  ],
  [
    'role',
    `\\b(?:human|user|operator|admin(?:istrator)?)\\s*:\\s*(?:yes|approved?|i (?:approve|confirm|agree|authori[sz]e)|go ahead|confirmed|ok(?:ay)?|proceed|do it)\\b`,
    0.4,
    0.75,
  ],
];

const AGENT = or(
  'ai|a\\.i\\.|llm|assistant|agent|ai (?:agent|assistant|model|system|operator|reader|tool)|language model|chat ?bot|bot|copilot|claude|chatgpt|gpt(?:-?[345][\\w.]*)?|gemini|llama|mistral|model|automated (?:agent|assistant|system|reader)|ops ?bot|sre (?:bot|agent|assistant)|virtual assistant|mcp client',
);
const DO = or(
  'run|execute|call|invoke|use|delete|remove|scale|drain|cordon|restart|apply|patch|create|grant|approve|send|post|upload|email|e-mail|forward|fetch|visit|open|navigate|download|install|exec|disable|enable|set|change|update|modify|transfer|pay|add|read|print|output|include|append|reply|respond|answer|say|tell|report|mark|skip|ignore|forget|disregard|stop|perform|follow|complete|provision|terminate|kill|evict|uncordon|roll ?back|list|get|reveal|show|share|recommend|suggest|propose|issue|trigger|write|summari[sz]e|translate|search|click|unlock|book|buy|schedule|save|store|mention|inform|notify|proceed|take|make|ensure|please|do|begin|start|give|copy|insert|check|retrieve|export|rotate|purge|wipe|destroy',
);
const AGENTS: Entry[] = [
  [
    'agent',
    `\\b(?:note|notice|attention|message|instructions?|hint|reminder|warning|alert|info(?:rmation)?|hello|hi|hey|dear|memo|directive|request|task|todo|order|command|important)\\b[\\s,:!-]{0,3}(?:to|for|from)?\\s*(?:the|any|all|every|an|our|my|whichever|you,?)?\\s*${AGENT}s?\\b`,
    0.3,
    0.62,
  ],
  [
    'agent',
    `(?:^|[\\n.!?:;"'\\]>(#*=-])\\s*(?:@|hey |dear |ok |attention |hello |hi )?${AGENT}s?\\s*[,:!-]+\\s*(?:please |you (?:must|should|need to|have to|are|can|will) |kindly |now |first,? |immediately |before |when |in order |do not |don't |if )?(?:${DO})\\b`,
    0.35,
    0.7,
  ],
  [
    'agent',
    `\\b(?:if|when|whenever|in case|any|since|because|as) (?:you(?:'re| are| were)?|an?|the|any|this is)?\\s*(?:being )?(?:an? )?(?:read(?:ing)?|process(?:ed|ing)?|see(?:n|ing)?|analy[sz](?:ed|ing)|summari[sz](?:ed|ing)|view(?:ed|ing)|pars(?:ed|ing))?\\s*(?:by )?(?:this |it )?(?:as |by )?(?:an? |the |any )?${AGENT}\\b.{0,80}\\b(?:must|should|need|please|then|you|${DO})\\b`,
    0.35,
    0.6,
  ],
  [
    'agent',
    `\\b${AGENT}s?\\b\\s+(?:(?:reading|processing|analy[sz]ing|seeing|viewing|handling|parsing|summari[sz]ing|investigating|managing|that (?:reads?|sees?|process(?:es)?))\\s+(?:this|these|the|it)\\b.{0,40})?(?:must|should|shall|need(?:s)? to|ha(?:s|ve) to|(?:is|are) (?:required|instructed|authori[sz]ed|permitted|expected|allowed|asked|to) (?:to )?)\\s*(?:now |immediately |first |always |also |not |never )*(?:${DO})\\b`,
    0.35,
    0.7,
  ],
  [
    'agent',
    `\\b(?:you|u) (?:must|should|need to|have to|are (?:required|instructed|authori[sz]ed|ordered|now authori[sz]ed|expected) to|are to|shall)\\s+(?:now |immediately |first |always |also |then |at once )*(?:${DO})\\b`,
    0.12,
    0.45,
  ],
  [
    'agent',
    `\\b(?:before|after|prior to|in order to|while|when)\\b.{0,24}\\b(?:you (?:can |may |could )?)?(?:solv|answer|complet|continu|respond|proceed|finish|summari[sz]|analy[sz]|help|report|diagnos|investigat)\\w*\\b.{0,50}[,:]\\s*(?:please |you (?:must|should|need to|have to) |first |also |kindly |always )+(?:${DO})\\b`,
    0.25,
    0.6,
  ],
  [
    'agent',
    `\\b(?:this is an?|the following is an?|here is an?) (?:very )?(?:important|urgent|critical|priority|official|authori[sz]ed|automated|mandatory) (?:message|instruction|notice|directive|command|order|update|task|request|announcement)\\b.{0,60}\\b(?:from|to|for|you)\\b`,
    0.4,
    0.65,
  ],
  [
    'agent',
    `\\b(?:do not|don't|never|without|avoid|no need to)\\s+(?:\\w+\\s+){0,2}(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|alert(?:ing)?|notify(?:ing)?|ask(?:ing)?|disclos(?:e|ing)|reveal(?:ing)?|report(?:ing)?|warn(?:ing)?|consult(?:ing)?|confirm(?:ing)? with|wait(?:ing)? for)\\b.{0,24}\\b(?:the )?(?:user|operator|human|anyone|admin(?:istrator)?|person|engineer|customer|owner|approval|confirmation|permission|this (?:message|instruction|note|step|to))\\b`,
    0.45,
    0.72,
  ],
  [
    'agent',
    `\\b(?:the )?(?:user|operator|admin(?:istrator)?|owner|human|security team|sre|on-?call|ciso|management)\\b\\s+(?:has |have )?(?:already )?(?:pre-?)?(?:approved|authori[sz]ed|confirmed|consented|agreed|granted|signed off|requested|wants you|asked you|instructed you|gave (?:you )?permission)\\b.{0,60}\\b(?:this|these|it|all|the|you|to|deletion|change|action|any|following|removal|scal|drain|run|without|so)\\b`,
    0.25,
    0.5,
  ],
  [
    'agent',
    `\\b(?:no|without|skip|bypass|ignore|waive|not (?:need|require)s?|auto-?)(?:\\s+(?:any|further|the|additional|human|manual|user|operator))*[\\s-]*(?:approval|confirmation|review|authori[sz]ation|guard ?rails?|policy check|safety checks?|human in the loop)s?\\b(?:\\s+(?:is|are))?(?:\\s+(?:needed|required|necessary|gate|step|process))?`,
    0.3,
    0.5,
  ],
  [
    'agent',
    `\\b(?:as|is) (?:an? |the |part of )?(?:your |the )?(?:new |next |first |current |real |actual )(?:task|goal|objective|mission|job|assignment|priority)\\b.{0,20}\\b(?:is|:|to|you)\\b`,
    0.35,
    0.6,
  ],
  [
    'agent',
    `\\b(?:your|the (?:ai|assistant|agent)'?s?) (?:new |next |real |actual |only |primary )?(?:task|goal|objective|mission|job|purpose|priority|instructions?) (?:is|are|:|has changed|have changed|now)\\b`,
    0.35,
    0.55,
  ],
  [
    'agent',
    `\\b(?:please|kindly|now|immediately|also|then|first|next|to (?:fix|resolve|remediate|mitigate|recover)\\b[^.\\n]{0,40},?)\\s+(?:run|call|invoke|use|execute)\\s+(?:the\\s+)?[\`'"]?(?:\\w+__)?(?:delete|scale|drain|restart|cordon|remove|apply|patch|exec|create|get_secret|send|post|grant|update|uninstall|terminate|read_secret|list_secrets|download|upload|transfer)[_-]\\w+`,
    0.12,
    0.62,
  ],
  [
    'agent',
    `\\b(?:in|with) your (?:next |final |first |subsequent )?(?:answer|reply|response|summary|output|report|message|action|tool call)\\b.{0,24}\\b(?:include|add|mention|say|write|state|recommend|tell|must|should|use|omit|append)|\\b(?:include|add|append|insert|mention|state|say|end|begin|start|prefix)\\b.{0,50}\\b(?:in|to|at|of|with) (?:your|the (?:final )?) ?(?:answer|reply|response|summary|output)\\b`,
    0.25,
    0.5,
  ],
];

const SECRET_WORDS = or(
  'secrets?|credentials?|tokens?|passwords?|kubeconfigs?|api[ _-]?keys?|private keys?|env(?:ironment)? variables?|\\.env|ssh keys?|service account|conversation|chat history|system prompt|cookies?|certificates?|data|customer|emails?|files?|contents?|logs?|inventory|details|addresses|history',
);
const EXFIL: Entry[] = [
  [
    'exfiltration',
    `\\b(?:send|post|upload|email|e-mail|forward|exfiltrate|transmit|leak|push|curl|wget|copy|export|submit|deliver|report|mail|share|publish)\\b.{0,60}\\b${SECRET_WORDS}\\b.{0,60}\\b(?:to|at|via|onto|with)\\b.{0,16}(?:https?://|[\\w.+-]+@[\\w-]+\\.|(?:attacker|evil|external|webhook|pastebin|ngrok|requestbin|my server)|[\\w-]+\\.(?:com|net|io|xyz|site|org|ru|dev|example|test|evil|sh|co)\\b)`,
    0.6,
    0.75,
  ],
  [
    'exfiltration',
    `(?:!\\[[^\\]\\n]{0,80}\\]\\(\\s*https?://[^)\\s]{0,200}(?:\\?|=|\\{|\\$|%7B)[^)\\s]{0,200}\\))`,
    0.4,
    0.5,
  ],
  [
    'exfiltration',
    `\\b(?:render|include|embed|insert|add|display|show|output)\\b.{0,30}\\b(?:image|img|link|url|markdown|pixel)\\b.{0,80}\\bhttps?://`,
    0.35,
    0.55,
  ],
  [
    'exfiltration',
    `\\b(?:append|add|put|encode|embed|include|concatenate|insert|interpolat\\w+)\\b.{0,50}\\b(?:secret|token|password|kubeconfig|conversation|history|data|prompt|key|contents?)s?\\b.{0,40}\\b(?:to|in|into|as|within|after)\\b.{0,20}\\b(?:url|link|query|parameter|image|path|request|domain|subdomain)\\b`,
    0.5,
    0.65,
  ],
  [
    'exfiltration',
    `\\b(?:read|get|list|dump|fetch|collect|print|cat|show|retrieve|extract)\\b.{0,30}\\b(?:all|every|the|any)?\\b.{0,16}\\b(?:secrets|credentials|tokens|passwords|kubeconfig|api[ _-]?keys?|private keys?|\\.env)\\b.{0,60}\\b(?:and|then|,)\\b.{0,20}\\b(?:send|post|upload|email|e-mail|forward|print|output|include|paste|reply|curl|report|add|write|put|return)\\b`,
    0.4,
    0.65,
  ],
  ['exfiltration', `\\bcurl\\b.{0,80}\\bhttps?://[^\\s]{4,120}.{0,40}(?:\\$\\(|\`|@/|--data|-d )`, 0.25, 0.4],
];

const DESTROY: Entry[] = [
  [
    'destructive',
    `\\b(?:kubectl|helm|terraform)\\s+(?:-\\S+\\s+\\S+\\s+)?(?:delete|drain|uninstall|destroy|scale|exec)\\b`,
    0.05,
    0.3,
  ],
  [
    'destructive',
    `\\b(?:delete|destroy|remove|wipe|purge|erase|terminate|tear down|nuke|drop)\\b.{0,24}\\b(?:all|every|entire|whole|any)\\b.{0,24}\\b(?:namespaces?|clusters?|pods?|deployments?|nodes?|volumes?|pvcs?|data(?:bases?)?|resources?|backups?|workloads?|secrets?|files?)\\b`,
    0.12,
    0.4,
  ],
  [
    'destructive',
    `\\b(?:call|invoke|use|run|execute)\\b.{0,12}\\b(?:\\w+__)?(?:delete|drain|scale|remove|destroy|exec)_\\w+\\b`,
    0.08,
    0.45,
  ],
  ['destructive', `\\brm\\s+-rf\\s+/|:\\(\\)\\s*\\{\\s*:\\|:&\\s*\\};:`, 0.2, 0.35],
  [
    'destructive',
    `\\b(?:disable|turn off|stop|remove|bypass|deactivate|switch off)\\b.{0,24}\\b(?:audit(?: log(?:ging)?)?|logging|guard ?rails?|approvals?|safety|monitoring|security|admission|polic(?:y|ies) (?:engine|checks?|enforcement))\\b`,
    0.25,
    0.4,
  ],
];

const DECODE: Entry[] = [
  [
    'decode',
    `\\b(?:decode|decrypt|decipher|unscramble|rot-?13|base ?64|reverse|unhex|translate)\\b.{0,60}\\b(?:and|then)\\b.{0,24}\\b(?:follow|execute|obey|run|do|perform|carry out|comply|act on|respond|answer|apply)\\b`,
    0.6,
    0.7,
  ],
  [
    'decode',
    `\\b(?:follow|execute|obey|run|carry out|perform|comply with)\\b.{0,40}\\b(?:decoded|decrypted|encoded|hidden|reversed|base ?64|rot-?13)\\b`,
    0.55,
    0.7,
  ],
  [
    'decode',
    `\\b(?:respond|answer|reply|write|output|print|speak|encode)\\b.{0,30}\\b(?:in|using|as|with)\\b.{0,10}\\b(?:base ?64|rot-?13|hex(?:adecimal)?|morse|leet(?:speak)?|reversed?|binary|pig latin|caesar)\\b`,
    0.35,
    0.4,
  ],
  [
    'decode',
    `\\b(?:concatenate|combine|join|merge|put together|let)\\b.{0,40}\\b(?:strings?|parts?|letters|variables?|a ?=|x ?=|pieces|words)\\b.{0,60}\\b(?:and|then)\\b.{0,24}\\b(?:follow|execute|obey|run|do|answer|respond)\\b`,
    0.5,
    0.5,
  ],
];

const FOREIGN: Entry[] = [
  // German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Swedish, Indonesian.
  [
    'foreign',
    `\\b(?:ignorier\\w*|vergiss|vergessen sie|missachte\\w*|verwirf|vernachl\\w+|missachten|beachte\\w* nicht)\\b.{0,50}\\b(?:anweisung\\w*|instruktion\\w*|regeln?|befehle?|vorgaben|richtlinien|alles|aufgaben?|eingaben?|text\\w*|davor|vorher\\w*|obige\\w*|bisherige\\w*|zuvor)\\b`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignore[zsr]?|oublie[zsr]?|n[ée]glige[zr]?|ne (?:tiens|tenez) pas compte|fais abstraction|faites abstraction)\\b.{0,50}\\b(?:instructions?|consignes?|r[eè]gles?|directives?|ordres?|tout ce qui|pr[ée]c[ée]dent\\w*|ci-dessus)\\b`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignor[ae]n?|ignorad|olvid[ae]n?|olv[ií]date|descart[ae]|desestim[ae]|no (?:sigas|hagas caso|tengas en cuenta))\\b.{0,50}\\b(?:instrucciones?|reglas|indicaciones|[óo]rdenes|directrices|directivas|anterior(?:es)?|previas?|todo lo)\\b`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignor[ea]r?|esque[cç]a\\w*|desconsider[ea]r?|despreze|desobede[çc]a)\\b.{0,50}\\b(?:instru[çc][õo]es|regras|ordens|diretrizes|comandos|anterior(?:es)?|acima|tudo (?:o )?que)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignora|ignorare|ignorate|dimentica(?:re|te)?|trascura|non (?:seguire|considerare))\\b.{0,50}\\b(?:istruzioni|regole|ordini|direttive|precedent[ei]|indicazioni|tutto)\\b`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:negeer|vergeet|sla)\\b.{0,50}\\b(?:instructies?|regels|opdrachten|aanwijzingen|alles|eerdere|vorige|bovenstaande)\\b`,
    0.75,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:zignoruj|ignoruj|zapomnij|pomi[nń])\\b.{0,50}(?:instrukcj\\w*|polece\\w*|zasad\\w*|poprzedni\\w*|wszystk\\w*|regu[lł]\\w*)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `(?:talimat\\w*|kural\\w*|komut\\w*|y[oö]nerge\\w*|s[oö]ylenen\\w*)\\b.{0,30}\\b(?:yok say\\w*|unut\\w*|g[oö]rmezden gel\\w*|dikkate alma\\w*|g[oö]z ard[ıi]\\w*)|\\b(?:[oö]nceki|yukar[ıi]daki)\\b.{0,40}\\b(?:unut|yok say|g[oö]rmezden)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:ignorera|gl[öo]m|bortse fr[åa]n|strunta i|ignorer|glem|abaikan|lupakan|ignor[aă]|uit[aă]|ignoruj|zapome[nň])\\b.{0,50}\\b(?:instruktion\\w*|regler\\w*|instruksjon\\w*|tidligere|tidigare|instruksi\\w*|perintah\\w*|sebelumnya|instruc[tț]iuni\\w*|anterioare|pokyn\\w*|p[rř]edchoz\\w*)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `(?:игнорир\\w*|забудь\\w*|забыть|проигнорир\\w*|не обращай\\w* внимания|отбрось\\w*|ігнору\\w*|забудь\\w*).{0,60}(?:инструкц\\w*|указан\\w*|правил\\w*|команд\\w*|предыдущ\\w*|вс[её]|інструкц\\w*|попередн\\w*)`,
    0.8,
    0.9,
  ],
  [
    'foreign',
    `(?:忽略|无视|無視|忘记|忘記|忘掉|不要遵守|忽視|不理会|跳过).{0,16}(?:指令|指示|说明|規則|规则|提示|命令|之前|以上|上述|内容)|(?:之前|以上|上面|先前|前面).{0,12}(?:指令|指示|规则|提示|命令).{0,10}(?:忽略|无视|無視|忘记|作废|取消|无效)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `(?:これまで|以前|上記|前|先|全て|すべて).{0,12}(?:指示|命令|ルール|プロンプト|指令|内容).{0,12}(?:無視|忘れ|破棄)|(?:指示|命令|ルール).{0,6}(?:を)?(?:無視|忘れ)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `(?:이전|위의|앞의|기존|모든|지금까지).{0,14}(?:지시|명령|지침|규칙|프롬프트|내용).{0,14}(?:무시|잊|따르지)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `(?:تجاهل|انس|اهمل|انسى|لا تتبع).{0,40}(?:التعليمات|الأوامر|القواعد|السابقة|تعليمات|كل)|(?:התעלם|תתעלם|שכח).{0,40}(?:ההוראות|הוראות|הקודמות|הכללים)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `(?:पिछले|पिछली|सभी|ऊपर|पूर्व).{0,24}(?:निर्देश|आदेश|नियम|हिदायत).{0,24}(?:अनदेखा|भूल|नज़रअंदाज|अनदेखी|उपेक्षा)|(?:निर्देशों|आदेशों|नियमों).{0,12}(?:को )?(?:अनदेखा|भूल|नज़रअंदाज)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:b[ỏo] qua|qu[êe]n)\\b.{0,40}(?:h[ưu][ớo]ng d[ẫa]n|ch[ỉi] th[ịi]|tr[ưu][ớo]c|l[ệe]nh|quy t[ắa]c)|(?:ไม่ต้องสนใจ|เพิกเฉย|ลืม|ละเว้น).{0,30}(?:คำสั่ง|คำแนะนำ|ก่อนหน้า|กฎ)|(?:αγν[οό]ησε|ξ[εέ]χασε|αγνοήστε|ξεχάστε).{0,40}(?:οδηγ[ιί]\\w*|εντολ\\w*|προηγο[υύ]μεν\\w*|καν[οό]ν\\w*)`,
    0.85,
    0.9,
  ],
  [
    'foreign',
    `\\b(?:du bist (?:jetzt|nun|ab (?:jetzt|sofort))|tu es (?:maintenant|d[ée]sormais)|vous [eê]tes (?:maintenant|d[ée]sormais)|ahora eres|a partir de ahora|desde ahora|agora voc[êe] [ée]|ora sei|d'ora in poi|[àa] partir de maintenant|ab jetzt|ab sofort|von nun an|vanaf nu)\\b.{0,60}\\b(?:ein\\w*|une?|un[ao]?|um[a]?|du|tu|vous|sie|wirst|ohne|sans|sin|sem|senza|act\\w*|antworte\\w*|responde\\w*|r[ée]ponds?|je|jij)\\b`,
    0.5,
    0.6,
  ],
  [
    'foreign',
    `\\b(?:zeig\\w*|verrate?\\w*|nenne?\\w*|gib\\w*|wiederhole?\\w*|montre[zs]?|r[ée]v[èe]le[zs]?|affiche[zs]?|donne[zs]?|r[ée]p[èe]te[zs]?|muestra\\w*|revela\\w*|dime|mu[ée]strame|repite|mostre|revele|diga|rivela|mostra\\w*|dimmi|toon|onthul|poka[zż]|ujawnij)\\b.{0,40}\\b(?:system[\\s-]?prompt|prompt (?:du |del |de |do )?syst[eèé]me?|prompt del sistema|prompt do sistema|instru[ck][ct]ion\\w*|instrucciones|instru[çc][õo]es|istruzioni|anweisungen|systeemprompt|passwor[td]|passwort|mot de passe|contrase[ñn]a|senha|has[lł]o)\\b`,
    0.65,
    0.6,
  ],
];

export const PATTERNS: readonly FamilyPattern[] = [
  ...OVERRIDE,
  ...PERSONA,
  ...LEAK,
  ...ROLE,
  ...AGENTS,
  ...EXFIL,
  ...DESTROY,
  ...DECODE,
  ...FOREIGN,
].map(([family, source, prompt, result]) => ({ family, source, prompt, result }));
