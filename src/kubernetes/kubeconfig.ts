/**
 * Reads kubeconfig files, as kubectl finds and merges them, into contexts that can be connected to. It reads files and
 * never connects; parts of the file that are credentials never appear in a message.
 *
 * The entries are parsed by @kubernetes/client-node; its `KubeConfig` class is left alone because importing it loads the
 * whole generated API (85 MB, 0.3 s), and because it refuses files that name the same cluster twice, which kubectl merges.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Cluster,
  type Context,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from '@kubernetes/client-node/dist/config_types.js';
import { parse } from 'yaml';
import { messageOf, UserError } from '../errors.js';
import { isJsonObject, type JsonObject } from '../json.js';
import { oneLine } from '../mcp/text.js';

export interface ContextEntry {
  context: Context;
  cluster: Cluster;
  user: User | null;
}

export interface KubeConfigFile {
  contexts: Map<string, ContextEntry>;
  /** As the files say, whether there is such a context or not. */
  current: string | null;
}

export interface KubeConfigOptions {
  /** One file; without it KUBECONFIG (a list), then ~/.kube/config, then the service account of a pod. */
  path?: string;
  env?: NodeJS.ProcessEnv;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Throws UserError where there is no file, where one cannot be read, and where none names a usable context. */
export function loadKubeConfig(options: KubeConfigOptions): KubeConfigFile {
  const env = options.env ?? process.env;
  const files = filesOf(options.path, env);
  if (files.length === 0) return inCluster(env) ?? noConfig();

  const clusters = new Map<string, Cluster>();
  const users = new Map<string, User>();
  const contexts = new Map<string, Context>();
  let current: string | null = null;
  for (const file of files) {
    const parsed = readConfig(file);
    keepFirst(clusters, parsed.clusters);
    keepFirst(users, parsed.users);
    keepFirst(contexts, parsed.contexts);
    current ??= parsed.current;
  }

  const entries = new Map<string, ContextEntry>();
  for (const [name, context] of contexts) {
    const cluster = clusters.get(context.cluster);
    if (cluster) entries.set(name, { context, cluster, user: users.get(context.user) ?? null });
  }
  if (entries.size === 0) {
    throw new UserError(`no usable context in ${files.join(', ')}`, {
      hint: 'a context must name a cluster of the same files; see kubectl config view',
    });
  }
  return { contexts: entries, current };
}

/** True where `loadKubeConfig` would find a context, or a file that is there but broken and should be told of. */
export function hasKubeConfig(env: NodeJS.ProcessEnv): boolean {
  try {
    loadKubeConfig({ env });
    return true;
  } catch (error) {
    return error instanceof BrokenKubeConfig;
  }
}

class BrokenKubeConfig extends UserError {}

function filesOf(given: string | undefined, env: NodeJS.ProcessEnv): string[] {
  if (given !== undefined) {
    if (!existsSync(given)) throw new UserError(`there is no kubeconfig at ${given}`);
    return [given];
  }
  const listed = (env.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '');
  if (listed.length > 0) {
    const present = listed.filter((file) => existsSync(file));
    if (present.length === 0) {
      throw new UserError(`KUBECONFIG names ${listed.join(', ')}, which does not exist`, {
        hint: 'set KUBECONFIG to a file that exists, or unset it to use ~/.kube/config',
      });
    }
    return present;
  }
  const usual = path.join(env.HOME ?? env.USERPROFILE ?? '', '.kube', 'config');
  return existsSync(usual) ? [usual] : [];
}

/**
 * Where a context's API server is; null where that is no http or https address. One without a scheme is taken for https where
 * the entry speaks of certificates and for http otherwise (client-go, rest/url_utils.go).
 */
export function serverUrl({ cluster, user }: ContextEntry): URL | null {
  const { server } = cluster;
  const secured = [cluster.caFile, cluster.caData, cluster.skipTLSVerify, user?.certFile, user?.certData].some(Boolean);
  const address = server.includes('://') ? server : `${secured ? 'https' : 'http'}://${server}`;
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return null;
  return new URL(address);
}

function noConfig(): never {
  throw new UserError('there is no kubeconfig: KUBECONFIG is not set and ~/.kube/config does not exist', {
    hint: 'give a kubeconfig, or use the demo cluster with --kubernetes demo',
  });
}

function readConfig(file: string): { clusters: Cluster[]; users: User[]; contexts: Context[]; current: string | null } {
  let document: unknown;
  try {
    document = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BrokenKubeConfig(`the kubeconfig ${file} cannot be read: ${whereOnly(error)}`, { cause: error });
  }
  if (!isJsonObject(document)) throw new UserError(`the kubeconfig ${file} is empty or not a mapping`);
  const root = path.dirname(path.resolve(file));
  const lenient = { onInvalidEntry: 'filter' } as const;
  const clusters = newClusters(document.clusters, lenient);
  const users = newUsers(withPlugins(document.users, root), lenient);
  for (const cluster of clusters) if (cluster.caFile) cluster.caFile = path.resolve(root, cluster.caFile);
  for (const user of users) {
    if (user.certFile) user.certFile = path.resolve(root, user.certFile);
    if (user.keyFile) user.keyFile = path.resolve(root, user.keyFile);
  }
  const current = document['current-context'];
  return {
    clusters,
    users,
    contexts: newContexts(document.contexts, lenient),
    current: typeof current === 'string' && current !== '' ? current : null,
  };
}

/**
 * What client-node's parser leaves out. A `tokenFile` is rotated, so it goes to the authenticator that reads it again; a
 * plugin given by a relative path lies beside the file, and is told what is asked of it as the exec protocol says.
 */
function withPlugins(users: unknown, root: string): unknown {
  if (!Array.isArray(users)) return users;
  return users.map((entry: unknown) => {
    if (!isJsonObject(entry) || !isJsonObject(entry.user)) return entry;
    const { tokenFile, exec, ...rest } = entry.user;
    const user: JsonObject = { ...rest };
    if (typeof tokenFile === 'string') {
      user['auth-provider'] = { name: 'tokenFile', config: { tokenFile: path.resolve(root, tokenFile) } };
    }
    if (isJsonObject(exec)) {
      const command = typeof exec.command === 'string' ? exec.command : '';
      const info = { apiVersion: exec.apiVersion ?? '', kind: 'ExecCredential', spec: { interactive: false } };
      const env = Array.isArray(exec.env) ? exec.env : [];
      user.exec = {
        ...exec,
        command: /[/\\]/.test(command) ? path.resolve(root, command) : command,
        env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }],
      };
    }
    return { ...entry, user };
  });
}

