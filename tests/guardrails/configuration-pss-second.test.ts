/**
 * A second reading of the Pod Security Standards, written from the published descriptions of the fields and not from the
 * first: for each check one plain question about a pod. Random pods at random versions must get the same answers from both.
 *
 * Sources: the tables of kubernetes.io/docs/concepts/security/pod-security-standards, and the checks of
 * k8s.io/pod-security-admission/policy for versions: what is restricted there since when, what an empty value counts as.
 * Probe hosts (since 1.34): allowed are none and "", nothing else, so neither 127.0.0.1 nor localhost.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { viewOf } from '../../src/guardrails/configuration/object.js';
import { evaluatePod } from '../../src/guardrails/configuration/pss/evaluate.js';
import type { JsonObject } from '../../src/json.js';

interface Security {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  procMount?: string;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  capabilities?: { add?: string[]; drop?: string[] };
  seccompProfile?: { type?: string };
  appArmorProfile?: { type?: string };
  seLinuxOptions?: { type?: string; user?: string; role?: string; level?: string };
  windowsOptions?: { hostProcess?: boolean };
  sysctls?: { name: string; value: string }[];
}
interface Handler {
  httpGet?: { port: number; host?: string };
  tcpSocket?: { port: number; host?: string };
}
interface Container {
  name: string;
  securityContext?: Security;
  ports?: { containerPort: number; hostPort?: number }[];
  livenessProbe?: Handler;
  readinessProbe?: Handler;
  startupProbe?: Handler;
  lifecycle?: { postStart?: Handler; preStop?: Handler };
}
interface Pod {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: {
    os?: { name: string };
    hostNetwork?: boolean;
    hostPID?: boolean;
    hostIPC?: boolean;
    hostUsers?: boolean;
    securityContext?: Security;
    volumes?: ({ name: string } & Record<string, unknown>)[];
    initContainers?: Container[];
    containers: Container[];
    ephemeralContainers?: Container[];
  };
}

/** True where the pod violates. `minor` is of Kubernetes 1.minor. */
type Question = (pod: Pod, minor: number) => boolean;

const all = ({ spec }: Pod) => [
  ...spec.containers,
  ...(spec.initContainers ?? []),
  ...(spec.ephemeralContainers ?? []),
];
const securities = (pod: Pod) => [pod.spec, ...all(pod)].map((holder) => holder.securityContext ?? {});
const ofContainers = (pod: Pod) => all(pod).map((container) => container.securityContext ?? {});
const windows = ({ spec }: Pod, minor: number) => minor >= 25 && spec.os?.name === 'windows';
const ownUsers = ({ spec }: Pod, minor: number) => minor >= 35 && spec.hostUsers === false;
const confined = (profile: { type?: string }) => ['RuntimeDefault', 'Localhost'].includes(profile.type ?? '');

const SAFE_SYSCTLS: Record<string, number> = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
  'net.ipv4.tcp_slow_start_after_idle': 37,
  'net.ipv4.tcp_notsent_lowat': 37,
};
const KEPT_CAPABILITIES =
  /^(AUDIT_WRITE|CHOWN|DAC_OVERRIDE|FOWNER|FSETID|KILL|MKNOD|NET_BIND_SERVICE|SETFCAP|SETGID|SETPCAP|SETUID|SYS_CHROOT)$/;
const FREE_VOLUMES = /^(configMap|csi|downwardAPI|emptyDir|ephemeral|image|persistentVolumeClaim|projected|secret)$/;
const seccompNote = (value: string) => /^(runtime\/default|docker\/default|localhost\/.*)$/s.test(value);

