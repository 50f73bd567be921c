import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { ago, deployment, event, findingsOf, node, object, pod, summary } from './objects.js';

describe('N1: nodes that are down', () => {
  it.each([
    ['False', 'NodeNotReady'],
    ['Unknown', 'NodeLost'],
  ])('Ready %s', async (status, reason) => {
    expect(await summary([node('n', [{ type: 'Ready', status, lastTransitionTime: ago(10) }])])).toEqual([
      `N1 critical Node//n ${reason}`,
    ]);
  });

  it('are one cause, whatever lies on them', async () => {
    const down = node('n', [{ type: 'Ready', status: 'Unknown', lastTransitionTime: ago(10) }]);
    const pods = Array.from({ length: 80 }, (_, index) =>
      pod(`app-${index}`)
        .ownedBy('StatefulSet', `set-${index % 20}`)
        .on('n')
        .unready(10),
    );
    const findings = await findingsOf([down, ...pods]);
    expect(findings.filter((finding) => finding.causedBy === null).map((finding) => finding.check)).toEqual(['N1']);
    expect(findings.filter((finding) => finding.check === 'P10')).toHaveLength(20);
  });
});

describe('N2 and N3: what nodes report', () => {
  it.each([
    ['DiskPressure', 'critical'],
    ['NetworkUnavailable', 'critical'],
    ['MemoryPressure', 'warning'],
    ['PIDPressure', 'warning'],
  ])('%s is %s', async (type, severity) => {
    expect(await summary([node('n', [{ type, status: 'True' }])])).toEqual([`N2 ${severity} Node//n ${type}`]);
    expect(await summary([node('n', [{ type, status: 'False' }])])).toEqual([]);
  });

  it('problem conditions warn, benign ones do not', async () => {
    expect(await summary([node('n', [{ type: 'KernelDeadlock', status: 'True' }])])).toEqual([
      'N3 warning Node//n KernelDeadlock',
    ]);
    expect(await summary([node('n', [{ type: 'ContainerRuntimeNotReady', status: 'True' }])])).toHaveLength(1);
    const benign = [
      { type: 'EtcdIsVoter', status: 'True' },
      { type: 'AgentRunning', status: 'True' },
      { type: 'ReadonlyFilesystem', status: 'False' },
    ];
    expect(await summary([node('n', benign)])).toEqual([]);
  });

  it('a cordon is information, a NoExecute taint of Kubernetes a warning, other taints nothing', async () => {
    const tainted = (taint: JsonObject) => node('n', [], { spec: { taints: [taint] } });
    expect(await summary([node('n', [], { spec: { unschedulable: true } })])).toEqual(['N3 info Node//n Cordoned']);
    expect(await summary([tainted({ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' })])).toEqual([
      'N3 warning Node//n NoExecuteTaint',
    ]);
    expect(await summary([tainted({ key: 'dedicated', value: 'gpu', effect: 'NoExecute' })])).toEqual([]);
  });
});

describe('N4: full and outdated nodes', () => {
  it('warn above 90 % of what can be requested', async () => {
    const asking = (cpu: string) =>
      pod()
        .on('n')
        .container({ resources: { requests: { cpu } } });
    expect(await summary([node('n'), asking('3700m')])).toEqual(['N4 warning Node//n NodeFull']);
    expect(await summary([node('n'), asking('3600m')])).toEqual([]);
    expect(await summary([node('n'), asking('3700m').phase('Succeeded')])).toEqual([]);
  });

  it('warn when the kubelet is more than three minor versions behind', async () => {
    const old = (kubeletVersion: string) => node('n', [], { status: { nodeInfo: { kubeletVersion } } });
    expect(await summary([old('v1.29.9')], undefined, { serverVersion: 'v1.33.0' })).toEqual([
      'N4 warning Node//n KubeletTooOld',
    ]);
    expect(await summary([old('v1.30.0')], undefined, { serverVersion: 'v1.33.0' })).toEqual([]);
  });
});

describe('C1: control plane and system components', () => {
  it('reports failing checks of the API server', async () => {
    expect(await summary([], undefined, { readyz: '[+]ping ok\n[-]etcd failed: reason withheld' })).toEqual([
      'C1 critical APIServer//readyz NotReady',
    ]);
  });

  it.each([
    ['coredns-1', { 'k8s-app': 'kube-dns' }],
    ['kube-proxy-x', { 'k8s-app': 'kube-proxy' }],
    ['calico-node-x', { 'k8s-app': 'calico-node' }],
    ['kube-scheduler-cp', { component: 'kube-scheduler' }],
    ['kube-controller-manager-cp', {}],
    ['etcd-cp', {}],
  ])('%s not ready', async (name, labels) => {
    const sick = (namespace: string) => pod(name).in(namespace).labels(labels).unready(10);
    expect(await summary([sick('kube-system')], 'C1')).toEqual([
      `C1 critical Pod/kube-system/${name} ComponentNotReady`,
    ]);
    expect(await summary([sick('shop')], 'C1')).toEqual([]);
  });

  it('misses a component that has no pods at all', async () => {
    const metadata = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
    const dns = (replicas: number, readyReplicas: number, name = 'coredns') =>
      deployment(name, { metadata, spec: { replicas }, status: { replicas: readyReplicas, readyReplicas } });
    expect(await summary([dns(0, 0)], 'C1')).toEqual([
      'C1 critical Deployment/kube-system/coredns ComponentScaledToZero',
    ]);
    const gone = await findingsOf([dns(2, 0)]);
    expect(gone.find((finding) => finding.check === 'C1')?.causedBy).toMatch(/^W1:/);
    expect(await summary([dns(2, 2), dns(0, 0, 'kube-dns')], 'C1')).toEqual([]);
    expect(
      await summary(
        [
          deployment('calico-typha', {
            metadata: { namespace: 'kube-system' },
            spec: { replicas: 0 },
            status: { readyReplicas: 0 },
          }),
        ],
        'C1',
      ),
    ).toEqual([]);
  });

  it('says nothing of other pods in kube-system', async () => {
    expect(await summary([pod('dashboard').in('kube-system').unready(10)], 'C1')).toEqual([]);
  });
});

describe('C2: quotas', () => {
  const quota = (used: string) =>
    object('ResourceQuota', 'compute', {
      status: { hard: { 'limits.memory': '10Gi' }, used: { 'limits.memory': used } },
    });
  it('warn when used up, inform from 90 %', async () => {
    expect(await summary([quota('10Gi')])).toEqual(['C2 warning ResourceQuota/shop/compute QuotaExhausted']);
    expect(await summary([quota('9216Mi')])).toEqual(['C2 info ResourceQuota/shop/compute QuotaNearlyExhausted']);
    expect(await summary([quota('8Gi')])).toEqual([]);
  });
});

describe('C3: namespaces that do not go', () => {
  it('are reported after ten minutes, with what holds them', async () => {
    const going = (minutes: number) =>
      object('Namespace', 'old', {
        metadata: { deletionTimestamp: ago(minutes) },
        status: {
          phase: 'Terminating',
          conditions: [
            { type: 'NamespaceContentRemaining', status: 'True', message: 'pods. has 1 resource instances' },
          ],
        },
      });
    const [finding] = await findingsOf([going(11)]);
    expect(finding).toMatchObject({ check: 'C3', severity: 'warning', reason: 'NamespaceContentRemaining' });
    expect(finding?.evidence[0]?.value).toContain('pods. has 1 resource');
    expect(await summary([going(9)])).toEqual([]);
  });
});

describe('C3 and an API that does not answer', () => {
  const api = object('APIService', 'v1.custom.example', {
    status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] },
  });
  const going = (type: string) =>
    object('Namespace', 'old', {
      metadata: { deletionTimestamp: ago(30) },
      status: { phase: 'Terminating', conditions: [{ type, status: 'True', message: 'm' }] },
    });

  it('belong together only where the contents cannot be discovered', async () => {
    const causeOf = async (type: string) =>
      (await findingsOf([api, going(type)])).find((finding) => finding.check === 'C3')?.causedBy;
    expect(await causeOf('NamespaceDeletionDiscoveryFailure')).toMatch(/^S9:/);
    expect(await causeOf('NamespaceContentRemaining')).toBeNull();
  });
});

describe('C4: definitions and signing requests', () => {
  const definition = (conditions: JsonObject[]) =>
    object('CustomResourceDefinition', 'a.example', { status: { conditions } });
  it('tell what is not established or in conflict', async () => {
    const conflict: JsonObject[] = [
      { type: 'NamesAccepted', status: 'False', message: 'a is taken' },
      { type: 'Established', status: 'False' },
    ];
    expect(await summary([definition(conflict)])).toEqual([
      'C4 warning CustomResourceDefinition//a.example NameConflict',
    ]);
    expect(await summary([definition([])])).toEqual(['C4 warning CustomResourceDefinition//a.example NotEstablished']);
    expect(await summary([definition([{ type: 'Established', status: 'True' }])])).toEqual([]);
  });
  it('tell requests that nobody has decided on for an hour', async () => {
    const request = (minutes: number, conditions: JsonObject[] = []) =>
      object('CertificateSigningRequest', 'csr-1', {
        metadata: { creationTimestamp: ago(minutes) },
        status: { conditions },
      });
    expect(await summary([request(61)])).toEqual(['C4 info CertificateSigningRequest//csr-1 RequestPending']);
    expect(await summary([request(30)])).toEqual([]);
    expect(await summary([request(61, [{ type: 'Approved', status: 'True' }])])).toEqual([]);
  });
});

describe('C5: warning events that nothing explains', () => {
  it('are grouped, counted and quoted', async () => {
    const about = object('Certificate', 'web');
    const events = ['order 123 failed', 'order 456 failed'].map((message) =>
      event(about, 'OrderFailed', message, { count: 4 }),
    );
    const [finding, ...others] = await findingsOf(events);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ check: 'C5', severity: 'warning', kind: 'Certificate', name: 'web', count: 8 });
  });

  it('are not what a finding explains, nor what is over, gone or more than an hour old', async () => {
    const crashing = pod('a').waiting('CrashLoopBackOff').build();
    const recovered = pod('b').build();
    const starved = deployment('c', { status: { readyReplicas: 0 } });
    expect(
      await summary(
        [
          crashing,
          event(crashing, 'BackOff', 'Back-off restarting failed container'),
          recovered,
          event(recovered, 'FailedScheduling', '0/1 nodes', { lastTimestamp: ago(55) }),
          event(pod('gone').build(), 'FailedMount', 'no volume'),
          starved,
          event(starved, 'Strange', 'odd'),
          event(object('Certificate', 'old'), 'Failed', 'x', { firstTimestamp: ago(70), lastTimestamp: ago(61) }),
        ],
        'C5',
      ),
    ).toEqual([]);
  });

  it('are information where a pod serves all the same and stumbled once', async () => {
    const serving = pod('a').build();
    const once = event(serving, 'Unhealthy', 'Readiness probe failed', { count: 1, lastTimestamp: ago(1) });
    expect(await summary([serving, once])).toEqual(['C5 info Pod/shop/a Unhealthy']);
  });

  it('are capped, and the rest is counted', async () => {
    const events = Array.from({ length: 25 }, (_, index) =>
      event(object('Thing', `thing-${String.fromCharCode(97 + index)}`), 'Odd', 'odd', { count: 2 }),
    );
    const findings = await findingsOf(events);
    expect(findings).toHaveLength(21);
    expect(findings.at(-1)).toMatchObject({ reason: 'MoreEvents', count: 10 });
  });
});
