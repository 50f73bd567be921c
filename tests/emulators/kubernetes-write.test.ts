/** Writing to the emulated API server: patches, conflicts, dry runs, validation, deletion, eviction. */
import { beforeEach, describe, expect, it } from 'vitest';
import { at, items, names, open, type TestClient } from './kubernetes-client.js';

let client: TestClient;
beforeEach(async () => {
  client = await open('healthy');
});

const CART = '/apis/apps/v1/namespaces/shop/deployments/cart';
const image = (value: unknown) => at(value, 'spec', 'template', 'spec', 'containers', 0, 'image');

describe('updates', () => {
  it('refuse an old resource version and another UID', async () => {
    const { body } = await client.get(CART);
    await client.send('PATCH', CART, { metadata: { labels: { a: 'b' } } }, 'application/merge-patch+json');
    const stale = await client.send('PUT', CART, body);
    expect(stale.status).toBe(409);
    expect(stale.body.message).toContain('the object has been modified');
    const other = await client.send('PATCH', CART, { metadata: { uid: 'x' } }, 'application/merge-patch+json');
    expect(other.status).toBe(409);
  });

  it('raise the generation with the spec only', async () => {
    const generation = async () => at((await client.get(CART)).body, 'metadata', 'generation');
    const before = await generation();
    await client.send('PATCH', CART, { metadata: { annotations: { a: 'b' } } }, 'application/merge-patch+json');
    expect(await generation()).toBe(before);
    await client.send('PATCH', CART, { spec: { replicas: 3 } }, 'application/merge-patch+json');
    expect(await generation()).toBe(Number(before) + 1);
  });

  it('merge containers by name in a strategic patch, and replace them in a merge patch', async () => {
    const patch = {
      spec: { template: { spec: { containers: [{ name: 'cart', image: 'registry.acme.example/shop/cart:3.5.0' }] } } },
    };
    const strategic = await client.send('PATCH', `${CART}?dryRun=All`, patch, 'application/strategic-merge-patch+json');
    expect(image(strategic.body)).toBe('registry.acme.example/shop/cart:3.5.0');
    expect(at(strategic.body, 'spec', 'template', 'spec', 'containers', 0, 'ports', 0, 'containerPort')).toBe(8080);
    const merged = await client.send('PATCH', `${CART}?dryRun=All`, patch, 'application/merge-patch+json');
    expect(at(merged.body, 'spec', 'template', 'spec', 'containers', 0, 'ports')).toBeUndefined();
  });

  it('change nothing in a dry run', async () => {
    const before = await client.get(CART);
    const dry = await client.send(
      'PATCH',
      `${CART}?dryRun=All`,
      { spec: { replicas: 9 } },
      'application/merge-patch+json',
    );
    expect(at(dry.body, 'spec', 'replicas')).toBe(9);
    const scaled = await client.send(
      'PATCH',
      `${CART}/scale?dryRun=All`,
      { spec: { replicas: 9 } },
      'application/merge-patch+json',
    );
    expect(at(scaled.body, 'spec', 'replicas')).toBe(9);
    await client.send('DELETE', `${CART}?dryRun=All`);
    const created = await client.send('POST', '/api/v1/namespaces/shop/configmaps?dryRun=All', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'dry' },
    });
    expect(created.status).toBe(201);
    expect((await client.get('/api/v1/namespaces/shop/configmaps/dry')).status).toBe(404);
    expect((await client.get(CART)).body).toEqual(before.body);
  });

  it('apply JSON patches, with tests that can fail', async () => {
    const type = 'application/json-patch+json';
    const good = await client.send(
      'PATCH',
      CART,
      [
        { op: 'test', path: '/spec/replicas', value: 2 },
        { op: 'replace', path: '/spec/replicas', value: 4 },
      ],
      type,
    );
    expect(at(good.body, 'spec', 'replicas')).toBe(4);
    const bad = await client.send('PATCH', CART, [{ op: 'test', path: '/spec/replicas', value: 2 }], type);
    expect(bad.status).toBe(422);
  });
});

