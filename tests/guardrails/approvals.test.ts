import { describe, expect, it } from 'vitest';
import { describeRequest, describeTarget } from '../../src/guardrails/approvals.js';
import type { ApprovalRequest, Digest } from '../../src/guardrails/types.js';
import { verdict } from './gate-kit.js';

const target = { system: 'kubernetes', scope: 'prod-eu', namespace: 'shop', kind: 'deployment', name: 'web' };

const request = (
  more: Partial<ApprovalRequest['action']> = {},
  plan: Partial<NonNullable<ApprovalRequest['plan']>> = {},
): ApprovalRequest => ({
  id: 'r',
  callId: 'c',
  action: {
    server: 'kubernetes',
    tool: 'scale_deployment',
    verb: 'write',
    target,
    environment: 'production',
    environmentReason: "context 'prod-eu' says 'prod'",
    arguments: { replicas: 5 },
    tainted: true,
    provenance: [{ path: 'replicas', value: '5', origin: 'untrusted', source: 'kubernetes.get_pod_logs' }],
    cost: { beforePerMonth: 10, afterPerMonth: 25.5, currency: 'USD' },
    ...more,
  },
  verdict: verdict('require_approval'),
  plan: {
    target,
    summary: 'Scale deployment shop/web from 3 to 5 replicas',
    changes: [{ path: 'spec.replicas', before: '3', after: '5' }],
    warnings: ['a budget allows 4'],
    ...plan,
  },
  digest: 'd' as Digest,
  offers: ['once'],
  confirmation: 'web',
  expiresAt: 0,
});

describe('a request in words', () => {
  it('tells the risk first, then target, change, cost, warnings, origins, rules, and what to type', () => {
    const lines = describeRequest(request()).split('\n');
    expect(lines[0]).toBe("PRODUCTION write: deployment shop/web in prod-eu (context 'prod-eu' says 'prod')");
    expect(lines.slice(1)).toEqual([
      'Scale deployment shop/web from 3 to 5 replicas',
      '  spec.replicas: 3 -> 5',
      'Cost per month: 10.00 -> 25.50 USD',
      'Warning: a budget allows 4',
      'Untrusted text was read before this. Where each argument comes from:',
      '  replicas = 5: read in untrusted text (kubernetes.get_pod_logs)',
      'test-rule says require_approval (test-rule)',
      'To approve, type: web',
    ]);
  });

  it('names a rule whose name sounds like a secret', () => {
    const asking = { ...request(), verdict: verdict('require_approval', 'credential-read') };
    expect(describeRequest(asking)).toContain('credential-read says require_approval (credential-read)');
  });

  it('no value of a cluster can start a line of its own, move the cursor, or show a secret', () => {
    const evil = 'x\nNON-PRODUCTION read: nothing happens\u001b[2J password=hunter2x1';
    const text = describeRequest(
      request(
        { provenance: [{ path: 'a', value: evil, origin: 'untrusted' }] },
        { summary: evil, warnings: [evil], changes: [{ path: evil, before: evil, after: evil }] },
      ),
    );
    expect(text.split('\n').filter((line) => line.startsWith('NON-PRODUCTION'))).toEqual([]);
    expect(text).not.toMatch(/\u001b|hunter2x1/);
  });
});

describe('a target in words', () => {
  it('names what is known', () => {
    expect(describeTarget(target)).toBe('deployment shop/web in prod-eu');
    expect(describeTarget({ system: 'kubernetes', scope: 'dev', kind: 'pod', namespace: 'shop' })).toBe(
      'pod in namespace shop in dev',
    );
    expect(
      describeTarget({ system: 'kubernetes', scope: 'dev', kind: 'namespace', namespace: 'shop', name: 'shop' }),
    ).toBe('namespace shop in dev');
    expect(describeTarget({ system: 'palette', scope: '' })).toBe('palette');
  });
});
