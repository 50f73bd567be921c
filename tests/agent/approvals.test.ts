/** The agent with the real gate: what becomes of Claude's calls when the operator approves, denies, or leaves. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.js';
import type { AgentEvent } from '../../src/agent/events.js';
import type { Approver } from '../../src/guardrails/types.js';
import { kit } from '../guardrails/gate-kit.js';
import { bench, closeBenches, historyFaults, ofType, stopOf } from './helpers.js';
import type { Answer, MessagesApi } from './messages-api.js';

afterEach(closeBenches);

const args = { namespace: 'shop', name: 'web', replicas: 3 };
const TWO_WRITES: Answer = {
  blocks: [
    { tool: 'kubernetes__scale', id: 'w1', input: args },
    { tool: 'kubernetes__look', id: 'r1', input: {} },
    { tool: 'kubernetes__scale', id: 'w2', input: { ...args, name: 'api' } },
  ],
};

async function stage(approver: Approver) {
  const k = kit();
  k.setApprover(approver);
  const tools = ['look', 'scale'].map((name) => ({
    server: 'kubernetes',
    name,
    description: name,
    inputSchema: { type: 'object' },
  }));
  const { agent, api } = await bench([TWO_WRITES, { blocks: [{ text: 'Done.' }] }, {}], { gate: k.gate, tools });
  return { k, agent, api };
}

async function play(agent: Agent, signal = new AbortController().signal, on?: (event: AgentEvent) => void) {
  const events: AgentEvent[] = [];
  for await (const event of agent.run('scale web and api', { signal })) {
    events.push(event);
    on?.(event);
  }
  return events;
}

function resultsIn(api: MessagesApi, request: number): Record<string, string> {
  const blocks = api.requests[request]?.messages[2]?.content ?? [];
  return Object.fromEntries(
    blocks.filter((block) => block.type === 'tool_result').map((block) => [block.tool_use_id, block.content ?? '']),
  );
}

describe('approvals', () => {
  it('are asked for one at a time, and Claude reads why one was denied', async () => {
    let open = 0;
    const { k, agent, api } = await stage(async (request) => {
      open += 1;
      expect(open).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      const { arguments: asked } = request.action;
      return asked.name === 'web'
        ? { kind: 'deny', reason: 'not during the freeze' }
        : { kind: 'approve', scope: 'once', digest: request.digest };
    });
    const events = await play(agent);
    expect(stopOf(events)).toBe('end_turn');
    expect(k.runs).toEqual([{ ...args, name: 'api' }]);
    const results = resultsIn(api, 1);
    expect(results.w1).toContain('not during the freeze');
    expect(Object.keys(results)).toEqual(['w1', 'r1', 'w2']);
    expect(historyFaults(agent)).toEqual([]);
  });

  it('that are open when the operator interrupts end as not approved; nothing runs, and the conversation goes on', async () => {
    const { k, agent, api } = await stage(() => new Promise(() => {}));
    const stop = new AbortController();
    const events = await play(agent, stop.signal, (event) => {
      if (event.type === 'approval_requested') stop.abort(new Error('interrupted'));
    });
    expect(stopOf(events)).toBe('interrupted');
    expect(k.runs).toEqual([]);
    expect(
      ofType(events, 'tool_finished')
        .map((event) => event.callId)
        .sort(),
    ).toEqual(['r1', 'w1', 'w2']);
    expect(ofType(events, 'tool_started').map((event) => event.tool)).toEqual(['look']);
    expect(historyFaults(agent)).toEqual([]);
    expect(stopOf(await play(agent))).toBe('end_turn');
    expect(Object.keys(resultsIn(api, 1))).toEqual(['w1', 'r1', 'w2']);
  });

  it('that break count as a no', async () => {
    const { k, agent } = await stage(async () => {
      throw new Error('the terminal is gone');
    });
    const events = await play(agent);
    expect(stopOf(events)).toBe('end_turn');
    expect(k.runs).toEqual([]);
    expect(ofType(events, 'tool_finished').filter(({ result }) => !result.ok && result.code === 'denied')).toHaveLength(
      2,
    );
  });
});

describe('a long conversation', () => {
  it('stays in order over many turns with calls, and each request begins as the one before', async () => {
    const turns = 60;
    const answers: Answer[] = Array.from({ length: turns }, (_, index): Answer[] => [
      { blocks: [{ thinking: 'hm' }, { tool: 'kubernetes__look', id: `call-${index}`, input: {} }] },
      { blocks: [{ text: `Answer ${index}.` }] },
    ]).flat();
    const k = kit();
    const tools = [{ server: 'kubernetes', name: 'look', description: 'look', inputSchema: { type: 'object' } }];
    const { agent, api, run } = await bench(answers, { gate: k.gate, tools });
    for (let index = 0; index < turns; index++) expect(stopOf(await run(`Question ${index}`))).toBe('end_turn');
    expect(agent.messages).toHaveLength(turns * 4);
    expect(historyFaults(agent)).toEqual([]);
    const last = api.requests.at(-1)?.messages ?? [];
    for (const { messages } of api.requests) expect(last.slice(0, messages.length)).toEqual(messages);
  });
});
