/** How a tool is added: whatever it throws becomes an answer with a code, so that nothing unexpected is ever quoted. */
import type { CallToolResult, McpServer, ServerContext, ToolAnnotations } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import { refuse } from './answers.js';

/** What an assistant is told about a tool. */
export interface ToolFacts<Input extends z.ZodObject> {
  title: string;
  description: string;
  inputSchema: Input;
  annotations: ToolAnnotations;
}

/** Adds a tool whose arguments have been checked when `run` gets them. */
export function tool<Input extends z.ZodObject>(
  server: McpServer,
  name: string,
  facts: ToolFacts<Input>,
  run: (input: z.output<Input>, context: ServerContext) => Promise<CallToolResult>,
): void {
  server.registerTool(name, facts, (async (input: z.output<Input>, context: ServerContext) => {
    try {
      return await run(input, context);
    } catch (error) {
      return refuse(error);
    }
  }) as never);
}
