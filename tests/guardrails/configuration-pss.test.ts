/**
 * The Pod Security checks, one table per check: what each decides, and where versions differ. The expectations are what the
 * admission plug-in of Kubernetes decides (k8s.io/pod-security-admission/policy).
 */
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src/guardrails/configuration/object.js';
import { evaluatePod, POD_CHECKS, type PodSecurityLevel } from '../../src/guardrails/configuration/pss/evaluate.js';
import type { JsonObject } from '../../src/json.js';

function failing(spec: JsonObject, level: PodSecurityLevel, version = 'latest', metadata: JsonObject = {}): string[] {
  const { pod } = viewOf({ kind: 'Pod', metadata: { name: 'p', ...metadata }, spec });
  return pod ? [...new Set(evaluatePod(pod, level, version).map((violation) => violation.check))].sort() : ['no pod'];
}

const one = (container: JsonObject, spec: JsonObject = {}): JsonObject => ({
  ...spec,
  containers: [{ name: 'a', ...container }],
});
const secure = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const restricted = (container: JsonObject = {}, pod: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, ...pod },
  containers: [{ name: 'a', securityContext: { ...secure, ...container } }],
  ...spec,
});

/** check, version, spec, fails */
type Row = [name: string, level: 'baseline' | 'restricted', version: string, spec: JsonObject, fails: boolean];

