/**
 * A loopback server that speaks Claude's Messages API over SSE and misbehaves as told. Each request takes the next answer
 * of the script; what was asked is kept in `requests`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Block =
  | { text: string }
  | { thinking: string; signature?: string }
  | { tool: string; id: string; input: unknown; json?: string };

export interface Reply {
  blocks?: Block[];
  stop?: string | null;
  usage?: Record<string, unknown>;
  stopDetails?: unknown;
  /** Cuts the stream after so many events: closed cleanly, reset, left open, or ended by an error event. */
  cut?: { after: number; how: 'close' | 'reset' | 'stall' | 'ping' | { error: string } };
}

export interface HttpFault {
  status: number;
  headers?: Record<string, string>;
  type: string;
  message?: string;
}

export type Answer = Reply | HttpFault | ((body: RequestBody) => Reply | HttpFault);

export interface RequestBody {
  model: string;
  max_tokens: number;
  messages: { role: string; content: RequestBlock[] }[];
  tools?: { name: string; cache_control?: unknown }[];
  system?: { text: string; cache_control?: unknown }[];
  [key: string]: unknown;
}
export interface RequestBlock {
  type: string;
  text?: string;
  id?: string;
  name?: string;
  tool_use_id?: string;
  content?: string;
  signature?: string;
  is_error?: boolean;
}

export interface MessagesApi {
  url: string;
  requests: RequestBody[];
  headers: IncomingMessage['headers'][];
  /** Resolves when the next stream stalls. */
  stalled(): Promise<void>;
  close(): Promise<void>;
}

export function eventsOf(reply: Reply, number: number): { event: string; data: Record<string, unknown> }[] {
  const blocks = reply.blocks ?? [{ text: 'Done.' }];
  const usage = { input_tokens: 100, output_tokens: 1, cache_read_input_tokens: 0, ...reply.usage };
  const asks = blocks.some((block) => 'tool' in block);
  const events: { event: string; data: Record<string, unknown> }[] = [];
  const add = (type: string, data: Record<string, unknown>) => events.push({ event: type, data: { type, ...data } });
  add('message_start', {
    message: {
      id: `msg_${number}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage,
    },
  });
  for (const [index, block] of blocks.entries()) {
    if ('text' in block) {
      add('content_block_start', { index, content_block: { type: 'text', text: '', citations: null } });
      for (const part of block.text.match(/[\s\S]{1,5}/g) ?? []) {
        add('content_block_delta', { index, delta: { type: 'text_delta', text: part } });
      }
    } else if ('thinking' in block) {
      add('content_block_start', { index, content_block: { type: 'thinking', thinking: '', signature: '' } });
      add('content_block_delta', { index, delta: { type: 'thinking_delta', thinking: block.thinking } });
      const signature = block.signature ?? 'c2lnbmVk';
      if (signature) add('content_block_delta', { index, delta: { type: 'signature_delta', signature } });
    } else {
      const head = { type: 'tool_use', id: block.id, name: block.tool, input: {}, caller: { type: 'direct' } };
      add('content_block_start', { index, content_block: head });
      const json = block.json ?? JSON.stringify(block.input);
      for (const part of json.match(/[\s\S]{1,7}/g) ?? []) {
        add('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: part } });
      }
    }
    add('content_block_stop', { index });
  }
  const stop = reply.stop === undefined ? (asks ? 'tool_use' : 'end_turn') : reply.stop;
  const delta = { stop_reason: stop, stop_sequence: null, stop_details: reply.stopDetails ?? null };
  add('message_delta', { delta, usage: { ...usage, output_tokens: 20 } });
  add('message_stop', {});
  return events;
}

export async function messagesApi(answers: readonly Answer[]): Promise<MessagesApi> {
  const requests: RequestBody[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const open = new Set<ServerResponse>();
  const pings: NodeJS.Timeout[] = [];
  let onStall: () => void = () => {};
  let stalls = 0;

  const server = createServer(async (request, response) => {
    let raw = '';
    for await (const chunk of request) raw += chunk;
    const body = JSON.parse(raw) as RequestBody;
    const number = requests.push(body);
    headers.push(request.headers);
    const next = answers[number - 1] ?? { status: 500, type: 'api_error', message: 'the test has no answer for this' };
    const answer = typeof next === 'function' ? next(body) : next;
    if ('status' in answer) {
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      const error = { type: answer.type, message: answer.message ?? answer.type };
      response.end(JSON.stringify({ type: 'error', error }));
      return;
    }
    open.add(response);
    response.on('close', () => open.delete(response));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': `req_${number}` });
    const events = eventsOf(answer, number);
    const cut = answer.cut;
    for (const { event, data } of events.slice(0, cut?.after ?? events.length)) {
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }
    if (!cut || cut.how === 'close') {
      response.end();
      return;
    }
    if (cut.how === 'reset') {
      // Lets what was written leave first.
      setImmediate(() => request.socket.resetAndDestroy());
      return;
    }
    if (typeof cut.how === 'object') {
      const error = { type: 'error', error: { type: cut.how.error, message: 'Overloaded' } };
      response.end(`event: error\ndata: ${JSON.stringify(error)}\n\n`);
      return;
    }
    if (cut.how === 'ping') {
      pings.push(setInterval(() => response.write('event: ping\ndata: {"type":"ping"}\n\n'), 10));
    }
    stalls += 1;
    onStall();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    headers,
    stalled: () =>
      new Promise((resolve) => {
        if (stalls > 0) resolve();
        else onStall = resolve;
      }),
    async close() {
      for (const ping of pings) clearInterval(ping);
      for (const response of open) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
