/**
 * Reads a paged list to its end and never further. The continue token is opaque and the servers are many: a token that
 * repeats, an empty page and a reached count all end the reading, and the result says whether anything may be missing.
 */

export interface RawPage<Item> {
  items: Item[];
  /** Empty at the end. */
  next: string;
  /** The server's total, where it says one. */
  count: number | null;
}

export interface Paged<Item> {
  items: Item[];
  /** The server's own total, or the number read where it names none. */
  total: number;
  pages: number;
  /** Null where everything was read, otherwise why not. */
  incomplete: string | null;
}

/** Palette allows no more; asking for more is an error there. */
export const PAGE_SIZE = 50;

export async function readPages<Item>(
  fetchPage: (token: string) => Promise<RawPage<Item>>,
  maxPages: number,
): Promise<Paged<Item>> {
  const items: Item[] = [];
  const seen = new Set<string>();
  let count: number | null = null;
  let token = '';
  let pages = 0;
  let incomplete: string | null = null;
  let previous = '';
  while (true) {
    const page = await fetchPage(token);
    pages += 1;
    const same = token !== '' && page.next === token && JSON.stringify(page.items) === previous;
    // The same page again, under the token that led to it: its items are there already.
    if (!same) items.push(...page.items);
    previous = JSON.stringify(page.items);
    count = page.count ?? count;
    if (page.next === '') break;
    if (page.items.length === 0) {
      incomplete = 'Palette sent an empty page and a continuation';
      break;
    }
    if (count !== null && count > 0 && items.length >= count) break;
    if (seen.has(page.next)) {
      incomplete = 'Palette repeated its continue token';
      break;
    }
    if (pages >= maxPages) {
      incomplete = `only the first ${pages} pages were read`;
      break;
    }
    seen.add(page.next);
    token = page.next;
  }
  if (incomplete === null && count !== null && items.length < count) {
    incomplete = `Palette counts ${count} and sent ${items.length}`;
  }
  return { items, total: Math.max(count ?? 0, items.length), pages, incomplete };
}
