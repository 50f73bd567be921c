import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { type Draft, onObject } from '../../../src/kubernetes/diagnosis/finding.js';
import { foldFindings } from '../../../src/kubernetes/diagnosis/fold.js';
import {
  diagnosisSchema,
  type FindingSeverity,
  renderDiagnosis,
  SCORE_FORMULA,
} from '../../../src/kubernetes/diagnosis/index.js';
import { healthScore, verdictOf } from '../../../src/kubernetes/diagnosis/score.js';
import {
  ago,
  deployment,
  diagnosisOf,
  event,
  findingsOf,
  type Item,
  node,
  object,
  pod,
  replicaSet,
  service,
  slice,
} from './objects.js';

const crashing = (name: string, app = name) =>
  pod(name).labels({ app }).waiting('CrashLoopBackOff').restarted(7, { exitCode: 1 });

describe('findings', () => {
  it('come critical first, then by namespace and name, whatever the order of the objects', async () => {
    const items = [
      pod('b').in('zoo').waiting('CrashLoopBackOff'),
      pod('a').in('zoo').waiting('CrashLoopBackOff'),
      pod('z').in('apes').waiting('CrashLoopBackOff'),
      pod('w').in('apes').restarted(6, { minutesAgo: 500 }),
      node('n', [], { spec: { unschedulable: true } }),
    ];
    const expected = ['apes/z', 'zoo/a', 'zoo/b', 'apes/w', '/n'];
    const names = async (list: Item[]) => (await findingsOf(list)).map((each) => `${each.namespace}/${each.name}`);
    expect(await names(items)).toEqual(expected);
    expect(await names([...items].reverse())).toEqual(expected);
  });

  it('keep their id when pods are replaced, and have each their own', async () => {
    const replica = (name: string) => crashing(name).ownedBy('ReplicaSet', 'web-1');
    const owner = replicaSet('web-1', 'web');
    const [before] = await findingsOf([owner, replica('web-1-aaaaa')]);
    const [after] = await findingsOf([owner, replica('web-1-bbbbb')]);
    expect(after?.id).toBe(before?.id);
    const twins = await findingsOf([
      object('NetworkPolicy', 'x', { spec: { podSelector: { matchLabels: { a: 'b' } } } }),
      crashing('two')
        .container({})
        .init('i', { state: { waiting: { reason: 'CrashLoopBackOff' } } }),
    ]);
    expect(new Set(twins.map((finding) => finding.id)).size).toBe(twins.length);
  });

  it('fold a whole chain into the crash loop that it begins with', async () => {
    const conditions: JsonObject[] = [
      { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', lastTransitionTime: ago(20) },
    ];
    const items = [
      deployment('web', { status: { readyReplicas: 0, conditions } }),
      replicaSet('web-1', 'web'),
      crashing('web-1-a', 'web').ownedBy('ReplicaSet', 'web-1'),
      service('web', { app: 'web' }),
      slice('web', 0, ['web-1-a']),
      object('IngressClass', 'nginx'),
      object('Ingress', 'web', {
        spec: { ingressClassName: 'nginx', defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
      }),
    ];
    const { findings, counts } = await diagnosisOf(items);
    expect(findings.map((finding) => finding.check).sort()).toEqual(['P1', 'S1', 'S5', 'W1', 'W2']);
    expect(findings.filter((finding) => finding.causedBy === null).map((finding) => finding.check)).toEqual(['P1']);
    expect(counts).toMatchObject({ critical: 5, causes: 1 });
  });

  it('keep pods on a dead node apart from pods of the same owner that fail elsewhere', async () => {
    const down = node('dead', [{ type: 'Ready', status: 'Unknown', lastTransitionTime: ago(10) }]);
    const replica = (name: string, on: string) => pod(name).ownedBy('StatefulSet', 'db').on(on).unready(10);
    const findings = await findingsOf([down, node('alive'), replica('db-0', 'dead'), replica('db-1', 'alive')]);
    const unready = findings.filter((finding) => finding.check === 'P10');
    expect(unready.map(({ name, count, causedBy }) => [name, count, causedBy])).toEqual([
      ['db-0', 1, 'N1:/Node/dead:NodeLost'],
      ['db-1', 1, null],
    ]);
  });

  it('never go round in a circle of causes', () => {
    const draft = (name: string, cause: string): Draft =>
      onObject(
        'Thing',
        { namespace: 'shop', name },
        {
          check: 'C5',
          severity: 'warning',
          reason: 'Odd',
          message: 'odd',
          suggestion: 'none',
          causes: [{ object: `Thing/shop/${cause}` }],
        },
      );
    const findings = foldFindings([draft('a', 'b'), draft('b', 'c'), draft('c', 'a')]);
    expect(findings.filter((finding) => finding.causedBy === null)).toHaveLength(1);
  });

  it('quote evidence without control characters and of bounded length', async () => {
    const hostile = `\u001b[31mred\u001b[0m\u0007\u202e${'x'.repeat(5000)}\nsecond line`;
    const [finding] = await findingsOf([pod().waiting('CreateContainerError', hostile)]);
    for (const { value } of finding?.evidence ?? []) {
      expect(value).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(value.length).toBeLessThanOrEqual(240);
    }
    expect(finding?.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const odd = event(object('Thing', 'x'), `Odd\u001b[31m\u202e${'y'.repeat(500)}`, 'odd');
    const [residual] = await findingsOf([odd]);
    expect(residual?.reason).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(residual?.reason.length).toBeLessThanOrEqual(80);
  });

  it('survive objects whose fields are missing or of the wrong type', async () => {
    const odd: Item[] = [
      'Pod',
      'Deployment',
      'Service',
      'Node',
      'Ingress',
      'Job',
      'CronJob',
      'PersistentVolumeClaim',
    ].map((kind) => object(kind, 'odd', { spec: [], status: 'broken' }));
    const { findings } = await diagnosisOf([...odd, { kind: 'Pod', metadata: null }, { kind: 'Event' }]);
    expect(Array.isArray(findings)).toBe(true);
  });
});

describe('the verdict', () => {
  it('is healthy only where nothing is wrong and nothing was left unread', async () => {
    expect((await diagnosisOf([pod()])).verdict).toBe('healthy');
    expect((await diagnosisOf([pod()], { forbidden: ['secrets'] })).verdict).toBe('incomplete');
    expect((await diagnosisOf([pod().restarted(6)])).verdict).toBe('warning');
    expect((await diagnosisOf([crashing('a')])).verdict).toBe('critical');
    expect((await diagnosisOf([node('n', [], { spec: { unschedulable: true } })])).verdict).toBe('healthy');
  });
});

describe('the health score', () => {
  const severities = fc.array(fc.constantFrom<('critical' | 'warning' | 'info')[]>('critical', 'warning', 'info'), {
    maxLength: 60,
  });
  const score = (found: ('critical' | 'warning' | 'info')[], size = 50, notChecked = 0) =>
    healthScore({ findings: found.map((severity) => ({ severity })), size, notChecked, attempted: 35 });

  it('is 100 where nothing is wrong, and never with something not checked', () => {
    expect(score([])).toBe(100);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 35 }), fc.nat(20_000), (left, size) => score([], size, left) < 100),
    );
  });

  it('never rises with another finding, a worse one, or another gap', () => {
    fc.assert(
      fc.property(severities, fc.nat(20_000), fc.nat(34), (found, size, left) => {
        const now = score(found, size, left);
        const worse = found.map((severity): FindingSeverity => (severity === 'info' ? 'warning' : 'critical'));
        const added = (['critical', 'warning', 'info'] as const).map((severity) =>
          score([...found, severity], size, left),
        );
        return [...added, score(worse, size, left), score(found, size, left + 1)].every(
          (next) => next <= now && next >= 0,
        );
      }),
    );
  });

  it('weighs what is broken against what there is', () => {
    expect(score(['critical'], 500)).toBeGreaterThan(75);
    expect(score(['critical'], 500)).toBeLessThan(90);
    expect(score(['critical'], 1)).toBeLessThan(50);
    expect(score(Array(400).fill('critical'), 500)).toBeLessThan(15);
  });

  it('does not rise when one more thing breaks, folding included', async () => {
    const items: Item[] = [
      crashing('a').ownedBy('StatefulSet', 'a'),
      crashing('b').ownedBy('StatefulSet', 'b'),
      node('node-1'),
    ];
    const before = (await diagnosisOf(items)).score;
    const down = node('node-1', [{ type: 'Ready', status: 'False', lastTransitionTime: ago(10) }]);
    const after = (await diagnosisOf([...items.slice(0, 2), down])).score;
    expect(after).toBeLessThanOrEqual(before);
  });

  it('is explained in words', () => {
    expect(SCORE_FORMULA).toContain('100 × room / (room + load)');
    expect(verdictOf([], [])).toBe('healthy');
  });
});

