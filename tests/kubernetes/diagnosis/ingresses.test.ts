import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { CERTIFICATE } from './certificate.js';
import { object, pod, service, slice, summary } from './objects.js';

const DAY = 24 * 60;
const ingress = (spec: JsonObject = {}, metadata: JsonObject = {}) =>
  object('Ingress', 'web', { metadata, spec: { ingressClassName: 'nginx', ...spec } });
const nginx = object('IngressClass', 'nginx');
const web = [service('web', { app: 'web' }), slice('web', 1), pod('web-1').labels({ app: 'web' })];
const to = (name: string, port: JsonObject = { number: 80 }): JsonObject => ({ service: { name, port } });

describe('S5: classes', () => {
  it('must exist', async () => {
    expect(await summary([ingress()])).toEqual(['S5 critical Ingress/shop/web ClassMissing']);
    expect(await summary([ingress(), nginx])).toEqual([]);
    expect(await summary([ingress({ ingressClassName: 'gce' })])).toEqual([]);
  });

  it('by annotation may be served without an object', async () => {
    const annotations = { 'kubernetes.io/ingress.class': 'traefik' };
    const old = object('Ingress', 'web', { metadata: { annotations }, spec: {} });
    expect(await summary([old])).toEqual(['S5 warning Ingress/shop/web ClassMissing']);
  });

  it('may be left out only where there is a default', async () => {
    const bare = object('Ingress', 'web', { spec: {} });
    expect(await summary([bare, nginx])).toEqual(['S5 warning Ingress/shop/web NoClass']);
    const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
    expect(await summary([bare, object('IngressClass', 'nginx', { metadata: { annotations } })])).toEqual([]);
  });
});

describe('S5: backends', () => {
  const rules = (backend: JsonObject): JsonObject => ({
    rules: [{ host: 'shop.example', http: { paths: [{ path: '/', backend }] } }],
  });

  it.each([
    ['of a rule', rules(to('gone'))],
    ['by default', { defaultBackend: to('gone') }],
  ])('must exist: %s', async (_, spec) => {
    expect(await summary([ingress(spec), nginx, ...web])).toEqual(['S5 critical Ingress/shop/web BackendMissing']);
  });

  it('may be an action in an annotation', async () => {
    expect(await summary([ingress(rules(to('ssl-redirect', { name: 'use-annotation' }))), nginx])).toEqual([]);
  });

  it('must have the port, by number or by name', async () => {
    expect(await summary([ingress(rules(to('web', { number: 81 }))), nginx, ...web])).toEqual([
      'S5 critical Ingress/shop/web BackendPortMissing',
    ]);
    expect(await summary([ingress(rules(to('web', { name: 'http' }))), nginx, ...web])).toEqual([]);
    expect(await summary([ingress(rules(to('web'))), nginx, ...web])).toEqual([]);
  });
});

describe('S5: certificates', () => {
  const tls = { tls: [{ hosts: ['shop.example'], secretName: 'web-tls' }] };
  const secret = (extra: JsonObject = {}) =>
    object('Secret', 'web-tls', {
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': CERTIFICATE, 'tls.key': 'eA==' },
      ...extra,
    });
  const found = (later: number, extra?: JsonObject) =>
    summary([ingress(tls), nginx, secret(extra)], undefined, { later: later * DAY });

  it('are good, about to expire, or expired', async () => {
    expect(await found(-10)).toEqual([]);
    expect(await found(0)).toEqual(['S5 warning Ingress/shop/web CertificateExpiresSoon']);
    expect(await found(11)).toEqual(['S5 critical Ingress/shop/web CertificateExpired']);
  });

  it('must exist, be of the right type and readable', async () => {
    expect(await summary([ingress(tls), nginx])).toEqual(['S5 critical Ingress/shop/web CertificateMissing']);
    expect(await found(0, { type: 'Opaque', data: { password: 'eA==' } })).toEqual([
      'S5 warning Ingress/shop/web CertificateWrongType',
    ]);
    expect(await found(0, { data: { 'tls.crt': 'bm8=', 'tls.key': 'eA==' } })).toEqual([
      'S5 info Ingress/shop/web CertificateUnreadable',
    ]);
  });

  it('are asked for by name where secrets may not be listed', async () => {
    const forbidden = ['secrets'];
    expect(await summary([ingress(tls), nginx, secret()], undefined, { forbidden })).toEqual([
      'S5 warning Ingress/shop/web CertificateExpiresSoon',
    ]);
    expect(await summary([ingress(tls), nginx], undefined, { forbidden })).toEqual([
      'S5 critical Ingress/shop/web CertificateMissing',
    ]);
  });

  it('are the only secrets that are read, and only where an Ingress names them', async () => {
    const log: string[] = [];
    await summary([ingress(tls), nginx, secret(), object('Secret', 'other')], undefined, { log });
    expect(log.filter((line) => line.startsWith('GET') && line.includes('secrets'))).toEqual([
      'GET /api/v1/namespaces/shop/secrets/web-tls',
    ]);
  });
});