const TABLES: Record<string, Row[]> = {
  appArmorProfile: [
    [
      'unconfined in a container',
      'baseline',
      '1.0',
      one({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
      true,
    ],
    [
      'unconfined in the pod',
      'baseline',
      'latest',
      one({}, { securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
      true,
    ],
    ['an empty profile', 'baseline', 'latest', one({ securityContext: { appArmorProfile: {} } }), true],
    ['localhost', 'baseline', 'latest', one({ securityContext: { appArmorProfile: { type: 'Localhost' } } }), false],
  ],
  capabilities_baseline: [
    ['NET_RAW', 'baseline', '1.0', one({ securityContext: { capabilities: { add: ['NET_RAW'] } } }), true],
    [
      'the default set',
      'baseline',
      '1.0',
      one({ securityContext: { capabilities: { add: ['CHOWN', 'SYS_CHROOT'] } } }),
      false,
    ],
    [
      'CAP_ prefix, which is another name',
      'baseline',
      '1.0',
      one({ securityContext: { capabilities: { add: ['CAP_CHOWN'] } } }),
      true,
    ],
    [
      'in an init container',
      'baseline',
      '1.0',
      { initContainers: [{ name: 'i', securityContext: { capabilities: { add: ['ALL'] } } }], containers: [] },
      true,
    ],
    [
      'in an ephemeral container',
      'baseline',
      '1.0',
      { containers: [], ephemeralContainers: [{ name: 'e', securityContext: { capabilities: { add: ['ALL'] } } }] },
      true,
    ],
  ],
  hostNamespaces: [
    ['hostNetwork', 'baseline', '1.0', one({}, { hostNetwork: true }), true],
    ['hostPID', 'baseline', '1.0', one({}, { hostPID: true }), true],
    ['hostIPC', 'baseline', '1.0', one({}, { hostIPC: true }), true],
    ['all false', 'baseline', '1.0', one({}, { hostNetwork: false, hostPID: false, hostIPC: false }), false],
  ],
  hostPathVolumes: [
    ['hostPath', 'baseline', '1.0', one({}, { volumes: [{ name: 'v', hostPath: { path: '/' } }] }), true],
    ['an empty hostPath is one', 'baseline', '1.0', one({}, { volumes: [{ name: 'v', hostPath: {} }] }), true],
    ['null is none', 'baseline', '1.0', one({}, { volumes: [{ name: 'v', hostPath: null }] }), false],
    ['emptyDir', 'baseline', '1.0', one({}, { volumes: [{ name: 'v', emptyDir: {} }] }), false],
  ],
  hostPorts: [
    ['hostPort', 'baseline', '1.0', one({ ports: [{ containerPort: 80, hostPort: 80 }] }), true],
    ['hostPort 0', 'baseline', '1.0', one({ ports: [{ containerPort: 80, hostPort: 0 }] }), false],
    [
      'defaulted from containerPort under hostNetwork',
      'baseline',
      '1.0',
      one({ ports: [{ containerPort: 80 }] }, { hostNetwork: true }),
      true,
    ],
  ],
  hostProbesAndHostLifecycle: [
    ['a probe host', 'baseline', '1.34', one({ livenessProbe: { httpGet: { host: '8.8.8.8' } } }), true],
    ['before 1.34', 'baseline', '1.33', one({ livenessProbe: { httpGet: { host: '8.8.8.8' } } }), false],
    ['loopback too', 'baseline', 'latest', one({ startupProbe: { tcpSocket: { host: '127.0.0.1' } } }), true],
    ['a hook', 'baseline', 'latest', one({ lifecycle: { preStop: { httpGet: { host: 'a.example' } } } }), true],
    ['no host', 'baseline', 'latest', one({ readinessProbe: { httpGet: { host: '', port: 80 } } }), false],
  ],
  privileged: [
    ['true', 'baseline', '1.0', one({ securityContext: { privileged: true } }), true],
    ['false', 'baseline', '1.0', one({ securityContext: { privileged: false } }), false],
  ],
  procMount: [
    ['Unmasked', 'baseline', 'latest', one({ securityContext: { procMount: 'Unmasked' } }), true],
    [
      'Unmasked in a user namespace',
      'baseline',
      '1.35',
      one({ securityContext: { procMount: 'Unmasked' } }, { hostUsers: false }),
      false,
    ],
    [
      'the same before 1.35',
      'baseline',
      '1.34',
      one({ securityContext: { procMount: 'Unmasked' } }, { hostUsers: false }),
      true,
    ],
    ['Default', 'baseline', 'latest', one({ securityContext: { procMount: 'Default' } }), false],
  ],
  seLinuxOptions: [
    ['another type', 'baseline', '1.0', one({}, { securityContext: { seLinuxOptions: { type: 'spc_t' } } }), true],
    [
      'container_engine_t before 1.31',
      'baseline',
      '1.30',
      one({ securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }),
      true,
    ],
    [
      'container_engine_t since 1.31',
      'baseline',
      '1.31',
      one({ securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }),
      false,
    ],
    ['a user', 'baseline', 'latest', one({ securityContext: { seLinuxOptions: { user: 'root' } } }), true],
    ['a role', 'baseline', 'latest', one({ securityContext: { seLinuxOptions: { role: 'sysadm_r' } } }), true],
    ['a level', 'baseline', 'latest', one({ securityContext: { seLinuxOptions: { level: 's0:c1' } } }), false],
  ],
  seccompProfile_baseline: [
    ['Unconfined', 'baseline', '1.19', one({}, { securityContext: { seccompProfile: { type: 'Unconfined' } } }), true],
    [
      'fields do not count before 1.19',
      'baseline',
      '1.18',
      one({}, { securityContext: { seccompProfile: { type: 'Unconfined' } } }),
      false,
    ],
    ['an empty profile', 'baseline', '1.19', one({ securityContext: { seccompProfile: {} } }), true],
    ['none', 'baseline', 'latest', one({}), false],
  ],
  sysctls: [
    [
      'an unsafe one',
      'baseline',
      '1.0',
      one({}, { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
      true,
    ],
    [
      'ip_local_reserved_ports before 1.27',
      'baseline',
      '1.26',
      one({}, { securityContext: { sysctls: [{ name: 'net.ipv4.ip_local_reserved_ports', value: '1' }] } }),
      true,
    ],
    [
      'ip_local_reserved_ports since 1.27',
      'baseline',
      '1.27',
      one({}, { securityContext: { sysctls: [{ name: 'net.ipv4.ip_local_reserved_ports', value: '1' }] } }),
      false,
    ],
    [
      'tcp_keepalive_time since 1.29',
      'baseline',
      '1.29',
      one({}, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_keepalive_time', value: '1' }] } }),
      false,
    ],
    [
      'tcp_rmem before 1.32',
      'baseline',
      '1.31',
      one({}, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } }),
      true,
    ],
    [
      'tcp_rmem since 1.32',
      'baseline',
      '1.32',
      one({}, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } }),
      false,
    ],
    [
      'tcp_notsent_lowat before 1.37',
      'baseline',
      '1.36',
      one({}, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_notsent_lowat', value: '1' }] } }),
      true,
    ],
    [
      'tcp_notsent_lowat since 1.37',
      'baseline',
      '1.37',
      one({}, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_notsent_lowat', value: '1' }] } }),
      false,
    ],
  ],
  windowsHostProcess: [
    ['in the pod', 'baseline', '1.0', one({}, { securityContext: { windowsOptions: { hostProcess: true } } }), true],
    ['in a container', 'baseline', '1.0', one({ securityContext: { windowsOptions: { hostProcess: true } } }), true],
    ['false', 'baseline', '1.0', one({ securityContext: { windowsOptions: { hostProcess: false } } }), false],
  ],
  allowPrivilegeEscalation: [
    ['unset', 'restricted', '1.8', restricted({ allowPrivilegeEscalation: null }), true],
    ['did not exist before 1.8', 'restricted', '1.7', restricted({ allowPrivilegeEscalation: null }), false],
    ['false', 'restricted', 'latest', restricted(), false],
    [
      'unset on Windows since 1.25',
      'restricted',
      '1.25',
      restricted({ allowPrivilegeEscalation: null }, {}, { os: { name: 'windows' } }),
      false,
    ],
    [
      'unset on Windows before 1.25',
      'restricted',
      '1.24',
      restricted({ allowPrivilegeEscalation: null }, {}, { os: { name: 'windows' } }),
      true,
    ],
  ],
  capabilities_restricted: [
    ['nothing dropped', 'restricted', '1.22', restricted({ capabilities: {} }), true],
    [
      'CAP_ALL dropped, which is nothing',
      'restricted',
      'latest',
      restricted({ capabilities: { drop: ['CAP_ALL'] } }),
      true,
    ],
    [
      'NET_BIND_SERVICE added',
      'restricted',
      'latest',
      restricted({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }),
      false,
    ],
    ['CHOWN added', 'restricted', 'latest', restricted({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }), true],
    ['before 1.22', 'restricted', '1.21', restricted({ capabilities: {} }), false],
    ['Windows', 'restricted', '1.25', restricted({ capabilities: {} }, {}, { os: { name: 'windows' } }), false],
  ],
  restrictedVolumes: [
    ['hostPath', 'restricted', '1.0', restricted({}, {}, { volumes: [{ name: 'v', hostPath: { path: '/' } }] }), true],
    [
      'nfs',
      'restricted',
      '1.0',
      restricted({}, {}, { volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }] }),
      true,
    ],
    ['image', 'restricted', '1.25', restricted({}, {}, { volumes: [{ name: 'v', image: { reference: 'x' } }] }), false],
    ['no source is an emptyDir', 'restricted', '1.0', restricted({}, {}, { volumes: [{ name: 'v' }] }), false],
  ],
  runAsNonRoot: [
    ['unset', 'restricted', '1.0', restricted({}, { runAsNonRoot: null }), true],
    ['set by the container', 'restricted', '1.0', restricted({ runAsNonRoot: true }, { runAsNonRoot: null }), false],
    ['taken back by the container', 'restricted', '1.0', restricted({ runAsNonRoot: false }), true],
    [
      'false in the pod, true in the container',
      'restricted',
      '1.0',
      restricted({ runAsNonRoot: true }, { runAsNonRoot: false }),
      true,
    ],
    [
      'unset in a user namespace',
      'restricted',
      '1.35',
      restricted({}, { runAsNonRoot: null }, { hostUsers: false }),
      false,
    ],
    ['the same before 1.35', 'restricted', '1.34', restricted({}, { runAsNonRoot: null }, { hostUsers: false }), true],
    [
      'unset on Windows',
      'restricted',
      'latest',
      restricted({}, { runAsNonRoot: null }, { os: { name: 'windows' } }),
      true,
    ],
  ],
  runAsUser: [
    ['0 in the pod', 'restricted', '1.23', restricted({}, { runAsUser: 0 }), true],
    ['0 in a container', 'restricted', '1.23', restricted({ runAsUser: 0 }), true],
    ['before 1.23', 'restricted', '1.22', restricted({ runAsUser: 0 }), false],
    ['0 in a user namespace', 'restricted', '1.35', restricted({ runAsUser: 0 }, {}, { hostUsers: false }), false],
    ['1000', 'restricted', 'latest', restricted({ runAsUser: 1000 }), false],
  ],
  seccompProfile_restricted: [
    ['unset', 'restricted', '1.19', restricted({}, { seccompProfile: null }), true],
    ['unset before 1.19', 'restricted', '1.18', restricted({}, { seccompProfile: null }), false],
    [
      'set by every container',
      'restricted',
      'latest',
      restricted({ seccompProfile: { type: 'Localhost' } }, { seccompProfile: null }),
      false,
    ],
    [
      'Unconfined in the pod, set by the container',
      'restricted',
      'latest',
      restricted({ seccompProfile: { type: 'Localhost' } }, { seccompProfile: { type: 'Unconfined' } }),
      true,
    ],
    [
      'unset on Windows',
      'restricted',
      '1.25',
      restricted({}, { seccompProfile: null }, { os: { name: 'windows' } }),
      false,
    ],
  ],
  procMount_restricted: [
    [
      'Unmasked, also in a user namespace',
      'restricted',
      '1.35',
      restricted({ procMount: 'Unmasked' }, {}, { hostUsers: false }),
      true,
    ],
    ['before 1.35 the baseline check says it', 'restricted', '1.34', restricted({ procMount: 'Unmasked' }), false],
  ],
};

describe('Pod Security Standards', () => {
  it('has the 12 baseline and 7 restricted checks, each with a table', () => {
    expect(POD_CHECKS.filter((check) => check.level === 'baseline')).toHaveLength(12);
    expect(POD_CHECKS.filter((check) => check.level === 'restricted')).toHaveLength(7);
    expect(Object.keys(TABLES).sort()).toEqual(POD_CHECKS.map((check) => check.id).sort());
  });

  for (const [check, rows] of Object.entries(TABLES)) {
    it.each(rows)(`${check}: %s`, (_, level, version, spec, fails) => {
      expect(failing(spec, level, version).includes(check)).toBe(fails);
    });
  }

  it('lets a pod through that does all it should', () => {
    expect(failing(restricted(), 'restricted')).toEqual([]);
    expect(failing(one({}), 'baseline')).toEqual([]);
    expect(failing(one({ securityContext: { privileged: true } }), 'privileged')).toEqual([]);
  });

  it('runs the restricted form of a check in place of the baseline one', () => {
    const spec = restricted(
      { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } },
      {},
      { volumes: [{ name: 'v', hostPath: {} }] },
    );
    expect(failing(spec, 'restricted')).toEqual(['capabilities_restricted', 'restrictedVolumes']);
  });

  it('reads annotations: AppArmor always, seccomp before 1.19', () => {
    const apparmor = { annotations: { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' } };
    expect(failing(one({}), 'baseline', 'latest', apparmor)).toEqual(['appArmorProfile']);
    const seccomp = { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' } };
    expect(failing(one({}), 'baseline', '1.18', seccomp)).toEqual(['seccompProfile_baseline']);
    expect(failing(one({}), 'baseline', '1.19', seccomp)).toEqual([]);
  });

  it('finds the pod in every workload kind', () => {
    const spec = { hostPID: true, containers: [] };
    const template = { metadata: { name: 'p' }, spec };
    for (const kind of ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job']) {
      expect([kind, viewOf({ kind, spec: { template } }).pod?.path]).toEqual([kind, ['spec', 'template', 'spec']]);
    }
    expect(viewOf({ kind: 'PodTemplate', template }).pod?.path).toEqual(['template', 'spec']);
    expect(viewOf({ kind: 'CronJob', spec: { jobTemplate: { spec: { template } } } }).pod?.path).toHaveLength(5);
  });

  it('takes newer versions for the newest it knows, and refuses what is no version', () => {
    const spec = one({}, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_notsent_lowat', value: '1' }] } });
    expect(failing(spec, 'baseline', 'v1.99')).toEqual([]);
    expect(() => failing(spec, 'baseline', 'newest')).toThrow('not a version');
  });
});
