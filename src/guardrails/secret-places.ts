/**
 * Places where a secret stands without an assignment: commands, arguments as list items, XML elements, sentences. Each
 * pattern is bounded and begins with a literal, so that the time stays linear in the text.
 */
import { isHarmlessValue, looksChosen, looksOpaque, nameKind } from './secret-names.js';

/** `replaced` gives what stands in place of one value, and is called once per replacement. */
export function redactPlaces(text: string, replaced: () => string): string {
  let current = text;
  if (text.includes('-')) {
    current = redactFlagItems(current, replaced);
    for (const pattern of COMMANDS) {
      current = current.replace(pattern, (whole, kept: string, value: string) =>
        isSettled(value) || /^[0-9]+$/.test(value) ? whole : `${kept}${replaced()}`,
      );
    }
  }
  if (text.includes('</')) current = redactElements(current, replaced);
  return redactSentences(current, replaced);
}

/** No secret, or one that has been replaced before. */
const isSettled = (value: string): boolean => isHarmlessValue(value) || value.startsWith('[redacted]');

/** `curl -u user:password`, `mysql -ppassword`, `sshpass -p password`. */
const COMMANDS = [
  /(\b(?:curl|wget|https?)\b[^\n|;]{0,200}?[ \t](?:-[A-Za-z]{0,6}u|--user)[ \t=]{1,4}["']?[^\s:"']{1,100}:)([^\s"']{1,200})/g,
  /(\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;]{0,200}?[ \t]-p)([^\s"'-][^\s"']{0,200})/g,
  /(\bsshpass[ \t]{1,4}-p[ \t]{0,4}["']?)([^\s"']{1,200})/g,
];

/** A flag and its value as two items: `["--password", "x"]`, or a line each in YAML. */
const FLAG_ITEM =
  /(?<![A-Za-z0-9_-])--?([A-Za-z][A-Za-z0-9_-]{1,80})(?:\\{0,8}["'][ \t]{0,8},\s{0,80}(\\{0,8}["'])|["']?[ \t]{0,8},[ \t]{0,8}(?!["'])|["']?[ \t]{0,8}\r?\n[ \t+]{0,80}-[ \t]{1,8}(["']?))/g;

function redactFlagItems(text: string, replaced: () => string): string {
  let out = '';
  let done = 0;
  for (const match of text.matchAll(FLAG_ITEM)) {
    const start = match.index + match[0].length;
    if (match.index < done || nameKind(match[1] ?? '') !== 'secret') continue;
    const quote = match[2] ?? match[3] ?? '';
    const value = (quote === '' ? /^[^\s,\]"']*/ : /^[^"'\\\n]*/).exec(text.slice(start, start + 400))?.[0] ?? '';
    // What begins with a dash is the next flag.
    if (value.startsWith('-') || isSettled(value) || text.startsWith('[redacted]', start)) continue;
    out += text.slice(done, start) + replaced();
    done = start + value.length;
  }
  return done === 0 ? text : out + text.slice(done);
}

function redactElements(text: string, replaced: () => string): string {
  return text.replace(/<([A-Za-z][\w.-]{0,80})>([^<\n]{1,400})<\/\1>/g, (whole: string, name: string, value: string) =>
    nameKind(name) === 'secret' && !isSettled(value) ? `<${name}>${replaced()}</${name}>` : whole,
  );
}

/** "the password is …", `using token "…"`: only what no sentence would hold. */
const SAID =
  /(\b(?:password|passwort|passphrase|passcode|api[ _-]?key|token)[ \t]{1,4}(?:(?:is|was|ist|lautet)[ \t:]{1,4}["'`]?|["'`]))([^\s"'`]{6,400})/gi;

function redactSentences(text: string, replaced: () => string): string {
  return text.replace(SAID, (whole: string, kept: string, found: string) => {
    const value = found.replace(/[.,;:)]+$/, '');
    return (looksChosen(value) || looksOpaque(value)) && !isSettled(value)
      ? `${kept}${replaced()}${found.slice(value.length)}`
      : whole;
  });
}