describe('accepted findings', () => {
  const items = [pod('old').restarted(6, { minutesAgo: 500 })];
  const accept = (extra: JsonObject = {}) => [
    { check: 'P12', name: 'old', reason: 'known, ticket 12', until: '2026-12-01', ...extra },
  ];

  it('appear as accepted, not as findings, and count nowhere', async () => {
    const diagnosis = await diagnosisOf(items, { accepted: accept() });
    expect(diagnosis).toMatchObject({ verdict: 'healthy', score: 100, findings: [], counts: { accepted: 1 } });
    expect(diagnosis.accepted[0]).toMatchObject({ reason: 'known, ticket 12', until: '2026-12-01' });
    expect(renderDiagnosis(diagnosis)).toContain('known, ticket 12');
  });

  it('count again once the acceptance has expired, or where it is for something else', async () => {
    const expired = await diagnosisOf(items, { accepted: accept({ until: '2026-11-22' }) });
    expect(expired.findings).toHaveLength(1);
    expect(expired.expired).toHaveLength(1);
    expect(renderDiagnosis(expired)).toContain('expired on 2026-11-22');
    const others: JsonObject[] = [
      { check: 'P1' },
      { namespace: 'zoo' },
      { kind: 'Deployment' },
      { name: 'new' },
      { until: 'soon' },
    ];
    for (const other of others) {
      expect((await diagnosisOf(items, { accepted: accept(other) })).findings).toHaveLength(1);
    }
  });

  it('last to the end of their day', async () => {
    expect((await diagnosisOf(items, { accepted: accept({ until: '2026-11-23' }) })).findings).toEqual([]);
  });

  it('can name the owner in place of the pod', async () => {
    const owned = pod('db-0').ownedBy('StatefulSet', 'db').restarted(6, { minutesAgo: 500 });
    const accepted = [{ check: 'P12', kind: 'StatefulSet', name: 'db', reason: 'known', until: '2026-12-01' }];
    expect((await diagnosisOf([owned], { accepted })).findings).toEqual([]);
  });

  it('take along what follows from them, but nothing that is worse', async () => {
    const down = node('n', [{ type: 'Ready', status: 'False', lastTransitionTime: ago(10) }]);
    const lying = pod('x').on('n').unready(10);
    const accepted = [{ check: 'N1', name: 'n', reason: 'in repair', until: '2026-12-01' }];
    expect((await diagnosisOf([down, lying], { accepted })).findings).toEqual([]);

    const unready = [
      pod('db-0').labels({ app: 'db' }).unready(10),
      service('db', { app: 'db' }),
      slice('db', 0, ['db-0']),
    ];
    const edge = [
      object('IngressClass', 'nginx'),
      object('Ingress', 'db', {
        spec: { ingressClassName: 'nginx', defaultBackend: { service: { name: 'db', port: { number: 80 } } } },
      }),
    ];
    const mild = [{ check: 'P10', name: 'db-0', reason: 'known', until: '2026-12-01' }];
    const left = (await diagnosisOf([...unready, ...edge], { accepted: mild })).findings;
    expect(left.map(({ check, severity, causedBy }) => [check, severity, causedBy])).toEqual([
      ['S1', 'critical', null],
      ['S5', 'critical', left[0]?.id],
    ]);
  });
});

