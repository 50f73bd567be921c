import { describe, expect, it } from 'vitest';
import { proxyFromEnvironment } from '../../src/kubernetes/proxy.js';

const chosen = (target: string, env: NodeJS.ProcessEnv) => proxyFromEnvironment(new URL(target), env)?.url ?? null;

describe('the proxy of the environment', () => {
  const both = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'http://plain:1' };

  it('is chosen by the scheme of the API server', () => {
    expect(chosen('https://api.example.com:6443', both)).toBe('http://secure:1');
    expect(chosen('http://api.example.com', both)).toBe('http://plain:1');
    expect(chosen('https://api.example.com', { HTTP_PROXY: 'http://plain:1' })).toBeNull();
    expect(chosen('https://api.example.com', {})).toBeNull();
  });

  it('may be named in lower case, which counts less, and an empty value counts as none', () => {
    expect(chosen('https://a.example', { https_proxy: 'http://low:1' })).toBe('http://low:1');
    expect(chosen('https://a.example', { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:1' })).toBe(
      'http://up:1',
    );
    expect(chosen('https://a.example', { https_proxy: 'http://low:1', HTTPS_PROXY: '' })).toBe('http://low:1');
    expect(chosen('https://a.example', { ...both, no_proxy: 'a.example' })).toBeNull();
    expect(chosen('https://a.example', { ...both, NO_PROXY: 'b.example', no_proxy: 'a.example' })).not.toBeNull();
  });

  it.each([
    ['proxy.corp:3128', 'http://proxy.corp:3128'],
    ['10.1.2.3:3128', 'http://10.1.2.3:3128'],
    ['proxy.corp', 'http://proxy.corp'],
    ['socks5://proxy:1080', 'socks5://proxy:1080'],
    ['http://user:secret@proxy:1', 'http://user:secret@proxy:1'],
  ])('%s is read as %s', (value, url) => {
    expect(chosen('https://a.example', { HTTPS_PROXY: value })).toBe(url);
  });

  it('that is no address is refused without showing it', () => {
    const env = { HTTPS_PROXY: 'http://user:secret@' };
    expect(() => chosen('https://a.example', env)).toThrow('HTTPS_PROXY is not the address of a proxy');
    expect(() => chosen('https://a.example', env)).not.toThrow('secret');
  });

  it.each(['localhost', '127.0.0.1', '127.9.9.9', '[::1]', 'LOCALHOST'])('is never used for %s', (host) => {
    expect(chosen(`https://${host}:6443`, both)).toBeNull();
  });
});

/** What the Go library says to each of these. */
describe('NO_PROXY', () => {
  it.each([
    ['*', 'https://api.example.com', true],
    ['example.com', 'https://example.com', true],
    ['example.com', 'https://api.example.com', true],
    ['example.com', 'https://notexample.com', false],
    ['.example.com', 'https://api.example.com', true],
    ['.example.com', 'https://example.com', false],
    ['*.example.com', 'https://api.example.com', true],
    ['*.example.com', 'https://example.com', false],
    ['EXAMPLE.com', 'https://Api.Example.COM', true],
    ['example.com:6443', 'https://api.example.com:6443', true],
    ['example.com:6443', 'https://api.example.com', false],
    ['example.com:443', 'https://api.example.com', true],
    [' a.example , b.example ', 'https://b.example', true],
    [',,', 'https://b.example', false],
    ['10.0.0.0/8', 'https://10.200.3.4:6443', true],
    ['10.0.0.0/8', 'https://11.0.0.1', false],
    ['10.0.0.0/8', 'https://10.example.com', false],
    ['10.0.0.0/33', 'https://10.0.0.1', false],
    ['fd00::/8', 'https://[fd12::1]:6443', true],
    ['fd00::/8', 'https://[fe80::1]', false],
    ['192.168.1.5', 'https://192.168.1.5:6443', true],
    ['192.168.1.5', 'https://192.168.1.50', false],
    ['192.168.1.5:6443', 'https://192.168.1.5:6443', true],
    ['192.168.1.5:6443', 'https://192.168.1.5', false],
    ['2001:db8::5', 'https://[2001:db8:0::5]', true],
    ['[2001:db8::5]:6443', 'https://[2001:db8::5]:6443', true],
    ['[2001:db8::5]:6443', 'https://[2001:db8::5]', false],
    ['1.5', 'https://192.168.1.5', true],
  ])('%s and %s', (exceptions, target, direct) => {
    const env = { HTTPS_PROXY: 'http://proxy:1', NO_PROXY: exceptions };
    expect(chosen(target, env) === null).toBe(direct);
  });
});
