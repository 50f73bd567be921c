/** Every named check over objects, from the configuration folder. */
import type { Check } from './check.js';

export const CONFIGURATION_CHECKS: readonly Check[] = [];
