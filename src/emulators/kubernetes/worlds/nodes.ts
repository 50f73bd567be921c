/** Node objects, and the static pods of control planes, as kubeadm and the kubelet would have made them. */
import type { z } from 'zod';
import type { JsonObject } from '../../../json.js';
import type { Cluster } from '../cluster.js';
import { nameOf, stamp, uidOf } from '../fields.js';
import { binaryBytes, quantity } from '../quantity.js';
import type { NodeSchema } from './schema.js';

type NodeGroup = z.infer<typeof NodeSchema>;

export const nodeNames = (group: NodeGroup): string[] =>
  group.count === 1 && !group.name.endsWith('-')
    ? [group.name]
    : Array.from({ length: group.count }, (_, index) => `${group.name.replace(/-$/, '')}-${index + 1}`);

export function createNode(cluster: Cluster, group: NodeGroup, name: string, index: number): void {
  const { names, now } = cluster;
  const zone = group.zones[index % group.zones.length] ?? 'eu-west-1a';
  const bytes = quantity(group.memory);
  const ip = `10.0.${(index >> 7) + 1}.${(index % 128) * 2 + 11}`;
  const capacity: JsonObject = {
    cpu: String(group.cpu),
    'ephemeral-storage': '104845292Ki',
    'hugepages-2Mi': '0',
    memory: `${Math.round((bytes * 0.975) / 1024)}Ki`,
    pods: String(group.pods),
  };
  const condition = (type: string, status: string, reason: string, message: string): JsonObject => ({
    lastHeartbeatTime: stamp(now),
    lastTransitionTime: stamp(now),
    message,
    reason,
    status,
    type,
  });
  const labels: JsonObject = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': group.instance,
    'topology.kubernetes.io/region': zone.replace(/[a-z]$/, ''),
    'topology.kubernetes.io/zone': zone,
    ...(group.role && { [`node-role.kubernetes.io/${group.role}`]: '' }),
    ...group.labels,
  };
  const taints = [
    ...(group.role === 'control-plane' ? [{ effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' }] : []),
    ...group.taints,
  ];
  const node = cluster.create('nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      annotations: {
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
      labels,
      name,
    },
    spec: {
      podCIDR: `10.${244 + (index >> 8)}.${index & 255}.0/24`,
      podCIDRs: [`10.${244 + (index >> 8)}.${index & 255}.0/24`],
      providerID: `aws:///${zone}/i-0${names.hex(16, 'instance', name)}`,
      ...(taints.length > 0 && { taints }),
    },
    status: {
      addresses: [
        { address: ip, type: 'InternalIP' },
        { address: name, type: 'Hostname' },
      ],
      allocatable: {
        ...capacity,
        cpu: `${Math.round(group.cpu * 1000 - 80)}m`,
        'ephemeral-storage': '95551679124',
        memory: binaryBytes(Math.round((bytes * 0.925) / 2 ** 20) * 2 ** 20),
      },
      capacity,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: names.uid('boot', name),
        containerRuntimeVersion: 'containerd://2.0.5',
        kernelVersion: '6.8.0-1031-aws',
        kubeProxyVersion: cluster.version,
        kubeletVersion: cluster.version,
        machineID: names.hex(32, 'machine', name),
        operatingSystem: 'linux',
        osImage: 'Ubuntu 24.04.2 LTS',
        systemUUID: names.uid('system', name),
      },
    },
  });
  cluster.create('leases.coordination.k8s.io', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: 'kube-node-lease',
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: uidOf(node) }],
    },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: 40,
      renewTime: new Date(now).toISOString().replace('Z', '000Z'),
    },
  });
  if (group.role === 'control-plane') for (const component of STATIC) staticPod(cluster, node, component);
}

const STATIC: { name: string; image: string; cpu: string; memory?: string; command: string[] }[] = [
  {
    name: 'etcd',
    image: 'registry.k8s.io/etcd:3.5.21-0',
    cpu: '100m',
    memory: '100Mi',
    command: ['etcd', '--data-dir=/var/lib/etcd'],
  },
  { name: 'kube-apiserver', image: '', cpu: '250m', command: ['kube-apiserver', '--authorization-mode=Node,RBAC'] },
  {
    name: 'kube-controller-manager',
    image: '',
    cpu: '200m',
    command: ['kube-controller-manager', '--leader-elect=true'],
  },
  { name: 'kube-scheduler', image: '', cpu: '100m', command: ['kube-scheduler', '--leader-elect=true'] },
];

/** A mirror pod: the kubelet runs it from a file and shows it to the API server. */
function staticPod(cluster: Cluster, node: JsonObject, component: (typeof STATIC)[number]): void {
  const image = component.image || `registry.k8s.io/${component.name}:${cluster.version}`;
  const requests: JsonObject = { cpu: component.cpu, ...(component.memory && { memory: component.memory }) };
  cluster.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      annotations: {
        'kubernetes.io/config.mirror': cluster.names.hex(32, 'mirror', component.name),
        'kubernetes.io/config.source': 'file',
      },
      labels: { component: component.name, tier: 'control-plane' },
      name: `${component.name}-${nameOf(node)}`,
      namespace: 'kube-system',
      ownerReferences: [{ apiVersion: 'v1', controller: true, kind: 'Node', name: nameOf(node), uid: uidOf(node) }],
    },
    spec: {
      containers: [
        {
          command: component.command,
          image,
          imagePullPolicy: 'IfNotPresent',
          name: component.name,
          resources: { requests },
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      hostNetwork: true,
      nodeName: nameOf(node),
      priority: 2000001000,
      priorityClassName: 'system-node-critical',
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
    },
    status: { phase: 'Pending', qosClass: 'Burstable' },
  });
}
