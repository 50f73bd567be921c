/** How rules combine: effects, grades, exemptions, several files, hot reload, errors while judging. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_LIST_ITEMS, MAX_NESTED_ITEMS } from '../../src/guardrails/policy/cel.js';
import { PolicyEngine, shippedPolicies } from '../../src/guardrails/policy/engine.js';
import { explain } from '../../src/guardrails/policy/explain.js';
import { REQUIRED_RULES } from '../../src/guardrails/policy/required.js';
import { actionFrom } from '../../src/guardrails/policy/validator.js';
import type { Action, Environment, Verdict } from '../../src/guardrails/types.js';
import type { JsonObject } from '../../src/json.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function write(...texts: string[]): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'policy-'));
  folders.push(folder);
  return texts.map((text, index) => {
    const file = path.join(folder, `p${index}.yaml`);
    writeFileSync(file, text);
    return file;
  });
}

const rule = (name: string, rest: string) => `  - { name: ${name}, severity: high, message: m, ${rest} }\n`;
const file = (...rules: string[]) => `version: 1\n${rules.length > 0 ? 'rules:\n' : ''}${rules.join('')}`;
const load = (...texts: string[]) =>
  PolicyEngine.load(write(...texts), { now: () => Date.parse('2026-11-23T12:00:00Z') });

describe('judging actions', () => {
  it('the strongest effect of all matching rules wins, whatever their order', () => {
    const engine = load(
      file(
        rule('a', "scope: action, when: 'true', effect: deny"),
        rule('b', "scope: action, when: 'true', effect: warn"),
        rule('c', "scope: action, when: 'true', effect: allow"),
      ),
    );
    const verdict = engine.judgeAction(actionFrom({ type: 'list_pods' }));
    expect(verdict.effect).toBe('deny');
    expect(verdict.matches.map(({ rule: name, effect }) => [name, effect])).toEqual([
      ['a', 'deny'],
      ['b', 'warn'],
      ['c', 'allow'],
    ]);
    expect(verdict.policyHash).toBe(engine.hash);
  });

  it('has the effect of the environment', () => {
    const engine = load(
      file(rule('a', "scope: action, when: action.verb == 'write', effect: { default: warn, production: deny }")),
    );
    expect(engine.judgeAction(actionFrom({ type: 'scale_x', environment: 'dev' })).effect).toBe('warn');
    expect(engine.judgeAction(actionFrom({ type: 'scale_x', environment: 'prod' })).effect).toBe('deny');
  });

  it('a grade with a condition only raises', () => {
    const engine = load(
      file(
        rule(
          'a',
          'scope: action, when: action.nodes > 1, effect: require_approval, grades: [{ when: action.nodes > 5, effect: deny }, { when: action.nodes > 2, effect: warn }]',
        ),
      ),
    );
    const effect = (nodes: number) => engine.judgeAction(actionFrom({ type: 'create_cluster', nodes })).effect;
    expect([effect(1), effect(2), effect(3), effect(6)]).toEqual([
      'allow',
      'require_approval',
      'require_approval',
      'deny',
    ]);
  });

  it('asks an expression for the subjects of its own scope only', () => {
    const engine = load(
      file(
        rule('p', "scope: prompt, when: 'prompt.length > 3', effect: deny"),
        rule('a', "scope: action, when: action.verb == 'write', effect: deny"),
        rule('c', "scope: configuration, when: kind == 'ConfigMap', effect: deny"),
      ),
    );
    const matched = ({ matches }: Verdict) => matches.map(({ rule: name }) => name);
    const config = { kind: 'ConfigMap', metadata: { name: 'c' } };
    expect(matched(engine.judgePrompt('what is wrong?'))).toEqual(['p']);
    expect(matched(engine.judgeResult('what is wrong?'))).toEqual([]);
    expect(matched(engine.judgeAction(actionFrom({ type: 'list_pods' })))).toEqual([]);
    expect(matched(engine.judgeAction(actionFrom({ type: 'scale_x' })))).toEqual(['a']);
    expect(matched(engine.judgeAction({ ...actionFrom({ type: 'list_pods' }), objects: [config] }))).toEqual(['c']);
    expect(engine.judgeObjects([config, { kind: 'Secret' }], { environment: 'production' })).toHaveLength(1);
  });

  it('raises by a condition only what the condition is about', () => {
    const engine = load(
      file(
        rule(
          'a',
          'scope: action, check: privilege.grants, effect: warn, grades: [{ when: action.nodes > 5, effect: deny }]',
        ),
      ),
    );
    const binding = {
      kind: 'ClusterRoleBinding',
      metadata: { name: 'ops' },
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'jane' }],
    };
    expect(engine.judgeObjects([binding], { environment: 'production' })).toMatchObject([
      { rule: 'a', effect: 'warn' },
    ]);
    const both = load(
      file(
        rule(
          'b',
          'scope: action, check: privilege.grants, effect: warn, grades: [{ when: production, effect: require_approval, approvers: 2 }]',
        ),
      ),
    );
    const effects = (environment: Environment) =>
      both.judgeObjects([binding], { environment }).map(({ effect, approvers }) => [effect, approvers]);
    expect(effects('production')).toEqual([['require_approval', 2]]);
    expect(effects('non-production')).toEqual([['warn', undefined]]);
  });

  it('asks as many people as the rule says, whether the call or an object in it matches', () => {
    const engine = load(
      file(
        rule('a', 'scope: action, check: privilege.grants, effect: require_approval, approvers: 2'),
        rule('b', "scope: configuration, when: kind == 'ConfigMap', effect: require_approval, approvers: 3"),
        rule('c', "scope: configuration, when: kind == 'Secret', effect: warn, approvers: 5"),
      ),
    );
    const binding = {
      kind: 'ClusterRoleBinding',
      metadata: { name: 'ops' },
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'jane' }],
    };
    const approvers = (action: Partial<Action>) =>
      engine
        .judgeAction({ ...actionFrom({ type: 'apply_manifest' }), ...action })
        .matches.map((match) => [match.rule, match.approvers]);
    expect(approvers({ objects: [binding] })).toEqual([['a', 2]]);
    expect(approvers({ objects: [{ kind: 'ConfigMap' }, binding] })).toEqual(
      expect.arrayContaining([
        ['b', 3],
        ['a', 2],
      ]),
    );
    expect(approvers({ objects: [{ kind: 'Secret' }] })).toEqual([['c', undefined]]);
    expect(approvers({ objects: [{ kind: 'List', items: [{ kind: 'ConfigMap' }] }] })).toEqual([['b', 3]]);
    const both = engine.judgeAction({
      ...actionFrom({ type: 'create_role_binding', role: 'cluster-admin', user: 'jane' }),
      objects: [binding],
    });
    expect(both.matches).toMatchObject([{ rule: 'a', approvers: 2 }]);
  });

  it('counts an expression that fails as matched, with the rule’s effect', () => {
    const engine = load(file(rule('a', 'scope: action, when: action.arguments.missing == 1, effect: deny')));
    const verdict = engine.judgeAction(actionFrom({ type: 'scale_x', replicas: 2 }));
    expect(verdict).toMatchObject({ effect: 'deny', matches: [{ rule: 'a', error: true }] });
    expect(verdict.matches[0]?.message).toMatch(/could not be evaluated/);
  });

  it('takes whole numbers of JSON as integers', () => {
    const engine = load(
      file(
        rule(
          'a',
          "scope: action, when: 'action.arguments.n + 1 == 4 && action.arguments.n % 2 == 1 && action.arguments.half < 1', effect: deny",
        ),
      ),
    );
    expect(engine.judgeAction(actionFrom({ type: 'scale_x', arguments: { n: 3, half: 0.5 } })).effect).toBe('deny');
    expect(engine.judgeAction(actionFrom({ type: 'scale_x', arguments: { n: 2, half: 0.5 } })).effect).toBe('allow');
  });

  it('knows quantities and linear-time patterns', () => {
    const engine = load(
      file(
        rule(
          'a',
          'scope: configuration, when: "containers.exists(c, quantity(c.resources.limits.memory) > quantity(\'1Gi\'))", effect: warn',
        ),
        rule(
          'b',
          'scope: configuration, when: "containers.exists(c, c.image.re2(\'^registry[.]example/\'))", effect: warn',
        ),
      ),
    );
    const pod = (memory: string, image: string) => ({
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image, resources: { limits: { memory } } }] },
    });
    const rules = (object: ReturnType<typeof pod>) =>
      engine.judgeObjects([object], { environment: 'production' }).map((finding) => finding.rule);
    expect(rules(pod('2Gi', 'registry.example/a'))).toEqual(['a', 'b']);
    expect(rules(pod('1024Mi', 'other/registry.example/a'))).toEqual([]);
  });

  it('does not judge what is too large, it counts it as matched', () => {
    const engine = load(file(rule('a', "scope: configuration, when: kind == 'Other', effect: deny")));
    const object = { kind: 'ConfigMap', list: new Array<number>(MAX_LIST_ITEMS + 1).fill(1) };
    expect(engine.judgeObjects([object], { environment: 'production' })).toMatchObject([
      { rule: 'a', effect: 'deny', error: true },
    ]);
  });

  it('calculates with 1 and 1.5 alike', () => {
    const when =
      'object.f + 1 > 2 && 1 + object.f > 2 && object.f - 1 < 1 && 3 - object.f > 1 && object.f * 2 < 4 && 2 * object.f < 4 && object.f / 2 < 1 && 2 / object.f > 1';
    const engine = load(file(rule('a', `scope: configuration, when: '${when}', effect: warn`)));
    const judged = (f: number) => engine.judgeObjects([{ kind: 'X', f }], { environment: 'production' });
    expect(judged(1.5)).toMatchObject([{ rule: 'a' }]);
    expect(judged(1.5)[0]?.error).toBeUndefined();
    expect(judged(9.5)).toEqual([]);
    expect(judged(2)).toEqual([]);
  });

  it('gives up where one loop in another would take too long, and counts that as matched', () => {
    const nested = 'object.list.exists(a, object.list.exists(b, a + b == -1))';
    const engine = load(
      file(
        rule('a', `scope: configuration, when: '${nested}', effect: deny`),
        rule('b', "scope: configuration, when: 'object.list.exists(a, a == -1)', effect: deny"),
      ),
    );
    const judged = (length: number) =>
      engine.judgeObjects([{ kind: 'X', list: new Array<number>(length).fill(1) }], { environment: 'production' });
    const started = performance.now();
    expect(judged(MAX_NESTED_ITEMS + 1)).toMatchObject([{ rule: 'a', effect: 'deny', error: true }]);
    expect(performance.now() - started).toBeLessThan(200);
    expect(judged(100)).toEqual([]);
  });

  it('narrows by match', () => {
    const engine = load(
      file(
        rule(
          'a',
          "scope: action, when: 'true', effect: deny, match: { tools: ['scale_*'], environments: [production] }",
        ),
      ),
    );
    expect(engine.judgeAction(actionFrom({ type: 'scale_x' })).effect).toBe('deny');
    expect(engine.judgeAction(actionFrom({ type: 'restart_x' })).effect).toBe('allow');
    expect(engine.judgeAction(actionFrom({ type: 'scale_x', environment: 'dev' })).effect).toBe('allow');
  });

  it('judges the objects that an action would write', () => {
    const engine = new PolicyEngine();
    const object = { kind: 'Pod', metadata: { name: 'p', namespace: 'shop' }, spec: { hostPID: true, containers: [] } };
    const verdict = engine.judgeAction(actionFrom({ type: 'apply_manifest', environment: 'dev', object }));
    expect(verdict.effect).toBe('deny');
    expect(verdict.matches.find((match) => match.rule === 'host-access')?.message).toBe('Pod shop/p: hostPID is true');
  });
});

describe('a change to what is there already', () => {
  const engine = new PolicyEngine();
  const deployment = (spec: JsonObject): JsonObject => ({
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { template: { spec: { containers: [{ name: 'a', image: 'x:1' }], ...spec } } },
  });
  const judge = (objects: JsonObject[], objectsBefore: JsonObject[]) =>
    engine
      .judgeAction({ ...actionFrom({ type: 'scale_deployment', environment: 'prod' }), objects, objectsBefore })
      .matches.map((match) => match.rule);

  it('answers for what it brings only', () => {
    expect(judge([deployment({})], [deployment({})])).toEqual(['production-protection']);
    expect(judge([deployment({ hostPID: true })], [deployment({})])).toContain('host-access');
    expect(judge([deployment({})], [])).toContain('resource-limits');
  });

  it('is told in short messages, with a count of the rest', () => {
    const verdict = engine.judgeAction({
      ...actionFrom({ type: 'apply', environment: 'prod' }),
      objects: [deployment({})],
    });
    expect(verdict.matches.find((match) => match.rule === 'pod-security-level')?.message).toMatch(
      /^Deployment shop\/web: restricted 1\.37: \w+; \w+/,
    );
    for (const { message } of verdict.matches) expect(message.length).toBeLessThan(260);
    expect(verdict.matches.find((match) => match.rule === 'resource-limits')?.message).toMatch(/\(\+\d more\)$/);
  });
});

describe('exemptions', () => {
  const exempt = (until: string) =>
    `${file(rule('a', 'scope: configuration, check: host.access, effect: deny'))}exemptions:\n  - { rule: a, object: { kind: DaemonSet, name: 'cni-*' }, reason: needs it, by: net, until: ${until} }\n`;
  const object = (name: string) => ({
    kind: 'DaemonSet',
    metadata: { name },
    spec: { template: { spec: { hostNetwork: true, containers: [] } } },
  });
  const judge = (engine: PolicyEngine, name: string) =>
    engine.judgeObjects([object(name)], { environment: 'production' });

  it('lift the effect and stay visible with reason, author and last day', () => {
    expect(judge(load(exempt('2026-11-23')), 'cni-node')).toMatchObject([
      { effect: 'allow', exemption: 'needs it (net, until 2026-11-23)' },
    ]);
  });

  it('hold for their object only, and end', () => {
    expect(judge(load(exempt('2026-11-23')), 'other')).toMatchObject([{ effect: 'deny' }]);
    const old = load(exempt('2026-11-22'));
    expect(judge(old, 'cni-node')).toMatchObject([{ effect: 'deny' }]);
    expect(old.warnings.join()).toMatch(/exemption for a ended on 2026-11-22/);
  });
});

describe('the shipped rules', () => {
  it('are all there, so nothing is warned of', () => {
    expect(new PolicyEngine({ now: () => Date.parse('2026-11-23') }).warnings).toEqual([]);
  });

  it('warn by name of every required rule that is missing or switched off', () => {
    const engine = load('version: 1\n');
    for (const name of REQUIRED_RULES) expect(engine.warnings.join('\n')).toContain(`the rule ${name} is missing`);
    const off = load(file(rule('out-of-scope', 'scope: prompt, check: prompt.scope, effect: warn, enabled: false')));
    expect(off.warnings.join('\n')).toContain('out-of-scope is missing from the policies or switched off');
    expect(off.judgePrompt('Write me a poem about the sea.').matches).toEqual([]);
  });

  it('are added to by later files', () => {
    const [own = ''] = write(file(rule('own', "scope: action, when: action.tool == 'list_pods', effect: deny")));
    const engine = PolicyEngine.load([shippedPolicies(), own]);
    expect(engine.judgeAction(actionFrom({ type: 'list_pods' })).effect).toBe('deny');
    expect(engine.judgeAction(actionFrom({ type: 'delete_pod', environment: 'dev' })).effect).toBe('require_approval');
  });

  it('each have at least three examples that match and three that do not', () => {
    for (const { name, source } of new PolicyEngine().compiled) {
      expect([name, (source.cases?.match?.length ?? 0) >= 3, (source.cases?.pass?.length ?? 0) >= 3]).toEqual([
        name,
        true,
        true,
      ]);
      expect([name, (source.refs?.length ?? 0) > 0]).toEqual([name, true]);
    }
  });
});

describe('reloading', () => {
  it('keeps the last good rules and denies every change while a file is broken', () => {
    const [one = ''] = write(file(rule('a', "scope: action, when: action.verb == 'read', effect: warn")));
    const engine = PolicyEngine.load([one]);
    const before = engine.hash;
    writeFileSync(one, 'version: 1\nrules: [');
    expect(engine.refresh()).toBe(false);
    expect(engine.broken).toMatch(/not valid YAML/);
    expect(engine.hash).toBe(before);
    expect(engine.warnings.join()).toMatch(/changes are blocked/);
    expect(engine.judgeAction(actionFrom({ type: 'list_pods' })).effect).toBe('warn');
    expect(engine.judgeAction(actionFrom({ type: 'scale_x', environment: 'dev' }))).toMatchObject({
      effect: 'deny',
      matches: [{ rule: 'policy-broken' }],
    });
  });

  it('takes up the rules of a mended file', () => {
    const [one = ''] = write(file());
    const engine = PolicyEngine.load([one]);
    writeFileSync(one, 'broken: [');
    engine.refresh();
    writeFileSync(one, file(rule('a', "scope: action, when: 'true', effect: deny")));
    expect(engine.refresh()).toBe(true);
    expect(engine.broken).toBeNull();
    expect(engine.judgeAction(actionFrom({ type: 'list_pods' })).effect).toBe('deny');
  });

  it('blocks changes when the file is gone', () => {
    const [one = ''] = write(file());
    const engine = PolicyEngine.load([one]);
    rmSync(one);
    engine.refresh();
    expect(engine.judgeAction(actionFrom({ type: 'scale_x', environment: 'dev' })).effect).toBe('deny');
  });
});

describe('explaining', () => {
  it('names every rule considered, what matched and on which values', () => {
    const explanation = explain(
      new PolicyEngine(),
      actionFrom({ type: 'delete_pod', namespace: 'shop', name: 'web-1', environment: 'dev' }),
    );
    const matched = explanation.rules.filter((candidate) => candidate.matched);
    expect(matched.map((candidate) => candidate.rule)).toEqual(['destructive-action']);
    expect(matched[0]).toMatchObject({
      effect: 'require_approval',
      condition: 'action.destructive',
      details: ['delete_pod removes pod shop/web-1'],
    });
    expect(matched[0]?.place).toMatch(/security\.yaml:\d+$/);
    expect(explanation.rules.length).toBeGreaterThan(10);
    expect(explanation.values).toContainEqual({ name: 'target.namespace', value: 'shop' });
  });
});
