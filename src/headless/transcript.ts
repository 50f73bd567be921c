/** A conversation as labelled plain lines (`you:`, `claude:`, `tool:`), for replays without a terminal. Append-only. */
import type { AgentEvent } from '../agent/events.js';
import { noteOf } from './notes.js';
import { withoutControls } from './output.js';

/** Takes events one by one and gives the lines that each one completes; often none. */
export function transcript(): (event: AgentEvent) => string {
  let text = '';
  const flush = () => {
    const said = text.trim();
    text = '';
    return said === '' ? '' : `claude: ${said}\n`;
  };
  return (event) => withoutControls(linesOf(event));

  function linesOf(event: AgentEvent): string {
    switch (event.type) {
      case 'turn_started':
        return `\nyou: ${event.text.trim()}\n`;
      case 'text_delta':
        text += event.text;
        return '';
      case 'retrying':
        text = '';
        return `  ${noteOf(event)}\n`;
      case 'usage':
        return flush();
      case 'tool_requested':
        return `tool: ${event.server}.${event.tool} ${JSON.stringify(event.args)}\n`;
      case 'turn_finished':
      case 'failed': {
        const note = noteOf(event);
        return flush() + (note === null ? '' : `${note}\n`);
      }
      default: {
        const note = noteOf(event);
        return note === null ? '' : `  ${note}\n`;
      }
    }
  }
}
