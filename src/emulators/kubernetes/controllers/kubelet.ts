/**
 * The kubelets of all nodes: they take pods from bound to running, restart what crashes with the real back-off, probe,
 * and stop what is deleted. A kubelet whose node is down does nothing.
 */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { isDeleting, list, nameOf, namespaceOf, number, stamp, text, uidOf } from '../fields.js';
import { Programs, volumeError } from '../programs.js';
import { type Change, keyOf } from '../store.js';
import { Containers } from './containers.js';
import { NodeAgent } from './node-agent.js';
import { type PodRun, podRun } from './pod-run.js';
import { Probes } from './probes.js';

const MOUNT_RETRY = 122_000;

export class Kubelets {
  private readonly runs = new Map<string, PodRun>();
  private readonly addresses = new Map<string, number>();
  private readonly nodeNumbers = new Map<string, number>();
  readonly agent: NodeAgent;
  private readonly probes: Probes;
  private readonly containers: Containers;

  constructor(private readonly cluster: Cluster) {
    const programs = new Programs(cluster);
    this.agent = new NodeAgent(cluster);
    this.probes = new Probes(this.agent, programs, this.runs);
    this.containers = new Containers(this.agent, programs, this.probes);
    cluster.simulation.onChange((change) => this.onChange(change));
  }

  private onChange(change: Change): void {
    if (change.storage === 'endpoints') {
      this.probes.wake(change.after.key);
      return;
    }
    if (change.storage !== 'pods') return;
    const pod = change.after.object;
    const uid = uidOf(pod);
    if (change.type === 'DELETED') {
      this.forget(uid);
      return;
    }
    const node = text(pod, 'spec', 'nodeName');
    if (node === '' || this.agent.down.has(node)) return;
    const run = this.runs.get(uid);
    if (isDeleting(pod)) {
      if (!run) this.runs.set(uid, podRun(pod, this.cluster.now));
      if (!isDeleting(change.before?.object) || !run) this.stop(uid, pod);
    } else if (!run && !['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'))) this.accept(pod);
  }

  private forget(uid: string): void {
    const run = this.runs.get(uid);
    if (!run) return;
    this.cancel(run);
    this.runs.delete(uid);
  }

  private cancel(run: PodRun): void {
    this.cluster.simulation.cancel(run.timer);
    for (const container of run.containers) {
      this.cluster.simulation.cancel(container.timer);
      this.cluster.simulation.cancel(container.probe);
    }
  }

  private accept(pod: JsonObject): void {
    const run = podRun(pod, this.cluster.now);
    this.runs.set(run.uid, run);
    if (!this.agent.instant) {
      this.agent.publish(run);
      run.timer = this.cluster.simulation.after(this.agent.jitter(300, 900, run, 'sandbox'), () => this.prepare(run));
    }
    this.probes.register(run);
    if (this.agent.instant) this.prepare(run);
  }

  private prepare(run: PodRun): void {
    const pod = this.agent.pod(run);
    if (!pod || this.agent.down.has(run.node)) return;
    const problem = volumeError(this.cluster, pod);
    if (problem) {
      this.agent.emit(run, undefined, 'Warning', 'FailedMount', problem);
      if (text(pod, 'status', 'startTime') === '') this.agent.publish(run);
      run.timer = this.cluster.simulation.after(MOUNT_RETRY, () => this.prepare(run));
      return;
    }
    run.sandbox = true;
    run.ip = this.address(run.node);
    this.containers.advance(run);
    if (!this.agent.instant) this.agent.publish(run);
  }

  private address(node: string): string {
    let index = this.nodeNumbers.get(node);
    if (index === undefined) {
      index = this.nodeNumbers.size;
      this.nodeNumbers.set(node, index);
    }
    const next = (this.addresses.get(node) ?? 3) + 1;
    this.addresses.set(node, next);
    return `10.${244 + (index >> 8)}.${index & 255}.${(next % 250) + 4}`;
  }

  private stop(uid: string, pod: JsonObject): void {
    const run = this.runs.get(uid);
    if (!run || run.stopping) return;
    run.stopping = true;
    this.cancel(run);
    for (const container of run.containers)
      if ('running' in container.state)
        this.agent.emit(run, container, 'Normal', 'Killing', `Stopping container ${container.name}`);
    const grace = (number(pod, 'metadata', 'deletionGracePeriodSeconds') ?? 30) * 1000;
    run.timer = this.cluster.simulation.after(Math.min(grace, this.agent.jitter(900, 2400, run, 'stop')), () => {
      const latest = this.agent.pod(run);
      if (!latest || this.agent.down.has(run.node)) return;
      for (const container of run.containers) {
        if (!('running' in container.state)) continue;
        if (container.current) container.current.endedAt = this.cluster.now;
        const started = container.current?.startedAt ?? this.cluster.now;
        container.state = {
          terminated: {
            containerID: container.containerId,
            exitCode: 0,
            finishedAt: stamp(this.cluster.now),
            reason: 'Completed',
            startedAt: stamp(started),
          },
        };
        container.ready = false;
      }
      if (list(latest, 'metadata', 'finalizers').length > 0) this.agent.publish(run);
      // Without grace left it goes at once, or with its last finalizer.
      this.cluster.delete('pods', this.agent.pod(run) ?? latest, { grace: 0 });
    });
  }

  /** The node is gone: nothing that runs there is heard of any more. */
  fail(node: string): void {
    this.agent.down.add(node);
    for (const run of this.runs.values()) if (run.node === node) this.cancel(run);
  }

  /** The pods of a namespace by name, for logs. */
  find(pod: JsonObject): PodRun | undefined {
    const run = this.runs.get(uidOf(pod));
    return run && keyOf(run.namespace, run.name) === keyOf(namespaceOf(pod), nameOf(pod)) ? run : undefined;
  }
}
