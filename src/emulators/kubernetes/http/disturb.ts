/** Faults of the connection on their way into answers, and the route that sets them. */
import type { JsonObject } from '../../../json.js';
import { DISCONNECT, TRUNCATE } from '../../listen.js';
import { type Fault, FaultSchema, type Faults } from '../faults.js';
import type { Server } from './context.js';
import { jsonBody } from './respond.js';
import { ApiError, badRequest, noSuchPath } from './status.js';

/** What a fault does before the request is looked at: waits, answers in its stead, or lets it through. */
export async function suffer(server: Server, fault: Fault): Promise<Response | undefined> {
  if (fault.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (fault.expireContinue) server.continueExpiry.before = server.cluster.now + 1;
  if (fault.connection === 'disconnect') return new Response(null, { status: 500, headers: { [DISCONNECT]: 'true' } });
  if (fault.status === undefined) return undefined;
  const seconds = fault.retryAfter;
  const headers: Record<string, string> = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  const details: JsonObject = seconds === undefined ? {} : { retryAfterSeconds: seconds };
  const [reason, message] = FAILURES[fault.status] ?? ['InternalError', 'Internal error occurred'];
  throw new ApiError(fault.status, reason, message, details, { headers });
}
const FAILURES: Record<number, [reason: string, message: string]> = {
  401: ['Unauthorized', 'Unauthorized'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted'],
};

/** The first half of an answer, and then an error where the rest should be. */
export async function truncated(answer: Response): Promise<Response> {
  const whole = new Uint8Array(await answer.arrayBuffer());
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent) controller.error(new Error('connection reset by peer'));
      else controller.enqueue(whole.subarray(0, Math.floor(whole.length / 2)));
      sent = true;
    },
  });
  const headers = new Headers(answer.headers);
  headers.set(TRUNCATE, 'true');
  return new Response(body, { status: answer.status, headers });
}

/** GET, PUT and DELETE /emulator/faults. */
export async function admin(faults: Faults, request: Request, path: string): Promise<Response> {
  if (path !== '/emulator/faults') throw noSuchPath();
  if (request.method === 'GET') return jsonBody({ faults: faults.list().map((fault): JsonObject => ({ ...fault })) });
  if (request.method === 'DELETE') faults.set([]);
  else {
    const parsed = FaultSchema.array().safeParse(await request.json());
    if (!parsed.success)
      throw badRequest(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
    faults.set(parsed.data);
  }
  return jsonBody({ faults: faults.list().map((fault): JsonObject => ({ ...fault })) });
}
