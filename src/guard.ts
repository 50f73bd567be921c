/** Wires the guardrails of one session: policies, audit log and gate. */
import { userInfo } from 'node:os';
import type { Clock } from './clock.js';
import type { Config } from './config.js';
import { stateFolder } from './config.js';
import { openAuditLog } from './guardrails/audit/index.js';
import { scanText } from './guardrails/detection/index.js';
import { createGate } from './guardrails/gate.js';
import { PolicyEngine } from './guardrails/policy/engine.js';
import type { Approver, Gate, ToolPort } from './guardrails/types.js';

export const DENY_ALL: Approver = async () => ({ kind: 'deny', reason: 'nobody is there to be asked' });

export interface Guard {
  gate: Gate;
  warnings: string[];
  close(): Promise<void>;
}

export interface GuardOptions {
  id: string;
  clock: Clock;
  engine: PolicyEngine;
  env: NodeJS.ProcessEnv;
  lookup(server: string, tool: string): ToolPort | undefined;
  approver: Approver;
}

/** The policy files of the configuration, or those that come with mcp-chat. Throws UserError where one is broken. */
export function openPolicies(config: Config): PolicyEngine {
  return config.policies ? PolicyEngine.load(config.policies) : new PolicyEngine();
}