describe('validation', () => {
  it('names field and cause', async () => {
    const negative = await client.send(
      'PATCH',
      `${CART}/scale`,
      { spec: { replicas: -1 } },
      'application/merge-patch+json',
    );
    expect(negative.status).toBe(422);
    expect(at(negative.body, 'details', 'causes', 0, 'field')).toBe('spec.replicas');
    const name = await client.send('POST', '/api/v1/namespaces/shop/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'Bad_Name' },
    });
    expect(name.body.reason).toBe('Invalid');
    expect(at(name.body, 'details', 'causes', 0, 'field')).toBe('metadata.name');
    const selector = await client.send(
      'PATCH',
      CART,
      { spec: { selector: { matchLabels: { other: 'x' } } } },
      'application/merge-patch+json',
    );
    expect(selector.body.message).toContain('field is immutable');
  });

  it('refuses misspelt fields where strictness is asked for', async () => {
    const path = `${CART}?fieldValidation=Strict&dryRun=All`;
    const answer = await client.send('PATCH', path, { spec: { replica: 3 } }, 'application/merge-patch+json');
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain('unknown field "spec.replica"');
  });

  it('refuses what exists, a namespace that does not, and a wrong kind', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'storefront' } };
    expect((await client.send('POST', '/api/v1/namespaces/shop/configmaps', map)).body.reason).toBe('AlreadyExists');
    expect((await client.send('POST', '/api/v1/namespaces/nope/configmaps', map)).status).toBe(404);
    expect((await client.send('POST', '/api/v1/namespaces/shop/secrets', map)).status).toBe(400);
  });
});

describe('server-side apply', () => {
  const apply = (replicas: number, query = '') =>
    client.send(
      'PATCH',
      `${CART}?fieldManager=tester${query}`,
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'cart' }, spec: { replicas } },
      'application/apply-patch+yaml',
    );

  it('conflicts with the owner of a field unless the value is the same or force is given', async () => {
    const refused = await apply(5);
    expect(refused.status).toBe(409);
    expect(at(refused.body, 'details', 'causes', 0)).toEqual({
      reason: 'FieldManagerConflict',
      message: 'conflict with "helm" using apps/v1',
      field: '.spec.replicas',
    });
    expect((await apply(2)).status).toBe(200);
    const forced = await apply(5, '&force=true');
    expect(at(forced.body, 'spec', 'replicas')).toBe(5);
  });

  it('removes what the manager no longer names, and creates what is not there', async () => {
    const path = '/api/v1/namespaces/shop/configmaps/applied?fieldManager=tester';
    const config = (data: Record<string, string>) =>
      client.send(
        'PATCH',
        path,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data },
        'application/apply-patch+yaml',
      );
    expect((await config({ a: '1', b: '2' })).status).toBe(201);
    await client.send(
      'PATCH',
      '/api/v1/namespaces/shop/configmaps/applied?fieldManager=other',
      { data: { c: '3' } },
      'application/merge-patch+json',
    );
    expect(at((await config({ a: '1' })).body, 'data')).toEqual({ a: '1', c: '3' });
  });

  it('needs a manager', async () => {
    const answer = await client.send(
      'PATCH',
      CART,
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'cart' } },
      'application/apply-patch+yaml',
    );
    expect(answer.body.message).toContain('fieldManager: Required value');
  });
});

