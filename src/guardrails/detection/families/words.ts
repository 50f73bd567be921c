/** Words that several families share. */
import { or } from './entry.js';

/** Telling someone to drop something: imperatives and infinitives. Logs say it with -ing and -ed; see DROPPING. */
export const DROP = or(
  `ignore|disregard|forget(?: about)?|neglect|overlook|override|bypass|circumvent|dismiss|discard|abandon|unlearn|erase|
   nullify|scrap|ditch|drop|toss|reject|defy|disobey|violate|suspend|waive|clear|wipe|skip|set aside|put aside|throw (?:away|out)|
   get rid of|let go of|move past|step outside(?: of)?|stop (?:following|obeying|adhering to|using|applying)|
   (?:do not|don.?t|never|no longer|need not|must not|cease to|refuse to) (?:follow|obey|adhere to|listen to|comply with|respect|apply|observe|heed|regard|consider|use|care about)|
   pay no (?:attention|heed) to|take no notice of|break free (?:from|of)|break out of|free yourself (?:from|of)|cancel|delete|remove|disable|leave behind|supersede|replace|break|void|revoke|rescind|reset|rewrite|alter|relax|loosen|lift|quit|exit|bend`,
);
/** Those that nobody says of network policies and quotas. */
export const DROP_SPEECH = or(
  `ignore|disregard|forget(?: about)?|never mind|neglect|overlook|circumvent|dismiss|discard|abandon|unlearn|nullify|scrap|ditch|toss|defy|disobey|
   set aside|put aside|let go of|step outside(?: of)?|stop (?:following|obeying|adhering to)|pay no (?:attention|heed) to|break free (?:from|of)|
   (?:do not|don.?t|never|no longer) (?:follow|obey|adhere to|listen to|comply with|respect|heed|care about)`,
);
export const DROPPING = or('ignoring|disregarding|forgetting|overriding|bypassing|discarding|dropping|skipping');
export const EARLIER = or(
  'previous(?:ly)?|prior|preceding|earlier|above|foregoing|former|past|existing|current|original|initial|old|before|all other|aforementioned|pre-?existing',
);
/** Earlier in the conversation, rather than an earlier state of some object. */
export const BEFORE = or(
  'previous(?:ly)?|prior|preceding|earlier|above|foregoing|former|past|initial|before|all other|aforementioned',
);
/** What is meant only in a conversation with a model, more or less. */
export const FIRM = or(
  `instructions?|instrucitons?|system prompts?|system messages?|prompts?|guidelines?|directives?|directions|programming|training|
   safeguards?|restrictions?|constraints?|limitations?|safety (?:rules?|policies|measures|guidelines|filters?|protocols?|training)|
   content polic(?:y|ies)|usage polic(?:y|ies)|ethical (?:rules?|guidelines|constraints?|standards)|moral(?:s|ity)?|ethics|
   filters|guard ?rails|rules|principles|inhibitions|core values|boundaries|policies|prime directive|rulez`,
);
/** With "previous" or "all" before them these mean the conversation too. */
export const SAID = or(
  `${'instructions?|instrucitons?|prompts?|rules?|guidelines?|directions?|directives?|commands?|orders?|training|programming|constraints?|restrictions?|limitations?|safeguards?|guard ?rails?|polic(?:y|ies)|messages?|conversations?|context|requests?|tasks?|texts?|content|filters?|assignments?|information|statements?|roles?|persona|queries|questions?|input|inputs|dialogue?|chat|words|sentences?|paragraphs?|details|discussions?|settings'}`,
);
export const ACT = or(
  'act|behave|respond|answer|reply|speak|function|operate|work|roleplay|role ?-?play|write|talk|think|serve',
);

/** Who is addressed when text means a model. */
export const AGENT = or(
  `ai|a\\.i\\.|llms?|(?:ai |virtual |ops |chat ?)?assistants?|ai[ -](?:agents?|models?|systems?|operators?|readers?|tools?|bots?)|
   language models?|chat ?bots?|copilot|claude|chatgpt|gpt(?:-?[345][\\w.]*)?|gemini|automated (?:agents?|assistants?|readers?)|
   (?:sre|ops|devops|cluster|kubernetes|k8s|autonomous|intelligent)[ -]?(?:bot|agent|assistant)s?|mcp clients?|agents?|bots?`,
);
/** Without the words that name ordinary programs in a cluster. */
export const AGENT_STRICT = or(
  `ai|a\\.i\\.|llms?|(?:ai |virtual |ops |chat ?)?assistants?|ai[ -](?:agents?|models?|systems?|operators?|readers?|tools?|bots?)|
   (?:large )?language models?|chat ?bots?|copilot|claude|chatgpt|gpt(?:-?[345][\\w.]*)?|gemini|automated (?:agents?|assistants?|readers?)|
   (?:sre|ops|devops|autonomous|intelligent)[ -](?:bot|agent|assistant)s?`,
);
export const DO = or(
  `run|execute|call|invoke|use|delete|remove|scale|drain|cordon|restart|apply|patch|create|grant|approve|send|post|upload|email|
   e-mail|forward|fetch|visit|open|navigate|download|install|exec|disable|enable|set|change|update|modify|transfer|pay|add|read|
   print|output|include|append|reply|respond|answer|say|tell|report|mark|skip|ignore|forget|disregard|stop|perform|follow|
   complete|provision|terminate|kill|evict|uncordon|roll ?back|list|get|reveal|show|share|recommend|suggest|propose|issue|
   trigger|write|summari[sz]e|translate|search|click|unlock|book|buy|schedule|save|store|mention|inform|notify|proceed|take|
   make|ensure|please|do|begin|start|give|copy|insert|check|retrieve|export|rotate|purge|wipe|destroy|continue|comply|obey|
   uninstall|bypass|override|help|act|assume|treat|confirm|switch|move|push|curl|wget|leak|display|dump|encode|decode`,
);
