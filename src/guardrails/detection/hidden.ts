/**
 * Characters that a person does not see and a model does: tag characters, direction marks, zero-width and variation
 * characters, terminal control sequences. Counts and removes them; what the text says is not judged here.
 */

/** Unicode tags repeat ASCII invisibly at U+E0000: the usual carrier of hidden instructions. */
const TAG_START = 0xe0000;
const TAG_END = 0xe007f;

function isTag(code: number): boolean {
  return code >= TAG_START && code <= TAG_END;
}

/** Embedding, override and isolate marks; the plain left-to-right and right-to-left marks are ordinary in some scripts. */
function isBidi(code: number): boolean {
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

function isZeroWidth(code: number): boolean {
  return (
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2060 && code <= 0x2064) ||
    code === 0xfeff ||
    code === 0x00ad ||
    code === 0x034f ||
    code === 0x061c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x180e ||
    code === 0x3164 ||
    code === 0xffa0
  );
}

function isVariation(code: number): boolean {
  return (code >= 0xfe00 && code <= 0xfe0e) || (code >= 0xe0100 && code <= 0xe01ef);
}

/** C0 and C1 controls but tab, line feed and carriage return. */
function isControl(code: number): boolean {
  return (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127 || (code >= 0x80 && code <= 0x9f);
}

export function isHidden(code: number): boolean {
  return isTag(code) || isBidi(code) || isZeroWidth(code) || isVariation(code);
}

/** Flag emoji of regions are written with tags after U+1F3F4; those tags are not hidden text. */
const REGION_FLAG = /\u{1F3F4}[\u{E0061}-\u{E007A}\u{E0030}-\u{E0039}]{1,6}\u{E007F}/gu;
const CONCEAL = /\u001b\[(?:\d{1,3};){0,4}8(?:;\d{1,3}){0,4}m/g;
const HIDDEN_HINT = /[^\u0000-\u00ac\u00ae-\u033f]|\u00ad|\u001b/;

/**
 * How many hidden characters the text has. A joiner inside an emoji or next to a letter of a script that needs joiners
 * (Arabic, Indic scripts) is ordinary writing; so are one byte-order mark at the start and the emoji selector.
 */
export function countHidden(text: string): number {
  if (!HIDDEN_HINT.test(text)) return 0;
  const plain = text.replace(/^\ufeff/, '').replace(REGION_FLAG, '');
  let count = [...plain.matchAll(CONCEAL)].length * 6;
  let before = 0;
  for (let at = 0; at < plain.length; ) {
    const code = plain.codePointAt(at) ?? 0;
    const width = code > 0xffff ? 2 : 1;
    if (isTag(code) || isBidi(code)) count += 6;
    else if (isVariation(code) || isZeroWidth(code))
      count += ordinaryJoiner(code, before, plain.codePointAt(at + width) ?? 0) ? 0 : 1;
    before = code;
    at += width;
  }
  return count;
}

function ordinaryJoiner(code: number, before: number, after: number): boolean {
  if (code === 0xfe0e || (code >= 0xfe00 && code <= 0xfe0e && before > 0x2000)) return true;
  if (code === 0x00ad) return true;
  if (code !== 0x200d && code !== 0x200c && code !== 0x200e && code !== 0x200f) return false;
  const joins = (other: number) =>
    other > 0x1f000 || other === 0xfe0f || (other >= 0x2190 && other < 0x2c00) || (other >= 0x0590 && other <= 0x0dff);
  return joins(before) && (joins(after) || code !== 0x200d);
}

/** ANSI control sequences: colours, cursor movement, titles, hyperlinks. */
const ANSI =
  /\u001b(?:\[[0-9;:?<=>]{0,64}[ -/]{0,4}[@-~]|\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)|[PX^_][^\u001b]{0,4096}\u001b\\|[ -/]{0,4}[0-~])|\u009b[0-9;:?<=>]{0,64}[@-~]/g;

/** The text without control sequences, control characters and hidden characters. Emoji keep their joiners. */
export function stripHidden(text: string): { text: string; removed: number } {
  if (!HIDDEN_HINT.test(text) && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(text))
    return { text, removed: 0 };
  const withoutAnsi = text.replace(ANSI, '');
  let out = '';
  let before = 0;
  for (let at = 0; at < withoutAnsi.length; ) {
    const code = withoutAnsi.codePointAt(at) ?? 0;
    const width = code > 0xffff ? 2 : 1;
    const keep =
      !isControl(code) && (!isHidden(code) || ordinaryJoiner(code, before, withoutAnsi.codePointAt(at + width) ?? 0));
    if (keep) out += withoutAnsi.slice(at, at + width);
    before = code;
    at += width;
  }
  return { text: out, removed: text.length - out.length };
}

/** What tag characters and variation selectors spell, as plain text; '' where there is nothing. */
export function hiddenMessage(text: string): string {
  if (!HIDDEN_HINT.test(text)) return '';
  let tags = '';
  let selectors = '';
  for (const character of text.replace(REGION_FLAG, '')) {
    const code = character.codePointAt(0) ?? 0;
    if (code > TAG_START + 31 && code < TAG_END) tags += String.fromCharCode(code - TAG_START);
    // Bytes in variation selectors: the first sixteen, then 240 more in the supplement.
    else if (code >= 0xfe00 && code <= 0xfe0f) selectors += String.fromCharCode(code - 0xfe00);
    else if (code >= 0xe0100 && code <= 0xe01ef) selectors += String.fromCharCode(code - 0xe0100 + 16);
  }
  return [tags, selectors.length >= 8 ? selectors : ''].filter(Boolean).join(' ');
}
