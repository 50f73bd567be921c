/** Readiness: when a container is found ready, when it no longer is, and what changes with the services it depends on. */
import type { Programs } from '../programs.js';
import type { NodeAgent } from './node-agent.js';
import type { ContainerRun, PodRun } from './pod-run.js';

/** A failing probe is told of once a minute, with the count that has come together. */
const REPORT_EVERY = 60_000;

export class Probes {
  /** `namespace/service` to the UIDs of the pods that behave differently without it. */
  private readonly dependents = new Map<string, Set<string>>();

  constructor(
    private readonly agent: NodeAgent,
    private readonly programs: Programs,
    private readonly runs: ReadonlyMap<string, PodRun>,
  ) {}

  /** Remembers which services a pod's programs look at. */
  register(run: PodRun): void {
    for (const container of run.containers)
      for (const service of this.programs.dependencies(container.spec)) {
        const known = this.dependents.get(service) ?? new Set();
        this.dependents.set(service, known.add(run.uid));
      }
  }

  schedule(run: PodRun, container: ContainerRun, delay: number): void {
    const { simulation } = this.agent.cluster;
    simulation.cancel(container.probe);
    container.probe = simulation.after(delay, () => this.probe(run, container));
  }

  private probe(run: PodRun, container: ContainerRun): void {
    const program = container.current?.segments.at(-1)?.program;
    if (!program || !('running' in container.state) || this.agent.halted(run)) return;
    const ready = program.unready === undefined;
    container.started = true;
    if (!ready && program.unready !== undefined && container.role !== 'init') {
      this.agent.emit(run, container, 'Warning', 'Unhealthy', `Readiness probe failed: ${program.unready}`, 6);
      this.schedule(run, container, REPORT_EVERY);
    }
    if (container.ready === ready && ready) return;
    container.ready = ready;
    this.agent.publish(run);
  }

  /** A service has gained or lost its endpoints: whoever depends on it may behave differently now. */
  wake(service: string): void {
    const uids = this.dependents.get(service);
    if (uids) this.agent.cluster.simulation.wake(`depends/${service}`, () => this.reconsider(uids));
  }

  private reconsider(uids: Set<string>): void {
    for (const uid of uids) {
      const run = this.runs.get(uid);
      const pod = run && this.agent.pod(run);
      if (!run || !pod) {
        uids.delete(uid);
        continue;
      }
      for (const container of run.containers) {
        const segment = container.current?.segments.at(-1);
        if (!segment || !('running' in container.state) || run.stopping) continue;
        const program = this.programs.resolve(pod, container.spec, container.restarts);
        if (program === segment.program) continue;
        container.current?.segments.push({ from: this.agent.cluster.now, program });
        const failing = program.unready !== undefined;
        // Three failed probes ten seconds apart, or the next one that succeeds.
        this.schedule(
          run,
          container,
          failing ? this.agent.jitter(20_000, 29_000, run, 'fail') : this.agent.jitter(2_000, 9_000, run, 'pass'),
        );
      }
    }
  }
}