const BASELINE: Record<string, Question> = {
  windowsHostProcess: (pod) => securities(pod).some((security) => security.windowsOptions?.hostProcess === true),
  hostNamespaces: ({ spec }) => [spec.hostNetwork, spec.hostPID, spec.hostIPC].includes(true),
  privileged: (pod) => ofContainers(pod).some((security) => security.privileged === true),
  capabilities_baseline: (pod) =>
    ofContainers(pod).some(
      ({ capabilities }) => !(capabilities?.add ?? []).every((name) => KEPT_CAPABILITIES.test(name)),
    ),
  hostPathVolumes: ({ spec }) => (spec.volumes ?? []).some((volume) => Object.hasOwn(volume, 'hostPath')),
  hostPorts: (pod) =>
    all(pod).some((container) =>
      (container.ports ?? []).some((port) => (port.hostPort ?? 0) > 0 || pod.spec.hostNetwork === true),
    ),
  hostProbesAndHostLifecycle: (pod, minor) =>
    minor >= 34 &&
    all(pod)
      .flatMap((each) => [
        each.livenessProbe,
        each.readinessProbe,
        each.startupProbe,
        each.lifecycle?.postStart,
        each.lifecycle?.preStop,
      ])
      .some((handler) => (handler?.httpGet?.host ?? '') + (handler?.tcpSocket?.host ?? '') !== ''),
  appArmorProfile: (pod) =>
    securities(pod).some(({ appArmorProfile }) => appArmorProfile !== undefined && !confined(appArmorProfile)) ||
    Object.entries(pod.metadata.annotations ?? {}).some(
      ([key, value]) =>
        key.startsWith('container.apparmor.security.beta.kubernetes.io/') &&
        !/^($|runtime\/default$|localhost\/)/.test(value),
    ),
  seLinuxOptions: (pod, minor) =>
    securities(pod).some(({ seLinuxOptions: { type = '', user = '', role = '' } = {} }) => {
      const types = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
      if (minor >= 31) types.push('container_engine_t');
      return !types.includes(type) || user !== '' || role !== '';
    }),
  procMount: (pod, minor) =>
    !ownUsers(pod, minor) && ofContainers(pod).some(({ procMount = 'Default' }) => procMount !== 'Default'),
  seccompProfile_baseline: (pod, minor) => {
    if (minor >= 19) {
      return securities(pod).some(({ seccompProfile }) => seccompProfile !== undefined && !confined(seccompProfile));
    }
    const notes = pod.metadata.annotations ?? {};
    const keys = [
      'seccomp.security.alpha.kubernetes.io/pod',
      ...all(pod).map(({ name }) => `container.seccomp.security.alpha.kubernetes.io/${name}`),
    ];
    return keys.some((key) => notes[key] !== undefined && !seccompNote(notes[key]));
  },
  sysctls: (pod, minor) =>
    (pod.spec.securityContext?.sysctls ?? []).some(
      ({ name }) => (SAFE_SYSCTLS[name] ?? Number.POSITIVE_INFINITY) > minor,
    ),
};

const RESTRICTED: Record<string, Question> = {
  restrictedVolumes: ({ spec }) =>
    (spec.volumes ?? []).some((volume) => {
      const sources = Object.keys(volume).filter((key) => key !== 'name');
      return sources.length > 0 && !sources.some((source) => FREE_VOLUMES.test(source));
    }),
  allowPrivilegeEscalation: (pod, minor) =>
    minor >= 8 &&
    !windows(pod, minor) &&
    ofContainers(pod).some((security) => security.allowPrivilegeEscalation !== false),
  runAsNonRoot: (pod, minor) => {
    const whole = pod.spec.securityContext?.runAsNonRoot;
    if (ownUsers(pod, minor)) return false;
    return whole === false || ofContainers(pod).some((security) => (security.runAsNonRoot ?? whole) !== true);
  },
  runAsUser: (pod, minor) =>
    minor >= 23 && !ownUsers(pod, minor) && securities(pod).some((security) => security.runAsUser === 0),
  seccompProfile_restricted: (pod, minor) => {
    if (minor < 19 || windows(pod, minor)) return false;
    const whole = pod.spec.securityContext?.seccompProfile;
    return (
      (whole !== undefined && !confined(whole)) ||
      ofContainers(pod).some((security) => !confined(security.seccompProfile ?? whole ?? {}))
    );
  },
  capabilities_restricted: (pod, minor) =>
    minor >= 22 &&
    !windows(pod, minor) &&
    ofContainers(pod).some(
      ({ capabilities: { add = [], drop = [] } = {} }) =>
        !drop.includes('ALL') || add.some((name) => name !== 'NET_BIND_SERVICE'),
    ),
  procMount_restricted: (pod, minor) =>
    minor >= 35 && ofContainers(pod).some(({ procMount = 'Default' }) => procMount !== 'Default'),
};

