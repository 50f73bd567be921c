/**
 * The kubelets of all nodes: they take pods from bound to running, restart what crashes with the real back-off, probe,
 * and stop what is deleted. A kubelet whose node is down does nothing.
 */
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { isDeleting, list, nameOf, namespaceOf, number, object, objects, set, stamp, text, uidOf } from '../fields.js';
import { configurationError, Programs, volumeError } from '../programs.js';
import { type Change, keyOf } from '../store.js';
import type { Program } from '../worlds/schema.js';
import { type ContainerRun, type PodRun, podRun } from './pod-run.js';
import { podStatus } from './pod-status.js';

const MAX_BACKOFF = 300_000;
const FIRST_BACKOFF = 10_000;
/** A container that ran this long starts its back-off from the beginning. */
const BACKOFF_RESET = 600_000;
const CONFIG_RETRY = 15_000;
const MOUNT_RETRY = 122_000;

const PULL_MESSAGES: Record<NonNullable<Program['pull']>, (image: string) => string> = {
  'not-found': (image) =>
    `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
  unauthorized: (image) =>
    `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch anonymous token: unexpected status from GET request: 401 Unauthorized`,
  'rate-limited': (image) =>
    `failed to pull and unpack image "${image}": failed to copy: httpReadSeeker: failed open: unexpected status code 429 Too Many Requests - toomanyrequests: You have reached your pull rate limit`,
  timeout: (image) =>
    `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://${image.split('/')[0]}/v2/": dial tcp: lookup ${image.split('/')[0]}: i/o timeout`,
};

export class Kubelets {
  private readonly runs = new Map<string, PodRun>();
  private readonly pulled = new Set<string>();
  private readonly imageIds = new Map<string, string>();
  private readonly dependents = new Map<string, Set<string>>();
  private readonly addresses = new Map<string, number>();
  private readonly nodeNumbers = new Map<string, number>();
  readonly down = new Set<string>();
  /** While a large world is made: pods start in no time and skip the states that nobody would see. */
  instant = false;
  readonly programs: Programs;

  constructor(private readonly cluster: Cluster) {
    this.programs = new Programs(cluster);
    cluster.simulation.onChange((change) => this.onChange(change));
  }

  run(uid: string): PodRun | undefined {
    return this.runs.get(uid);
  }

