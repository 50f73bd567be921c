/** Makes gated writes as fast as it can, each leaving its call id in the file `world`, until it is killed. */

import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { systemClock } from '../../../src/clock.js';
import { openAuditLog } from '../../../src/guardrails/audit/index.js';
import { approve, fakePolicy, kit, writeTool } from '../gate-kit.js';

const [folder = '', world = ''] = process.argv.slice(2);
const clock = systemClock();
const audit = await openAuditLog({ folder, session: randomUUID(), actor: 'ops@desk', clock, maxBytes: 20_000 });
const policy = fakePolicy();
let current = '';
const tool = {
  ...writeTool('scale', 'write', [], []),
  run: async () => {
    appendFileSync(world, `${current}\n`);
    await new Promise((resolve) => setImmediate(resolve));
    return { ok: true as const, text: 'done', data: {} };
  },
};
const { gate } = kit({
  audit,
  clock,
  policy,
  lookup: () => tool,
  approver: () => approve(),
  random: randomUUID,
  budgets: () => ({
    deletes: { hour: 1e9, session: 1e9, stopHour: 1e9 },
    writes: { hour: 1e9, session: 1e9, stopHour: 1e9 },
    nodes: { hour: 1e9, session: 1e9, stopHour: 1e9 },
    costPerMonth: { hour: 1e9, session: 1e9, stopHour: 1e9 },
  }),
});
process.stdout.write('ready\n');
for (;;) {
  current = randomUUID();
  const result = await gate.call(
    { id: current, server: 'kubernetes', tool: 'scale', args: { name: 'web', replicas: 2 } },
    { signal: new AbortController().signal, emit: () => {} },
  );
  if (!result.ok) throw new Error(result.text);
}
