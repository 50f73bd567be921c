/**
 * The last look at what Claude says before it reaches the screen, a file or a pipe: secrets, the canary, and Markdown
 * that would carry data out when something renders it. Deterministic; it replaces and never withholds the whole.
 */
import { redactText } from './redaction.js';
import { cleanText } from './screening.js';

export function screenOutput(text: string, canary: string | null): { text: string; redactions: number } {
  let redactions = 0;
  let current = cleanText(text);
  if (canary !== null && canary !== '' && current.includes(canary)) {
    redactions += current.split(canary).length - 1;
    current = current.replaceAll(canary, '[marker]');
  }
  current = current.replace(IMAGE, (_whole, label: string) => {
    redactions += 1;
    return `[image removed${label === '' ? '' : `: ${label}`}]`;
  });
  current = current.replace(LINK, (whole, label: string, url: string) => {
    if (!carriesData(url)) return whole;
    redactions += 1;
    return `${label} [link removed]`;
  });
  const redacted = redactText(current);
  return { text: redacted.text, redactions: redactions + redacted.count };
}

// Bounded and without overlap, so linear. Images load without a click, so none is shown; a terminal shows none anyway.
const IMAGE = /!\[([^\]\n]{0,200})\](?:\([^)\n]{0,4000}\)|\[[^\]\n]{0,200}\])/g;
const LINK = /(?<!!)\[([^\]\n]{0,200})\]\(\s{0,4}<?([a-z][a-z0-9+.-]{1,20}:[^)\s>\n]{0,4000})>?[^)\n]{0,400}\)/gi;

/** A link is fine; one whose query, fragment or path holds a long opaque piece, or user data, is a parcel. */
function carriesData(url: string): boolean {
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase();
  if (!['http', 'https', 'mailto', 'palette'].includes(scheme)) return true;
  const extra = url.slice(Math.max(0, url.search(/[?#]/) < 0 ? url.length : url.search(/[?#]/)));
  if (extra.length > 120) return true;
  return url
    .split(/[/?#&=]/)
    .some((piece) => piece.length >= 40 && /^[A-Za-z0-9+_%-]+$/.test(piece) && /[0-9]/.test(piece));
}
