/**
 * The conversation as it is sent to Claude. Append-only: thinking blocks are bound to the exact messages before them, so
 * what has been answered is never rewritten, shortened or redacted afterwards. Two rules hold after every method:
 * roles alternate, starting with the operator, and every tool_use of a message that is followed by another has exactly
 * one tool_result, first in the very next message. Only the newest words, which nothing has answered yet, can be taken back.
 */
import type {
  ContentBlock,
  ContentBlockParam,
  MessageParam,
  TextBlockParam,
  ToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { encloseResult } from '../guardrails/enclosing.js';
import type { JsonObject } from '../json.js';

export interface CallResult {
  callId: string;
  text: string;
  /** Tells which parts of the text are free text, to be marked as such. */
  data?: JsonObject | undefined;
  failed: boolean;
}

interface Entry {
  role: 'user' | 'assistant';
  content: ContentBlockParam[];
}

export class History {
  /** A random word, new each time, that no tool can know beforehand. */
  readonly #mark: () => string;
  #entries: Entry[] = [];
  /** What is told to Claude before the operator's next words. */
  #notes: string[] = [];
  /** How many blocks of the last entry are the operator's newest words, which can still be taken back. */
  #unanswered = 0;
  #takenNotes: string[] = [];

  constructor(mark: () => string) {
    this.#mark = mark;
  }

  get messages(): readonly MessageParam[] {
    return this.#entries;
  }

  /** The operator's words. Where Claude's last reply was never followed up, they join the results that wait there. */
  say(text: string): void {
    const blocks: TextBlockParam[] = [...this.#notes, text].map((each) => ({ type: 'text', text: each }));
    this.#takenNotes = this.#notes;
    this.#notes = [];
    const last = this.#entries.at(-1);
    if (last?.role === 'user')
      this.#entries[this.#entries.length - 1] = { role: 'user', content: [...last.content, ...blocks] };
    else this.#entries.push({ role: 'user', content: blocks });
    this.#unanswered = blocks.length;
  }

  /** Undoes the last `say`, where nothing has answered it. The words were never part of the conversation then. */
  takeBack(): void {
    const last = this.#entries.at(-1);
    if (this.#unanswered === 0 || last?.role !== 'user') return;
    const content = last.content.slice(0, last.content.length - this.#unanswered);
    this.#entries.pop();
    if (content.length > 0) this.#entries.push({ role: 'user', content });
    this.#unanswered = 0;
    this.#notes = this.#takenNotes;
  }

  /** Claude's reply, verbatim but for blocks that could not be sent back. False where nothing was left of it. */
  reply(content: readonly ContentBlock[]): boolean {
    const blocks = content.filter(canBeSentBack);
    if (blocks.length === 0) return false;
    const last = this.#entries.at(-1);
    // After pause_turn the reply goes on where it stopped.
    if (last?.role === 'assistant') {
      this.#entries[this.#entries.length - 1] = { role: 'assistant', content: [...last.content, ...blocks] };
    } else {
      this.#entries.push({ role: 'assistant', content: blocks });
    }
    this.#unanswered = 0;
    return true;
  }

  /** One result for each tool_use of the last reply, in the order of the calls; marked off as data for Claude. */
  results(results: readonly CallResult[]): void {
    const content = results.map(
      (result): ToolResultBlockParam => ({
        type: 'tool_result',
        tool_use_id: result.callId,
        content: encloseResult(result.text, this.#mark(), result.data),
        ...(result.failed ? { is_error: true } : {}),
      }),
    );
    if (content.length > 0) this.#entries.push({ role: 'user', content });
  }

  note(text: string): void {
    this.#notes.push(text);
  }

  clear(): void {
    this.#entries = [];
    this.#notes = [];
    this.#takenNotes = [];
    this.#unanswered = 0;
  }
}

/** Thinking that was cut off has no signature, and empty text is refused. */
function canBeSentBack(block: ContentBlock): boolean {
  if (block.type === 'thinking') return block.signature !== '';
  if (block.type === 'text') return block.text.trim() !== '';
  return true;
}
