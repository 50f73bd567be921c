import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadHighlight } from '../../src/console/code.js';
import { markdownLines } from '../../src/console/markdown.js';
import { advance, STREAM_START } from '../../src/console/stream.js';
import { lineWidth, plain } from '../../src/console/text.js';

const shown = (source: string, width = 60) => markdownLines(source, { width }).map(plain);

const DOCUMENT = `# Incident

The **checkout** deployment in \`payments\` is *failing*, see [the docs](https://example.org/x).

| pod | restarts | reason |
|---|---:|:---:|
| checkout-7d9f8-abcde | 17 | \`OOMKilled\` |
| cart | 2 | Error |

1. First **bold in a list**
2. Second
   - nested \`code\`
   - [ ] open
   - [x] closed

\`\`\`yaml
limits:
  memory: 128Mi

  cpu: "1"
\`\`\`

> quoted **text**
> on two lines

---

Line one\\
line two & <b>html</b> 你好，世界 🚀
`;

describe('Markdown', () => {
  it('shows no marks', () => {
    const text = shown(DOCUMENT).join('\n');
    expect(text).not.toContain('**');
    expect(text).not.toContain('`');
    expect(text).not.toMatch(/^#/m);
    expect(text).not.toContain('|');
  });

  it('lays tables out in columns, numbers to the right', () => {
    expect(shown('| pod | n |\n|---|---:|\n| a | 17 |\n| bcd | 5 |')).toEqual([
      'pod   n',
      '───  ──',
      'a    17',
      'bcd   5',
    ]);
  });

  it('shrinks a table to the width, and turns it into records where there is no room', () => {
    const table = `| name | what it says |\n|---|---|\n| checkout | ${'word '.repeat(20)}|`;
    for (const row of shown(table, 40)) expect(row.length).toBeLessThanOrEqual(40);
    const wide = `| ${'col | '.repeat(8)}\n|${'---|'.repeat(8)}\n| ${'value-that-is-long | '.repeat(8)}`;
    expect(shown(wide, 40)[0]).toBe('col: value-that-is-long');
  });

  it('numbers and nests lists', () => {
    expect(shown('1. a\n2. b\n   - c\n   - d')).toEqual(['1. a', '2. b', '   • c', '   • d']);
    expect(shown('- [x] done\n- [ ] open')).toEqual(['• ☑ done', '• ☐ open']);
  });

  it('keeps code as it is, indented', () => {
    expect(shown('```\na  **b**\n\n  c\n```')).toEqual(['  a  **b**', '  ', '    c']);
  });

  it('shows where a link leads', () => {
    expect(shown('[safe](https://evil.example)')).toEqual(['safe (https://evil.example)']);
    expect(shown('<https://a.example>')).toEqual(['https://a.example']);
  });

  it('takes no escape sequence from the text', () => {
    expect(shown('a \u001b[31mb\u001b[0m `\u001b[2J`').join('')).not.toContain('\u001b');
  });

  it('fits any width', () => {
    for (const width of [10, 20, 39, 79]) {
      for (const row of markdownLines(DOCUMENT, { width }))
        expect(lineWidth(row)).toBeLessThanOrEqual(Math.max(width, 20));
    }
  });

  it('colours code whose language is known, and changes none of it', async () => {
    const highlight = await loadHighlight();
    const source = '```yaml\nkey: "value" # why\nlist:\n  - 1\n```';
    const rows = markdownLines(source, { width: 60, highlight });
    expect(rows.map(plain)).toEqual(['  key: "value" # why', '  list:', '    - 1']);
    expect(rows.flat().some((part) => part.style?.color !== undefined)).toBe(true);
    expect(highlight('x', 'no-such-language')).toBeNull();
  });
});

/** Everything that reaches the scrollback when a text arrives in these pieces. */
function streamed(pieces: string[], width: number): string[] {
  let position = STREAM_START;
  let source = '';
  const committed: string[] = [];
  for (const piece of pieces) {
    source += piece;
    const step = advance(source, position, false, { width });
    position = step.position;
    committed.push(...step.commit.map(plain));
  }
  committed.push(...advance(source, position, true, { width }).commit.map(plain));
  return committed;
}

describe('Markdown while it streams', () => {
  it('ends as the same lines as the finished text, however it was cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        fc.integer({ min: 30, max: 80 }),
        (sizes, width) => {
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < DOCUMENT.length; i += 1) {
            const size = sizes[i % sizes.length] ?? 1;
            pieces.push(DOCUMENT.slice(at, at + size));
            at += size;
          }
          expect(streamed(pieces, width)).toEqual(shown(DOCUMENT, width));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('commits a long paragraph and a long code block while they are written, and holds little back', () => {
    const paragraph = 'word '.repeat(400);
    const code = `\`\`\`yaml\n${Array.from({ length: 200 }, (_, i) => `line-${i}: x`).join('\n')}`;
    expect(advance(paragraph, STREAM_START, false, { width: 60 }).tail.length).toBeLessThanOrEqual(6);
    expect(advance(code, STREAM_START, false, { width: 60 }).tail.length).toBeLessThanOrEqual(2);
  });

  it('repeats nothing when the width changes in mid paragraph', () => {
    const words = Array.from({ length: 300 }, (_, i) => `w${i}`);
    let position = STREAM_START;
    const out: string[] = [];
    for (let n = 1; n <= words.length; n += 1) {
      const step = advance(words.slice(0, n).join(' '), position, n === words.length, { width: n < 150 ? 70 : 35 });
      position = step.position;
      out.push(...step.commit.map(plain));
    }
    expect(out.join(' ').split(/\s+/)).toEqual(words);
  });

  it('shows no mark in the tail while an emphasis is still open', () => {
    const step = advance('The **check', STREAM_START, false, { width: 60 });
    expect(step.tail.map(plain)).toEqual(['The check']);
    const ticks = advance('- run `kubectl get', STREAM_START, false, { width: 60 });
    expect(ticks.tail.map(plain)).toEqual(['• run kubectl get']);
  });
});