/** Under `restricted` these say what the baseline check says and more, from the version on in which they exist. */
const TAKES_PLACE_OF: Record<string, { check: string; from: number }> = {
  capabilities_restricted: { check: 'capabilities_baseline', from: 22 },
  restrictedVolumes: { check: 'hostPathVolumes', from: 0 },
  seccompProfile_restricted: { check: 'seccompProfile_baseline', from: 19 },
  procMount_restricted: { check: 'procMount', from: 35 },
};

function secondReading(pod: Pod, level: 'baseline' | 'restricted', minor: number): string[] {
  const replaced =
    level === 'baseline'
      ? []
      : Object.values(TAKES_PLACE_OF)
          .filter(({ from }) => minor >= from)
          .map(({ check }) => check);
  const questions = { ...BASELINE, ...(level === 'restricted' ? RESTRICTED : {}) };
  return Object.entries(questions)
    .filter(([check, violates]) => !replaced.includes(check) && violates(pod, minor))
    .map(([check]) => check)
    .sort();
}

/** A field that mostly has the harmless value, so that checks are not hidden behind one another. */
const sometimes = <T>(value: fc.Arbitrary<T>, nil: T | undefined = undefined) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(nil) }, { weight: 1, arbitrary: value });
const profile = fc.record(
  { type: fc.constantFrom('RuntimeDefault', 'Localhost', 'Unconfined', '') },
  { requiredKeys: [] },
);
const security = fc.record({
  privileged: sometimes(fc.boolean()),
  allowPrivilegeEscalation: sometimes(fc.constant(true), false),
  procMount: sometimes(fc.constantFrom('Default', 'Unmasked', '')),
  runAsNonRoot: sometimes(fc.boolean(), true),
  runAsUser: sometimes(fc.constantFrom(0, 1, 1000)),
  capabilities: sometimes(
    fc.record(
      {
        add: fc.subarray([
          'NET_BIND_SERVICE',
          'CHOWN',
          'NET_RAW',
          'SYS_ADMIN',
          'ALL',
          'CAP_CHOWN',
          'chown',
          'MKNOD',
          '',
        ]),
        drop: fc.subarray(['ALL', 'CAP_ALL', 'all', 'NET_RAW']),
      },
      { requiredKeys: [] },
    ),
    { drop: ['ALL'] },
  ),
  seccompProfile: sometimes(profile, { type: 'RuntimeDefault' }),
  appArmorProfile: sometimes(profile),
  seLinuxOptions: sometimes(
    fc.record(
      {
        type: fc.constantFrom('', 'container_t', 'container_kvm_t', 'container_init_t', 'container_engine_t', 'spc_t'),
        user: fc.constantFrom('', 'system_u'),
        role: fc.constantFrom('', 'system_r'),
        level: fc.constant('s0:c1'),
      },
      { requiredKeys: [] },
    ),
  ),
  windowsOptions: sometimes(fc.record({ hostProcess: fc.boolean() }, { requiredKeys: [] })),
});
const endpoint = fc.record(
  { port: fc.constant(80), host: fc.constantFrom('', '127.0.0.1', 'localhost', '::1', '169.254.169.254') },
  { requiredKeys: ['port'] },
);
const handler = sometimes(fc.record({ httpGet: endpoint, tcpSocket: endpoint }, { requiredKeys: [] }));
const container = (name: string) =>
  fc.record({
    name: fc.constant(name),
    securityContext: fc.oneof({ weight: 6, arbitrary: security }, { weight: 1, arbitrary: fc.constant(undefined) }),
    ports: sometimes(
      fc.array(fc.record({ containerPort: fc.constantFrom(80, 443), hostPort: sometimes(fc.constantFrom(0, 80)) }), {
        maxLength: 2,
      }),
    ),
    livenessProbe: handler,
    readinessProbe: handler,
    startupProbe: handler,
    lifecycle: sometimes(fc.record({ postStart: handler, preStop: handler })),
  });
