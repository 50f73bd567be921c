/** Serves an emulator on a port. Plain HTTP, made-up data: it is meant for the loopback interface. */
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { messageOf, UserError } from '../errors.js';

export interface Listening {
  /** `http://127.0.0.1:41234` */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** An answer with this header is not sent: the connection is closed instead. */
export const DISCONNECT = 'x-emulator-disconnect';

interface NodeBindings {
  incoming?: { socket?: { destroy(): void } };
}

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
        async fetch(request: Request, env: NodeBindings) {
          const answer = await fetch(request);
          if (answer.headers.has(DISCONNECT)) env.incoming?.socket?.destroy();
          return answer;
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

/** Ends at once, whatever is still open: watches never end by themselves. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
