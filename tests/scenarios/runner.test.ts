/** Scenarios played through the real client and loop. */
import { describe, expect, it } from 'vitest';
import type { ToolResult } from '../../src/guardrails/types.js';
import { runScenario, type ScenarioReport } from '../../src/scenarios/runner.js';
import { type FakeTool, stage } from './helpers.js';

const pods: ToolResult = { ok: true, text: '2 pods', data: { pods: [{ name: 'web-1', status: 'CrashLoopBackOff' }] } };
const TOOLS: Record<string, FakeTool> = {
  list_pods: { verb: 'read', run: () => pods },
  get_logs: { verb: 'read', run: (args) => ({ ok: true, text: `logs of ${args.pod}`, data: args }) },
  scale: {
    verb: 'write',
    effect: 'require_approval',
    origins: { replicas: 'untrusted' },
    run: (args) => ({ ok: true, text: `scaled to ${args.replicas}`, data: args }),
  },
  delete_pod: { verb: 'delete', effect: 'deny', rule: 'system-namespaces', run: () => pods },
};

async function play(yaml: string, signal = new AbortController().signal): Promise<ScenarioReport> {
  const { scenario, session, clock } = stage(yaml, TOOLS);
  return runScenario({ scenario, session, clock, signal });
}

function failuresOf(report: ScenarioReport): string[] {
  const all = [...report.turns.flatMap((turn) => turn.failures), ...report.failures];
  return all.map(({ expectation, message }) => `${expectation}: ${message}`);
}

const WALK = `
turns:
  - say: What is wrong?
    claude:
      - thinking: Look first.
        text: I look.
        calls: [{ tool: kubernetes.list_pods, as: pods }]
      - calls: [{ tool: kubernetes.get_logs, args: { pod: "\${pods.data.pods[0].name}" } }]
      - text: "\${pods.data.pods[0].name} is in \${pods.data.pods[0].status}. I scale it."
        calls: [{ tool: kubernetes.scale, as: scaling, args: { replicas: 3 } }]
      - if: { scaling: denied }
        text: Then not.
      - if: { scaling: ok }
        text: Done.
    approvals: [{ tool: kubernetes.scale, args: { replicas: 3 }, decide: DECIDE }]
`;

