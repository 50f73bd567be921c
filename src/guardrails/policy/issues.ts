/** zod's issues in words that tell the author of a policy file what to do. */
import type { z } from 'zod';

export interface Issue {
  path: (string | number)[];
  message: string;
  /** For an unknown key: the key itself, so that its own position can be shown. */
  key?: string;
}

export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path, key, message: `unknown key "${key}"` }));
    }
    if (issue.code === 'invalid_type' && issue.input === undefined && /received undefined/.test(issue.message)) {
      return [
        { path, message: `is missing (${issue.message.replace(/^Invalid input: /, '').replace(/, received.*/, '')})` },
      ];
    }
    return [{ path, message: issue.message.replace(/^Invalid input: /, '') }];
  });
}