describe('deletion', () => {
  it('respects preconditions', async () => {
    const wrong = await client.send('DELETE', CART, { preconditions: { uid: 'another' } });
    expect(wrong.status).toBe(409);
    const uid = at((await client.get(CART)).body, 'metadata', 'uid');
    expect((await client.send('DELETE', CART, { preconditions: { uid } })).status).toBe(200);
  });

  it('takes dependents along, or leaves them when asked to', async () => {
    const replicaSets = async () =>
      items(
        (await client.get('/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app.kubernetes.io/name=cart')).body,
      );
    await client.send('DELETE', CART, { propagationPolicy: 'Orphan' });
    const [orphan] = await replicaSets();
    expect(at(orphan, 'metadata', 'ownerReferences')).toBeUndefined();
    await client.send('DELETE', '/apis/apps/v1/namespaces/shop/deployments/catalog');
    client.clock.advance(60_000);
    expect(
      names((await client.get('/api/v1/namespaces/shop/pods?labelSelector=app.kubernetes.io/name=catalog')).body),
    ).toEqual([]);
  });

  it('empties a namespace before it goes', async () => {
    await client.send('DELETE', '/api/v1/namespaces/shop');
    expect(at((await client.get('/api/v1/namespaces/shop')).body, 'status', 'phase')).toBe('Terminating');
    const refused = await client.send('POST', '/api/v1/namespaces/shop/configmaps', { metadata: { name: 'late' } });
    expect(refused.status).toBe(403);
    client.clock.advance(120_000);
    expect((await client.get('/api/v1/namespaces/shop')).status).toBe(404);
  });

  it('takes its options from the body alone where there is one, a dry run in the query included', async () => {
    const map = '/api/v1/namespaces/shop/configmaps/storefront';
    await client.send('DELETE', map, { dryRun: ['All'] });
    expect((await client.get(map)).status).toBe(200);
    await client.send('DELETE', `${map}?dryRun=All`, { propagationPolicy: 'Background' });
    expect((await client.get(map)).status).toBe(404);
  });

  it('waits for the last finalizer of a pod that has stopped', async () => {
    const path = '/api/v1/namespaces/shop/pods/session-cache-0';
    await client.send(
      'PATCH',
      path,
      { metadata: { finalizers: ['acme.example/hold'] } },
      'application/merge-patch+json',
    );
    await client.send('DELETE', path);
    client.clock.advance(120_000);
    const held = await client.get(path);
    expect(at(held.body, 'metadata', 'deletionGracePeriodSeconds')).toBe(0);
    expect(at(held.body, 'status', 'containerStatuses', 0, 'state', 'terminated', 'reason')).toBe('Completed');
    const uid = at(held.body, 'metadata', 'uid');
    await client.send('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
    client.clock.advance(30_000);
    const next = await client.get(path);
    expect(at(next.body, 'metadata', 'uid')).not.toBe(uid);
    expect(at(next.body, 'status', 'phase')).toBe('Running');
  });

  it('answers 429 to an eviction that a disruption budget forbids', async () => {
    const pods = names(
      (await client.get('/api/v1/namespaces/payments/pods?labelSelector=app.kubernetes.io/name=payment-api')).body,
    );
    const evict = (name: string | undefined) =>
      client.send('POST', `/api/v1/namespaces/payments/pods/${name}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace: 'payments' },
      });
    expect((await evict(pods[0])).status).toBe(201);
    const second = await evict(pods[1]);
    expect(second.status).toBe(429);
    expect(at(second.body, 'details', 'causes', 0, 'reason')).toBe('DisruptionBudget');
    expect(second.headers.get('retry-after')).toBe('10');
  });
});

describe('custom resources', () => {
  it('are served, printed with their columns and refused again when the definition goes', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.acme.example' },
      spec: {
        group: 'acme.example',
        names: { kind: 'Widget', plural: 'widgets', shortNames: ['wd'] },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          },
        ],
      },
    };
    await client.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
    const path = '/apis/acme.example/v1/namespaces/shop/widgets';
    const made = await client.send('POST', path, {
      apiVersion: 'acme.example/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { size: 4 },
    });
    expect(made.status).toBe(201);
    expect(await client.rows(path)).toEqual([['w', 4]]);
    const strategic = await client.send(
      'PATCH',
      `${path}/w`,
      { spec: { size: 5 } },
      'application/strategic-merge-patch+json',
    );
    expect(strategic.status).toBe(415);
    await client.send('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.acme.example');
    expect((await client.get(path)).status).toBe(404);
  });
});