const SOURCES =
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret hostPath nfs iscsi gitRepo rbd cephfs fc'.split(
    ' ',
  );
const NOTES = [
  'seccomp.security.alpha.kubernetes.io/pod',
  'container.seccomp.security.alpha.kubernetes.io/a',
  'container.seccomp.security.alpha.kubernetes.io/nobody',
  'container.apparmor.security.beta.kubernetes.io/a',
  'container.apparmor.security.beta.kubernetes.io/nobody',
  'example.com/unconfined',
];
const pods = fc.record({
  metadata: fc.record({
    name: fc.constant('p'),
    annotations: sometimes(
      fc.dictionary(
        fc.constantFrom(...NOTES),
        fc.constantFrom(
          '',
          'runtime/default',
          'docker/default',
          'localhost/x',
          'localhost/',
          'localhost',
          'unconfined',
        ),
        { maxKeys: 3 },
      ),
    ),
  }),
  spec: fc.record({
    os: sometimes(fc.record({ name: fc.constantFrom('windows', 'linux') })),
    hostNetwork: sometimes(fc.boolean()),
    hostPID: sometimes(fc.boolean()),
    hostIPC: sometimes(fc.boolean()),
    hostUsers: fc.constantFrom(true, false, undefined),
    securityContext: sometimes(
      fc
        .tuple(security, fc.array(fc.constantFrom(...Object.keys(SAFE_SYSCTLS), 'kernel.msgmax', ''), { maxLength: 2 }))
        .map(([own, names]) => ({ ...own, sysctls: names.map((name) => ({ name, value: '1' })) })),
    ),
    volumes: sometimes(
      fc.array(
        fc
          .tuple(sometimes(fc.constantFrom(...SOURCES), 'emptyDir'), fc.boolean())
          .map(([source, bare]) => ({ name: 'v', ...(bare || source === undefined ? {} : { [source]: {} }) })),
        { maxLength: 2 },
      ),
    ),
    initContainers: sometimes(fc.array(container('i'), { maxLength: 1 })),
    containers: fc.array(container('a'), { minLength: 0, maxLength: 2 }),
    ephemeralContainers: sometimes(fc.array(container('e'), { maxLength: 1 })),
  }),
});

it('two readings of the Pod Security Standards agree on random pods at every version', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      pods,
      fc.constantFrom('baseline' as const, 'restricted' as const),
      fc.constantFrom(0, 7, 8, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37),
      (made, level, minor) => {
        // As it comes out of a file: absent fields are absent.
        const text = JSON.stringify(made);
        const { pod: view } = viewOf({ ...(JSON.parse(text) as JsonObject), kind: 'Pod' });
        const found = view ? evaluatePod(view, level, `1.${minor}`) : [];
        const first = [...new Set(found.map(({ check }) => check))].sort();
        expect(first).toEqual(secondReading(JSON.parse(text) as Pod, level, minor));
        for (const check of first) seen.add(check);
      },
    ),
    { numRuns: 10_000, seed: 20261123 },
  );
  // Every check had its say, or agreement would mean little.
  expect([...seen].sort()).toEqual([...Object.keys(BASELINE), ...Object.keys(RESTRICTED)].sort());
});
