/** GET pods/NAME/log, with the refusals of the real server where there is nothing to show. */
import type { ContainerRun } from '../controllers/pod-run.js';
import { object, objects, text } from '../fields.js';
import { type LogLine, linesOf } from '../logs.js';
import type { Server } from './context.js';
import type { ApiRequest } from './request.js';
import { ApiError, badRequest, notFound } from './status.js';

const FOLLOW_TICK = 250;

function chosen(request: ApiRequest, pod: Parameters<typeof objects>[0], name: string): string {
  const containers = [...objects(pod, 'spec', 'containers'), ...objects(pod, 'spec', 'initContainers')];
  const apps = objects(pod, 'spec', 'containers');
  const wanted = request.query.get('container') ?? '';
  const names = (items: typeof containers) => items.map((item) => text(item, 'name'));
  if (wanted === '') {
    const [only] = apps;
    if (only && apps.length === 1) return text(only, 'name');
    const init = names(objects(pod, 'spec', 'initContainers'));
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names(apps).join(' ')}]${init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : ''}`,
    );
  }
  if (!names(containers).includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  return wanted;
}

export function log(server: Server, request: ApiRequest, signal: AbortSignal): Response {
  const { namespace = '', name = '', query } = request;
  const pod = server.cluster.store.get('pods', namespace, name);
  if (!pod) throw notFound(request.resource, name);
  const container = chosen(request, pod, name);
  const node = text(pod, 'spec', 'nodeName');
  if (node === '') throw badRequest(`pod ${name} does not have a host assigned`);
  if (server.kubelets.agent.down.has(node))
    throw new ApiError(
      500,
      'InternalError',
      `Get "https://${server.kubelets.agent.hostIp(node)}:10250/containerLogs/${namespace}/${name}/${container}": dial tcp ${server.kubelets.agent.hostIp(node)}:10250: connect: no route to host`,
    );
  const run = server.kubelets.find(pod);
  const found = run?.containers.find((item) => item.name === container);
  const previous = query.get('previous') === 'true';
  if (!run || !found) throw badRequest(`container "${container}" in pod "${name}" is not available`);
  const instance = previous ? previousInstance(found) : found.current;
  if (!instance) {
    if (previous) throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
    const reason = text(found.state, 'waiting', 'reason');
    const detail =
      reason === 'ImagePullBackOff' || reason === 'ErrImagePull' ? `trying and failing to pull image` : reason;
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${detail}`);
  }
  const { names } = server.cluster;
  const all = (now: number) => linesOf(instance, now, names, run.uid);
  const head = cut(all(server.cluster.now), query, server.cluster.now);
  const write = writer(query.get('timestamps') === 'true');
  const headers = { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' };
  const body = limitBytes(head.map(write).join(''), query.get('limitBytes'));
  if (query.get('follow') !== 'true' || previous || instance.endedAt !== undefined)
    return new Response(body, { headers });
  return new Response(
    follow(
      server,
      signal,
      body,
      () => (instance.endedAt === undefined && server.kubelets.find(pod) ? all : undefined),
      write,
    ),
    {
      headers,
    },
  );
}

/** A container that waits for its restart shows the instance that has just ended; the one before is gone. */
const previousInstance = (run: ContainerRun) =>
  run.current?.endedAt !== undefined &&
  'waiting' in run.state &&
  object(run.state, 'waiting').reason === 'CrashLoopBackOff'
    ? run.current
    : run.previous;

function cut(lines: LogLine[], query: URLSearchParams, now: number): LogLine[] {
  const tail = query.get('tailLines');
  const seconds = query.get('sinceSeconds');
  const time = query.get('sinceTime');
  if (tail !== null && !/^\d+$/.test(tail)) throw tailError(tail);
  if (seconds !== null && !(Number(seconds) > 0))
    throw new ApiError(
      422,
      'Invalid',
      'PodLogOptions "" is invalid: sinceSeconds: Invalid value: must be greater than 0',
    );
  const from =
    seconds !== null ? now - Number(seconds) * 1000 : time !== null ? Date.parse(time) : Number.NEGATIVE_INFINITY;
  const recent = lines.filter((line) => line.time >= from);
  return tail === null ? recent : recent.slice(Math.max(0, recent.length - Number(tail)));
}

const tailError = (tail: string) =>
  new ApiError(
    422,
    'Invalid',
    `PodLogOptions "" is invalid: tailLines: Invalid value: ${tail}: must be greater than or equal to 0`,
  );

const writer = (stamps: boolean) => (line: LogLine) =>
  stamps ? `${new Date(line.time).toISOString().replace(/(\.\d{3})Z$/, '$1000000Z')} ${line.text}\n` : `${line.text}\n`;

const limitBytes = (body: string, limit: string | null): string =>
  limit === null ? body : Buffer.from(body).subarray(0, Number(limit)).toString('utf8');

function follow(
  server: Server,
  signal: AbortSignal,
  body: string,
  source: () => ((now: number) => LogLine[]) | undefined,
  write: (line: LogLine) => string,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  return new ReadableStream({
    start(controller) {
      let seen = server.cluster.now;
      controller.enqueue(encoder.encode(body));
      const stop = () => {
        clearInterval(timer);
        try {
          controller.close();
        } catch {
          // Cancelled by the reader.
        }
      };
      timer = setInterval(() => {
        server.catchUp();
        const lines = source();
        if (!lines) return stop();
        const fresh = lines(server.cluster.now).filter((line) => line.time > seen && line.time <= server.cluster.now);
        seen = server.cluster.now;
        if (fresh.length > 0) controller.enqueue(encoder.encode(fresh.map(write).join('')));
      }, FOLLOW_TICK);
      timer.unref();
      signal.addEventListener('abort', stop, { once: true });
    },
    cancel: () => clearInterval(timer),
  });
}
