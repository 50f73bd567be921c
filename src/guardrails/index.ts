/** What other programs use of the guardrails: the policy engine, the validator, detection. */
export { type Scan, scanText } from './detection/index.js';
export { type ObjectFinding, PolicyEngine, type RuleInfo, shippedPolicies } from './policy/engine.js';
export { PolicyError, type PolicyProblem } from './policy/errors.js';
export { type ActionValidation, ActionValidator } from './policy/validator.js';
export { type PromptValidation, PromptValidator } from './prompt.js';
