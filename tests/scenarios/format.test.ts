import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { listScenarios, loadScenario, parseScenario } from '../../src/scenarios/load.js';
import { includes, matchesTool, substitute, valueAt } from '../../src/scenarios/values.js';

const HEAD = 'version: 1\ntitle: T\nsummary: S\n';

function problemOf(text: string): string {
  try {
    parseScenario(text, 'demo.yaml');
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.hint ?? ''}`.trim();
    throw error;
  }
  throw new Error('this was accepted');
}

describe('a scenario file', () => {
  it('is read with its defaults', () => {
    const { scenario, name } = parseScenario(`${HEAD}turns:\n  - say: hello\n`, '/demos/a-demo.yaml');
    expect(name).toBe('a-demo');
    expect(scenario.turns).toEqual([{ say: 'hello', approvals: [], claude: [] }]);
    expect(scenario.pace).toEqual({ charsPerSecond: 140, startMs: 700 });
  });

  it.each([
    [
      'a key that does not exist',
      `${HEAD}turns:\n  - say: a\n    shout: b\n`,
      'demo.yaml:5:5: turns[0]: Unrecognized key: "shout"',
    ],
    ['a wrong value', `${HEAD}turns:\n  - say: 7\n`, 'demo.yaml:5:10: turns[0].say:'],
    ['a missing key', `${HEAD}turns:\n  - claude: []\n`, 'demo.yaml:5:5: turns[0].say:'],
    ['broken YAML', `${HEAD}turns: [\n`, 'demo.yaml:5:1:'],
    ['a key given twice', `${HEAD}title: again\nturns:\n  - say: a\n`, 'demo.yaml:4:1: Map keys must be unique'],
    [
      'another version',
      'version: 2\ntitle: T\nsummary: S\nturns:\n  - say: a\n',
      'demo.yaml:1:10: version: this program reads version 1',
    ],
    [
      'a tool without a server',
      `${HEAD}turns:\n  - say: a\n    claude:\n      - calls:\n          - tool: list_pods\n`,
      'write SERVER.TOOL',
    ],
    [
      'a fault that does not exist',
      `${HEAD}turns:\n  - say: a\n    claude:\n      - text: b\n        faults: [explode]\n`,
      'turns[0].claude[0].faults[0].kind',
    ],
    [
      'a reply of nothing',
      `${HEAD}turns:\n  - say: a\n    claude:\n      - stop: max_tokens\n`,
      'needs text, thinking or calls',
    ],
    [
      'a pattern that is none',
      `${HEAD}turns:\n  - say: a\n    expect: { text: { matches: ["("] } }\n`,
      'not a regular expression',
    ],
    [
      'an edit without arguments',
      `${HEAD}turns:\n  - say: a\n    approvals:\n      - { tool: a.b, decide: edit }\n`,
      'edit needs edited',
    ],
  ])('tells where %s stands', (_name, text, message) => {
    expect(problemOf(text)).toContain(message);
  });

  it('refuses a reference to a call that comes later, or to nothing', () => {
    const reply = (text: string) =>
      `${HEAD}turns:\n  - say: a\n    claude:\n      - text: "${text}"\n        calls: [{ tool: k.list, as: pods }]\n`;
    expect(problemOf(reply('${pods.data.a}'))).toContain('no earlier call is named "pods"');
    expect(problemOf(reply('${'.concat('!}')))).toContain('is not a path');
    expect(
      problemOf(
        `${HEAD}turns:\n  - say: a\n    claude:\n      - calls: [{ tool: k.list, as: pods }]\n      - text: "\${pods.items}"\n`,
      ),
    ).toContain('.data or .text');
  });

  it('is found by name or by file, and the demos are listed', () => {
    const names = listScenarios().map((each) => each.name);
    expect(names).toContain('checkout-incident');
    expect(() => loadScenario('no-such-demo')).toThrow('there is no demo "no-such-demo"');
    expect(() => loadScenario('./no/such/file.yaml')).toThrow('cannot read ./no/such/file.yaml');
  });
});

describe('values', () => {
  const data = {
    pods: [
      { name: 'a-1', status: 'Running' },
      { name: 'b-2', status: 'Failed' },
    ],
    count: 2,
  };

  it('are reached by path', () => {
    expect(valueAt(data, 'pods[0].name')).toBe('a-1');
    expect(valueAt(data, 'pods[-1].name')).toBe('b-2');
    expect(valueAt(data, 'pods[status=Failed].name')).toBe('b-2');
    expect(valueAt(data, 'pods[name^=a].status')).toBe('Running');
    expect(valueAt(data, 'pods[status=None].name')).toBeUndefined();
    expect(valueAt(data, 'pods.name')).toBeUndefined();
    expect(() => valueAt(data, 'pods[0')).toThrow('not a path');
  });

  it('are put in place of references, keeping their type where they stand alone', () => {
    const lookup = (reference: string) => valueAt(data, reference) ?? null;
    expect(substitute({ n: '${count}', s: 'all ${count} of ${pods[0].name}', l: ['${count}'] }, lookup)).toEqual({
      n: 2,
      s: 'all 2 of a-1',
      l: [2],
    });
  });

  it('are compared by what must be so', () => {
    expect(includes({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } })).toBe(true);
    expect(includes({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(includes([1, 2], [1])).toBe(false);
    expect(includes('abc', '/^ab/')).toBe(true);
    expect(includes(undefined, '/x/')).toBe(false);
  });

  it('match tools by pattern', () => {
    expect(matchesTool('kubernetes.list_*', 'kubernetes', 'list_pods')).toBe(true);
    expect(matchesTool('kubernetes', 'kubernetes', 'list_pods')).toBe(true);
    expect(matchesTool('*', 'palette', 'list_clusters')).toBe(true);
    expect(matchesTool('kubernetes.list', 'kubernetes', 'list_pods')).toBe(false);
  });
});
