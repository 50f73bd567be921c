/** The whole way: an emulated API over its wire format, the real client, one snapshot, every check. */
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/clock.js';
import { createKubernetesEmulator, type PlantedFault } from '../../../src/emulators/kubernetes/index.js';
import { accessFromFetch } from '../../../src/kubernetes/access.js';
import { createKubernetesClient } from '../../../src/kubernetes/client.js';
import {
  type Diagnosis,
  diagnose,
  type Finding,
  readSnapshot,
  renderDiagnosis,
} from '../../../src/kubernetes/diagnosis/index.js';
import { NOW } from './objects.js';

async function diagnosed(world: string, size: { nodes?: number; pods?: number; namespace?: string } = {}) {
  const clock = manualClock(NOW);
  const { namespace, ...options } = size;
  const emulator = await createKubernetesEmulator({ world, clock, ...options });
  const requests: string[] = [];
  const access = accessFromFetch({
    name: emulator.contextName,
    fetch: (request) => {
      requests.push(`${request.method} ${new URL(request.url).pathname}`);
      return emulator.fetch(request);
    },
  });
  const snapshot = await readSnapshot(createKubernetesClient(access, { clock }), {
    context: emulator.contextName,
    ...(namespace ? { namespace } : {}),
    signal: new AbortController().signal,
    clock,
  });
  return { diagnosis: diagnose(snapshot), planted: emulator.answerKey, requests };
}

const speaksOf = (finding: Finding, fault: Omit<PlantedFault, 'check'>) =>
  finding.namespace === fault.namespace &&
  ((finding.kind === fault.kind && finding.name === fault.name) ||
    (finding.owner?.kind === fault.kind && finding.owner.name === fault.name) ||
    (fault.kind === 'Pod' && finding.pods.includes(fault.name)));

const missed = (diagnosis: Diagnosis, planted: readonly PlantedFault[]) =>
  planted.filter((fault) => !diagnosis.findings.some((each) => each.check === fault.check && speaksOf(each, fault)));

/** Causes worth a warning on objects that nothing was planted on. */
const unplanted = (diagnosis: Diagnosis, planted: readonly PlantedFault[]) =>
  diagnosis.findings.filter(
    (each) => each.causedBy === null && each.severity !== 'info' && !planted.some((fault) => speaksOf(each, fault)),
  );

describe('worlds with planted faults', () => {
  it.each(['node-down', 'storage', 'quota', 'ingress-tls', 'many-faults'])(
    '%s: every fault is found, and no other object',
    async (world) => {
      const { diagnosis, planted } = await diagnosed(world);
      expect(planted.length).toBeGreaterThan(0);
      expect(missed(diagnosis, planted)).toEqual([]);
      expect(unplanted(diagnosis, planted).map((each) => each.id)).toEqual([]);
    },
  );

  it('a fleet: every fault is found, no other object, all of them named within the budget', async () => {
    const { diagnosis, planted } = await diagnosed('fleet', { nodes: 100, pods: 1_000 });
    expect(planted.length).toBeGreaterThan(10);
    expect(missed(diagnosis, planted)).toEqual([]);
    expect(unplanted(diagnosis, planted).map((each) => each.id)).toEqual([]);
    const text = renderDiagnosis(diagnosis);
    expect(text.length).toBeLessThanOrEqual(24_000);
    for (const fault of planted) expect(text).toContain(fault.name);
  });
});

describe('other worlds', () => {
  it('healthy: nothing at all', async () => {
    const { diagnosis } = await diagnosed('healthy');
    expect(diagnosis.findings).toEqual([]);
    expect(diagnosis).toMatchObject({ verdict: 'healthy', score: 100, notChecked: [] });
  });

  it('checkout-incident: two causes, and the rest behind them', async () => {
    const { diagnosis } = await diagnosed('checkout-incident');
    const causes = diagnosis.findings.filter((each) => each.causedBy === null && each.severity !== 'info');
    expect(causes.map((each) => `${each.check} ${each.namespace}/${each.owner?.name}`)).toEqual([
      'P1 payments/payment-api',
      'P10 shop/checkout',
    ]);
    expect(diagnosis.findings.length).toBeGreaterThan(6);
  });

  it('checkout-incident, one namespace: only what is in it', async () => {
    const { diagnosis, requests } = await diagnosed('checkout-incident', { namespace: 'payments' });
    expect(diagnosis.findings.every((each) => each.namespace === 'payments')).toBe(true);
    expect(diagnosis.findings.map((each) => each.check)).toContain('P1');
    expect(requests.some((path) => path.endsWith('/namespaces/shop/pods') || path === 'GET /api/v1/pods')).toBe(false);
  });

  it('forbidden: says what it could not read, and never healthy', async () => {
    const { diagnosis } = await diagnosed('forbidden');
    expect(diagnosis.verdict).not.toBe('healthy');
    expect(diagnosis.score).toBeLessThan(100);
    expect(diagnosis.notChecked).toContainEqual({ verb: 'list', resource: 'pods', reason: 'forbidden' });
  });

  it('only GET is ever sent', async () => {
    const { requests } = await diagnosed('storage');
    expect(requests.length).toBeGreaterThan(20);
    expect(requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
  });
});
