/** The emulated cluster lives: controllers answer to changes as the clock goes on. */
import { describe, expect, it } from 'vitest';
import { at, items, names, open, type TestClient } from './kubernetes-client.js';

const MERGE = 'application/merge-patch+json';
const deployment = (namespace: string, name: string) => `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
const podsOf = async (client: TestClient, namespace: string, app: string) =>
  client.rows(`/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io/name=${app}`);
const readyOf = async (client: TestClient, namespace: string, name: string) =>
  Number(at((await client.get(deployment(namespace, name))).body, 'status', 'readyReplicas') ?? 0);

describe('the checkout incident', () => {
  it('shows its cause and its consequences', async () => {
    const client = await open('checkout-incident');
    const payment = await podsOf(client, 'payments', 'payment-api');
    expect(payment.map((cells) => [cells[1], cells[2]])).toEqual(Array(3).fill(['0/1', 'CrashLoopBackOff']));
    expect(
      at((await client.get('/api/v1/namespaces/payments/endpoints/payment-api')).body, 'subsets', 0, 'addresses'),
    ).toBeUndefined();
    expect((await podsOf(client, 'shop', 'checkout')).map((cells) => cells[1])).toEqual(['0/1', '0/1', '0/1']);
    expect(
      at(
        (await client.get(deployment('payments', 'payment-api'))).body,
        'metadata',
        'annotations',
        'deployment.kubernetes.io/revision',
      ),
    ).toBe('8');
    const back = items((await client.get('/api/v1/namespaces/payments/events')).body).find(
      (event) => event.reason === 'BackOff',
    );
    expect(Number(back?.count)).toBeGreaterThan(50);
  });

  it('ends within two minutes of a roll back to the template of revision 7', async () => {
    const client = await open('checkout-incident');
    const sets = items((await client.get('/apis/apps/v1/namespaces/payments/replicasets')).body);
    const seventh = sets.find((set) => at(set, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') === '7');
    const { 'pod-template-hash': _hash, ...labels } = at(seventh, 'spec', 'template', 'metadata', 'labels') as Record<
      string,
      string
    >;
    const template = { metadata: { labels }, spec: at(seventh, 'spec', 'template', 'spec') };
    const path = deployment('payments', 'payment-api');
    await client.send(
      'PATCH',
      path,
      [{ op: 'replace', path: '/spec/template', value: template }],
      'application/json-patch+json',
    );
    client.clock.advance(6_000);
    expect(await readyOf(client, 'payments', 'payment-api')).toBe(0);
    client.clock.advance(60_000);
    expect(await readyOf(client, 'payments', 'payment-api')).toBe(3);
    expect(await readyOf(client, 'shop', 'checkout')).toBe(3);
    expect(
      at(
        client.emulator.find('deployment', 'payments', 'payment-api'),
        'metadata',
        'annotations',
        'deployment.kubernetes.io/revision',
      ),
    ).toBe('9');
    expect(
      at(client.emulator.find('replicaset', 'payments', String(at(seventh, 'metadata', 'name'))), 'spec', 'replicas'),
    ).toBe(3);
  });

  it('ends as well when the setting is given its new name', async () => {
    const client = await open('checkout-incident');
    const env = [
      { name: 'PAYMENTS_DATABASE_URL', valueFrom: { secretKeyRef: { name: 'payment-api-db', key: 'url' } } },
    ];
    const patch = { spec: { template: { spec: { containers: [{ name: 'payment-api', env }] } } } };
    await client.send('PATCH', deployment('payments', 'payment-api'), patch, 'application/strategic-merge-patch+json');
    client.clock.advance(90_000);
    expect(await readyOf(client, 'payments', 'payment-api')).toBe(3);
  });
});

describe('deployments', () => {
  it('scale up through Pending and ContainerCreating to Running', async () => {
    const client = await open('healthy');
    await client.send('PATCH', `${deployment('shop', 'cart')}/scale`, { spec: { replicas: 5 } }, MERGE);
    const states = new Set<unknown>();
    for (let i = 0; i < 30; i++) {
      for (const cells of await podsOf(client, 'shop', 'cart')) states.add(cells[2]);
      client.clock.advance(500);
    }
    expect([...states].sort()).toEqual(['ContainerCreating', 'Pending', 'Running']);
    expect(await readyOf(client, 'shop', 'cart')).toBe(5);
  });

  it('never have fewer pods available in a rollout than maxUnavailable allows', async () => {
    const client = await open('healthy');
    const path = deployment('shop', 'storefront');
    await client.send(
      'PATCH',
      path,
      { spec: { template: { metadata: { annotations: { restarted: 'now' } } } } },
      MERGE,
    );
    let least = 9;
    for (let i = 0; i < 120; i++) {
      least = Math.min(least, Number(at((await client.get(path)).body, 'status', 'availableReplicas') ?? 0));
      client.clock.advance(500);
    }
    expect(least).toBe(3);
    expect(at((await client.get(path)).body, 'status', 'updatedReplicas')).toBe(3);
    expect(await podsOf(client, 'shop', 'storefront')).toHaveLength(3);
  });

  it('stop at an image that does not exist, and say so when the deadline is over', async () => {
    const client = await open('healthy');
    const patch = {
      spec: {
        template: {
          spec: { containers: [{ name: 'storefront', image: 'registry.acme.example/shop/storefront:9.9.9' }] },
        },
      },
    };
    await client.send('PATCH', deployment('shop', 'storefront'), patch, 'application/strategic-merge-patch+json');
    client.clock.advance(60_000);
    expect((await podsOf(client, 'shop', 'storefront')).map((cells) => cells[2])).toContain('ImagePullBackOff');
    expect(await readyOf(client, 'shop', 'storefront')).toBe(3);
    client.clock.advance(600_000);
    const conditions = items(
      (at((await client.get(deployment('shop', 'storefront'))).body, 'status') ?? {}) as never,
      'conditions',
    );
    expect(conditions.find((item) => item.type === 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
    });
  });

  it('replace a deleted pod', async () => {
    const client = await open('healthy');
    const before = (await podsOf(client, 'shop', 'cart')).map((cells) => cells[0]);
    await client.send('DELETE', `/api/v1/namespaces/shop/pods/${String(before[0])}`);
    expect((await podsOf(client, 'shop', 'cart')).map((cells) => cells[2])).toContain('Terminating');
    client.clock.advance(30_000);
    const after = await podsOf(client, 'shop', 'cart');
    expect(after.map((cells) => cells[1])).toEqual(['1/1', '1/1']);
    expect(after.map((cells) => cells[0])).not.toContain(before[0]);
  });
});

describe('other workloads', () => {
  it('a StatefulSet grows in order, with a claim for each pod', async () => {
    const client = await open('healthy');
    await client.send(
      'PATCH',
      '/apis/apps/v1/namespaces/shop/statefulsets/session-cache/scale',
      { spec: { replicas: 3 } },
      MERGE,
    );
    client.clock.advance(4_000);
    expect((await podsOf(client, 'shop', 'session-cache')).map((cells) => cells[0])).toEqual([
      'session-cache-0',
      'session-cache-1',
    ]);
    client.clock.advance(60_000);
    expect((await podsOf(client, 'shop', 'session-cache')).map((cells) => cells[1])).toEqual(['1/1', '1/1', '1/1']);
    const claims = await client.rows('/api/v1/namespaces/shop/persistentvolumeclaims');
    expect(claims.map((cells) => [cells[0], cells[1]])).toEqual(
      [0, 1, 2].map((n) => [`data-session-cache-${n}`, 'Bound']),
    );
  });

  it('a Job completes, and a CronJob makes the next one on time', async () => {
    const client = await open('healthy');
    const jobs = async () => names((await client.get('/apis/batch/v1/namespaces/payments/jobs')).body);
    const before = await jobs();
    client.clock.advance(31 * 60_000);
    const after = await jobs();
    expect(after).toHaveLength(3);
    expect(after.at(-1)).not.toBe(before.at(-1));
    expect((await client.rows('/apis/batch/v1/namespaces/payments/jobs')).at(-1)?.slice(1, 3)).toEqual([
      'Complete',
      '1/1',
    ]);
  });

  it('a pod waits for a ConfigMap and starts when it is there', async () => {
    const client = await open('healthy');
    const env = [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'late', key: 'mode' } } }];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'waiter' },
      spec: { containers: [{ name: 'c', image: 'busybox:1.37', env }] },
    };
    await client.send('POST', '/api/v1/namespaces/shop/pods', pod);
    client.clock.advance(20_000);
    const status = (await client.get('/api/v1/namespaces/shop/pods/waiter')).body;
    expect(at(status, 'status', 'containerStatuses', 0, 'state', 'waiting')).toEqual({
      message: 'configmap "late" not found',
      reason: 'CreateContainerConfigError',
    });
    await client.send('POST', '/api/v1/namespaces/shop/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'late' },
      data: { mode: 'x' },
    });
    client.clock.advance(30_000);
    expect(at((await client.get('/api/v1/namespaces/shop/pods/waiter')).body, 'status', 'phase')).toBe('Running');
  });

  it('a pod that fits nowhere says why, and is bound when a node takes it', async () => {
    const client = await open('healthy');
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'picky' },
      spec: { nodeSelector: { disk: 'nvme' }, containers: [{ name: 'c', image: 'busybox:1.37' }] },
    };
    await client.send('POST', '/api/v1/namespaces/shop/pods', pod);
    client.clock.advance(2_000);
    const condition = at((await client.get('/api/v1/namespaces/shop/pods/picky')).body, 'status', 'conditions', 0);
    expect(condition).toMatchObject({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' });
    expect(String(at(condition, 'message'))).toMatch(
      /^0\/7 nodes are available: 7 node\(s\) didn't match Pod's node affinity\/selector\./,
    );
    await client.send('PATCH', '/api/v1/nodes/prod-worker-2', { metadata: { labels: { disk: 'nvme' } } }, MERGE);
    client.clock.advance(10_000);
    expect(at((await client.get('/api/v1/namespaces/shop/pods/picky')).body, 'spec', 'nodeName')).toBe('prod-worker-2');
  });
});

describe('nodes', () => {
  it('a cordoned node is tainted and takes no pods', async () => {
    const client = await open('healthy');
    for (const node of ['1', '2', '3', '4', '5'])
      await client.send('PATCH', `/api/v1/nodes/prod-worker-${node}`, { spec: { unschedulable: true } }, MERGE);
    expect(at((await client.get('/api/v1/nodes/prod-worker-1')).body, 'spec', 'taints', 0, 'key')).toBe(
      'node.kubernetes.io/unschedulable',
    );
    await client.send('PATCH', `${deployment('shop', 'cart')}/scale`, { spec: { replicas: 4 } }, MERGE);
    client.clock.advance(20_000);
    const fresh = items(
      (await client.get('/api/v1/namespaces/shop/pods?labelSelector=app.kubernetes.io/name=cart')).body,
    ).filter((pod) => String(at(pod, 'metadata', 'creationTimestamp')) > '2026-06-01');
    expect(fresh.map((pod) => at(pod, 'spec', 'nodeName'))).toEqual(['prod-worker-6', 'prod-worker-6']);
  });

  it('a lost node loses its pods, and what it held stays Terminating', async () => {
    const client = await open('node-down');
    const nodes = await client.rows('/api/v1/nodes');
    expect(nodes.map((cells) => [cells[0], cells[1]])).toContainEqual(['prod-worker-3', 'NotReady']);
    const there = await client.rows('/api/v1/pods?fieldSelector=spec.nodeName=prod-worker-3');
    expect(there.map((cells) => cells[2])).toContain('Terminating');
    client.clock.advance(60_000);
    expect(await client.rows('/api/v1/pods?fieldSelector=spec.nodeName=prod-worker-3')).toHaveLength(there.length);
    const [log] = there;
    const refused = await client.get(
      `/api/v1/namespaces/kube-system/pods/${String(there.find((cells) => String(cells[0]).startsWith('cilium'))?.[0])}/log`,
    );
    expect(refused.body.message).toContain('no route to host');
    expect(log).toBeDefined();
  });
});

describe('metrics', () => {
  it('give what running pods and answering nodes use', async () => {
    const client = await open('checkout-incident');
    const nodes = items((await client.get('/apis/metrics.k8s.io/v1beta1/nodes')).body);
    expect(nodes).toHaveLength(7);
    expect(String(at(nodes[0], 'usage', 'memory'))).toMatch(/^\d+Ki$/);
    const pods = names((await client.get('/apis/metrics.k8s.io/v1beta1/namespaces/payments/pods')).body);
    expect(pods.some((name) => name.startsWith('payment-api'))).toBe(false);
    expect(pods.some((name) => name.startsWith('payment-worker'))).toBe(true);
  });
});

it('writes a pod only when its status says something new', async () => {
  const client = await open('many-faults');
  const pods = async () =>
    items((await client.get('/api/v1/pods')).body).filter(
      (pod) => at(pod, 'spec', 'containers', 0, 'image') === 'registry.lab.example/agent:1.0.0',
    );
  const versions = async () => (await pods()).map((pod) => at(pod, 'metadata', 'resourceVersion'));
  const before = await versions();
  expect(before.length).toBeGreaterThan(0);
  client.clock.advance(10 * 60_000);
  // It is told every minute that the probe fails, and stays what it was.
  expect(await versions()).toEqual(before);
});
