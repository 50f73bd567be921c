/** Serves an emulator on a port. Plain HTTP, made-up data: it is meant for the loopback interface. */
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { messageOf, UserError } from '../errors.js';

export interface Listening {
  /** `http://127.0.0.1:41234` */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** An answer with this header is not sent: the connection is closed instead. */
export const DISCONNECT = 'x-emulator-disconnect';

interface Connection {
  incoming: { socket: { destroy(): void } };
  outgoing: {
    writeHead(status: number, headers: Record<string, string>): unknown;
    write(part: Uint8Array, sent: () => void): unknown;
  };
}

/** An answer with this header has a body that ends in an error: what comes before it is sent, then the connection breaks. */
export const TRUNCATE = 'x-emulator-truncate';

/** Port 0 takes any free one. Throws UserError when the port cannot be had. */
export function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  options: { host: string; port: number },
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        hostname: options.host,
        port: options.port,
        overrideGlobalObjects: false,
        async fetch(request: Request, env: Connection) {
          const answer = await fetch(request);
          if (!answer.headers.has(DISCONNECT) && !answer.headers.has(TRUNCATE)) return answer;
          if (answer.headers.has(TRUNCATE)) await sendUntilBroken(answer, env.outgoing);
          env.incoming.socket.destroy();
          // Left to the adapter, a body that breaks would be reported on the standard error of whoever runs the emulator.
          return RESPONSE_ALREADY_SENT;
        },
      },
      ({ port }) => {
        const host = options.host.includes(':') ? `[${options.host}]` : options.host;
        resolve({ url: `http://${host}:${port}`, port, close: () => close(server as Server) });
      },
    );
    server.once('error', (error) => {
      reject(
        new UserError(`cannot listen on ${options.host}:${options.port}: ${messageOf(error)}`, {
          hint: 'Choose another port with --port, or leave it out for any free one.',
        }),
      );
    });
  });
}

async function sendUntilBroken(answer: Response, outgoing: Connection['outgoing']): Promise<void> {
  const reader = answer.body?.getReader();
  const headers = [...answer.headers].filter(([name]) => name !== TRUNCATE);
  outgoing.writeHead(answer.status, Object.fromEntries(headers));
  for (;;) {
    const part = await reader?.read().catch(() => undefined);
    if (!part || part.done) return;
    await new Promise<void>((resolve) => outgoing.write(part.value, resolve));
  }
}

/** Ends at once, whatever is still open: watches never end by themselves. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