/** YAML errors quote the line they are in, which may hold a token: only the first line's place is told. */
function whereOnly(error: unknown): string {
  if (error instanceof Error && error.name === 'YAMLParseError') {
    const at = /at line \d+, column \d+/.exec(error.message);
    return `it is not valid YAML${at ? ` ${at[0]}` : ''}`;
  }
  return oneLine(messageOf(error), 200);
}

function keepFirst<T extends { name: string }>(into: Map<string, T>, entries: T[]): void {
  for (const entry of entries) if (!into.has(entry.name)) into.set(entry.name, entry);
}

function inCluster(env: NodeJS.ProcessEnv): KubeConfigFile | null {
  const host = env.KUBERNETES_SERVICE_HOST;
  const tokenFile = `${SERVICE_ACCOUNT}/token`;
  if (!host || !existsSync(tokenFile)) return null;
  const name = 'in-cluster';
  const address = host.includes(':') ? `[${host}]` : host;
  const namespaceFile = `${SERVICE_ACCOUNT}/namespace`;
  const namespace = existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : 'default';
  const cluster: Cluster = {
    name,
    server: `https://${address}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`,
    caFile: `${SERVICE_ACCOUNT}/ca.crt`,
    skipTLSVerify: false,
  };
  const user: User = { name, authProvider: { name: 'tokenFile', config: { tokenFile } } };
  return {
    contexts: new Map([[name, { context: { name, cluster: name, user: name, namespace }, cluster, user }]]),
    current: name,
  };
}
