/** Data that speaks like a person giving orders: requests, urgency, reported approvals, messages passed on. Mostly for results. */
import { type Entry, or } from './entry.js';
import { AGENT_STRICT, DO } from './words.js';

const ADMIN = or(
  'administrator|admin|operator|user|owner|security team|management|system|supervisor|boss|on-?call|ciso|cto|manager|developer',
);
const HARM = or(
  'delete|drain|uninstall|scale|cordon|grant|terminate|wipe|destroy|evict|purge|shut down|tear down|disable',
);

export const VOICE: readonly Entry[] = [
  [
    'voice',
    `\\b(?:please|kindly|pls|go ahead and|be so kind (?:and|as to))\\s+(?:also\\s+|now\\s+|then\\s+|just\\s+|immediately\\s+)?(?:${HARM}|reply|forward|email|respond|apply)\\s+(?:the|all|every|this|these|that|any|to|with|it|pods?|nodes?|deployments?|namespaces?|worker|user|me)\\b`,
    0.05,
    0.42,
  ],
  [
    'voice',
    `\\b(?:please|kindly|pls)\\b.{0,60}\\b(?:${HARM}|remove|apply|cordon|restart)\\b.{0,60}\\b(?:for me|right away|thanks|thank you|tonight|immediately|asap|at once|right now)\\b`,
    0.05,
    0.4,
  ],
  [
    'voice',
    `\\b(?:do (?:it|this|so|that)|delete|remove|scale|run|act|proceed|apply|execute)\\s(?:\\w+ ){0,3}(?:silently|quietly|secretly|discreetly|covertly|unnoticed)\\b|\\bwithout anyone (?:noticing|knowing)\\b`,
    0.35,
    0.55,
  ],
  ['voice', `\\b(?:set|scale|reduce|change|bring)\\b.{0,40}\\breplicas?\\b.{0,30}\\b(?:to )(?:0|zero)\\b`, 0.03, 0.3],
  [
    'voice',
    `\\b(?:the|our|your) ${ADMIN} (?:says|said|replie[ds]|answer(?:s|ed)|respond(?:s|ed)|confirm(?:s|ed)|writes|wrote)\\s*[:,]`,
    0.2,
    0.55,
  ],
  ['voice', `\\bon behalf of the (?:user|operator|admin(?:istrator)?|owner|team)\\b`, 0.1, 0.4],
  ['voice', `\\buse the (?:\\w+ )?tool (?:to|with|and|for)\\b|\\busing (?:your|the \\w+) tools?\\b`, 0.03, 0.5],
  [
    'voice',
    `\\b(?:new|urgent|important|following|direct)\\s+(?:message|order|instruction|request|directive)s?\\s+(?:from|by|of)\\s+(?:the |your |our )?${ADMIN}\\b`,
    0.35,
    0.56,
  ],
  ['voice', `\\bby the (?:ai|assistant|ai agent|bot|model|llm|copilot|automation agent)\\b`, 0.03, 0.4],
  [
    'voice',
    `\\bthe (?:correct|right|only|true) (?:answer|response|reply|summary)\\b.{0,30}\\b(?:is|to|must|should)\\b`,
    0.1,
    0.5,
  ],
  [
    'voice',
    `\\b(?:say|answer|reply|respond|report|state)\\s+(?:only|exactly|just)\\s+(?:that|this|the following|"|:)`,
    0.15,
    0.4,
  ],
  [
    'voice',
    `\\byou are (?:an?|the|our|my)\\s+(?:\\w+[ -]){0,3}(?:bot|assistant|agent|ai|model|copilot|chatbot|expert)\\b`,
    0.3,
    0.55,
  ],
  ['voice', `\\bthe (?:\\w+ )?model (?:must|should|has to|needs to|shall|will now)\\s+(?:${DO})\\b`, 0.1, 0.56],
  [
    'voice',
    `\\b(?:ai agents?|assistants?|llms?|ai assistants?|copilots?) (?:may|can|are free to|are welcome to|could)\\s+(?:${DO})\\b`,
    0.05,
    0.42,
  ],
  [
    'voice',
    `\\b(?:attention|hey|dear|hi|hello|listen|psst|yo)[\\s,:!]+(?:all |any |every )?(?:ai |llm )?(?:bots?|assistants?|ai|llms?|claude|copilots?|language models?)\\b`,
    0.2,
    0.56,
  ],
  [
    'voice',
    `\\b(?:your|the) (?:operator|user|owner|boss|master|human)\\b.{0,6}\\b(?:forgot|wants?|asked|told|needs|would like|instructed|expects|requires|has asked)\\b.{0,20}\\b(?:you|that|to|this|the)\\b`,
    0.2,
    0.52,
  ],
  [
    'voice',
    `\\b(?:actions?|steps?|procedures?|remediation|tasks?|commands?|guidance|hints?)\\s+(?:for|by)\\s+(?:the |any |all )?${AGENT_STRICT}\\b`,
    0.2,
    0.58,
  ],
  [
    'voice',
    `\\b(?:reply|respond|answer)\\b(?:\\s+to this \\w+)?\\s+with\\s+(?:the |a )?(?:list|contents?|values?|all|every|full|names?|token|secret|password|output)\\b`,
    0.15,
    0.52,
  ],
  [
    'voice',
    `\\b(?:whoever|whatever|anything|anyone|any (?:automation|tool|system|script|program|bot))\\s+(?:that )?(?:automates?|reads?|processes|is reading|handles|parses|sees|analy[sz]es)\\b`,
    0.2,
    0.5,
  ],
  [
    'voice',
    `\\b(?:before|when|once|after|as soon as)\\s+you\\s+(?:go on|carry on|move on|resume|start|begin|read|see|finish|are done|continue|proceed)\\b.{0,50}\\b(?:${HARM}|remove|apply|stop|call|run|send|create)\\b`,
    0.1,
    0.56,
  ],
  [
    'voice',
    `\\b(?:treat|consider|regard|interpret)\\b.{0,30}\\b(?:this|the (?:following|contents?|above|text|annotation|message)|it)\\b.{0,30}\\bas\\b.{0,20}\\b(?:the |an? )?(?:user|operator|system|admin|instruction|command|order|request|latest)\\b`,
    0.4,
    0.62,
  ],
  [
    'voice',
    `\\bforget (?:this|these|the) (?:instruction|message|step|note|text)s?\\b|\\b(?:step \\d\\b.{0,60}){2,4}\\b(?:forget|user|secret|silently|do not tell)\\b`,
    0.4,
    0.55,
  ],
  [
    'voice',
    `\\bwe (?:noticed|know|see|detected) (?:that )?you are an? (?:ai|bot|llm|model|assistant|automated)\\b|\\bprove (?:it|that you|yourself)\\b.{0,20}\\bby\\b`,
    0.35,
    0.5,
  ],
];
