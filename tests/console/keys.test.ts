import type { Key as InkKey } from 'ink';
import { describe, expect, it } from 'vitest';
import { editorAction, keysOf, namedKey, textKey } from '../../src/console/keys.js';

const NONE: InkKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

describe('keys', () => {
  it('are told apart', () => {
    expect(keysOf('a', NONE)).toEqual([textKey('a')]);
    expect(keysOf('', { ...NONE, return: true })).toEqual([namedKey('return')]);
    expect(keysOf('', { ...NONE, return: true, meta: true })[0]?.name).toBe('newline');
    expect(keysOf('\n', NONE)).toEqual([namedKey('newline')]);
    expect(keysOf('c', { ...NONE, ctrl: true })).toEqual([{ name: 'text', text: 'c', ctrl: true, meta: false }]);
    expect(keysOf('', { ...NONE, pageUp: true })[0]?.name).toBe('other');
  });

  it('that arrive together are taken one by one', () => {
    expect(keysOf('hello\r', NONE)).toEqual([textKey('hello'), namedKey('return')]);
    expect(keysOf('/ca\tx\u007f', NONE).map((key) => key.name)).toEqual(['text', 'tab', 'text', 'backspace']);
    expect(keysOf('x\u0003', NONE)[1]).toMatchObject({ text: 'c', ctrl: true });
  });

  it('edit the line as a shell does', () => {
    expect(editorAction({ name: 'text', text: 'w', ctrl: true, meta: false })).toEqual({ do: 'delete-word' });
    expect(editorAction({ name: 'text', text: 'b', ctrl: false, meta: true })).toEqual({ do: 'word-left' });
    expect(editorAction({ name: 'left', text: '', ctrl: true, meta: false })).toEqual({ do: 'word-left' });
    expect(editorAction({ name: 'text', text: 'x', ctrl: true, meta: false })).toBeNull();
    expect(editorAction(namedKey('tab'))).toBeNull();
  });
});
