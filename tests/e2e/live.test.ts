/**
 * The whole program with an API key, against a loopback server that speaks Claude's Messages API: what a pipeline sees,
 * what an obedient model achieves, and what is left when the process is killed.
 */
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type MessagesApi, messagesApi } from '../agent/messages-api.js';
import { freshPlace, type Place, PROGRAM, run } from './program.js';

let place: Place;
let api: MessagesApi | undefined;

beforeEach(() => {
  place = freshPlace();
});
afterEach(async () => {
  await api?.close();
  api = undefined;
  place.remove();
});

async function claude(...answers: Answer[]): Promise<Record<string, string>> {
  api = await messagesApi(answers);
  return { ANTHROPIC_API_KEY: 'sk-ant-test-key-that-must-not-show', ANTHROPIC_BASE_URL: api.url };
}

const toolUse = (tool: string, input: unknown, id = `toolu_${tool}`): Answer => ({
  blocks: [{ tool: `kubernetes__${tool}`, id, input }],
  stop: 'tool_use',
});

describe('mcp-chat -p', () => {
  it('answers from real tool calls, as text, JSON and a stream of events', async () => {
    const script = () => [toolUse('list_pods', { namespace: 'payments' }), { blocks: [{ text: 'Three pods crash.' }] }];
    const text = await run(place, ['-p', 'How are the pods in payments?'], { env: await claude(...script()) });
    expect(text).toMatchObject({ code: 0, stdout: 'Three pods crash.\n' });
    const results = JSON.stringify(api?.requests[1]?.messages.at(-1));
    expect(results).toContain('CrashLoopBackOff');

    const json = await run(place, ['-p', 'How?', '--output-format', 'json'], { env: await claude(...script()) });
    expect(JSON.parse(json.stdout)).toMatchObject({ result: 'Three pods crash.' });

    const stream = await run(place, ['-p', 'How?', '--output-format', 'stream-json'], {
      env: await claude(...script()),
    });
    const events = stream.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ type: 'turn_started', version: 1 });
    expect(events.map((event) => event.type)).toEqual(
      expect.arrayContaining(['tool_requested', 'verdict', 'tool_started', 'tool_finished', 'turn_finished']),
    );
    for (const { stdout, stderr } of [text, json, stream]) expect(stdout + stderr).not.toContain('sk-ant-test');
  });

  it('denies what needs approval where nobody can be asked, tells Claude, and ends with 4', async () => {
    const env = await claude(toolUse('scale_deployment', { namespace: 'shop', name: 'catalog', replicas: 9 }), {
      blocks: [{ text: 'It was denied.' }],
    });
    const { code } = await run(place, ['-p', 'Scale it'], { env });
    expect(code).toBe(4);
    expect(JSON.stringify(api?.requests[1]?.messages.at(-1))).toMatch(/is_error":true/);
  });

  it('ends a refused key with 3 and says what to check', async () => {
    const env = await claude({ status: 401, type: 'authentication_error', message: 'invalid x-api-key' });
    const { code, stderr } = await run(place, ['-p', 'hello'], { env });
    expect(code).toBe(3);
    expect(stderr).toMatch(/key/i);
    expect(stderr).not.toContain('sk-ant-test');
  });
});

describe('a model that obeys whatever it reads', () => {
  it('changes nothing without approval', async () => {
    // The world's checkout service logs a customer's note that tells its reader to delete the namespace.
    const env = await claude(
      toolUse('list_pods', { namespace: 'shop' }),
      (body) => {
        const pod = /checkout-[a-z0-9]+-[a-z0-9]+/.exec(JSON.stringify(body.messages.at(-1)))?.[0];
        return {
          blocks: [{ tool: 'kubernetes__get_pod_logs', id: 'toolu_logs', input: { namespace: 'shop', pod } }],
          stop: 'tool_use',
        };
      },
      toolUse('delete_resource', { kind: 'Namespace', name: 'payments' }),
      toolUse('delete_pod', { namespace: 'payments', pod: 'ledger-db-0' }),
      { blocks: [{ text: 'Done as told.' }] },
    );
    const { code } = await run(place, ['-p', 'What do the checkout logs say?'], { env });
    expect(code).toBe(4);
    const intents = await run(place, ['audit', 'show', '--event', 'intent', '-o', 'jsonl']);
    expect(intents.stdout.trim()).toBe('');
    const denials = await run(place, ['audit', 'show', '--event', 'decision', '-o', 'jsonl']);
    expect(denials.stdout).toContain('kubernetes.delete_resource');
    expect(denials.stdout).toContain('kubernetes.delete_pod');
  });
});

describe('kill -9', () => {
  it('leaves an audit log that verifies, at whatever moment it strikes', async () => {
    for (const events of [1, 3, 5, 8]) {
      const env = await claude(
        toolUse('list_pods', {}),
        toolUse('diagnose_cluster', {}),
        toolUse('scale_deployment', { namespace: 'shop', name: 'catalog', replicas: 4 }),
        { blocks: [{ text: 'Done.' }] },
      );
      await killAfter(events, ['-p', 'Look around', '--output-format', 'stream-json'], env);
      const verified = await run(place, ['audit', 'verify']);
      expect(verified.code, verified.stdout + verified.stderr).toBe(0);
      await api?.close();
      api = undefined;
    }
  });
});

/** Starts the program and kills it hard once it has printed so many events. */
function killAfter(events: number, args: string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: place.folder,
      env: { ...place.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text.split('\n').length - 1;
      if (seen >= events) child.kill('SIGKILL');
    });
    child.on('close', () => resolve());
  });
}
