/** The real kubectl against the emulator on a port. Skipped where kubectl is not installed. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import { createKubernetesEmulator } from '../../src/emulators/kubernetes/index.js';
import { kubeconfigText } from '../../src/emulators/kubernetes/kubeconfig.js';
import { type Listening, listen } from '../../src/emulators/listen.js';

function installed(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The wall's time, until a test is in a hurry: then forty times as fast, so that a rollout does not hold it up. */
let hurriedAt = Number.POSITIVE_INFINITY;
function hurry(): void {
  hurriedAt = Date.now();
}
const clock: Clock = {
  ...systemClock(),
  now: () => Date.now() + Math.max(0, Date.now() - hurriedAt) * 39,
};

/** Each test starts some ten processes; how long that takes is up to what else the machine does. */
describe.skipIf(!installed())('kubectl', { timeout: 120_000 }, () => {
  let server: Listening;
  let folder: string;

  beforeEach(async () => {
    hurriedAt = Number.POSITIVE_INFINITY;
    folder = await mkdtemp(path.join(tmpdir(), 'mcp-chat-kubectl-'));
    const emulator = await createKubernetesEmulator({ world: 'checkout-incident', clock });
    server = await listen((request) => emulator.app.fetch(request), { host: '127.0.0.1', port: 0 });
    const text = kubeconfigText({ context: emulator.contextName, url: server.url, token: emulator.token });
    await writeFile(path.join(folder, 'config'), text);
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<{ out: string; error: string; code: number }> =>
    new Promise((resolve) => {
      const env = { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: path.join(folder, 'config') };
      execFile('kubectl', args, { env, timeout: 60_000 }, (error, out, stderr) => {
        resolve({ out, error: stderr, code: error ? Number(error.code ?? 1) : 0 });
      });
    });
  const ok = async (...args: string[]): Promise<string> => {
    const { out, error, code } = await run(...args);
    expect(code, `kubectl ${args.join(' ')}: ${error}`).toBe(0);
    return out;
  };

  it('prints the tables of the real server', async () => {
    const pods = await ok('get', 'pods', '-A', '-o', 'wide');
    expect(pods).toMatch(/^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n/);
    expect(pods).toMatch(/payments +payment-api-\S+ +0\/1 +CrashLoopBackOff +1[0-9] \(\d+m?\d*s ago\) +3[0-9]m/);
    expect(await ok('get', 'nodes', '-o', 'wide')).toMatch(
      /prod-cp-1 +Ready +control-plane +96d +v1\.33\.5 +10\.0\.1\.11/,
    );
    const all = await ok('get', 'deploy,sts,ds,svc,ing,pdb,hpa,pvc,cj,job,cm,secret,ev', '-A');
    expect(all).toMatch(/shop +ingress\.networking\.k8s\.io\/shop +nginx +shop\.acme\.example +k8s-ingress/);
  });

  it('describes what there is', async () => {
    const pod =
      (await ok('get', 'pods', '-n', 'payments', '-l', 'app.kubernetes.io/name=payment-api', '-o', 'name')).split(
        '\n',
      )[0] ?? '';
    const text = await ok('describe', '-n', 'payments', pod);
    expect(text).toMatch(/Last State: +Terminated\n +Reason: +Error\n +Exit Code: +1/);
    expect(text).toMatch(/Warning +BackOff .*Back-off restarting failed container payment-api/);
    expect(await ok('describe', 'node', 'prod-worker-1')).toContain('Non-terminated Pods:');
    expect(await ok('describe', 'svc', '-n', 'shop', 'cart')).toMatch(/Endpoints: +10\.24\d\./);
    expect(await ok('describe', 'deploy', '-n', 'payments', 'payment-api')).toContain(
      'Available      False   MinimumReplicasUnavailable',
    );
  });

  it('reads logs', async () => {
    expect(await ok('logs', '-n', 'payments', 'deploy/payment-api', '--tail=1')).toContain(
      'configuration invalid, exiting',
    );
    expect(await ok('logs', '-n', 'payments', 'deploy/payment-api', '--previous', '--timestamps')).toMatch(
      /^\d{4}-\d\d-\d\dT\S+Z \{/,
    );
    const csi = await run('logs', '-n', 'kube-system', 'ds/ebs-csi-node', '-c', 'nope');
    expect(csi.error).toContain('container nope is not valid for pod');
  });

  it('rolls the incident back and sees the shop recover', async () => {
    hurry();
    expect(await ok('rollout', 'history', '-n', 'payments', 'deploy/payment-api')).toContain(
      '8         release 2.8.0 (pipeline 48213)',
    );
    await ok('rollout', 'undo', '-n', 'payments', 'deploy/payment-api');
    const status = await ok('rollout', 'status', '-n', 'payments', 'deploy/payment-api', '--timeout=55s');
    expect(status).toContain('successfully rolled out');
    await ok('wait', '-n', 'shop', '--for=condition=Available', 'deploy/checkout', '--timeout=55s');
  });

  it('scales, restarts and deletes', async () => {
    hurry();
    await ok('scale', '-n', 'shop', 'deploy/cart', '--replicas=3');
    await ok('rollout', 'status', '-n', 'shop', 'deploy/cart', '--timeout=55s');
    await ok('rollout', 'restart', '-n', 'shop', 'deploy/search');
    await ok('set', 'image', '-n', 'shop', 'deploy/catalog', 'catalog=registry.acme.example/shop/catalog:5.1.0');
    const pod =
      (await ok('get', 'pods', '-n', 'shop', '-l', 'app.kubernetes.io/name=cart', '-o', 'name')).split('\n')[0] ?? '';
    expect(await ok('delete', '-n', 'shop', pod)).toContain('deleted');
  });

  it('cordons, drains and uncordons', async () => {
    hurry();
    await ok('cordon', 'prod-worker-4');
    const drained = await ok(
      'drain',
      'prod-worker-4',
      '--ignore-daemonsets',
      '--delete-emptydir-data',
      '--timeout=55s',
    );
    expect(drained).toContain('node/prod-worker-4 drained');
    expect(await ok('get', 'node', 'prod-worker-4')).toContain('Ready,SchedulingDisabled');
    await ok('uncordon', 'prod-worker-4');
  });

  it('applies on the server, with conflicts, dry runs and differences', async () => {
    const file = path.join(folder, 'cart.yaml');
    await writeFile(
      file,
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: cart, namespace: shop }\nspec: { replicas: 6 }\n',
    );
    await ok('scale', '-n', 'shop', 'deploy/cart', '--replicas=3');
    const refused = await run('apply', '--server-side', '-f', file);
    expect(refused.error).toContain('conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas');
    expect(await ok('apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', file)).toContain(
      '(server dry run)',
    );
    await writeFile(
      file,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: applied, namespace: shop }\ndata: { a: "1" }\n',
    );
    expect(await ok('apply', '-f', file)).toContain('configmap/applied created');
    await writeFile(
      file,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: applied, namespace: shop }\ndata: { b: "2" }\n',
    );
    expect(await ok('apply', '-f', file)).toContain('configmap/applied configured');
    expect(await ok('get', 'cm', '-n', 'shop', 'applied', '-o', 'jsonpath={.data}')).toBe('{"b":"2"}');
  });

  it('labels, annotates, asks for rights, usage and kinds', async () => {
    await ok('label', 'node', 'prod-worker-1', 'disk=ssd');
    await ok('annotate', '-n', 'shop', 'deploy/cart', 'note=x');
    expect(await ok('auth', 'can-i', 'delete', 'pods')).toBe('yes\n');
    expect(await ok('top', 'nodes')).toMatch(/prod-worker-1 +\d+m +\d+% +\d+Mi +\d+%/);
    expect(await ok('top', 'pods', '-n', 'shop')).toMatch(/cart-\S+ +\d+m +\d+Mi/);
    expect(await ok('api-resources')).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/);
    expect(await ok('explain', 'deployment')).toContain('KIND:       Deployment');
    expect(await ok('get', '--raw', '/readyz?verbose')).toContain('readyz check passed');
  });

  it('creates what its generators make', async () => {
    hurry();
    await ok('create', 'ns', 'made');
    const create = (...args: string[]) => ok('create', '-n', 'made', ...args);
    await create('deployment', 'web', '--image=nginx:1.28', '--replicas=2', '--port=80');
    await create('configmap', 'settings', '--from-literal=a=b');
    await create('secret', 'generic', 'keys', '--from-literal=k=v');
    await create('service', 'clusterip', 'web', '--tcp=80:8080');
    await create('ingress', 'web', '--class=nginx', '--rule=web.example/*=web:80,tls=web-tls');
    await create('pdb', 'web', '--selector=app=web', '--min-available=50%');
    await create('quota', 'most', '--hard=pods=5');
    await create('role', 'reader', '--verb=get', '--resource=pods');
    const read = (kind: string, path: string) => ok('get', kind, '-n', 'made', '-o', `jsonpath=${path}`);
    expect(
      await read('ingress/web', '{.spec.rules[0].host}{.spec.rules[0].http.paths[0].backend.service.port.number}'),
    ).toBe('web.example80');
    expect(await read('pdb/web', '{.spec.minAvailable}{.spec.selector.matchLabels.app}')).toBe('50%web');
    expect(await read('svc/web', '{.spec.ports[0].targetPort}')).toBe('8080');
    expect(await read('secret/keys', '{.data.k}')).toBe(Buffer.from('v').toString('base64'));
    await ok('rollout', 'status', '-n', 'made', 'deploy/web', '--timeout=55s');
  });
});
