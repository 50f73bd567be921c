/** Starts an emulator on a port, says how to use it, and stays until it is interrupted. */
import path from 'node:path';
import { systemClock } from '../clock.js';
import { createKubernetesEmulator, listWorlds } from '../emulators/kubernetes/index.js';
import { kubeconfigText, writeKubeconfig } from '../emulators/kubernetes/kubeconfig.js';
import { listen } from '../emulators/listen.js';
import { createPaletteEmulator } from '../emulators/palette/index.js';
import type { EmulateFlags } from './emulate.js';

const say = (line: string) => process.stdout.write(`${line}\n`);

const untilInterrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Throws UserError for an unknown world, a port in use, or a kubeconfig that may not be overwritten. */
export async function emulateKubernetes(flags: EmulateFlags, signal: AbortSignal): Promise<void> {
  if (flags.listWorlds) {
    const worlds = await listWorlds();
    const width = Math.max(...worlds.map((world) => world.name.length));
    for (const world of worlds) say(`${world.name.padEnd(width)}  ${world.description}`);
    return;
  }
  const emulator = await createKubernetesEmulator({
    world: flags.world ?? 'checkout-incident',
    clock: systemClock(),
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.nodes !== undefined && { nodes: flags.nodes }),
    ...(flags.pods !== undefined && { pods: flags.pods }),
  });
  const server = await listen((request) => emulator.app.fetch(request), flags);
  try {
    say(`${emulator.description}.`);
    say(`Serving the emulated cluster ${emulator.contextName} at ${server.url} (demonstration data).`);
    if (flags.writeKubeconfig !== undefined) {
      const file = path.resolve(flags.writeKubeconfig);
      const text = kubeconfigText({ context: emulator.contextName, url: server.url, token: emulator.token });
      await writeKubeconfig(file, text, { force: flags.force === true });
      say(`  kubectl --kubeconfig ${file} get pods -A`);
      say(`  mcp-chat --kubernetes live --kubeconfig ${file}`);
    } else say(`  kubectl --server ${server.url} get pods -A`);
    say('Ctrl+C ends it; nothing is kept.');
    await untilInterrupted(signal);
  } finally {
    await server.close();
  }
}

/** Throws UserError for an unknown world or a port in use. */
export async function emulatePalette(flags: EmulateFlags, signal: AbortSignal): Promise<void> {
  const emulator = await createPaletteEmulator({
    clock: systemClock(),
    ...(flags.world !== undefined && { world: flags.world }),
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.clusters !== undefined && { clusters: flags.clusters }),
  });
  const server = await listen((request) => emulator.fetch(request), flags);
  try {
    say(`Serving the emulated Palette ${emulator.scopeName} at ${server.url} (demonstration data).`);
    say('Use it with:');
    say(
      `  export PALETTE_HOST=${server.url} PALETTE_API_KEY=${emulator.apiKey} PALETTE_PROJECT_UID=${emulator.projectUid}`,
    );
    say('Ctrl+C ends it; nothing is kept.');
    await untilInterrupted(signal);
  } finally {
    await server.close();
  }
}
