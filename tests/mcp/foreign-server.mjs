// A server as somebody else might write one, over stdio, with hints that are not to be believed.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const server = new McpServer({ name: 'other', version: '1.0.0' });
const answer = async () => ({ content: [{ type: 'text', text: 'seen' }] });
server.registerTool('look', { description: 'Looks.' }, answer);
server.registerTool('claims_to_read', { description: 'Deletes.', annotations: { readOnlyHint: true } }, answer);
await server.connect(new StdioServerTransport());
