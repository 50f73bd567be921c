/** What other folders use of the audit log. */
export { auditFolder, logNames } from './folder.js';
export { type AuditLog, type AuditLogOptions, openAuditLog } from './log.js';
export { readAuditFolder } from './read.js';
export type { AuditEntry, AuditRecord } from './record.js';
export { listUnfinished, markResolved, type UnfinishedIntent } from './recovery.js';
export { verifyAuditFolder, verifyAuditLog } from './verify.js';
export { missingLogs } from './witness.js';
