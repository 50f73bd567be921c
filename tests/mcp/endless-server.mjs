// A server whose list of tools never ends.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const server = new Server({ name: 'endless', version: '1.0.0' }, { capabilities: { tools: {} } });
let page = 0;
server.setRequestHandler(ListToolsRequestSchema, async () => {
  page += 1;
  return { tools: [{ name: `tool_${page}`, inputSchema: { type: 'object' } }], nextCursor: `page-${page}` };
});
await server.connect(new StdioServerTransport());