  private onChange(change: Change): void {
    if (change.storage === 'endpoints') {
      this.wakeDependents(change.after.key);
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
    if (node === '' || this.down.has(node)) return;
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

  /** Milliseconds that differ from pod to pod and are the same in every run. */
  private jitter(low: number, high: number, run: PodRun, what: string): number {
    return this.cluster.names.between(low, high, what, run.uid);
  }

  private pod(run: PodRun): JsonObject | undefined {
    const pod = this.cluster.store.get('pods', run.namespace, run.name);
    return pod && uidOf(pod) === run.uid ? pod : undefined;
  }

  private source(run: PodRun) {
    return { component: 'kubelet', host: run.node };
  }

  private publish(run: PodRun): void {
    const pod = this.pod(run);
    if (!pod || this.down.has(run.node)) return;
    const status = podStatus(pod, run, this.hostIp(run.node), this.cluster.now);
    const extra = object(pod, 'status');
    const kept: JsonObject = {};
    for (const field of ['reason', 'message', 'nominatedNodeName']) {
      const value = extra[field];
      if (value !== undefined) kept[field] = value;
    }
    this.cluster.store.put('pods', { ...pod, status: { ...status, ...kept } });
  }

  hostIp(node: string): string {
    const addresses = objects(this.cluster.store.get('nodes', '', node), 'status', 'addresses');
    return text(
      addresses.find((address) => address['type'] === 'InternalIP'),
      'address',
    );
  }

  private accept(pod: JsonObject): void {
    const run = podRun(pod, this.cluster.now);
    this.runs.set(run.uid, run);
    if (!this.instant) {
      this.publish(run);
      run.timer = this.cluster.simulation.after(this.jitter(300, 900, run, 'sandbox'), () => this.prepare(run));
    }
    for (const container of run.containers)
      for (const service of this.programs.dependencies(container.spec)) {
        const known = this.dependents.get(service) ?? new Set();
        this.dependents.set(service, known.add(run.uid));
      }
    if (this.instant) this.prepare(run);
  }

  private prepare(run: PodRun): void {
    const pod = this.pod(run);
    if (!pod || this.down.has(run.node)) return;
    const problem = volumeError(this.cluster, pod);
    if (problem) {
      this.cluster.events.emit(pod, 'Warning', 'FailedMount', problem, this.source(run));
      if (text(pod, 'status', 'startTime') === '') this.publish(run);
      run.timer = this.cluster.simulation.after(MOUNT_RETRY, () => this.prepare(run));
      return;
    }
    run.sandbox = true;
    run.ip = this.address(run.node);
    this.advance(run);
    if (!this.instant) this.publish(run);
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

  /** Starts whatever may start now: the next init container, or all containers once those are done. */
  private advance(run: PodRun): void {
    for (const container of run.containers) {
      const untouched = 'waiting' in container.state && !container.timer && !container.current;
      if (container.role === 'app') {
        if (untouched) this.start(run, container);
        continue;
      }
      if (untouched) this.start(run, container);
      const done =
        container.role === 'sidecar' ? container.started : object(container.state, 'terminated')['exitCode'] === 0;
      if (!done) return;
    }
  }

  private about(container: ContainerRun) {
    return { fieldPath: `spec.${container.role === 'app' ? 'containers' : 'initContainers'}{${container.name}}` };
  }

  private wait(container: ContainerRun, reason: string, message?: string): void {
    container.state = { waiting: { ...(message !== undefined && { message }), reason } };
    container.ready = false;
    container.started = false;
  }

  /** Pulls, checks the configuration, starts. Each may fail, and is then tried again later. */
  private start(run: PodRun, container: ContainerRun): void {
    const pod = this.pod(run);
    if (!pod || this.down.has(run.node) || run.stopping) return;
    const program = this.programs.resolve(pod, container.spec, container.restarts);
    const image = text(container.spec, 'image');
    const emit = (type: 'Normal' | 'Warning', reason: string, message: string, count = 1) =>
      this.cluster.events.emit(pod, type, reason, message, this.source(run), { ...this.about(container), count });
    if (program.pull) {
      this.failPull(run, container, PULL_MESSAGES[program.pull](image), emit);
      return;
    }

    const cached = this.pulled.has(`${run.node}|${image}`);
    const fresh = !cached || container.spec['imagePullPolicy'] === 'Always';
    const pullTime = !fresh ? 0 : cached ? this.jitter(250, 700, run, image) : this.jitter(900, 2600, run, image);
    if (fresh && container.restarts === 0 && container.failures === 0)
      emit('Normal', 'Pulling', `Pulling image "${image}"`);
    const pulled = () => {
      this.pulled.add(`${run.node}|${image}`);
      const size = this.cluster.names.between(18_000_000, 190_000_000, 'size', image);
      const seconds = `${(pullTime / 1000).toFixed(3).replace(/\.?0+$/, '')}s`;
      emit(
        'Normal',
        'Pulled',
        fresh
          ? `Successfully pulled image "${image}" in ${seconds} (${seconds} including waiting). Image size: ${size} bytes.`
          : `Container image "${image}" already present on machine`,
      );
      container.imageId = this.imageId(image);
      this.create(run, container, emit);
    };
    if (this.instant) pulled();
    else container.timer = this.cluster.simulation.after(pullTime + 250, pulled);
  }

  private imageId(image: string): string {
    let id = this.imageIds.get(image);
    if (id === undefined) {
      const digest = this.cluster.names.hex(32, image, 1) + this.cluster.names.hex(32, image, 2);
      id = `${image.replace(/:[^:/]*$/, '')}@sha256:${digest}`;
      this.imageIds.set(image, id);
    }
    return id;
  }

  private failPull(
    run: PodRun,
    container: ContainerRun,
    message: string,
    emit: (type: 'Normal' | 'Warning', reason: string, message: string, count?: number) => void,
  ): void {
    const image = text(container.spec, 'image');
    const failed = `Failed to pull image "${image}": ${message}`;
    emit('Normal', 'Pulling', `Pulling image "${image}"`);
    container.timer = this.cluster.simulation.after(this.jitter(900, 1900, run, image), () => {
      emit('Warning', 'Failed', failed);
      emit('Warning', 'Failed', 'Error: ErrImagePull');
      container.failures++;
      const delay = Math.min(FIRST_BACKOFF * 2 ** (container.failures - 1), MAX_BACKOFF);
      if (container.failures === 1) {
        this.wait(container, 'ErrImagePull', message);
        this.publish(run);
      }
      container.timer = this.cluster.simulation.after(Math.min(3_000, delay), () => {
        emit('Normal', 'BackOff', `Back-off pulling image "${image}"`, Math.max(1, Math.round(delay / 13_000)));
        emit('Warning', 'Failed', 'Error: ImagePullBackOff', Math.max(1, Math.round(delay / 13_000)));
        if (object(container.state, 'waiting')['reason'] !== 'ImagePullBackOff') {
          this.wait(container, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`);
          this.publish(run);
        }
        container.timer = this.cluster.simulation.after(delay, () => this.start(run, container));
      });
    });
  }

  private create(
    run: PodRun,
    container: ContainerRun,
    emit: (type: 'Normal' | 'Warning', reason: string, message: string, count?: number) => void,
  ): void {
    const pod = this.pod(run);
    if (!pod || this.down.has(run.node) || run.stopping) return;
    const problem = configurationError(this.cluster, pod, container.spec);
    if (problem) {
      emit('Warning', 'Failed', `Error: ${problem}`);
      if (object(container.state, 'waiting')['message'] !== problem) {
        this.wait(container, 'CreateContainerConfigError', problem);
        this.publish(run);
      }
      container.timer = this.cluster.simulation.after(CONFIG_RETRY, () => this.create(run, container, emit));
      return;
    }
    const program = this.programs.resolve(pod, container.spec, container.restarts);
    const { now } = this.cluster;
    container.containerId = `containerd://${this.cluster.names.hex(32, run.uid, container.name, container.restarts, 1)}${this.cluster.names.hex(32, run.uid, container.name, container.restarts, 2)}`;
    emit('Normal', 'Created', `Created container: ${container.name}`);
    if (program.startError !== undefined) {
      emit('Warning', 'Failed', `Error: ${program.startError}`);
      this.ended(run, container, now, { code: 128, reason: 'StartError', message: program.startError });
      return;
    }
    emit('Normal', 'Started', `Started container ${container.name}`);
    if (container.current) container.previous = container.current;
    container.current = { number: container.restarts, startedAt: now, segments: [{ from: now, program }] };
    container.state = { running: { startedAt: stamp(now) } };
    container.started = container.spec['startupProbe'] === undefined;
    container.ready = false;
    this.plan(run, container, program);
    if (container.role === 'sidecar') {
      container.started = true;
      this.advance(run);
    }
    this.publish(run);
  }

  /** What will happen to a container that has just started. */
  private plan(run: PodRun, container: ContainerRun, program: Program): void {
    const { simulation, now } = this.cluster;
    const exit = program.exit ?? (container.role === 'init' ? { after: 2, code: 0 } : undefined);
    if (exit) container.timer = simulation.after(exit.after * 1000, () => this.exit(run, container, exit));
    else container.timer = undefined;
    if (this.instant && !exit && program.unready === undefined) {
      container.ready = true;
      return;
    }
    this.scheduleProbe(run, container, program.readyAfter * 1000 + this.jitter(0, 900, run, 'ready'), now);
  }

  private scheduleProbe(run: PodRun, container: ContainerRun, delay: number, from: number): void {
    const { simulation } = this.cluster;
    simulation.cancel(container.probe);
    container.probe = simulation.at(from + delay, () => this.probe(run, container));
  }

  private probe(run: PodRun, container: ContainerRun): void {
    const program = container.current?.segments.at(-1)?.program;
    if (!program || !('running' in container.state) || run.stopping || this.down.has(run.node)) return;
    const ready = program.unready === undefined;
    container.started = true;
    const pod = this.pod(run);
    if (!ready && pod && program.unready !== undefined && container.role !== 'init') {
      this.cluster.events.emit(
        pod,
        'Warning',
        'Unhealthy',
        `Readiness probe failed: ${program.unready}`,
        this.source(run),
        {
          ...this.about(container),
          count: 6,
        },
      );
      this.scheduleProbe(run, container, 60_000, this.cluster.now);
    }
    if (container.ready === ready && ready) return;
    container.ready = ready;
    this.publish(run);
  }

  private exit(run: PodRun, container: ContainerRun, exit: NonNullable<Program['exit']>): void {
    if (run.stopping || this.down.has(run.node)) return;
    const pod = this.pod(run);
    if (pod && exit.liveness !== undefined) {
      this.cluster.events.emit(
        pod,
        'Warning',
        'Unhealthy',
        `Liveness probe failed: ${exit.liveness}`,
        this.source(run),
        {
          ...this.about(container),
          count: 3,
        },
      );
      this.cluster.events.emit(
        pod,
        'Normal',
        'Killing',
        `Container ${container.name} failed liveness probe, will be restarted`,
        this.source(run),
        this.about(container),
      );
    }
    const reason = exit.reason ?? (exit.code === 0 ? 'Completed' : 'Error');
    this.ended(run, container, container.current?.startedAt ?? this.cluster.now, {
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
    const { now, simulation } = this.cluster;
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
    const pod = this.pod(run);
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
      this.publish(run);
      return;
    }
    if (now - startedAt > BACKOFF_RESET) container.failures = 0;
    const failures = container.failures++;
    container.last = terminated;
    const delay = failures === 0 ? 0 : Math.min(FIRST_BACKOFF * 2 ** (failures - 1), MAX_BACKOFF);
    if (delay === 0) container.state = { terminated };
    else this.wait(container, 'CrashLoopBackOff', this.backoffMessage(run, container, delay));
    if (delay > 0 && pod)
      this.cluster.events.emit(
        pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${container.name} in pod ${run.name}_${run.namespace}(${run.uid})`,
        this.source(run),
        { ...this.about(container), count: Math.max(1, Math.round(delay / 12_000)) },
      );
    container.timer = simulation.after(delay + 800, () => {
      container.restarts++;
      this.start(run, container);
    });
    this.publish(run);
  }

  private backoffMessage(run: PodRun, container: ContainerRun, delay: number): string {
    const seconds = delay / 1000;
    const time = seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`;
    return `back-off ${time} restarting failed container=${container.name} pod=${run.name}_${run.namespace}(${run.uid})`;
  }

  private stop(uid: string, pod: JsonObject): void {
    const run = this.runs.get(uid);
    if (!run || run.stopping) return;
    run.stopping = true;
    this.cancel(run);
    for (const container of run.containers)
      if ('running' in container.state)
        this.cluster.events.emit(
          pod,
          'Normal',
          'Killing',
          `Stopping container ${container.name}`,
          this.source(run),
          this.about(container),
        );
    const grace = (number(pod, 'metadata', 'deletionGracePeriodSeconds') ?? 30) * 1000;
    run.timer = this.cluster.simulation.after(Math.min(grace, this.jitter(900, 2400, run, 'stop')), () => {
      const latest = this.pod(run);
      if (!latest || this.down.has(run.node)) return;
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
      if (list(latest, 'metadata', 'finalizers').length > 0) this.publish(run);
      else this.cluster.store.remove('pods', latest);
    });
  }

  /** A service has gained or lost its endpoints: whoever depends on it may behave differently now. */
  private wakeDependents(service: string): void {
    const uids = this.dependents.get(service);
    if (uids) this.cluster.simulation.wake(`depends/${service}`, () => this.reconsider(uids));
  }

  private reconsider(uids: Set<string>): void {
    for (const uid of uids) {
      const run = this.runs.get(uid);
      const pod = run && this.pod(run);
      if (!run || !pod) {
        uids.delete(uid);
        continue;
      }
      for (const container of run.containers) {
        const segment = container.current?.segments.at(-1);
        if (!segment || !('running' in container.state) || run.stopping) continue;
        const program = this.programs.resolve(pod, container.spec, container.restarts);
        if (program === segment.program) continue;
        container.current?.segments.push({ from: this.cluster.now, program });
        const failing = program.unready !== undefined;
        // Three failed probes ten seconds apart, or the next one that succeeds.
        this.scheduleProbe(
          run,
          container,
          failing ? this.jitter(20_000, 29_000, run, 'fail') : this.jitter(2_000, 9_000, run, 'pass'),
          this.cluster.now,
        );
      }
    }
  }

  /** The node is gone: nothing that runs there is heard of any more. */
  fail(node: string): void {
    this.down.add(node);
    for (const run of this.runs.values()) if (run.node === node) this.cancel(run);
  }

  /** The pods of a namespace by name, for logs. */
  find(pod: JsonObject): PodRun | undefined {
    const run = this.runs.get(uidOf(pod));
    return run && keyOf(run.namespace, run.name) === keyOf(namespaceOf(pod), nameOf(pod)) ? run : undefined;
  }

  /** Marks a pod's status as its kubelet would when it gives the pod up (eviction, node shutdown). */
  reject(pod: JsonObject, reason: string, message: string): void {
    const run = this.runs.get(uidOf(pod));
    if (run) {
      this.cancel(run);
      run.stopping = true;
    }
    const status = { phase: 'Failed', reason, message, startTime: stamp(this.cluster.now) };
    this.cluster.revise('pods', pod, (latest) => set(latest, ['status'], status));
  }
}
