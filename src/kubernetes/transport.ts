/**
 * Sends one HTTP request over kept-alive connections: straight with Node's own client, or through a proxy with undici,
 * which is loaded only then (it costs 18 MB). Knows nothing of Kubernetes; redirects come back as they are, unfollowed.
 */
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { ToolFailure } from '../guardrails/types.js';
import type { AccessResponse } from './access.js';

export interface TlsOptions {
  ca?: Buffer;
  cert?: Buffer | string;
  key?: Buffer | string;
  rejectUnauthorized?: boolean;
  servername?: string;
}

export interface Outgoing {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

export interface Transport {
  send(url: URL, init: Outgoing): Promise<AccessResponse>;
  /** `now` breaks requests under way; otherwise they finish first. */
  close(now: boolean): Promise<void>;
}

/** Idle connections are closed before load balancers (60 s and more) do it behind our back. */
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Sockets per context: lists are read a few namespaces at once. */
const CONNECTIONS = 8;

export function directTransport(tls: TlsOptions): Transport {
  const options = { keepAlive: true, maxSockets: CONNECTIONS, timeout: KEEP_ALIVE_MS };
  const plain = new http.Agent(options);
  const secure = new https.Agent({ ...options, ...tls });
  return {
    send: (url, init) =>
      new Promise((resolve, reject) => {
        const { method, headers, body, signal } = init;
        const target = {
          method,
          headers: body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
          ...(signal ? { signal } : {}),
        };
        const request =
          url.protocol === 'https:'
            ? https.request(url, { ...target, agent: secure })
            : http.request(url, { ...target, agent: plain });
        request.once('socket', (socket) => {
          if (!socket.connecting) return;
          const late = setTimeout(
            () => request.destroy(Object.assign(new Error('too late'), { code: 'ETIMEDOUT' })),
            CONNECT_TIMEOUT_MS,
          );
          socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(late));
          socket.once('close', () => clearTimeout(late));
        });
        request.once('error', reject);
        request.once('response', (response) =>
          resolve(answerOf(response.statusCode ?? 0, response.headers, () => readText(response))),
        );
        request.end(body);
      }),
    async close(now) {
      // Idle sockets go at once; busy ones when their requests are done, unless told otherwise.
      for (const agent of [plain, secure]) {
        if (now) agent.destroy();
        else
          for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      }
    },
  };
}

/** As text while it comes in: the bytes of a page of ten megabytes are never held as a whole beside its text. */
function readText(response: http.IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const gzipped = response.headers['content-encoding'] === 'gzip';
    const stream: Readable = gzipped ? response.pipe(createGunzip()) : response;
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => {
      text += part;
    });
    stream.once('error', reject);
    stream.once('end', () => resolve(text));
    response.once('error', reject);
    response.once('close', () => {
      if (!response.complete) reject(Object.assign(new Error('the answer broke off'), { code: 'ECONNRESET' }));
    });
  });
}

/** `proxy` is an http, https or socks5 URL. Throws ToolFailure for any other. */
export function proxiedTransport(proxy: string, cluster: string, tls: TlsOptions): Transport {
  let dispatcher: Promise<Dispatcher> | undefined;
  const open = async (): Promise<Dispatcher> => {
    const { ProxyAgent, Socks5ProxyAgent } = await import('undici');
    if (/^socks5h?:/.test(proxy)) return new Socks5ProxyAgent(proxy.replace(/^socks5h/, 'socks5'), { requestTls: tls });
    if (/^https?:/.test(proxy))
      return new ProxyAgent({ uri: proxy, requestTls: tls, connections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE_MS });
    throw new ToolFailure('unavailable', `the proxy of cluster ${cluster} must be http, https or socks5`);
  };
  return {
    async send(url, { method, headers, body, signal }) {
      dispatcher ??= open();
      const {
        statusCode,
        headers: received,
        body: stream,
      } = await (await dispatcher).request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: method as Dispatcher.HttpMethod,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(signal ? { signal } : {}),
      });
      return answerOf(statusCode, received, async () => {
        const body = Buffer.from(await stream.arrayBuffer());
        return (received['content-encoding'] === 'gzip' ? await inflate(body) : body).toString('utf8');
      });
    },
    close: async (now) => {
      const opened = await dispatcher?.catch(() => undefined);
      await (now ? opened?.destroy() : opened?.close());
    },
  };
}

const inflate = promisify(gunzip);

function answerOf(status: number, headers: http.IncomingHttpHeaders, text: () => Promise<string>): AccessResponse {
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(', ') : (value ?? null);
      },
    },
    text,
  };
}
