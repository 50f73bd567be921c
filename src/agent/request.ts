/**
 * Builds the request for one reply. The order is tools, system, messages, so that the cached prefix stays byte for byte the
 * same through a session: tools and system are kept for an hour, the growing tail for five minutes.
 */
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import type { ClaudeRequest } from './claude.js';
import { type Effort, factsOf } from './models.js';
import type { Toolbox } from './tools.js';

export interface RequestParts {
  model: string;
  system: string;
  toolbox: Toolbox;
  messages: readonly MessageParam[];
  maxTokens: number;
  effort: Effort | undefined;
}

export function buildRequest(parts: RequestParts): ClaudeRequest {
  const facts = factsOf(parts.model);
  return {
    model: parts.model,
    max_tokens: parts.maxTokens,
    cache_control: { type: 'ephemeral', ttl: '5m' },
    ...(parts.toolbox.definitions.length > 0 ? { tools: parts.toolbox.definitions } : {}),
    ...(parts.system.trim() === ''
      ? {}
      : { system: [{ type: 'text', text: parts.system, cache_control: { type: 'ephemeral', ttl: '1h' } }] }),
    messages: [...parts.messages],
    // Text between tool calls comes as thinking, empty unless a summary is asked for; the console would fall silent.
    ...(facts.adaptiveThinking ? { thinking: { type: 'adaptive', display: 'summarized' } } : {}),
    ...(parts.effort && facts.effort ? { output_config: { effort: parts.effort } } : {}),
  };
}
