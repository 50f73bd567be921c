/**
 * The form of one audit record and of the chain: what is hashed, what a line looks like. Pure; no file is touched here.
 *
 * A line is the canonical JSON (RFC 8785) of the record without its hash, with `"hash"` appended as the last member.
 * The hash is SHA-256 over exactly the bytes before that member, and the record holds the hash of the one before it in
 * `prev`, so a changed byte, and a removed, inserted or moved line, all show without parsing anything twice.
 */
import { hash as sha } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../json.js';
import { canonicalJson } from '../canonical.js';
import type { ArgumentOrigin, Effect, Environment, RuleMatch, Target, Verb } from '../types.js';

export const AUDIT_VERSION = 1;
export const GENESIS_PREV = '0'.repeat(64);

/** What happened. `genesis`, `checkpoint`, `rotated`, `closed`, `torn_line` and `recovered` are the log's own. */
export const AUDIT_EVENTS = [
  'genesis',
  'prompt',
  'decision',
  'approval',
  'intent',
  'outcome',
  'policy_load',
  'exemption_used',
  'grant_revoked',
  'resolved',
  'checkpoint',
  'rotated',
  'torn_line',
  'recovered',
  'closed',
] as const;
export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** What the caller tells; the log adds who, when and the chain. Arguments come in as they are and are redacted here. */
export interface AuditEntry {
  event: AuditEvent;
  callId?: string;
  /** `server.tool`. */
  tool?: string;
  verb?: Verb;
  target?: Target;
  environment?: Environment;
  /** Written redacted, with an HMAC of the original so that equal arguments can be recognised. */
  arguments?: JsonObject;
  /** The effect of the verdict; for approvals `approved`, `denied` or `edited`; for outcomes `ok` or the error code. */
  decision?: Effect | 'approved' | 'denied' | 'edited' | 'ok' | 'unknown' | (string & {});
  rules?: Pick<RuleMatch, 'rule' | 'effect' | 'exemption'>[];
  policyHash?: string;
  tainted?: boolean;
  provenance?: ArgumentOrigin[];
  /** The approval request that this belongs to. */
  approvalId?: string;
  digest?: string;
  /** One redacted line for people. */
  message?: string;
  durationMs?: number;
  details?: JsonObject;
}

export type AuditRecord = JsonObject & {
  v: number;
  seq: number;
  time: string;
  session: string;
  actor: string;
  event: string;
  prev: string;
  hash: string;
};

export interface Link {
  seq: number;
  hash: string;
}

/** The line, without its line feed, and the link that the next record holds on to. */
export function formatLine(body: JsonObject): { line: string; hash: string } {
  const open = canonicalJson(body).slice(0, -1);
  const hash = sha('sha256', open, 'hex');
  return { line: `${open},"hash":"${hash}"}`, hash };
}

const TAIL = /,"hash":"([0-9a-f]{64})"\}$/;
const TAIL_LENGTH = ',"hash":""}'.length + 64;

export type ParsedLine =
  | { ok: true; record: AuditRecord }
  /** `hash` is what the line says of itself, where it still says anything. */
  | { ok: false; problem: string; hash: string | null };

/** Checks a line by itself, as bytes without its line feed: its form and its own hash. The chain is the caller's. */
export function parseLine(line: Uint8Array): ParsedLine {
  const tail = Buffer.from(line.subarray(Math.max(0, line.length - TAIL_LENGTH))).toString('latin1');
  const stated = TAIL.exec(tail)?.[1] ?? null;
  if (stated === null) return { ok: false, problem: 'was changed: it does not end with a hash', hash: null };
  if (sha('sha256', line.subarray(0, line.length - TAIL_LENGTH), 'hex') !== stated) {
    return { ok: false, problem: 'was changed: its content does not match its hash', hash: stated };
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line).toString('utf8'));
  } catch {
    return { ok: false, problem: 'is not JSON', hash: stated };
  }
  if (!isRecord(value)) return { ok: false, problem: 'lacks a field that every record has', hash: stated };
  return { ok: true, record: value };
}

function isRecord(value: unknown): value is AuditRecord {
  if (!isJsonObject(value)) return false;
  return Number.isInteger(value.seq) && TEXT_FIELDS.every((key) => typeof value[key] === 'string');
}
const TEXT_FIELDS = ['time', 'session', 'actor', 'event', 'prev', 'hash'];

/** Cuts bytes into lines; `torn` is what follows the last line feed. */
export function splitLines(bytes: Uint8Array): { lines: Uint8Array[]; torn: Uint8Array } {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, torn: bytes.subarray(start) };
}
