/** Every named check there is. A new check is one entry in the list of its group. */

import { ACTION_CHECKS } from './action-checks.js';
import type { Check } from './check.js';
import { CONFIGURATION_CHECKS } from './configuration-checks.js';
import { GUARD_CHECKS } from './guard-checks.js';
import { PROMPT_CHECKS } from './prompt-checks.js';

const ALL: readonly Check[] = [...PROMPT_CHECKS, ...ACTION_CHECKS, ...GUARD_CHECKS, ...CONFIGURATION_CHECKS];
const BY_NAME = new Map(ALL.map((check) => [check.name, check]));

export function checkNamed(name: string): Check | undefined {
  return BY_NAME.get(name);
}

export function checkNames(): string[] {
  return [...BY_NAME.keys()];
}
