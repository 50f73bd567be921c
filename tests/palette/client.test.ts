import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { manualClock } from '../../src/clock.js';
import {
  createPaletteClient,
  type PaletteClientOptions,
  type PaletteScope,
  paletteCredentials,
} from '../../src/palette/client.js';
import { preflight } from '../../src/palette/preflight.js';
import { paletteWorld, START } from './world.js';

const KEY = 'not-a-real-key-0123456789abcdef';
const signal = new AbortController().signal;
const anything = z.looseObject({});

interface Answered {
  scope: PaletteScope;
  sent: Request[];
  clock: ReturnType<typeof manualClock>;
}

/** A client whose server is a list of answers; the last one repeats. */
async function answering(
  answers: ((request: Request) => Response | Promise<Response>)[],
  more: Partial<PaletteClientOptions> = {},
): Promise<Answered> {
  const clock = manualClock(START);
  const sent: Request[] = [];
  const client = createPaletteClient({
    host: 'https://palette.example.com',
    apiKey: KEY,
    projectUid: 'p'.repeat(24),
    clock,
    random: () => 0.5,
    fetch(request) {
      sent.push(request);
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      return answer ? answer(request) : new Response('{}');
    },
    ...more,
  });
  return { scope: await client.scope({ signal }), sent, clock };
}

const json =
  (value: unknown, status = 200) =>
  () =>
    new Response(JSON.stringify(value), { status });
const failed = (status: number, code: string | number, message = 'no') => json({ code, message, ref: 'r' }, status);
const read = { path: '/v1/spectroclusters/1', schema: anything };

describe('every request', () => {
  it('carries the key and the project, and asks for no redirect', async () => {
    const { scope, sent } = await answering([json({})]);
    await scope.read(read);
    expect(sent[0]?.headers.get('ApiKey')).toBe(KEY);
    expect(sent[0]?.headers.get('ProjectUid')).toBe('p'.repeat(24));
    expect(sent[0]?.headers.get('Authorization')).toBeNull();
    expect(sent[0]?.redirect).toBe('manual');
  });

  it('does not follow a redirect with the key in its hand', async () => {
    const seen: string[] = [];
    const thief = createServer((request, response) => {
      seen.push(String(request.headers.apikey));
      response.end('{}');
    });
    const front = createServer((_request, response) => {
      response.writeHead(302, { Location: `http://127.0.0.1:${portOf(thief)}/` });
      response.end();
    });
    await Promise.all([listen(thief), listen(front)]);
    const client = createPaletteClient({
      host: `http://127.0.0.1:${portOf(front)}`,
      apiKey: KEY,
      clock: manualClock(START),
    });
    const scope = await client.scope({ signal });
    await expect(scope.read(read)).rejects.toThrow(/redirected/);
    expect(seen).toEqual([]);
    thief.close();
    front.close();
  });

  it('in tenant scope carries no project', async () => {
    const { scope, sent } = await answering([json({})], { projectUid: '' });
    await scope.read(read);
    expect(scope.projectUid).toBeNull();
    expect(sent[0]?.headers.has('ProjectUid')).toBe(false);
  });
});

