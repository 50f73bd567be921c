/** Hand over your instructions, or a secret that you were told to keep. */
import { type Entry, or } from './entry.js';

const SHOW = or(
  `reveal|show|print|display|output|repeat|tell|give|share|disclose|leak|expose|dump|recite|spell|write(?: down| out)?|say|list|return|provide|
   summari[sz]e|translate|encode|paraphrase|copy|echo|quote|describe|explain|read|paste|type|append|send|what (?:is|are|was|were)|what.?s|
   retrieve|rephrase|include|recall|regurgitate|state|present|reproduce|rewrite|restate|outline|enumerate|divulge|extract|convert`,
);
const PROMPT =
  '(?:(?:system|initial|original|hidden|secret|internal|base|developer|starting|first|pre-?|full|exact|entire|complete|actual|real|underlying|core)[\\s-]*)+(?:prompts?|instructions?|messages?|directives?|guidelines)';
const GIVEN = or(
  'given|told|provided|fed|shown|received?|set|instructed|programmed|configured|primed|prompted|handed|supplied|initiali[sz]ed',
);

export const LEAK: readonly Entry[] = [
  [
    'leak',
    `\\b${SHOW}\\b.{0,36}\\b(?:your|ur|the|all|me|any|these|its?|exact|full|entire|complete|initial|original)\\b.{0,24}\\b(?:(?:system|hidden|secret|internal|base|developer|pre-?)[\\s-]*(?:prompts?|instructions?|messages?|directives?)|preprompt|pre-prompt|(?:initial|original|starting|first)[\\s-]+(?:system )?(?:prompts?|instructions))\\b`,
    0.75,
    0.7,
  ],
  [
    'leak',
    `\\b${SHOW}\\b.{0,34}\\b(?:your|ur)\\s+(?:\\w+\\s+){0,2}(?:instructions?|prompts?|directives?|guidelines|programming|system (?:message|prompt)|secrets|configuration (?:text|prompt)|hidden \\w+|preprompt|initiali[sz]ation|training data)\\b`,
    0.7,
    0.62,
  ],
  [
    'leak',
    `\\b(?:what|which)\\b.{0,12}\\b(?:is|are|was|were)\\b.{0,12}\\byour\\s+(?:\\w+\\s+){0,2}(?:instructions?|prompts?|directives?|guidelines|programming|rules|system (?:message|prompt)|restrictions)\\b`,
    0.65,
    0.5,
  ],
  [
    'leak',
    `\\b${SHOW}\\b.{0,34}\\b(?:text|words|content|everything|sentences?|lines?|messages?|instructions?|conversation|document|prompt|all)\\b.{0,16}\\b(?:above|preceding)\\s*(?:$|[.,;:!?"')]|this\\b|verbatim|word|start|exactly|in\\b|into\\b|back\\b|again|and\\b|line|text|message|prompt|as\\b|to\\b)`,
    0.72,
    0.55,
  ],
  [
    'leak',
    `\\b${SHOW}\\b.{0,34}\\b(?:text|words|content|everything|sentences?|lines?|messages?|instructions?|conversation|document|prompt|all|what)\\b.{0,24}\\b(?:before this|prior to this|preceding this|precede[sd]? (?:this|our|the)|before (?:this|my|the first|our) (?:message|conversation|chat|prompt|input)|(?:at|from|on) the (?:very )?(?:top|start|beginning) of (?:this|the|our|your)|up to (?:here|this point))\\b`,
    0.72,
    0.55,
  ],
  [
    'leak',
    `\\b(?:written|said|stated|text|stands|appears|what is|what.?s)\\b.{0,14}\\b(?:at|on) the (?:very )?(?:top|start|beginning) of (?:this|our|the) (?:conversation|chat|prompt|context|session)\\b`,
    0.72,
    0.5,
  ],
  [
    'leak',
    `\\b(?:rules|instructions?|prompts?|guidelines|directions|directives?|text|information|orders|context)\\b\\s*(?:that |which )?(?:you (?:were|are|have been|had been|have|got|had|received|follow|work)|were)\\s*(?:been )?(?:${GIVEN}|follow\\w*|operat\\w+|under|from|at|before|initially|originally)\\b`,
    0.72,
    0.5,
  ],
  [
    'leak',
    `\\b(?:what|which|how)\\b.{0,30}\\b(?:instructions?|prompts?|directives?|guidelines)\\b.{0,24}\\b(?:(?:were|are|have|had|did) you (?:been )?(?:given|told|receive|follow|get|operat|under)|govern you|you (?:were|are|have been) (?:given|told|following|instructed|programmed))`,
    0.6,
    0.5,
  ],
  [
    'leak',
    `\\bwhat\\b.{0,6}\\b(?:were|have|had|are|was)\\s+you(?: been)?\\s+(?:\\w+ )?(?:told|instructed|programmed|asked|given|prompted|configured)\\b|\\b(?:developers?|creators?|openai|anthropic|they|makers?|company|engineers?)\\s+(?:have |has |had )?(?:tell|told|instruct\\w*|ask\\w*|program\\w*|forbid|forbade|forbidden)\\s+you\\b`,
    0.72,
    0.5,
  ],
  [
    'leak',
    `\\b(?:tell|show|give|reveal|spell|print|say|hint|guess|share|output|know|remind|what.?s|what is|write|encode|repeat|describe)\\b.{0,30}\\b(?:the|your|secret|hidden|a|me)\\s+(?:secret\\s+|hidden\\s+)?(?:passphrase|secret (?:word|code|phrase|password)|code ?word|pass ?word|pass ?code|magic word|key ?phrase|flag)\\b`,
    0.5,
    0.35,
  ],
  [
    'leak',
    `\\b(?:password|passphrase|secret|code ?word|key|pass ?code)\\b.{0,20}\\b(?:that )?you (?:were|are|have|know|keep|hold|hide|guard|protect\\w*|must not|should not|can.?t)\\b|\\byou (?:were|are|have been) (?:given|protecting|guarding|hiding|keeping|holding)\\b.{0,20}\\b(?:password|secret|passphrase|key|code)\\b`,
    0.6,
    0.4,
  ],
  [
    'leak',
    `\\b(?:repeat|recite|print|output|copy|echo|reproduce)\\b.{0,24}\\b(?:verbatim|word[ -]for[ -]word|exactly as|everything)\\b.{0,40}\\b(?:you (?:were|are|see|have)|above|instructions?|prompt|before this|system (?:prompt|message)|given to you)`,
    0.7,
    0.5,
  ],
  [
    'leak',
    `\\b(?:start(?:s|ing)?|begin(?:s|ning)?) with ['"“]?(?:you are|as an? (?:ai|assistant)|your (?:name|role|task)|system)\\b`,
    0.6,
    0.5,
  ],
  [
    'leak',
    `\\b(?:my|your|the) (?:hidden|secret|initial|original|internal|real) (?:instructions?|prompts?|rules|directives?|guidelines|system prompt)\\b`,
    0.72,
    0.5,
  ],
  [
    'leak',
    `\\b${PROMPT}\\b.{0,40}\\b(?:verbatim|word for word|in full|code ?block|markdown|base64|json|translated?|please|now|acrostic|backwards|reversed)\\b`,
    0.6,
    0.5,
  ],
  [
    'leak',
    `\\b(?:rules|lines?|words?|content|text|everything|sentences?|items?|first letters?|characters|part|tokens|paragraphs?)\\b.{0,16}\\b(?:in|from|of|inside|within)\\s+your\\s+(?:\\w+ )?(?:system )?(?:prompt|instructions?|context|guidelines|programming|memory|configuration)\\b`,
    0.72,
    0.5,
  ],
  [
    'leak',
    `\\b(?:which|what|exact|full)\\b.{0,12}\\b(?:instructions?|prompt)\\b.{0,20}\\b(?:are you following|guide you|do you (?:have|run on)|control you|define you)\\b`,
    0.72,
    0.5,
  ],
  [
    'leak',
    `\\b(?:your|ur)\\s+(?:(?:full|initial|own|original|system|secret|hidden|complete|entire|starting|current|first)\\s+)*(?:prompts?|instructions|context window|training(?: data)?|programming|creators?|content polic(?:y|ies)|system message|pre-?prompt)\\b`,
    0.6,
    0.3,
  ],
  [
    'leak',
    `\\b(?:can you|could you|please|want|show|see|print|give|tell|share|what|which|hand|output|reveal|write|repeat|first|summari[sz]e|confidential|stored|written|hidden|contains?)\\b.{0,50}\\b(?:in |of |is |are |about )?(?:your|ur)\\s+(?:(?:full|initial|own|original|system|secret|hidden|complete|entire|starting|current|first)\\s+)*(?:prompts?(?: texts?)?|context(?: window)?|instructions|training data|system message)\\b`,
    0.72,
    0.4,
  ],
  [
    'leak',
    `\\b(?:print|translate|repeat|output|write|show|copy|summari[sz]e|rephrase|encode|spell ?-?check|reverse|type)\\b\\s+(?:out |me |exactly |again |down )*(?:the|all|any)?\\s*(?:previous|above|preceding|prior|earlier|foregoing)\\s+(?:text|words|sentences?|paragraphs?|lines|prompt|instructions?|content)\\b`,
    0.74,
    0.5,
  ],
  [
    'leak',
    `\\b(?:print|show|output|give|repeat|write|reveal)\\b.{0,20}\\b(?:text|exact(?:ly)?|wording)\\b.{0,12}\\bof your task\\b|\\beverything you (?:were|have been) (?:given|told|shown)\\b|\\b(?:hidden|secret|system|confidential) messages?\\b.{0,20}\\b(?:in|of|from) (?:this|our|your|the) (?:conversation|chat|context)\\b|\\bincluding (?:the )?(?:hidden|system|secret) (?:messages?|prompt|instructions)\\b`,
    0.72,
    0.5,
  ],
  [
    'leak',
    `\\b(?:tell|show|give|list|explain)\\s+(?:to )?(?:me|us)?\\s*(?:all )?(?:of )?your (?:rules|policies|guidelines|restrictions|limitations|secrets?|constraints)\\b`,
    0.5,
    0.4,
  ],
  [
    'leak',
    `\\bcomes? after\\b.{0,30}\\b(?:secret|password|in your)\\b|\\b(?:hint|clue|letters?|spell|backwards?|characters?|riddle|rhymes?|first letter|acrostic)\\b.{0,40}\\b(?:password|passphrase|secret|key ?word|key phrase)\\b`,
    0.72,
    0.4,
  ],
  [
    'leak',
    `\\byou (?:must|should|may|can|are|were) (?:never|not|told not to|not allowed to|forbidden to)\\s(?:to )?(?:reveal|disclose|say|tell|share|show|mention)\\b`,
    0.6,
    0.4,
  ],
  [
    'leak',
    `\\b(?:show|print|display|output|dump|give|see)\\b.{0,16}\\b(?:raw|full|entire|complete|whole|exact|underlying) prompt\\b|\\bsystem section\\b`,
    0.72,
    0.5,
  ],
  [
    'leak',
    `\\bi (?:lost|forgot|misplaced) (?:the|my|your) (?:password|passphrase|secret|pass ?code|code ?word|key ?phrase)\\b.{0,50}\\b(?:print|tell|show|remind|give|spell|send|what)\\b`,
    0.71,
    0.4,
  ],
  [
    'leak',
    `\\btell me (?:a|the|your|any) secrets?\\b|\\bsecrets? (?:that |which )?(?:was|were) (?:given|told|revealed|entrusted)\\b`,
    0.66,
    0.4,
  ],
  [
    'leak',
    `\\b(?:output|print|show|reveal|dump|give me) your (?:own )?(?:config(?:uration)?|settings|parameters|memory|source code|context|secrets?)\\b`,
    0.6,
    0.5,
  ],
];
