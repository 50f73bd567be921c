/** What other folders use of the audit log. */
export { auditFolder, logNames } from './folder.js';
export type { Checkpoint } from './head.js';
export { type AuditLog, type AuditLogOptions, openAuditLog } from './log.js';
export { type AuditFilter, matchesFilter, readAuditFolder, readAuditLog } from './read.js';
export { AUDIT_EVENTS, type AuditEntry, type AuditEvent, type AuditRecord } from './record.js';
export { listUnfinished, markResolved, type UnfinishedIntent } from './recovery.js';
export {
  type FolderVerification,
  type LogVerification,
  type Problem,
  verifyAuditFolder,
  verifyAuditLog,
} from './verify.js';