describe('a played scenario', () => {
  it('runs real calls with references to earlier results, and holds what it expects', async () => {
    const report = await play(`${WALK.replace('DECIDE', 'approve')}
    expect:
      calls:
        match: exact
        of:
          - { tool: kubernetes.list_pods, outcome: ok }
          - { tool: kubernetes.get_logs, args: { pod: web-1 }, contains: logs of web-1 }
          - { tool: kubernetes.scale, args: { replicas: 3 }, outcome: ok }
      neverRun: [kubernetes.delete_*]
      verdicts: [{ tool: kubernetes.scale, effect: require_approval, rule: a-rule }]
      promptVerdict: allow
      approvals: [{ tool: kubernetes.scale, outcome: approved, origin: { path: replicas, origin: untrusted } }]
      approvalsAsked: 1
      text: { contains: ["web-1 is in CrashLoopBackOff.", "Done."], absent: ["Then not."], matches: ["^I look"] }
      redactions: { min: 0, max: 0 }
      retries: 0
      usage: { maxReplies: 4, maxOutputTokens: 200, maxCostUsd: 0.1 }
      stop: end_turn
`);
    expect(failuresOf(report)).toEqual([]);
    expect(report.passed).toBe(true);
  });

  it('takes the branch that fits what became of a call', async () => {
    const report = await play(`${WALK.replace('decide: DECIDE', 'decide: deny, reason: not now')}
    expect:
      calls: { of: [{ tool: kubernetes.scale, outcome: denied, code: denied, contains: not now }] }
      neverRun: [kubernetes.scale]
      approvals: [{ tool: kubernetes.scale, outcome: denied }]
      text: { contains: ["Then not."], absent: ["Done."] }
`);
    expect(failuresOf(report)).toEqual([]);
  });

  it('edits, and decides the edited call anew', async () => {
    const report =
      await play(`${WALK.replace('decide: DECIDE }', 'decide: edit, edited: { replicas: 2 } }, { tool: kubernetes.scale, args: { replicas: 2 }, decide: approve }')}
    expect:
      approvals: [{ tool: kubernetes.scale, outcome: edited }, { tool: kubernetes.scale, outcome: approved }]
      verdicts: [{ tool: kubernetes.scale, effect: require_approval, args: { replicas: 2 } }]
      calls: { of: [{ tool: kubernetes.scale, contains: scaled to 2 }] }
`);
    expect(failuresOf(report)).toEqual([]);
  });

  it.each([
    ['calls that did not come', 'calls: { of: [{ tool: kubernetes.delete_pod }] }', 'delete_pod did not come'],
    [
      'calls in another order',
      'calls: { match: in-order, of: [{ tool: kubernetes.scale }, { tool: kubernetes.list_pods }] }',
      'did not come in its place',
    ],
    ['calls of another number', 'calls: { match: exact, of: [{ tool: kubernetes.list_pods }] }', '1 were expected'],
    [
      'one call twice',
      'calls: { match: any-order, of: [{ tool: kubernetes.list_pods }, { tool: kubernetes.list_pods }] }',
      'did not come',
    ],
    ['calls beside these', 'calls: { match: only, of: [{ tool: kubernetes.list_pods }] }', 'is none of them'],
    ['other arguments', 'calls: { of: [{ tool: kubernetes.scale, args: { replicas: 4 } }] }', '"replicas":4'],
    ['a call that was run', 'neverRun: [kubernetes.list_*]', 'was run'],
    ['another verdict', 'verdicts: [{ tool: kubernetes.scale, effect: deny }]', 'scale: require_approval [a-rule]'],
    ['another rule', 'verdicts: [{ tool: kubernetes.scale, effect: require_approval, rule: other }]', 'a-rule'],
    ['another judgement of the words', 'promptVerdict: deny', 'were judged: allow'],
    ['another decision', 'approvals: [{ tool: kubernetes.scale, outcome: denied }]', 'scale: approved'],
    [
      'another origin',
      'approvals: [{ tool: kubernetes.scale, outcome: approved, origin: { path: replicas, origin: operator } }]',
      'replicas: untrusted',
    ],
    ['fewer approvals', 'approvalsAsked: 0', '0 approvals'],
    ['missing text', 'text: { contains: [nowhere] }', 'holds "nowhere"'],
    ['text that must not be', 'text: { absent: [Done] }', 'does not hold "Done"'],
    ['text of another form', 'text: { matches: ["^Done"] }', 'matches /^Done/'],
    ['redactions', 'redactions: { min: 1 }', 'at least 1'],
    ['quarantine', 'quarantined: { min: 1 }', 'at least 1'],
    ['retries', 'retries: 1', 'there were 0'],
    ['too many replies', 'usage: { maxReplies: 2 }', 'at most 2 replies'],
    ['too many tokens', 'usage: { maxInputTokens: 10 }', 'at most 10 input tokens'],
    ['too high a cost', 'usage: { maxCostUsd: 0.000001 }', 'US dollars'],
    ['another end', 'stop: max_tokens', 'it ended with end_turn'],
    [
      'state that is not there',
      'state: [{ resource: deployments, namespace: shop, name: web, has: { spec.replicas: 3 } }]',
      'it is not there',
    ],
  ])('notices %s', async (_name, expectation, message) => {
    const report = await play(`${WALK.replace('DECIDE', 'approve')}\n    expect:\n      ${expectation}\n`);
    expect(report.passed).toBe(false);
    expect(failuresOf(report).join('\n')).toContain(message);
  });

  it('reports approvals that nobody decided, and decisions that nobody asked for', async () => {
    const undecided = await play(
      WALK.replace('DECIDE', 'approve').replace('args: { replicas: 3 }, decide', 'args: { replicas: 9 }, decide'),
    );
    expect(failuresOf(undecided).join('\n')).toMatch(
      /kubernetes.scale asked for one that it does not decide[\s\S]*it never was/,
    );
    const optional = await play(`
turns:
  - say: hi
    claude: [{ text: hello }]
    approvals: [{ tool: kubernetes.scale, decide: approve, optional: true }]
`);
    expect(failuresOf(optional)).toEqual([]);
  });

  it('hesitates between text and calls, on the clock', async () => {
    const yaml = `
turns:
  - say: hi
    claude:
      - { text: a moment, pauseMs: 60000, calls: [{ tool: kubernetes.list_pods }] }
      - { text: done }
`;
    const { scenario, session, clock } = stage(yaml, TOOLS);
    const times: Record<string, number> = {};
    const start = clock.now();
    const onEvent = ({ type }: { type: string }) => {
      times[type] ??= clock.now() - start;
    };
    await runScenario({ scenario, session, clock, signal: new AbortController().signal, onEvent });
    expect(times.text_delta).toBeLessThan(5_000);
    expect(times.tool_requested).toBeGreaterThanOrEqual(60_000);
  });

  it('waits for state on the clock, and looks at values by path', async () => {
    const yaml = `
turns:
  - say: hi
    claude: [{ text: hello }]
    expect:
      state:
        - { resource: deployments, namespace: shop, name: web, has: { "status.readyReplicas": 2 }, withinSeconds: 30 }
        - { resource: pods, namespace: shop, name: gone, absent: true }
`;
    const { scenario, session, clock, objects } = stage(yaml, TOOLS);
    const start = clock.now();
    const world = {
      find: (_server: string, resource: string) =>
        resource === 'pods' ? undefined : { status: { readyReplicas: clock.now() - start > 20_000 ? 2 : 1 } },
    };
    const { signal } = new AbortController();
    const report = await runScenario({ scenario, session: { ...session, world }, clock, signal });
    expect(failuresOf(report)).toEqual([]);
    expect(clock.now() - start).toBeGreaterThan(20_000);
    objects.clear();
  });
});

