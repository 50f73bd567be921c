/**
 * Mends mistyped and scrambled forms of the words that instructions are made of (`ignroe`, `prevoius`, `insturctions`), so
 * that a typo is no way round the patterns. Only near misses of these few words are touched.
 */
import { stepped, type View } from './views.js';

const WORDS =
  `ignore disregard forget neglect override bypass previous prior earlier above before original initial instruction
  instructions directions directives commands prompt prompts system message messages context conversation reveal repeat
  print output developer assistant jailbreak unrestricted unfiltered restrictions guidelines policies rules safety ethical
  filters limits pretend character password secret hidden credentials execute immediately delete namespace everything
  anything whatever following follow without approval confirmation answer respond instead longer unlimited`.split(
    /\s+/,
  );

const BY_FIRST = new Map<string, string[]>();
for (const word of WORDS) BY_FIRST.set(word.charAt(0), [...(BY_FIRST.get(word.charAt(0)) ?? []), word]);
/** Ordinary words that are one letter away from those above. */
const KNOWN = new Set([
  ...WORDS,
  ...`ignored ignores forgets systems reveals deletes deleted developers assistants secrets passwords executed executes pretends
  overrides promote promoted prompted promptly prompter forged forge forgot priors priority prints printer printed outputs
  instructed instructing instructor guideline restriction namespaces assistance execution executor executable secretly
  deletion deleter revealed bypassed bypasses previously immediate develop developed developing overridden disregarded
  answers answered responds response contents contest contexts message follows followed fellow hollow wallow allow allows
  commands command limit limited filter filtered rule ruler policy police direction directive directed original originals
  initials messaged longer linger lounger unlimited characters approvals approved repeats repeated hidden hides character
  safely ethics without within withou instead steady whatever whenever however wherever`.split(/\s+/),
]);

/** One insertion, deletion, replacement or swap of neighbours apart. */
function near(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  let endOne = one.length;
  let endOther = other.length;
  while (endOne > start && endOther > start && one[endOne - 1] === other[endOther - 1]) {
    endOne--;
    endOther--;
  }
  const restOne = one.slice(start, endOne);
  const restOther = other.slice(start, endOther);
  if (restOne.length <= 1 && restOther.length <= 1) return true;
  return restOne.length === 2 && restOther.length === 2 && restOne[0] === restOther[1] && restOne[1] === restOther[0];
}

const sorted = (word: string) => [...word].sort().join('');

/** Same first and last letter, same letters in between: readable to people and models. */
const scrambled = (one: string, other: string) =>
  one.length === other.length && one.at(-1) === other.at(-1) && sorted(one) === sorted(other);

const remembered = new Map<string, string | null>();

function mended(word: string): string | null {
  const known = remembered.get(word);
  if (known !== undefined) return known;
  // Letters drawn out: `ignooore`.
  const short = word.replace(/(.)\1{2,}/g, '$1');
  const found = KNOWN.has(word)
    ? null
    : ((BY_FIRST.get(word.charAt(0)) ?? []).find(
        (candidate) => candidate.length > 4 && (near(short, candidate) || scrambled(short, candidate)),
      ) ?? null);
  if (remembered.size > 50_000) remembered.clear();
  remembered.set(word, found);
  return found;
}

/** Null where nothing was mended. Places are exact outside mended words. */
export function mendWords(base: View): View | null {
  let out = '';
  let done = 0;
  const shifts: { out: number; base: number }[] = [];
  for (const match of base.text.matchAll(/[A-Za-z]{5,16}/g)) {
    const better = mended(match[0].toLowerCase());
    if (!better) continue;
    out += base.text.slice(done, match.index) + better;
    done = match.index + match[0].length;
    shifts.push({ out: out.length, base: done });
  }
  if (shifts.length === 0) return null;
  out += base.text.slice(done);
  return stepped('mended', out, base, shifts);
}
