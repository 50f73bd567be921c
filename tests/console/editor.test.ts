import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Editor, type EditorAction, edit, fullText, newEditor, submitted } from '../../src/console/editor.js';
import { graphemes } from '../../src/console/text.js';

const type = (text: string) => edit(newEditor(), { do: 'insert', text });
const apply = (editor: Editor, ...actions: EditorAction['do'][]) =>
  actions.reduce((state, one) => edit(state, { do: one } as EditorAction), editor);

describe('the input line', () => {
  it('inserts where the cursor is', () => {
    const editor = edit(apply(type('helo'), 'left'), { do: 'insert', text: 'l' });
    expect(editor).toMatchObject({ text: 'hello', cursor: 4 });
  });

  it('takes an emoji of several code points, and an accent, for one character', () => {
    expect(apply(type('a👩‍💻'), 'backspace').text).toBe('a');
    expect(apply(type('e\u0301x'), 'left', 'left', 'delete').text).toBe('x');
    expect(apply(type('🇩🇪'), 'left').cursor).toBe(0);
  });

  it('moves and deletes by words', () => {
    expect(apply(type('scale payments/checkout'), 'delete-word').text).toBe('scale payments/');
    expect(apply(type('one two '), 'delete-word').text).toBe('one ');
    expect(apply(type('one two'), 'word-left', 'word-left', 'word-right').cursor).toBe(3);
    expect(apply(type('   '), 'delete-word').text).toBe('');
  });

  it('deletes to either end of the line', () => {
    expect(apply(type('one two'), 'word-left', 'delete-to-start').text).toBe('two');
    expect(apply(type('one two'), 'word-left', 'delete-to-end').text).toBe('one ');
  });

  it('moves between rows of a text with several, and into the history past them', () => {
    const editor = { ...type('first\nsecond'), history: ['earlier'] };
    expect(apply(editor, 'up').cursor).toBe(5);
    expect(apply(editor, 'up', 'up').text).toBe('earlier');
    expect(apply(editor, 'up', 'up', 'down')).toMatchObject({ text: 'first\nsecond', browsing: null });
  });

  it('remembers what was sent, without repeats, and brings the draft back', () => {
    let editor = submitted(submitted(submitted(type('one'))));
    expect(editor.history).toEqual(['one']);
    editor = submitted(edit(editor, { do: 'insert', text: 'two' }));
    editor = edit(editor, { do: 'insert', text: 'draft' });
    expect(apply(editor, 'up').text).toBe('two');
    expect(apply(editor, 'up', 'up').text).toBe('one');
    expect(apply(editor, 'up', 'up', 'up').text).toBe('one');
    expect(apply(editor, 'up', 'up', 'down', 'down').text).toBe('draft');
  });

  it('shows a long paste as a placeholder and sends it whole', () => {
    const pasted = Array.from({ length: 500 }, (_, i) => `line ${i} $& $1`).join('\n');
    const editor = edit(edit(type('see '), { do: 'paste', text: pasted }), { do: 'insert', text: ' please' });
    expect(editor.text).toBe('see [paste 1: 500 lines] please');
    expect(fullText(editor)).toBe(`see ${pasted} please`);
    expect(submitted(editor).history.at(-1)).toBe(`see ${pasted} please`);
  });

  it('deletes a placeholder as one', () => {
    const editor = edit(type('a'), { do: 'paste', text: 'x\n'.repeat(20) });
    expect(apply(editor, 'backspace').text).toBe('a');
  });

  it('shows a short paste as it is, cleaned', () => {
    expect(edit(newEditor(), { do: 'paste', text: 'a\u001b[31mb\r\nc' }).text).toBe('ab\nc');
  });

  it('keeps the cursor between characters, whatever is done', () => {
    const action: fc.Arbitrary<EditorAction> = fc.oneof(
      fc.record({ do: fc.constant<'insert'>('insert'), text: fc.string({ unit: 'grapheme', maxLength: 6 }) }),
      fc.record({ do: fc.constant<'paste'>('paste'), text: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
      ...(['backspace', 'delete', 'delete-word', 'delete-to-start', 'delete-to-end', 'left', 'right'] as const).map(
        (one) => fc.constant<EditorAction>({ do: one }),
      ),
      ...(['word-left', 'word-right', 'home', 'end', 'up', 'down', 'clear'] as const).map((one) =>
        fc.constant<EditorAction>({ do: one }),
      ),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        let editor = newEditor('', ['earlier', 'two\nrows']);
        for (const one of actions) {
          editor = edit(editor, one);
          expect(editor.cursor).toBeGreaterThanOrEqual(0);
          expect(editor.cursor).toBeLessThanOrEqual(editor.text.length);
          const joined = [
            ...graphemes(editor.text.slice(0, editor.cursor)),
            ...graphemes(editor.text.slice(editor.cursor)),
          ];
          expect(joined.join('')).toBe(editor.text);
        }
      }),
    );
  });
});
