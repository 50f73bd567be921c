/** The console where the cursor cannot be moved: lines that are only ever added. */
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundle } from './bundle.js';
import { KEY, Terminal } from './terminal.js';

let program: Bundle;
beforeAll(async () => {
  program = await bundle(path.join(import.meta.dirname, 'console-program.ts'));
});
afterAll(() => program.remove());

let terminal: Terminal;
afterEach(() => terminal.close());

describe.each([
  ['TERM', 'dumb'],
  ['INK_SCREEN_READER', 'true'],
])('a console with %s=%s', (name, value) => {
  it('asks, decides and answers in lines, without moving the cursor', async () => {
    terminal = new Terminal([program.file], { env: { PACE: '1', NO_COLOR: '1', [name]: value } });
    await terminal.waitFor('/help');
    terminal.send('why?\r');
    await terminal.waitFor('Answer and Enter: y approve');
    await terminal.waitFor('replicas=5 — from kubernetes.get_pod_logs (untrusted)');
    terminal.send('\r');
    terminal.send('yes please\r');
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(terminal.text()).not.toContain('approved once');
    terminal.send('y\r');
    await terminal.waitFor('approved once');
    await terminal.waitFor('Done: 5 replicas are ready.');
    terminal.send(KEY.ctrlD);
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.output).not.toContain('\u001b');
  });

  it('takes a reason, and a name that must be typed', async () => {
    terminal = new Terminal([program.file], { env: { PACE: '1', NO_COLOR: '1', [name]: value } });
    await terminal.waitFor('/help');
    terminal.send('delete it\r');
    await terminal.waitFor('y approve, then the name');
    await new Promise((resolve) => setTimeout(resolve, 350));
    terminal.send('y\r');
    await terminal.waitFor('Type "checkout" and Enter to approve');
    terminal.send('check\r');
    await terminal.waitFor('"check" is not it. Nothing has been approved.');
    expect(terminal.text()).not.toContain('approved once');
    terminal.send('checkout\r');
    await terminal.waitFor('approved once');
  });
});
