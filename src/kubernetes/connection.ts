/**
 * One authenticated, kept-alive connection pool per context: TLS material, proxies and credentials of a kubeconfig entry.
 * It adds credentials to requests and never lets one into a message.
 */
import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import type { Authenticator } from '@kubernetes/client-node/dist/auth.js';
import type { User } from '@kubernetes/client-node/dist/config_types.js';
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent, fetch as undiciFetch } from 'undici';
import { messageOf } from '../errors.js';
import { ToolFailure } from '../guardrails/types.js';
import type { ContextEntry } from './kubeconfig.js';

export interface Outgoing {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

export interface Connection {
  send(path: string, init: Outgoing): Promise<Response>;
  close(): Promise<void>;
}

/** Idle connections are closed before load balancers (60 s and more) do it behind our back. */
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long a credential plugin may take; some open a browser. */
const CREDENTIAL_TIMEOUT_MS = 60_000;
/** Sockets per context: lists are read a few namespaces at once. */
const CONNECTIONS = 8;

export function connect(entry: ContextEntry): Connection {
  const { cluster } = entry;
  const base = new URL(cluster.server);
  let authenticator = entry.user ? authenticatorOf(entry.user) : null;
  // Near servers are read uncompressed: on loopback, inflating costs more than it saves.
  const encoding = /^(localhost|127\.|\[::1\])/.test(base.hostname) ? 'identity' : 'gzip';
  let pool: { dispatcher: Dispatcher; certificate: string } | null = null;

  const dispatcherFor = async (tls: TlsOptions): Promise<Dispatcher> => {
    const certificate = String(tls.cert ?? '');
    if (pool && pool.certificate === certificate) return pool.dispatcher;
    // A plugin handed out a new client certificate: requests under way finish on the old connections.
    const old = pool?.dispatcher;
    pool = { dispatcher: dispatcherOf(entry, tls), certificate };
    void old?.close();
    return pool.dispatcher;
  };

  const sendOnce = async (path: string, init: Outgoing): Promise<Response> => {
    const credentials = await credentialsOf(entry, authenticator);
    const dispatcher = await dispatcherFor({ ...tlsOf(entry), ...credentials.tls });
    const response = await undiciFetch(base.origin + base.pathname.replace(/\/$/, '') + path, {
      method: init.method,
      headers: { 'Accept-Encoding': encoding, ...init.headers, ...credentials.headers },
      // Redirects are refused: they could carry the credentials elsewhere.
      redirect: 'error',
      dispatcher,
      ...(init.body === undefined ? {} : { body: init.body }),
      ...(init.signal ? { signal: init.signal } : {}),
    });
    // undici's own Response class is the platform's, from another copy of the library.
    return response as unknown as Response;
  };

  return {
    async send(path, init) {
      const response = await sendOnce(path, init);
      if (response.status !== 401 || !entry.user?.exec) return response;
      // A plugin's token may have been revoked before its time: ask for a new one, once. Nothing was done under a 401.
      await response.body?.cancel();
      authenticator = authenticatorOf(entry.user);
      return sendOnce(path, init);
    },
    close: async () => {
      await pool?.dispatcher.destroy();
    },
  };
}

interface TlsOptions {
  ca?: Buffer;
  cert?: Buffer | string;
  key?: Buffer | string;
  rejectUnauthorized?: boolean;
  servername?: string;
}

function tlsOf({ cluster, user }: ContextEntry): TlsOptions {
  const ca = material(cluster.caFile, cluster.caData, 'certificate authority');
  const cert = material(user?.certFile, user?.certData, 'client certificate');
  const key = material(user?.keyFile, user?.keyData, 'client key');
  return {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
  };
}

function material(file: string | undefined, data: string | undefined, what: string): Buffer | null {
  if (data) return Buffer.from(data, 'base64');
  if (!file) return null;
  try {
    return readFileSync(file);
  } catch {
    throw new ToolFailure('unavailable', `the ${what} ${file} that the kubeconfig names cannot be read`);
  }
}

function dispatcherOf({ cluster }: ContextEntry, tls: TlsOptions): Dispatcher {
  const connectOptions = { ...tls, timeout: CONNECT_TIMEOUT_MS, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  const pool = { connections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE_MS, bodyTimeout: 0, headersTimeout: 0 };
  if (!cluster.proxyUrl) return new Agent({ ...pool, connect: connectOptions });
  if (/^socks5h?:/.test(cluster.proxyUrl))
    return new Socks5ProxyAgent(cluster.proxyUrl.replace(/^socks5h/, 'socks5'), { requestTls: tls });
  if (/^https?:/.test(cluster.proxyUrl)) return new ProxyAgent({ ...pool, uri: cluster.proxyUrl, requestTls: tls });
  throw new ToolFailure('unavailable', `the proxy of cluster ${cluster.name} must be http, https or socks5`);
}

interface Credentials {
  headers: Record<string, string>;
  tls: Pick<TlsOptions, 'cert' | 'key'>;
}

async function credentialsOf(
  { user, context }: ContextEntry,
  authenticator: Promise<Authenticator> | null,
): Promise<Credentials> {
  const headers: Record<string, string> = {};
  if (!user) return { headers, tls: {} };
  if (user.username)
    headers.Authorization = `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
  if (user.impersonateUser) headers['Impersonate-User'] = user.impersonateUser;
  const options: RequestOptions = { headers: {} };
  if (authenticator) {
    try {
      await within(CREDENTIAL_TIMEOUT_MS, (await authenticator).applyAuthentication(user, options));
    } catch (error) {
      throw new ToolFailure('unavailable', credentialProblem(user, context.name, error));
    }
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value).trim();
  }
  if (user.token) headers.Authorization = `Bearer ${user.token.trim()}`;
  return {
    headers,
    tls: {
      ...(typeof options.cert === 'string' ? { cert: options.cert } : {}),
      ...(typeof options.key === 'string' ? { key: options.key } : {}),
    },
  };
}

/** Says which plugin failed and how, but not what it printed: plugins print tokens and login links. */
function credentialProblem(user: User, context: string, error: unknown): string {
  const command: unknown = user.exec?.command;
  const what = typeof command === 'string' ? `the credential plugin ${command}` : 'the credential provider';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why =
    code === 'ENOENT' || code === 'EACCES'
      ? 'cannot be started; install it or correct the kubeconfig'
      : error instanceof CredentialTimeout
        ? `did not answer within ${CREDENTIAL_TIMEOUT_MS / 1000} s`
        : error instanceof SyntaxError
          ? 'did not print a credential'
          : 'failed; run kubectl with this context to see what it says';
  return `no credentials for context ${context}: ${what} ${why}`;
}

class CredentialTimeout extends Error {}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CredentialTimeout('too late')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The authenticators of @kubernetes/client-node, each loaded only where a user needs it; one instance caches tokens. */
function authenticatorOf(user: User): Promise<Authenticator> | null {
  const provider: unknown = user.authProvider?.name;
  const load = async (): Promise<Authenticator> => {
    if (user.exec || provider === 'exec')
      return new (await import('@kubernetes/client-node/dist/exec_auth.js')).ExecAuth();
    if (user.authProvider?.config?.tokenFile)
      return new (await import('@kubernetes/client-node/dist/file_auth.js')).FileAuth();
    if (provider === 'gcp')
      return new (await import('@kubernetes/client-node/dist/gcp_auth.js')).GoogleCloudPlatformAuth();
    if (provider === 'azure') return new (await import('@kubernetes/client-node/dist/azure_auth.js')).AzureAuth();
    if (provider === 'oidc') return new (await import('@kubernetes/client-node/dist/oidc_auth.js')).OpenIDConnectAuth();
    throw new Error(`the auth provider ${messageOf(provider)} is not known`);
  };
  if (!user.exec && !user.authProvider) return null;
  const loading = load();
  // Awaited, and its failure told, by the first request.
  loading.catch(() => undefined);
  return loading;
}
