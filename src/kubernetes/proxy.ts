/**
 * Which proxy the environment asks for: HTTPS_PROXY, HTTP_PROXY and NO_PROXY as kubectl reads them, which is as Go does
 * (golang.org/x/net/http/httpproxy). It decides and never connects. A `proxy-url` of the kubeconfig comes before all this.
 */
import { BlockList, isIP } from 'node:net';
import { ToolFailure } from '../guardrails/types.js';

export interface ProxyChoice {
  /** As it was given, with `http://` in front where it had no scheme; may hold a password. */
  url: string;
  /** What asked for it: a variable's name, or the kubeconfig. */
  from: string;
}

/** A request that failed on its way through a proxy: `cause` is what happened, and `via` may be shown. */
export class ProxyTrouble extends Error {
  readonly via: string;
  constructor({ url, from }: ProxyChoice, cause: unknown) {
    super('no answer through the proxy', { cause });
    const { protocol, host } = new URL(url);
    this.via = `${protocol}//${host} (${from})`;
  }
}

/**
 * The proxy for requests to `target`, or null. Upper case names come before lower case ones, an empty value counts as unset,
 * and loopback addresses are never sent through a proxy. Throws ToolFailure where the proxy's address is not a URL.
 */
export function proxyFromEnvironment(target: URL, env: NodeJS.ProcessEnv): ProxyChoice | null {
  const names = target.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy'];
  const from = names.find((name) => (env[name] ?? '') !== '');
  if (from === undefined || !usesProxy(target, env.NO_PROXY || env.no_proxy || '')) return null;
  return { url: addressOf(env[from] ?? '', from), from };
}

function addressOf(value: string, from: string): string {
  const address = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(address) && new URL(address).host !== '') return address;
  throw new ToolFailure(
    'unavailable',
    `${from} is not the address of a proxy: write it as http://host:port or socks5://host:port, or unset it`,
  );
}

function usesProxy(target: URL, exceptions: string): boolean {
  const host = bare(target.hostname.toLowerCase());
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || (isIP(host) !== 0 && LOOPBACK.check(host, familyOf(host)))) return false;
  return !exceptions.split(',').some((entry) => excepts(entry.trim().toLowerCase(), host, port));
}

/**
 * One entry of NO_PROXY: `*`, an address, a range, `name` (with its subdomains) or `.name` (without itself), all but the first
 * and the range with or without a port. Names are compared with addresses too, as Go does: `1.5` excepts 192.168.1.5.
 */
function excepts(entry: string, host: string, port: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const range = rangeOf(entry);
  if (range) return isIP(host) !== 0 && range.check(host, familyOf(host));
  const [, name, wanted] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  const excepted = bare(name ?? entry);
  if (excepted === '') return false;
  if (isIP(excepted) !== 0) return isIP(host) !== 0 && single(excepted).check(host, familyOf(host));
  const domain = excepted.replace(/^\*(?=\.)/, '');
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

/** `10.0.0.0/8` or `fd00::/8`; null for anything else. */
function rangeOf(entry: string): BlockList | null {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (isIP(address) === 0 || Number(bits) > (isIP(address) === 4 ? 32 : 128)) return null;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), familyOf(address));
  return list;
}

function single(address: string): BlockList {
  const list = new BlockList();
  list.addAddress(address, familyOf(address));
  return list;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
