/**
 * One authenticated, kept-alive connection pool per context: TLS material, proxies and credentials of a kubeconfig entry.
 * It adds credentials to requests and never lets one into a message.
 */
import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import type { Authenticator } from '@kubernetes/client-node/dist/auth.js';
import type { User } from '@kubernetes/client-node/dist/config_types.js';
import { messageOf } from '../errors.js';
import { ToolFailure } from '../guardrails/types.js';
import type { AccessResponse } from './access.js';
import { type ContextEntry, serverUrl } from './kubeconfig.js';
import { type ProxyChoice, proxyFromEnvironment } from './proxy.js';
import { directTransport, type Outgoing, proxiedTransport, type TlsOptions, type Transport } from './transport.js';

export interface Connection {
  send(path: string, init: Outgoing): Promise<AccessResponse>;
  close(): Promise<void>;
}

/** How long a credential plugin may take; some open a browser. */
const CREDENTIAL_TIMEOUT_MS = 60_000;
/** `env` is asked for a proxy where the kubeconfig names none. Throws ToolFailure for an address that is none. */
export function connect(entry: ContextEntry, env: NodeJS.ProcessEnv): Connection {
  const { cluster } = entry;
  const base = addressOf(entry);
  const proxy: ProxyChoice | null = cluster.proxyUrl
    ? { url: cluster.proxyUrl, from: 'proxy-url of the kubeconfig' }
    : proxyFromEnvironment(base, env);
  let authenticator = entry.user ? authenticatorOf(entry.user) : null;
  // Near servers are read uncompressed: on loopback, inflating costs more than it saves.
  const encoding = /^(localhost|127\.|\[::1\])/.test(base.hostname) ? 'identity' : 'gzip';
  let pool: { transport: Transport; certificate: string } | null = null;

  const transportFor = (tls: TlsOptions): Transport => {
    const certificate = String(tls.cert ?? '');
    if (pool?.certificate === certificate) return pool.transport;
    // A plugin handed out a new client certificate: requests under way finish on the old connections.
    void pool?.transport.close(false);
    const transport = proxy ? proxiedTransport(proxy, cluster.name, tls) : directTransport(tls);
    pool = { transport, certificate };
    return transport;
  };

  const sendOnce = async (path: string, init: Outgoing): Promise<AccessResponse> => {
    const credentials = await credentialsOf(entry, authenticator);
    const url = new URL(base.origin + base.pathname.replace(/\/$/, '') + path);
    const headers = { 'Accept-Encoding': encoding, ...init.headers, ...credentials.headers };
    return transportFor({ ...tlsOf(entry), ...credentials.tls }).send(url, { ...init, headers });
  };

  return {
    async send(path, init) {
      const response = await sendOnce(path, init);
      if (response.status !== 401 || !entry.user?.exec) return response;
      // A plugin's token may have been revoked before its time: ask for a new one, once. Nothing was done under a 401.
      await response.text();
      authenticator = authenticatorOf(entry.user);
      return sendOnce(path, init);
    },
    close: async () => {
      await pool?.transport.close(true);
    },
  };
}

function addressOf(entry: ContextEntry): URL {
  const url = serverUrl(entry);
  if (url) return url;
  const { context, cluster } = entry;
  throw new ToolFailure(
    'unavailable',
    `the kubeconfig gives cluster ${cluster.name} of context ${context.name} an address that is no http or https URL: correct its server`,
  );
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
