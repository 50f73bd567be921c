/** Findings in four formats. */
import { describe, expect, it } from 'vitest';
import { type Report, renderReport } from '../../src/guardrails/report.js';

const report: Report = {
  tool: 'mcp-chat validate',
  version: '1.2.3',
  checked: '2 objects in 2 files',
  clean: ['ok.yaml'],
  problems: [{ file: 'bad.yaml', line: 3, column: 4, message: 'not valid YAML' }],
  findings: [
    {
      rule: 'resource-limits',
      severity: 'medium',
      effect: 'warn',
      message: 'no limit <&>',
      object: 'Pod shop/p',
      file: 'a.yaml',
      line: 7,
      column: 3,
      path: 'spec',
      refs: ['K01'],
    },
    {
      rule: 'host-access',
      severity: 'critical',
      effect: 'deny',
      message: 'hostPID is true',
      object: 'Pod shop/p',
      file: 'a.yaml',
      line: 6,
      column: 12,
      fix: 'remove spec.hostPID',
    },
    {
      rule: 'host-access',
      severity: 'critical',
      effect: 'allow',
      message: 'hostNetwork is true',
      object: 'DaemonSet cni',
      file: 'a.yaml',
      line: 20,
      column: 1,
      exemption: 'needed (net, until 2027-01-01)',
    },
  ],
};

describe('text', () => {
  it('tells the worst first, with place, effect, fix and exemption', () => {
    expect(renderReport(report, 'text').split('\n')).toEqual([
      'bad.yaml:3:4: not valid YAML',
      '',
      'a.yaml  Pod shop/p',
      '  6:12    deny     host-access: hostPID is true',
      '          fix: remove spec.hostPID',
      '  7:3     warn     resource-limits: no limit <&>',
      '',
      'a.yaml  DaemonSet cni',
      '  20:1    exempt   host-access: hostNetwork is true',
      '          exempted: needed (net, until 2027-01-01)',
      '',
      '2 objects in 2 files: 1 critical, 1 medium; 1 could not be read',
      '',
    ]);
  });

  it('works for findings without files, as diagnosis has them', () => {
    const text = renderReport(
      {
        tool: 'mcp-chat diagnose',
        version: '1',
        checked: 'cluster',
        findings: [{ rule: 'crash-loop', severity: 'high', message: 'restarts', object: 'Pod shop/p' }],
      },
      'text',
    );
    expect(text).toBe('Pod shop/p\n   high     crash-loop: restarts\n\ncluster: 1 high\n');
  });
});

describe('json', () => {
  it('holds everything', () => {
    expect(JSON.parse(renderReport(report, 'json'))).toMatchObject({
      tool: report.tool,
      findings: report.findings,
      problems: report.problems,
    });
  });
});

describe('junit', () => {
  const xml = renderReport(report, 'junit');

  it('counts tests and failures, escapes, and passes clean files', () => {
    expect(xml).toContain('<testsuites name="mcp-chat validate" tests="5" failures="3">');
    expect(xml).toContain('message="no limit &lt;&amp;&gt;"');
    expect(xml).toContain('<testcase name="no findings" classname="ok.yaml"/>');
    expect(xml).toContain('<skipped message="needed (net, until 2027-01-01)"/>');
    expect(xml).toContain('<error message="not valid YAML">bad.yaml:3:4</error>');
  });

  it('has no characters that XML cannot hold', () => {
    const odd = renderReport(
      { ...report, findings: [{ rule: 'r', severity: 'low', message: 'a\u0000b\u001bc\ud800' }] },
      'junit',
    );
    expect(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(odd)).toBe(false);
  });
});

describe('sarif', () => {
  const log = JSON.parse(renderReport(report, 'sarif'));

  it('is version 2.1.0 with one run, rules and results that refer to them', () => {
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(run.tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual(['resource-limits', 'host-access']);
    for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
  });

  it('has level, place, fingerprint and suppression of each finding', () => {
    const [, host, exempt] = log.runs[0].results;
    expect(host).toMatchObject({
      level: 'error',
      locations: [
        { physicalLocation: { artifactLocation: { uri: 'a.yaml' }, region: { startLine: 6, startColumn: 12 } } },
      ],
    });
    expect(host.partialFingerprints['finding/v1']).toContain('host-access');
    expect(exempt.suppressions[0].justification).toContain('needed');
    expect(log.runs[0].invocations[0].executionSuccessful).toBe(false);
  });
});
