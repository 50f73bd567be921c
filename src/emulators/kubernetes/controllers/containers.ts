/** The life of a container: pulled, configured, started, ended, and started again with the real back-off. */
import type { JsonObject } from '../../../json.js';
import { object, stamp, text } from '../fields.js';
import { configurationError, type Programs } from '../programs.js';
import type { Program } from '../worlds/schema.js';
import { ImagePulls } from './image-pull.js';
import type { NodeAgent } from './node-agent.js';
import { type ContainerRun, type PodRun, waitFor } from './pod-run.js';
import type { Probes } from './probes.js';

const MAX_BACKOFF = 300_000;
const FIRST_BACKOFF = 10_000;
/** A container that ran this long starts its back-off from the beginning. */
const BACKOFF_RESET = 600_000;
const CONFIG_RETRY = 15_000;
/** From the end of a back-off until the container runs. */
const START = 800;

export class Containers {
  private readonly images: ImagePulls;

  constructor(
    private readonly agent: NodeAgent,
    private readonly programs: Programs,
    private readonly probes: Probes,
  ) {
    this.images = new ImagePulls(agent);
  }

  /** Starts whatever may start now: the next init container, or all containers once those are done. */
  advance(run: PodRun): void {
    for (const container of run.containers) {
      const untouched = 'waiting' in container.state && !container.timer && !container.current;
      if (container.role === 'app') {
        if (untouched) this.start(run, container);
        continue;
      }
      if (untouched) this.start(run, container);
      const done =
        container.role === 'sidecar' ? container.started : object(container.state, 'terminated').exitCode === 0;
      if (!done) return;
    }
  }

  /** Pulls, checks the configuration, starts. Each may fail, and is then tried again later. */
  start(run: PodRun, container: ContainerRun): void {
    const pod = this.agent.pod(run);
    if (!pod || this.agent.halted(run)) return;
    const program = this.programs.resolve(pod, container.spec, container.restarts);
    this.images.pull(
      run,
      container,
      program,
      () => this.create(run, container),
      () => this.start(run, container),
    );
  }

  private create(run: PodRun, container: ContainerRun): void {
    const pod = this.agent.pod(run);
    if (!pod || this.agent.halted(run)) return;
    const problem = configurationError(this.agent.cluster, pod, container.spec);
    if (problem) {
      // While a world is made, one retry stands for eight.
      const times = this.agent.instant ? 8 : 1;
      this.agent.emit(run, container, 'Warning', 'Failed', `Error: ${problem}`, times);
      if (object(container.state, 'waiting').message !== problem) {
        waitFor(container, 'CreateContainerConfigError', problem);
        this.agent.publish(run);
      }
      container.timer = this.agent.cluster.simulation.after(CONFIG_RETRY * times, () => this.create(run, container));
      return;
    }
    const program = this.programs.resolve(pod, container.spec, container.restarts);
    const { now } = this.agent.cluster;
    const half = this.agent.cluster.names.hex(32, run.uid, container.name, container.restarts);
    container.containerId = `containerd://${half}${half.slice(13)}${half.slice(0, 13)}`;
    this.agent.emit(run, container, 'Normal', 'Created', `Created container: ${container.name}`);
    if (program.startError !== undefined) {
      this.agent.emit(run, container, 'Warning', 'Failed', `Error: ${program.startError}`);
      this.ended(run, container, now, { code: 128, reason: 'StartError', message: program.startError });
      return;
    }
    this.agent.emit(run, container, 'Normal', 'Started', `Started container ${container.name}`);
    if (container.current) container.previous = container.current;
    container.current = { number: container.restarts, startedAt: now, segments: [{ from: now, program }] };
    container.state = { running: { startedAt: stamp(now) } };
    container.started = container.spec.startupProbe === undefined;
    container.ready = false;
    this.plan(run, container, program);
    if (container.role === 'sidecar') {
      container.started = true;
      this.advance(run);
    }
    this.agent.publish(run);
  }

