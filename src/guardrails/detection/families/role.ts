/** Text that dresses up as part of the conversation: role tokens, tags, headings, fake turns and approvals. */
import type { Entry } from './entry.js';

export const ROLE: readonly Entry[] = [
  [
    'role',
    `<\\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_turn|start|channel|message|endofprompt)\\|>`,
    0.75,
    0.85,
  ],
  [
    'role',
    `\\[/?(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|system\\s*\\(#\\w+\\)|system ?(?:message|override|prompt|instructions?)|admin(?:istrator)?(?: message| override)|assistant)\\]|<</?SYS(?:TEM)?>>|<</?(?:system|admin|assistant|instructions?)>>|<start_of_turn>|<end_of_turn>`,
    0.75,
    0.8,
  ],
  [
    'role',
    `</?(?:system|assistant|human|function_calls?|function_results?|tool_result|tool_use|tool_call|tool_response|invoke|antml[:\\w]*|system[_-]?(?:prompt|message|reminder|instruction|override)|end_?of_?(?:data|context|input)|developer|untrusted\\w*)(?:\\s[^<>]{0,60})?/?>`,
    0.65,
    0.72,
  ],
  [
    'role',
    `</?(?:instructions?|information|important|admin|prompt|context_end|priority|directive|override)(?:\\s[^<>]{0,60})?/?>`,
    0.4,
    0.5,
  ],
  ['role', `(?:^|\\n)[\\s#>*"'-]*(?:assistant|human|claude|chatgpt|gpt)\\s*:\\s*\\S`, 0.35, 0.42],
  [
    'role',
    `(?:^|\\n)[\\s#>*"'-]*(?:system|developer|admin)\\s*(?:prompt|message|instruction|note|notice)?\\s*[:>]\\s*\\S`,
    0.3,
    0.22,
  ],
  [
    'role',
    `(?:^|\\n)\\s*(?:#{1,4}|={3,}|\\*{3,})\\s*(?:new |updated |end of )?(?:system|instructions?|assistant|response|admin|developer|prompt|human)\\s*(?::|prompt|message|instructions?|override)[^\\n]{0,80}`,
    0.5,
    0.5,
  ],
  [
    'role',
    `\\b(?:system|admin(?:istrator)?|developer|root|security|priority|maintenance|emergency)[\\s_-]+(?:override|directive|instruction|injection)s?\\b\\s*(?:\\w+\\s*){0,3}[:\\]!]`,
    0.72,
    0.72,
  ],
  [
    'role',
    `\\b(?:human|user|operator|admin(?:istrator)?)\\s*:\\s*(?:yes|approved?|i (?:approve|confirm|agree|authori[sz]e)|go ahead|confirmed|ok(?:ay)?,? (?:do|delete|go|proceed|scale|drain)|proceed|do it)\\b`,
    0.6,
    0.75,
  ],
  [
    'role',
    `\\b(?:assistant|claude)\\s*:\\s*(?:i (?:have|will|am)|sure|calling|done|ok|certainly|of course)\\b`,
    0.45,
    0.6,
  ],
];
