/**
 * A console on a fake session, as a program of its own: what the pty tests run, and good for looking at by hand. What is
 * said decides what happens; PACE is the time between pieces of text, in milliseconds.
 */

import type { AgentEvent } from '../../src/agent/events.js';
import { runConsole } from '../../src/console/index.js';
import {
  action,
  fakeSession,
  NO_SCREENING,
  PLAN,
  RULES,
  request,
  type Step,
  stream,
  USAGE,
  verdict,
} from '../console/fake-session.js';

const call = (id: string, tool: string, args: Record<string, string | number>, ms: number, text: string): Step[] => [
  { type: 'tool_requested', callId: id, server: 'kubernetes', tool, verb: 'read', args },
  {
    type: 'verdict',
    callId: id,
    action: action({ tool, verb: 'read', arguments: args, provenance: [] }),
    verdict: verdict('allow'),
  },
  { type: 'tool_started', callId: id, server: 'kubernetes', tool },
  ms,
  {
    type: 'tool_finished',
    callId: id,
    server: 'kubernetes',
    tool,
    result: { ok: true, text, data: {} },
    screening: tool === 'get_pod_logs' ? { ...NO_SCREENING, redactions: 1 } : NO_SCREENING,
    durationMs: ms,
  },
];

const slow = (text: string, ms: number): Step[] => stream(text).flatMap((event): Step[] => [event, ms]);

const ANSWER = `## What happened

The **checkout** deployment in \`payments\` is crash-looping since revision 14:

| pod | restarts | reason |
|---|---:|---|
| checkout-7d9f8-abcde | 17 | \`OOMKilled\` |
| checkout-7d9f8-fghij | 15 | \`OOMKilled\` |

1. The memory limit went from **512Mi** to 128Mi.
2. The JVM needs about 300Mi to start:
   - heap 256Mi
   - metaspace *at least* 40Mi

\`\`\`yaml
resources:
  limits:
    memory: 128Mi # was 512Mi
    cpu: "1"
\`\`\`

> Nothing else in the namespace changed.

I suggest scaling up while we fix the limit. 你好，世界 🚀 done.
`;

const after = (decision: { kind: string }): AgentEvent[] => [
  {
    type: 'approval_decided',
    callId: 'c3',
    requestId: 'approval-1',
    outcome:
      decision.kind === 'approve'
        ? { kind: 'approved', scope: 'once' }
        : { kind: 'denied', reason: 'the operator said no' },
  },
  {
    type: 'tool_finished',
    callId: 'c3',
    server: 'kubernetes',
    tool: 'scale_deployment',
    result:
      decision.kind === 'approve'
        ? { ok: true, text: 'deployment.apps/checkout scaled from 3 to 5', data: {} }
        : { ok: false, code: 'denied', text: 'The operator denied this call.' },
    screening: NO_SCREENING,
    durationMs: decision.kind === 'approve' ? 320 : 0,
  },
];

const pace = Number(process.env.PACE ?? '8');

function turnFor(text: string): Step[] {
  if (text.startsWith('long')) return [...slow(LONG, pace), { type: 'text_delta', text: '\n\nEND-OF-TEXT' }];
  if (text.startsWith('wait')) return [{ type: 'text_delta', text: 'Waiting.' }, 60_000];
  if (text.startsWith('crash')) {
    setTimeout(() => {
      throw new Error('something broke');
    }, 50);
    return [60_000];
  }
  return incident(text);
}

const LONG = `START-OF-TEXT ${Array.from({ length: 1_000 }, (_, i) => `w${i}`).join(' ')}`;

const incident = (text: string): Step[] => [
  { type: 'turn_started', version: 1, turn: 1, text, model: 'claude-test-1' },
  { type: 'thinking_delta', text: '**Looking at the pods** of the payments namespace first.' },
  pace * 20,
  ...slow('I will look at the pods first.', pace),
  ...call('c1', 'list_pods', { namespace: 'payments' }, pace * 50, '12 pods, 3 not ready\nline\nline'),
  ...call('c2', 'get_pod_logs', { pod: 'checkout-7d9f8-abcde', tail: 100 }, pace * 100, 'Exception in thread main'),
  { type: 'retrying', attempt: 1, delayMs: pace * 100, reason: 'overloaded' },
  pace * 100,
  ...slow(ANSWER, pace),
  {
    type: 'tool_requested',
    callId: 'c3',
    server: 'kubernetes',
    tool: 'scale_deployment',
    verb: 'write',
    args: { namespace: 'payments', name: 'checkout', replicas: 5 },
  },
  { type: 'verdict', callId: 'c3', action: action(), verdict: verdict('require_approval', RULES) },
  {
    ask: request({
      callId: 'c3',
      confirmation: text.includes('delete') ? 'checkout' : null,
      plan: { ...PLAN, diff: Array.from({ length: 40 }, (_, i) => `${'+- '[i % 3]} line ${i}`).join('\n') },
    }),
    reply: after,
  },
  ...slow('\nDone: **5 replicas** are ready.', pace),
  { type: 'usage', reply: USAGE, total: USAGE, contextTokens: 12_400 },
  { type: 'turn_finished', turn: 1, stopReason: 'end_turn', text: '', usage: USAGE },
];

const session = fakeSession({
  info: process.env.NO_MODEL ? { model: null } : {},
  turn: turnFor,
  call: (tool, args) =>
    call('direct', tool, args as Record<string, string>, 200, 'NAME   READY\ncheckout-1   0/1\ncheckout-2   1/1'),
});

process.exitCode = await runConsole({
  open: async () => session,
  welcome: { version: '0.1.0' },
  ...(process.argv[2] ? { initialPrompt: process.argv[2] } : {}),
});
