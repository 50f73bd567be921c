/** Certificates, scans and backups: what hurts later. */
import { age, oneLine } from '../../mcp/text.js';
import { plural, quoted } from '../format.js';
import type { Backup } from '../wire/operations.js';
import { bad, type Check, type Finding, good } from './check.js';

const DAY = 86_400_000;
const SOON = 30 * DAY;
const VERY_SOON = 7 * DAY;

export const certificateCheck: Check = {
  area: 'certificates',
  points: 10,
  assess({ certificates, now }) {
    if (!certificates.value) return { notAssessed: certificates.problem ?? 'not read' };
    const all = certificates.value.machineCertificates.flatMap((machine) =>
      machine.certificateAuthorities.flatMap((ca) =>
        [ca, ...ca.certificates].map((each) => ({ name: each.name, expiry: each.expiry })),
      ),
    );
    const dated = all.filter((each): each is { name: string; expiry: number } => each.expiry !== null);
    const first = dated.toSorted((a, b) => a.expiry - b.expiry)[0];
    if (!first)
      return { notAssessed: 'Palette lists no certificates (managed control planes and new clusters have none)' };
    const left = first.expiry - now;
    if (left > SOON) return good();
    const expiring = new Set(dated.filter((each) => each.expiry - now <= SOON).map((each) => oneLine(each.name, 40)));
    const text =
      left <= 0
        ? `certificate ${oneLine(first.name, 40)} has expired`
        : `${plural(expiring.size, 'certificate')} expire within ${age(left)}: ${[...expiring].slice(0, 6).join(', ')}`;
    const severity = left <= VERY_SOON ? 'critical' : 'warning';
    return bad(left <= VERY_SOON ? 0 : 0.4, [
      { severity, area: 'certificates', text, next: 'renew the Kubernetes certificates of the cluster in Palette' },
    ]);
  },
};

const OLD_SCAN = 90 * DAY;

export const scanCheck: Check = {
  area: 'scans',
  points: 4,
  assess({ scans, now }) {
    if (!scans.value) return { notAssessed: scans.problem ?? 'not read' };
    const { kubeBenchLogs, kubeHunterLogs, sonobuoyLogs, syftLogs } = scans.value;
    const runs = [...kubeBenchLogs, ...kubeHunterLogs, ...sonobuoyLogs, ...syftLogs];
    if (runs.length === 0) return { notAssessed: 'no scan has been run' };
    const bench = kubeBenchLogs.flatMap((each) => each.status.reports);
    const failed = bench.reduce((sum, each) => sum + (each.fail ?? 0), 0);
    const passed = bench.reduce((sum, each) => sum + (each.pass ?? 0), 0);
    const hunter = kubeHunterLogs
      .flatMap((each) => each.status.reports)
      .reduce((sum, each) => sum + (each.vulnerabilites.high ?? 0), 0);
    const critical = syftLogs
      .flatMap((each) => each.status.reports)
      .reduce((sum, each) => sum + (each.vulnerabilitySummary.critical ?? 0), 0);
    const conformance = sonobuoyLogs
      .flatMap((each) => each.status.reports)
      .reduce((sum, each) => sum + (each.fail ?? 0), 0);
    const latest = Math.max(
      0,
      ...runs.map((each) => each.status.scanTime.endTime ?? each.status.scanTime.startTime ?? 0),
    );
    const warn = (text: string, next: string): Finding => ({ severity: 'warning', area: 'scans', text, next });
    const findings = [
      ...(failed > 0
        ? [warn(`CIS benchmark: ${failed} failed, ${passed} passed`, 'read the report in Palette under Scans')]
        : []),
      ...(hunter > 0
        ? [warn(`penetration test: ${plural(hunter, 'high finding')}`, 'read the report in Palette under Scans')]
        : []),
      ...(critical > 0
        ? [warn(`images: ${plural(critical, 'critical vulnerability finding')}`, 'update the images')]
        : []),
      ...(conformance > 0
        ? [warn(`conformance: ${plural(conformance, 'failed test')}`, 'read the report in Palette')]
        : []),
      ...(latest > 0 && now - latest > OLD_SCAN
        ? [warn(`the latest scan is ${age(now - latest)} old`, 'run a scan')]
        : []),
    ];
    if (findings.length === 0) return good();
    const share = failed + passed > 0 ? passed / (failed + passed) : 0.5;
    return bad(
      Math.min(share, hunter > 0 || critical > 0 ? 0.3 : 1) - (latest > 0 && now - latest > OLD_SCAN ? 0.3 : 0),
      findings,
    );
  },
};

/** Some answer with an empty configuration instead of saying that there is none. */
function isEmpty({ spec, status }: Backup): boolean {
  const { backupPrefix, schedule } = spec.config;
  return backupPrefix === '' && schedule.scheduledRunTime === '' && status.clusterBackupStatuses.length === 0;
}

export const backupCheck: Check = {
  area: 'backups',
  points: 3,
  assess({ backup }) {
    if (backup.reason === 'BackupNotConfigured' || (backup.value && isEmpty(backup.value))) {
      return bad(0, [
        {
          severity: 'info',
          area: 'backups',
          text: 'no backup is configured',
          next: 'schedule one in Palette where the cluster holds data',
        },
      ]);
    }
    if (!backup.value) return { notAssessed: backup.problem ?? 'not read' };
    const runs = backup.value.status.clusterBackupStatuses;
    const states = runs.flatMap((each) =>
      each.backupStatusMeta.map((one) => ({ ...one.backupState, name: one.backupName })),
    );
    const latest = states.toSorted((a, b) => (b.backupTime ?? 0) - (a.backupTime ?? 0))[0];
    if (!latest)
      return bad(0.5, [
        {
          severity: 'info',
          area: 'backups',
          text: 'a backup is configured and none has been made',
          next: 'look again after its schedule',
        },
      ]);
    if (/complete|success/i.test(latest.state)) return good();
    const why = latest.msg ? `: ${quoted(latest.msg)}` : '';
    return bad(0, [
      {
        severity: 'warning',
        area: 'backups',
        text: `the latest backup is ${oneLine(latest.state, 30) || 'in an unknown state'}${why}`,
        next: 'check the backup location and its credentials',
      },
    ]);
  },
};