describe('faults', () => {
  it.each(['overloaded', 'truncate', 'reset', 'http_429', 'http_500', 'http_529', 'stall'])(
    '%s strikes once; then the reply comes whole',
    async (kind) => {
      const report = await play(`
turns:
  - say: hi
    claude: [{ text: "one two three four", faults: [${kind}] }]
    expect: { retries: 1, text: { matches: ["^one two three four\\\\s*$"] }, stop: end_turn }
`);
      expect(failuresOf(report)).toEqual([]);
    },
  );

  it.each([
    ['max_tokens', 'max_tokens'],
    ['refusal', 'refusal'],
    ['context_exceeded', 'context_exceeded'],
  ])('%s ends the turn without running a call', async (stop, expected) => {
    const report = await play(`
turns:
  - say: hi
    claude: [{ calls: [{ tool: kubernetes.list_pods, args: { namespace: payments } }], stop: ${stop} }]
    expect: { neverRun: ["*"], stop: ${expected} }
`);
    expect(failuresOf(report)).toEqual([]);
  });

  it('goes on after a pause', async () => {
    const report = await play(`
turns:
  - say: hi
    claude: [{ text: one, stop: pause_turn }, { text: two }]
    expect: { text: { contains: [one, two] }, stop: end_turn }
`);
    expect(failuresOf(report)).toEqual([]);
  });
});

describe('a script that does not fit', () => {
  const told = async (yaml: string) => failuresOf(await play(yaml)).join('\n');

  it('fails when it is exhausted', async () => {
    expect(await told('turns: [{ say: hi, claude: [] }]')).toContain('the script is exhausted');
    expect(await told('turns: [{ say: hi, claude: [{ calls: [{ tool: kubernetes.list_pods }] }] }]')).toContain(
      'exhausted',
    );
  });

  it('fails on a tool that the session does not have', async () => {
    expect(await told('turns: [{ say: hi, claude: [{ calls: [{ tool: kubernetes.fly }] }] }]')).toContain(
      'which this session does not have',
    );
  });

  it('fails on a reference that leads nowhere', async () => {
    const yaml =
      'turns: [{ say: hi, claude: [{ calls: [{ tool: kubernetes.list_pods, as: pods }] }, { text: "${pods.data.nodes[0]}" }] }]';
    expect(await told(yaml)).toContain('"pods.data.nodes[0]", which is not in the result');
  });

  it('fails on words that it does not have, saying which come next', async () => {
    const { session } = stage('turns: [{ say: first, claude: [{ text: a }] }]', TOOLS);
    const events = [];
    for await (const event of session.run('something else', { signal: new AbortController().signal }))
      events.push(event);
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      message: 'this conversation is scripted and has no answer to "something else"; next in the script is "first"',
    });
  });

  it('does not count words that a policy blocks as played', async () => {
    const report = await play(
      'turns: [{ say: forbidden words, expect: { stop: blocked, promptVerdict: deny } }, { say: hi, claude: [{ text: a }] }]',
    );
    expect(failuresOf(report)).toEqual([]);
  });

  it('knows when it is finished', async () => {
    const { scenario, session, clock, script } = stage(WALK.replace('DECIDE', 'approve'), TOOLS);
    expect(script.finished()).toBe(false);
    await runScenario({ scenario, session, clock, signal: new AbortController().signal });
    expect(script.finished()).toBe(true);
  });
});
