/** Colours for source code, from lowlight. Loaded after the first frame: it takes a tenth of a second. */
import type { Highlight } from './markdown.js';
import { type Color, type Line, type Span, type Style, span } from './text.js';

interface Node {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: Node[];
}

const COLORS: Record<string, Color> = {
  'hljs-attr': 'accent',
  'hljs-attribute': 'accent',
  'hljs-string': 'literal',
  'hljs-number': 'literal',
  'hljs-literal': 'literal',
  'hljs-bullet': 'keyword',
  'hljs-keyword': 'keyword',
  'hljs-built_in': 'keyword',
  'hljs-section': 'keyword',
  'hljs-variable': 'accent',
  'hljs-addition': 'good',
  'hljs-deletion': 'bad',
};

function styleOf(node: Node, inherited: Style | undefined): Style | undefined {
  const names = Array.isArray(node.properties?.className) ? node.properties.className.map(String) : [];
  if (names.includes('hljs-comment')) return { dim: true };
  const color = names.map((name) => COLORS[name]).find((found) => found !== undefined);
  return color === undefined ? inherited : { color };
}

function collect(nodes: readonly Node[], style: Style | undefined, rows: Span[][]): void {
  for (const node of nodes) {
    if (node.type === 'text') {
      (node.value ?? '').split('\n').forEach((text, index) => {
        if (index > 0) rows.push([]);
        if (text !== '') rows.at(-1)?.push(span(text, style));
      });
    } else collect(node.children ?? [], styleOf(node, style), rows);
  }
}

export async function loadHighlight(): Promise<Highlight> {
  const { common, createLowlight } = await import('lowlight');
  const lowlight = createLowlight(common);
  return (code, language): Line[] | null => {
    if (!lowlight.registered(language)) return null;
    const rows: Span[][] = [[]];
    collect(lowlight.highlight(language, code).children as Node[], undefined, rows);
    return rows;
  };
}
