/**
 * The console: from a session that is still to be opened to an exit code. Mounts Ink, opens the session behind the
 * first frame, and puts the terminal back on every way out.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { render } from 'ink';
import { type Clock, systemClock } from '../clock.js';
import { ExitCode, messageOf, UserError } from '../errors.js';
import type { OperatorScript, Session } from '../session.js';
import { version } from '../version.js';
import { loadHighlight } from './code.js';
import { App } from './components/App.js';
import { createController } from './controller.js';
import { painter, wantsColor } from './paint.js';
import { createReplay } from './replay.js';
import { eraseWrapped } from './resize.js';
import { type Effect, initialState, type Welcome } from './state.js';
import { createStore, type Store } from './store.js';
import { createTicker } from './ticker.js';

/** How long a turn may take to stop before the console leaves without it. */
const SHUTDOWN_MS = 2_000;

export interface ConsoleOptions {
  /** Called after the first frame, so that what it loads delays nobody. */
  open: () => Promise<Session>;
  /** Types the operator's part of a replay. */
  script?: OperatorScript;
  /** Sent as soon as the session is there. */
  initialPrompt?: string;
  stdin?: NodeJS.ReadStream;
  stdout?: NodeJS.WriteStream;
  clock?: Clock;
  welcome?: Welcome;
  env?: NodeJS.ProcessEnv;
}

/** Runs until the operator leaves. Throws UserError where there is no terminal. */
export async function runConsole(options: ConsoleOptions): Promise<ExitCode> {
  const stdin = options.stdin ?? process.stdin;
  const stdout = options.stdout ?? process.stdout;
  const clock = options.clock ?? systemClock();
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new UserError('the console needs a terminal', { hint: 'use mcp-chat -p "…" in pipes and scripts' });
  }

  const ended = Promise.withResolvers<ExitCode>();
  const stopReplay = new AbortController();
  const leave = (code: ExitCode) => ended.resolve(code);
  const store: Store = createStore(
    initialState({
      now: clock.now(),
      columns: stdout.columns,
      rows: stdout.rows,
      welcome: options.welcome ?? { version: version() },
      replayTitle: options.script?.title ?? null,
    }),
    painter(wantsColor(options.env ?? process.env)),
    (effect: Effect) => controller.perform(effect),
  );
  const controller = createController({
    clock,
    store: () => store,
    exit: () => leave(ExitCode.ok),
    scriptedAnswer: (request) => replay?.answer(request) ?? null,
    onPause: (paused) => replay?.pause(paused),
    columns: () => store.state.columns - 1,
  });
  const replay = options.script
    ? createReplay({
        script: options.script,
        clock,
        store: () => store,
        settle: controller.settle,
        signal: stopReplay.signal,
      })
    : null;

  const ticker = createTicker(
    () => store.state,
    () => store.dispatch({ type: 'tick', at: clock.now() }),
  );
  const stopWaking = store.screen.subscribe(() => ticker.wake());

  // What is on the screen may be a frame behind the store; only what was painted can leave something behind.
  let committed = store.screen.snapshot();
  let painted = committed;
  const onResize = () => {
    const narrower = stdout.columns < store.state.columns;
    if (narrower) stdout.write(eraseWrapped(painted.lines, painted.cursor, stdout.columns));
    store.dispatch({ type: 'resize', columns: stdout.columns, rows: stdout.rows, at: clock.now() });
  };
  // Before Ink's own listener, which erases the rows that it counts.
  stdout.on('resize', onResize);
  const onSignal = () => leave(ExitCode.interrupted);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

  const instance = render(
    <App
      store={store}
      onKey={(key) => store.dispatch({ type: 'key', key, at: clock.now() })}
      onPaste={(text) => store.dispatch({ type: 'paste', text, at: clock.now() })}
      onCommit={(screen) => {
        committed = screen;
      }}
    />,
    {
      stdin,
      stdout,
      exitOnCtrlC: false,
      incrementalRendering: true,
      maxFps: 60,
      interactive: true,
      onRender: () => {
        painted = committed;
      },
    },
  );
  // Also where drawing itself fails: Ink unmounts and says why.
  instance.waitUntilExit().then(
    () => leave(ExitCode.ok),
    (error: unknown) => ended.reject(error),
  );

  let session: Session | null = null;
  const begin = async () => {
    await instance.waitUntilRenderFlush();
    session = await options.open();
    controller.connect(session);
    loadHighlight().then(store.setHighlight, () => undefined);
    if (options.initialPrompt) store.dispatch({ type: 'submit', text: options.initialPrompt, at: clock.now() });
    if (!replay) return;
    await replay.play();
    store.dispatch({ type: 'replay_ended', at: clock.now() });
    const text = 'The replay is over. The servers still run: try /call, /tools, /help; Ctrl+D leaves.';
    store.dispatch({ type: 'notice', tone: 'good', text, at: clock.now() });
  };

  try {
    begin().catch((error: unknown) => {
      if (!stopReplay.signal.aborted) ended.reject(error);
    });
    return await ended.promise;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const text = error.hint ? `${error.message}\n${error.hint}` : error.message;
    store.dispatch({ type: 'leaving', at: clock.now() });
    store.dispatch({ type: 'notice', tone: 'error', text, at: clock.now() });
    return error.exitCode;
  } finally {
    stopReplay.abort(new Error('the operator left'));
    await Promise.race([controller.shutDown(), delay(SHUTDOWN_MS, undefined, { ref: false })]);
    ticker.stop();
    stopWaking();
    store.dispatch({ type: 'leaving', at: clock.now() });
    await instance.waitUntilRenderFlush();
    instance.unmount();
    await instance.waitUntilExit().catch(() => undefined);
    stdout.off('resize', onResize);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
    await closeQuietly(session);
  }
}

/** A back end that fails while it is closed changes nothing for who is leaving. */
async function closeQuietly(session: Session | null): Promise<void> {
  try {
    await session?.close();
  } catch (error) {
    process.stderr.write(`while closing: ${messageOf(error)}\n`);
  }
}