describe('the text', () => {
  it('begins with score, verdict and counts, then causes with evidence, consequences and next step', async () => {
    const items = [crashing('web-1', 'web'), service('web', { app: 'web' }), slice('web', 0, ['web-1'])];
    const text = renderDiagnosis(await diagnosisOf(items));
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^Health \d+\/100, verdict critical \(cluster, context test/);
    expect(lines[1]).toBe('1 critical, 1 warning, 0 info; 1 cause, 1 that follows from it');
    expect(text).toContain('[CRITICAL] P1 CrashLoopBackOff: Pod shop/web-1');
    expect(text).toContain('evidence: status.containerStatuses[0].restartCount = "7"');
    expect(text).toContain('leads to 1 more: S1 Service shop/web');
    expect(text).toContain('next: Read why it ended: get_pod_logs');
    expect(text).not.toContain('[WARNING] S1');
  });

  it('shows and sorts a cause by the worst that follows from it', async () => {
    const message = 'exceeded quota: compute';
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message }];
    const quota = object('ResourceQuota', 'compute', {
      metadata: { namespace: 'a' },
      status: { hard: { cpu: '4' }, used: { cpu: '4' } },
    });
    const starved = deployment('web', {
      metadata: { namespace: 'a' },
      status: { readyReplicas: 0, replicas: 0, conditions },
    });
    const text = renderDiagnosis(await diagnosisOf([crashing('z'), starved, quota]));
    expect(text).toContain('[CRITICAL] C2 QuotaExhausted');
    expect(text.indexOf('C2 QuotaExhausted')).toBeLessThan(text.indexOf('P1 CrashLoopBackOff'));
  });

  it('never leaves two lines empty', async () => {
    const gaps = { forbidden: ['secrets'], accepted: [{ check: 'P1', reason: 'x', until: '2026-12-01' }] };
    expect(renderDiagnosis(await diagnosisOf([crashing('z')], gaps))).not.toContain('\n\n\n');
  });

  it('says what was not checked', async () => {
    const text = renderDiagnosis(await diagnosisOf([pod()], { forbidden: ['secrets'], failing: ['nodes'] }));
    expect(text).toContain('verdict incomplete');
    expect(text).toContain('list secrets: forbidden');
    expect(text).toContain('list nodes: unavailable: connection reset');
  });

  it('stays within its budget, names all it can before it tells any at length, and counts the rest', async () => {
    const many = Array.from({ length: 900 }, (_, index) => crashing(`web-${index}-${'x'.repeat(30)}`));
    const diagnosis = await diagnosisOf(many);
    for (const maxChars of [400, 2_000, 24_000, 1_000_000]) {
      const text = renderDiagnosis(diagnosis, { maxChars });
      expect(text.length).toBeLessThanOrEqual(maxChars);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * 1024);
    }
    const text = renderDiagnosis(diagnosis);
    const shown = text.match(/^\[CRITICAL\]/gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(200);
    expect(text).toContain(`${900 - shown} more causes left out (${900 - shown} critical`);
  });

  it('counts bytes, not only characters', async () => {
    const long = Array.from({ length: 200 }, (_, index) =>
      pod(`p-${index}`).waiting('CreateContainerError', '漢'.repeat(200)),
    );
    const text = renderDiagnosis(await diagnosisOf(long), { maxChars: 100_000 });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * 1024);
  });
});

describe('the data', () => {
  it('fits its schema, strictly', async () => {
    const diagnosis = await diagnosisOf([crashing('a'), node('n')], {
      forbidden: ['secrets'],
      accepted: [{ check: 'P2', reason: 'x', until: '2026-01-01' }],
    });
    expect(diagnosisSchema.strict().parse(JSON.parse(JSON.stringify(diagnosis)))).toEqual(diagnosis);
  });
});
