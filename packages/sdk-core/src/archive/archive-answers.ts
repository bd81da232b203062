/** Answers in the forms in which a server gives them. */
import { errorStatus, type ErrorCode } from '@sealscribe/protocol';

const PAGE = 100;

/** A value as JSON. */
export const json = (value: unknown): Response => new Response(JSON.stringify(value));

/** A refusal. */
export function refuse(code: ErrorCode): Response {
  const error = { code, message: '', requestId: 'archive' };
  return new Response(JSON.stringify({ error }), { status: errorStatus[code] });
}

/** One page of ids, those that come after `after`. */
export function cut(ids: string[], after: string): { page: string[]; next: string | null } {
  const rest = ids.filter((id) => id > after).sort();
  const page = rest.slice(0, PAGE);
  return { page, next: rest.length > PAGE ? (page.at(-1) ?? null) : null };
}
