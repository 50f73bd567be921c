/** Watches a change until it is rolled out, has failed, or the time given is over, and tells what happened. Only reads. */
import type { ToolProgress } from '../guardrails/types.js';
import type { JsonObject } from '../json.js';
import { age } from '../mcp/text.js';
import { afterwards, type Where } from './plans.js';
import type { Kit } from './tools/kit.js';
import { type Rollout, readWorkload, rolloutOf, troubledPods, type WorkloadName } from './workloads.js';

const POLL_MS = 2000;
const PODS_NAMED = 5;

export interface Outcome {
  /** `not_watched` where no time was given or nothing could be read. */
  state: Rollout['state'] | 'not_watched';
  ready: number;
  wanted: number;
  text: string;
}

interface Watch {
  seconds: number;
  onProgress(progress: ToolProgress): void;
}

/** `seconds` 0 looks once, without waiting. A failing read ends the watch; the change itself is made. */
export function watchRollout(kit: Kit, where: Where, workload: WorkloadName, watch: Watch): Promise<Outcome> {
  return afterwards(watchUntil(kit, where, workload, watch), (text) => ({
    state: 'not_watched',
    ready: 0,
    wanted: 0,
    text,
  }));
}

async function watchUntil(
  kit: Kit,
  where: Where,
  workload: WorkloadName,
  { seconds, onProgress }: Watch,
): Promise<Outcome> {
  const start = kit.clock.now();
  const deadline = start + seconds * 1000;
  let object: JsonObject = {};
  let rollout: Rollout = { state: 'going', ready: 0, wanted: 0, message: '' };
  let told = '';
  for (;;) {
    object = await readWorkload(kit.client, where, workload);
    rollout = rolloutOf(workload.kind, object);
    const message = rollout.state === 'done' ? `${rollout.ready} of ${rollout.wanted} ready` : rollout.message;
    if (message !== told)
      onProgress({ message, progress: Math.min(rollout.ready, rollout.wanted), total: rollout.wanted });
    told = message;
    if (rollout.state !== 'going' || kit.clock.now() >= deadline) break;
    await kit.clock.sleep(Math.min(POLL_MS, deadline - kit.clock.now()), where.signal);
  }
  const { ready, wanted } = rollout;
  if (rollout.state === 'done')
    return {
      state: 'done',
      ready,
      wanted,
      text: `Rolled out after ${age(kit.clock.now() - start)}: ${ready} of ${wanted} ready.`,
    };
  const troubled = await troubledPods(kit.client, where, workload, object);
  const pods =
    troubled.length === 0
      ? ''
      : `\nPods not ready: ${troubled.slice(0, PODS_NAMED).join('; ')}${troubled.length > PODS_NAMED ? `; and ${troubled.length - PODS_NAMED} more` : ''}`;
  if (rollout.state === 'failed')
    return {
      state: 'failed',
      ready,
      wanted,
      text: `The rollout failed: ${rollout.message} (${ready} of ${wanted} ready).${pods}`,
    };
  if (seconds === 0) return { state: 'not_watched', ready, wanted, text: `Not watched further: ${rollout.message}.` };
  return { state: 'going', ready, wanted, text: `Not finished after ${seconds} s: ${rollout.message}.${pods}` };
}
