/** policies/schema.json is what editors complete the policy file with; it is made from the schema in the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { policyJsonSchema } from '../../src/guardrails/policy/schema.js';
import { packageRoot } from '../../src/root.js';

const file = path.join(packageRoot(), 'policies', 'schema.json');

describe('policies/schema.json', () => {
  it('is current (UPDATE_SCHEMA=1 writes it)', () => {
    const current = `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
    if (process.env.UPDATE_SCHEMA) writeFileSync(file, current);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(current));
  });

  it('is named at the top of the shipped file', () => {
    const text = readFileSync(path.join(packageRoot(), 'policies', 'security.yaml'), 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./schema.json');
  });
});
