/** Pulling images: how long it takes, and how it fails. */
import { object, text } from '../fields.js';
import type { Program } from '../worlds/schema.js';
import type { NodeAgent } from './node-agent.js';
import { type ContainerRun, type PodRun, waitFor } from './pod-run.js';

const MAX_BACKOFF = 300_000;
const FIRST_BACKOFF = 10_000;

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

export class ImagePulls {
  /** `node|image` of what lies on a node already. */
  private readonly present = new Set<string>();
  private readonly ids = new Map<string, string>();

  constructor(private readonly agent: NodeAgent) {}

  /** Goes on with `then` once the image is there, and with `again` after each failure. */
  pull(run: PodRun, container: ContainerRun, program: Program, then: () => void, again: () => void): void {
    const { agent } = this;
    const image = text(container.spec, 'image');
    if (program.pull) {
      this.fail(run, container, PULL_MESSAGES[program.pull](image), again);
      return;
    }
    const cached = this.present.has(`${run.node}|${image}`);
    const fresh = !cached || container.spec.imagePullPolicy === 'Always';
    const time = !fresh ? 0 : cached ? agent.jitter(250, 700, run, image) : agent.jitter(900, 2600, run, image);
    if (fresh && container.restarts === 0 && container.failures === 0)
      agent.emit(run, container, 'Normal', 'Pulling', `Pulling image "${image}"`);
    const pulled = () => {
      this.present.add(`${run.node}|${image}`);
      const size = agent.cluster.names.between(18_000_000, 190_000_000, 'size', image);
      const seconds = `${(time / 1000).toFixed(3).replace(/\.?0+$/, '')}s`;
      agent.emit(
        run,
        container,
        'Normal',
        'Pulled',
        fresh
          ? `Successfully pulled image "${image}" in ${seconds} (${seconds} including waiting). Image size: ${size} bytes.`
          : `Container image "${image}" already present on machine`,
      );
      container.imageId = this.id(image);
      then();
    };
    if (agent.instant) pulled();
    else container.timer = agent.cluster.simulation.after(time + 250, pulled);
  }

  private id(image: string): string {
    let id = this.ids.get(image);
    if (id === undefined) {
      const { names } = this.agent.cluster;
      id = `${image.replace(/:[^:/]*$/, '')}@sha256:${names.hex(32, image, 1)}${names.hex(32, image, 2)}`;
      this.ids.set(image, id);
    }
    return id;
  }

  private fail(run: PodRun, container: ContainerRun, message: string, again: () => void): void {
    const { agent } = this;
    const { simulation } = agent.cluster;
    const image = text(container.spec, 'image');
    agent.emit(run, container, 'Normal', 'Pulling', `Pulling image "${image}"`);
    container.timer = simulation.after(agent.jitter(900, 1900, run, image), () => {
      agent.emit(run, container, 'Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
      agent.emit(run, container, 'Warning', 'Failed', 'Error: ErrImagePull');
      container.failures++;
      const delay = Math.min(FIRST_BACKOFF * 2 ** (container.failures - 1), MAX_BACKOFF);
      if (container.failures === 1) {
        waitFor(container, 'ErrImagePull', message);
        agent.publish(run);
      }
      container.timer = simulation.after(Math.min(3_000, delay), () => {
        const count = Math.max(1, Math.round(delay / 13_000));
        agent.emit(run, container, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, count);
        agent.emit(run, container, 'Warning', 'Failed', 'Error: ImagePullBackOff', count);
        if (object(container.state, 'waiting').reason !== 'ImagePullBackOff') {
          waitFor(container, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`);
          agent.publish(run);
        }
        container.timer = simulation.after(delay, again);
      });
    });
  }
}