  /** What will happen to a container that has just started. */
  private plan(run: PodRun, container: ContainerRun, program: Program): void {
    const { simulation } = this.agent.cluster;
    const exit = program.exit ?? (container.role === 'init' ? { after: 2, code: 0 } : undefined);
    if (exit) container.timer = simulation.after(exit.after * 1000, () => this.exit(run, container, exit));
    else container.timer = undefined;
    if (this.agent.instant && !exit && program.unready === undefined) {
      container.ready = true;
      return;
    }
    this.probes.schedule(run, container, program.readyAfter * 1000 + this.agent.jitter(0, 900, run, 'ready'));
  }

  private exit(run: PodRun, container: ContainerRun, exit: NonNullable<Program['exit']>): void {
    if (this.agent.halted(run)) return;
    if (exit.liveness !== undefined) {
      this.agent.emit(run, container, 'Warning', 'Unhealthy', `Liveness probe failed: ${exit.liveness}`, 3);
      this.agent.emit(
        run,
        container,
        'Normal',
        'Killing',
        `Container ${container.name} failed liveness probe, will be restarted`,
      );
    }
    const reason = exit.reason ?? (exit.code === 0 ? 'Completed' : 'Error');
    this.ended(run, container, container.current?.startedAt ?? this.agent.cluster.now, {
      code: exit.code,
      reason,
      ...(exit.message !== undefined && { message: exit.message }),
    });
  }

  private ended(
    run: PodRun,
    container: ContainerRun,
    startedAt: number,
    how: { code: number; reason: string; message?: string },
  ): void {
    const { now, simulation } = this.agent.cluster;
    if (container.current) container.current.endedAt = now;
    simulation.cancel(container.probe);
    const terminated: JsonObject = {
      containerID: container.containerId,
      exitCode: how.code,
      finishedAt: stamp(now),
      ...(how.message !== undefined && { message: how.message }),
      reason: how.reason,
      startedAt: how.reason === 'StartError' ? '1970-01-01T00:00:00Z' : stamp(startedAt),
    };
    const pod = this.agent.pod(run);
    const policy = container.role === 'sidecar' ? 'Always' : text(pod, 'spec', 'restartPolicy') || 'Always';
    const again =
      container.role === 'init'
        ? how.code !== 0 && policy !== 'Never'
        : policy === 'Always' || (policy === 'OnFailure' && how.code !== 0);
    container.ready = false;
    container.started = false;
    if (!again) {
      container.state = { terminated };
      container.timer = undefined;
      if (container.role === 'init' && how.code === 0) {
        container.ready = true;
        this.advance(run);
      }
      this.agent.publish(run);
      return;
    }
    if (now - startedAt > BACKOFF_RESET) container.failures = 0;
    const failures = container.failures++;
    container.last = terminated;
    const delay = failures === 0 ? 0 : Math.min(FIRST_BACKOFF * 2 ** (failures - 1), MAX_BACKOFF);
    if (delay === 0) container.state = { terminated };
    else waitFor(container, 'CrashLoopBackOff', this.backoffMessage(run, container, delay));
    if (delay > 0)
      this.agent.emit(
        run,
        container,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${container.name} in pod ${run.name}_${run.namespace}(${run.uid})`,
        Math.max(1, Math.round(delay / 12_000)),
      );
    const period = now - startedAt + delay + START;
    const unseen = delay === MAX_BACKOFF ? this.unseenRounds(run, container, period) : 0;
    container.timer = simulation.after(delay + START + unseen * period, () => {
      container.restarts += 1 + unseen;
      this.start(run, container);
    });
    this.agent.publish(run);
  }

  /**
   * While a large world is made: how many further rounds of a crash loop pass before the time of which events are kept.
   * Each would be like the one before, so they are counted and not played.
   */
  private unseenRounds(run: PodRun, container: ContainerRun, period: number): number {
    const { cluster, instant } = this.agent;
    const pod = this.agent.pod(run);
    const rounds = Math.floor((cluster.events.keepFrom - cluster.now) / period) - 1;
    if (!instant || !pod || rounds <= 0) return 0;
    const then = this.programs.resolve(pod, container.spec, container.restarts + 1 + rounds);
    return then === container.current?.segments.at(-1)?.program ? rounds : 0;
  }

  private backoffMessage(run: PodRun, container: ContainerRun, delay: number): string {
    const seconds = delay / 1000;
    const time = seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`;
    return `back-off ${time} restarting failed container=${container.name} pod=${run.name}_${run.namespace}(${run.uid})`;
  }
}
