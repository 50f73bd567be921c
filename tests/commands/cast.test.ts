import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { recordCast } from '../../src/commands/cast.js';

function terminal(): { stdout: NodeJS.WriteStream; seen(): string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  return {
    stdout: Object.assign(stream, { columns: 100, rows: 30 }) as unknown as NodeJS.WriteStream,
    seen: () => text,
  };
}

describe('a cast', () => {
  it('holds what was written, with its times, and passes everything on unchanged', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'cast-'));
    const file = path.join(folder, 'demo.cast');
    const { stdout, seen } = terminal();
    let time = 1_000_000;
    const stop = await recordCast({ file, title: 'Demo', stdout, now: () => time });
    stdout.write('one\n');
    time += 1500;
    stdout.write(Buffer.from('zwei ü\r\n'));
    await stop();
    stdout.write('afterwards');
    expect(seen()).toBe('one\nzwei ü\r\nafterwards');
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { version: 2, width: 100, height: 30, timestamp: 1000, title: 'Demo' },
      [0, 'o', 'one\r\n'],
      [1.5, 'o', 'zwei ü\r\n'],
    ]);
    rmSync(folder, { recursive: true });
  });

  it('says where it cannot write', async () => {
    const { stdout } = terminal();
    await expect(recordCast({ file: '/no/such/x.cast', title: '', stdout, now: Date.now })).rejects.toThrow(
      'cannot write /no/such/x.cast',
    );
  });
});