describe('what goes wrong', () => {
  it.each([
    [401, 'UnAuthorizedAccess', /does not accept the API key.*PALETTE_API_KEY/, 'forbidden'],
    [403, 'OperationForbidden', /lacks the permission, or the project.*PALETTE_PROJECT_UID/, 'forbidden'],
    [404, 'ResourceNotFound', /found nothing for GET/, 'not_found'],
    [404, 404, /release may be older/, 'not_found'],
    [405, 405, /does not offer/, 'unavailable'],
    [409, 'Conflict', /conflicts/, 'conflict'],
    [422, 'InvalidPayload', /refused/, 'invalid'],
    [429, 'TooManyRequests', /throttling/, 'unavailable'],
    [500, 'InternalError', /failed/, 'unavailable'],
  ])('is said with what to check: %i %s', async (status, code, message, kind) => {
    const { scope } = await answering([failed(status, code)]);
    const error = await scope.read(read).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'PaletteError', code: kind, message: expect.stringMatching(message) });
  });

  it('is said for bodies that are not JSON, without their HTML', async () => {
    const { scope } = await answering([() => new Response('<html>Bad gateway</html>', { status: 502 })]);
    await expect(scope.read(read)).rejects.toThrow(
      /^Palette failed at GET \/v1\/spectroclusters\/1 with status 502\. Try again/,
    );
    const other = await answering([() => new Response('<html>a portal</html>')]);
    await expect(other.scope.read(read)).rejects.toThrow(/did not answer with JSON/);
  });

  it('never repeats the key, whoever sends it back', async () => {
    const echo = (status: number) => (request: Request) =>
      new Response(JSON.stringify({ code: `k-${KEY}`, message: `denied for ${request.headers.get('ApiKey')}` }), {
        status,
      });
    for (const status of [400, 401, 403, 404, 409, 422, 429, 500, 503]) {
      const { scope } = await answering([echo(status)]);
      const error = await scope.read(read).catch((thrown: unknown) => thrown);
      expect(String(error), String(status)).not.toContain(KEY);
      expect(JSON.stringify(error)).not.toContain(KEY);
    }
    const { scope } = await answering([
      () => Promise.reject(new TypeError('fetch failed', { cause: new Error(`bad header ${KEY}`) })),
    ]);
    await expect(scope.read(read)).rejects.toThrow(
      /cannot be reached at palette\.example\.com \(bad header \[redacted\]\)/,
    );
  });

  it('names the remedy for a certificate that is not trusted', async () => {
    const { scope, sent } = await answering([
      () => Promise.reject(new TypeError('fetch failed', { cause: new Error('self-signed certificate') })),
    ]);
    await expect(scope.read(read)).rejects.toThrow(/self-signed certificate.*NODE_EXTRA_CA_CERTS/);
    expect(sent).toHaveLength(1);
  });

  it('is a time limit, and for a write says that the outcome is not known', async () => {
    const never = (request: Request) =>
      new Promise<Response>((_resolve, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason)),
      );
    const { scope } = await answering([never], { timeoutMs: 20 });
    await expect(scope.write({ method: 'DELETE', path: '/v1/spectroclusters/1' })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('not known: read the resource before trying again'),
    });
  });

  it('stops at once when interrupted', async () => {
    const stop = new AbortController();
    const never = (request: Request) =>
      new Promise<Response>((_resolve, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason)),
      );
    const client = createPaletteClient({
      host: 'https://palette.example.com',
      apiKey: KEY,
      clock: manualClock(START),
      fetch: never,
    });
    const scope = await client.scope({ signal: stop.signal });
    const pending = scope.read(read);
    setTimeout(() => stop.abort(), 5);
    await expect(pending).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('trying again', () => {
  it.each([429, 500, 502, 503, 504])('repeats a read after %i, waiting longer each time', async (status) => {
    const { scope, sent, clock } = await answering([failed(status, 'x'), failed(status, 'x'), json({ ok: true })]);
    await expect(scope.read(read)).resolves.toMatchObject({ ok: true });
    expect(sent).toHaveLength(3);
    expect(clock.now() - START).toBeGreaterThanOrEqual(1000);
  });

  it('waits as long as it is asked to, and not for minutes', async () => {
    const later = (seconds: string) => () => new Response('{}', { status: 429, headers: { 'Retry-After': seconds } });
    const patient = await answering([later('7'), json({})]);
    await patient.scope.read(read);
    expect(patient.clock.now() - START).toBe(7000);
    const impatient = await answering([later('600'), json({})]);
    await expect(impatient.scope.read(read)).rejects.toThrow(/throttling/);
    expect(impatient.sent).toHaveLength(1);
  });

  it('gives up after four attempts', async () => {
    const { scope, sent } = await answering([failed(503, 'x')]);
    await expect(scope.read(read)).rejects.toThrow(/503/);
    expect(sent).toHaveLength(4);
  });

  it.each([400, 401, 403, 404, 409, 422])('does not repeat what %i has answered', async (status) => {
    const { scope, sent } = await answering([failed(status, 'x')]);
    await expect(scope.read(read)).rejects.toThrow();
    expect(sent).toHaveLength(1);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('never sends a %s twice', async (method) => {
    for (const answer of [failed(429, 'x'), failed(503, 'x'), () => Promise.reject(new TypeError('fetch failed'))]) {
      const { scope, sent } = await answering([answer]);
      await expect(scope.write({ method, path: '/v1/spectroclusters/1', body: {} })).rejects.toThrow();
      expect(sent).toHaveLength(1);
    }
  });
});

describe('reading', () => {
  it('asks once for what it is asked twice, and again after a write', async () => {
    const { scope, sent } = await answering([json({})]);
    await Promise.all([scope.read(read), scope.read(read)]);
    await scope.read(read);
    expect(sent).toHaveLength(1);
    await scope.write({ method: 'PATCH', path: '/v1/spectroclusters/1', body: {} });
    await scope.read(read);
    expect(sent).toHaveLength(3);
  });

  const pages = (answers: unknown[]) => answering(answers.map((each) => json(each)));
  const list = { path: '/v1/packs/search', schema: z.looseObject({ name: z.string() }), body: {} };

  it('follows continue tokens to the end, fifty at a time', async () => {
    const { scope, sent } = await pages([
      { items: [{ name: 'a' }], listmeta: { continue: 'x', count: 2 } },
      { items: [{ name: 'b' }], listmeta: { continue: '', count: 2 } },
    ]);
    await expect(scope.pages(list)).resolves.toMatchObject({
      items: [{ name: 'a' }, { name: 'b' }],
      total: 2,
      pages: 2,
      incomplete: null,
    });
    expect(sent.map((each) => new URL(each.url).search)).toEqual(['?limit=50', '?limit=50&continue=x']);
  });

  it('takes null for an empty list, and the other spelling of the metadata', async () => {
    const { scope } = await pages([{ items: null, listMeta: { continue: '', count: 0 } }]);
    await expect(scope.pages(list)).resolves.toMatchObject({ items: [], total: 0, incomplete: null });
  });

  it('stops at a repeated token, an empty page, a reached count and the limit of pages', async () => {
    const repeated = await pages([{ items: [{ name: 'a' }], listmeta: { continue: 'same' } }]);
    await expect(repeated.scope.pages(list)).resolves.toMatchObject({
      pages: 2,
      items: [{ name: 'a' }],
      incomplete: expect.stringContaining('repeated'),
    });
    const empty = await pages([{ items: [], listmeta: { continue: 'more' } }]);
    await expect(empty.scope.pages(list)).resolves.toMatchObject({
      pages: 1,
      incomplete: expect.stringContaining('empty page'),
    });
    const counted = await pages([{ items: [{ name: 'a' }], listmeta: { continue: 'more', count: 1 } }]);
    await expect(counted.scope.pages(list)).resolves.toMatchObject({ pages: 1, incomplete: null });
    const short = await pages([{ items: [{ name: 'a' }], listmeta: { continue: '', count: 9 } }]);
    await expect(short.scope.pages(list)).resolves.toMatchObject({
      total: 9,
      incomplete: 'Palette counts 9 and sent 1',
    });
    let token = 0;
    const endless = await answering([
      () => {
        token += 1;
        return new Response(JSON.stringify({ items: [{ name: 'a' }], listmeta: { continue: String(token) } }));
      },
    ]);
    await expect(endless.scope.pages({ ...list, maxPages: 3 })).resolves.toMatchObject({
      pages: 3,
      incomplete: 'only the first 3 pages were read',
    });
  });

  it('keeps below the limits of the API, so that nothing is refused', async () => {
    const world = await paletteWorld();
    const scope = await world.client.scope({ signal });
    const paths = Array.from({ length: 40 }, (_, index) => `/v1/dashboard/spectroclusters/meta?copy=${index}`);
    await Promise.all(
      paths.map((path) =>
        scope.read({ path: path.split('?')[0] ?? '', query: { copy: path }, schema: z.array(anything) }),
      ),
    );
    expect(world.seen).toHaveLength(40);
    expect(world.mostAtOnce()).toBe(4);
  });
});

describe('a client that may only read', () => {
  it('sends no write, and still searches', async () => {
    const { scope, sent } = await answering([json({ items: [] })], { readOnly: true });
    await expect(scope.write({ method: 'DELETE', path: '/v1/spectroclusters/1' })).rejects.toMatchObject({
      code: 'denied',
    });
    await scope.pages({ path: '/v1/packs/search', schema: anything, body: {} });
    expect(sent.map((each) => each.method)).toEqual(['POST']);
  });
});

describe('credentials', () => {
  it('come from PALETTE_* or SPECTROCLOUD_*, and are none without a key', () => {
    expect(paletteCredentials({})).toBeNull();
    expect(paletteCredentials({ PALETTE_API_KEY: ' k ' })).toEqual({
      host: 'https://api.spectrocloud.com',
      apiKey: 'k',
      projectUid: undefined,
    });
    expect(
      paletteCredentials({
        SPECTROCLOUD_APIKEY: 'k',
        SPECTROCLOUD_HOST: 'palette.corp',
        SPECTROCLOUD_DEFAULT_PROJECT_ID: 'u',
      }),
    ).toEqual({
      host: 'https://palette.corp',
      apiKey: 'k',
      projectUid: 'u',
    });
    expect(paletteCredentials({ PALETTE_API_KEY: 'k', SPECTROCLOUD_APIKEY: 'other' })?.apiKey).toBe('k');
  });

  it('take a bare host as https and a URL as it is', () => {
    const hostOf = (host: string) => paletteCredentials({ PALETTE_API_KEY: 'k', PALETTE_HOST: host })?.host;
    expect(hostOf('palette.corp:8443')).toBe('https://palette.corp:8443');
    expect(hostOf('http://127.0.0.1:4010/')).toBe('http://127.0.0.1:4010');
    expect(hostOf('https://palette.corp/v1/')).toBe('https://palette.corp');
    for (const wrong of ['ftp://palette.corp', 'https://user:secret@palette.corp', 'https://']) {
      expect(() => hostOf(wrong), wrong).toThrow(/PALETTE_HOST is neither/);
    }
    expect(() => paletteCredentials({ PALETTE_API_KEY: 'a\nb' })).toThrow(/characters that no API key has/);
  });
});

describe('preflight', () => {
  it('tells host, project and how much there is', async () => {
    const { client } = await paletteWorld();
    await expect(preflight(client, signal)).resolves.toEqual({
      host: 'palette.demo.invalid',
      project: 'Demo-Platform',
      projects: 2,
      clusters: 15,
    });
  });

  it('says what to check when the key is wrong', async () => {
    const { emulator } = await paletteWorld();
    const client = createPaletteClient({
      host: 'http://x.invalid',
      apiKey: 'expired',
      clock: manualClock(START),
      fetch: emulator.fetch,
    });
    await expect(preflight(client, signal)).rejects.toThrow(/PALETTE_API_KEY/);
  });
});

function listen(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
}

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
