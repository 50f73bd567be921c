/** A policy file is right or refused, with the place of every mistake. */
import { describe, expect, it } from 'vitest';
import { PolicyError } from '../../src/guardrails/policy/errors.js';
import { loadPolicies } from '../../src/guardrails/policy/load.js';

function problems(...texts: string[]): string[] {
  try {
    loadPolicies(texts.map((text, index) => ({ file: `p${index + 1}.yaml`, text })));
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.message.split('\n');
    throw error;
  }
}

const rule = (lines: string) =>
  `version: 1\nrules:\n  - name: r\n    scope: action\n    severity: high\n    effect: deny\n    message: no\n${lines}`;

describe('loading policies', () => {
  it('accepts a rule in its long form and one in its short form', () => {
    const text = `${rule("    when: action.verb == 'delete'\n")}policies:\n  - { name: limits, severity: medium, check: resources.limits, message: m }\n`;
    const loaded = loadPolicies([{ file: 'p.yaml', text }]);
    expect(loaded.rules.map(({ name, scope, effects }) => [name, scope, effects.production])).toEqual([
      ['r', 'action', 'deny'],
      ['limits', 'configuration', 'warn'],
    ]);
  });

  it('names the line and column of an unknown key', () => {
    expect(problems(rule('    check: action.destructive\n    serverity: low\n'))).toEqual([
      'p1.yaml:9:5: rule "r": unknown key "serverity"',
    ]);
  });

  it.each([
    [
      'an unknown check',
      rule('    check: action.destuctive\n'),
      /^p1\.yaml:8:12: rule "r": there is no check "action\.destuctive"; known: /,
    ],
    [
      'an unknown parameter',
      rule('    check: action.size\n    with: { maxNode: 3 }\n'),
      /^p1\.yaml:9:13: rule "r": with: unknown key "maxNode"/,
    ],
    [
      'a parameter of the wrong type',
      rule('    check: action.size\n    with: { maxNodes: many }\n'),
      /^p1\.yaml:9:23: rule "r": with\.maxNodes: /,
    ],
    [
      'CEL that does not parse',
      rule('    when: action.verb ==\n'),
      /^p1\.yaml:8:2\d: rule "r": the expression does not parse/,
    ],
    [
      'a field that does not exist',
      rule('    when: action.nodez > 10\n'),
      /^p1\.yaml:8:18: rule "r": type error: No such key: nodez/,
    ],
    [
      'an expression that is no condition',
      rule('    when: action.nodes + 1\n'),
      /the expression is a int, not true or false/,
    ],
    [
      'matches(), which can take exponential time',
      rule("    when: action.tool.matches('(a+)+b')\n"),
      /matches\(\) is not allowed/,
    ],
    ['a pattern that is not written out', rule('    when: re2(action.tool, action.verb)\n'), /must be written out/],
    ['a pattern that is no RE2', rule("    when: re2(action.tool, '(?=a)')\n"), /not valid RE2/],
    [
      'comprehensions nested three deep',
      rule('    when: action.arguments.all(a, action.arguments.all(b, action.arguments.all(c, true)))\n'),
      /nested 2 deep/,
    ],
    [
      'both check and when',
      rule('    check: action.rate\n    when: action.production\n'),
      /exactly one of check and when/,
    ],
    ['neither check nor when', rule(''), /exactly one of check and when/],
    [
      'a check of another scope',
      rule('    check: resources.limits\n'),
      /^p1\.yaml:4:12: rule "r": the check resources\.limits belongs to the scope configuration/,
    ],
    [
      'a grade for a kind that the check does not find',
      rule('    check: action.size\n    grades: [{ kind: gpus, effect: deny }]\n'),
      /no findings of kind "gpus"; known: nodes/,
    ],
    [
      'an unknown placeholder',
      rule('    check: action.rate\n').replace('message: no', "message: 'x {{targt}}'"),
      /unknown placeholder {{targt}}; known: /,
    ],
    [
      'an effect that does not exist',
      rule('    check: action.rate\n').replace('effect: deny', 'effect: block'),
      /^p1\.yaml:6:13: rule "r": effect: expected one of allow, warn, require_approval, deny/,
    ],
    ['YAML that is none', 'version: 1\nrules: [', /^p1\.yaml:\d+:\d+: not valid YAML/],
    ['another version', 'version: 2', /^p1\.yaml:1:10: version: expected 1/],
    [
      'a match that means nothing in the scope',
      rule('    check: action.rate\n    match: { kinds: [pod] }\n')
        .replace('scope: action', 'scope: prompt')
        .replace('action.rate', 'prompt.scope'),
      /match\.kinds means nothing for prompt rules/,
    ],
    [
      'an exemption for no rule',
      'version: 1\nexemptions:\n  - { rule: x, object: { kind: Pod }, reason: why, by: me, until: 2027-01-01 }',
      /^p1\.yaml:3:1: exemption for "x": there is no such rule/,
    ],
    [
      'an exemption on a day that is none',
      'version: 1\nexemptions:\n  - { rule: x, object: { kind: Pod }, reason: why, by: me, until: 2027-02-30 }',
      /"2027-02-30" is not a day/,
    ],
    [
      'an exemption for everything',
      'version: 1\nexemptions:\n  - { rule: x, object: {}, reason: why, by: me, until: 2027-01-01 }',
      /name at least one of kind, namespace, name, scope/,
    ],
    [
      'aliases that explode',
      `version: 1\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      /aliases expand to too much/,
    ],
  ])('refuses %s', (_, text, expected) => {
    const found = problems(text);
    expect(found).not.toEqual([]);
    expect(found[0]).toMatch(expected);
  });

  it('refuses a name that an earlier file has taken, and says where', () => {
    const text = rule('    check: action.rate\n');
    expect(problems(text, text)).toEqual(['p2.yaml:3:11: rule "r" is already defined at p1.yaml:3; rename one']);
  });

  it('refuses an exemption from a rule that allows none', () => {
    const text = `${rule('    check: action.rate\n    exemptable: false\n')}exemptions:\n  - { rule: r, object: { kind: Pod }, reason: why, by: me, until: 2027-01-01 }\n`;
    expect(problems(text)).toEqual(['p1.yaml:11:1: rule "r" allows no exemptions; remove this one']);
  });

  it('tells all mistakes of all files at once', () => {
    expect(problems(rule('    check: nope\n'), 'version: 1\nrulez: []')).toHaveLength(2);
  });

  it('reads accepted findings strictly', () => {
    const text =
      'version: 1\nacceptedFindings:\n  - { check: P12, namespace: shop, reason: known, until: 2027-01-31 }\n';
    const accepted = { check: 'P12', namespace: 'shop', reason: 'known', until: '2027-01-31' };
    expect(loadPolicies([{ file: 'p.yaml', text }]).acceptedFindings).toEqual([accepted]);
    expect(problems(text.replace('namespace', 'ns'))[0]).toMatch(
      /^p1\.yaml:3:\d+: acceptedFindings\.0: unknown key "ns"/,
    );
    expect(problems(text.replace('2027-01-31', 'soon'))[0]).toMatch(/a date such as 2027-01-31/);
  });

  it('has another hash for another text', () => {
    const one = loadPolicies([{ file: 'p.yaml', text: 'version: 1\n' }]);
    const other = loadPolicies([{ file: 'p.yaml', text: 'version: 1\n\n' }]);
    expect(one.hash).not.toBe(other.hash);
  });
});
