/** The second approver's end: connects to the sessions of this machine, shows what waits, sends answers. No terminal here. */
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { ApprovalRequest } from '../types.js';
import { socketsIn } from './folder.js';
import { type DeskAnswer, lineReader, MAX_REQUEST, messageSchema } from './protocol.js';

export interface WaitingRequest {
  session: string;
  operator: string;
  request: ApprovalRequest;
  approvedBy: string[];
  answer(by: string, decision: DeskAnswer['decision']): void;
}

export interface Visit {
  /** How many sessions are connected. */
  readonly sessions: number;
  close(): void;
}

export interface VisitListener {
  waiting(request: WaitingRequest): void;
  /** Answered elsewhere, expired or interrupted. */
  over(id: string): void;
  refused(id: string, reason: string): void;
}

/** A session that does not greet so soon (stopped, or busy) is left for the next look. */
const GREETING_MS = 1_000;

/** Connects to every session that runs now; sockets that no one answers are cleared away. */
export async function visitDesks(folder: string, listener: VisitListener): Promise<Visit> {
  const connections = await Promise.all(socketsIn(folder).map((file) => visit(file, listener)));
  const open = connections.filter((connection) => connection !== null);
  return {
    get sessions() {
      return open.filter((connection) => !connection.destroyed).length;
    },
    close: () => {
      for (const connection of open) connection.destroy();
    },
  };
}

function visit(file: string, listener: VisitListener): Promise<Socket | null> {
  return new Promise((resolve) => {
    const connection = connect(file);
    let session = '';
    let operator = '';
    const silent = setTimeout(() => connection.destroy(), GREETING_MS);
    const read = lineReader(MAX_REQUEST, (line) => {
      const message = messageSchema.parse(JSON.parse(line));
      if (message.type === 'hello') {
        ({ session, operator } = message);
        clearTimeout(silent);
        resolve(connection);
      } else if (message.type === 'over') listener.over(message.id);
      else if (message.type === 'refused') listener.refused(message.id, message.reason);
      else {
        listener.waiting({
          session,
          operator,
          request: message.request as unknown as ApprovalRequest,
          approvedBy: message.approvedBy,
          answer: (by, decision) => {
            const answer: DeskAnswer = { type: 'answer', id: message.request.id, by, decision };
            connection.write(`${JSON.stringify(answer)}\n`);
          },
        });
      }
    });
    connection.setEncoding('utf8');
    connection.on('data', (chunk) => {
      try {
        read(String(chunk));
      } catch {
        connection.destroy();
      }
    });
    connection.on('error', (error) => {
      if ('code' in error && error.code === 'ECONNREFUSED') rmSync(file, { force: true });
      resolve(null);
    });
    connection.on('close', () => {
      clearTimeout(silent);
      resolve(null);
    });
  });
}
