/**
 * The shape of a case against a hostile server, for the tables in sdk-hostile-*.ts: what the server does, what the client is asked to
 * do meanwhile, and what it says to that. sdk-hostile-server.test.ts runs each against the real client and server; afterwards the same
 * use must work with an honest server, so that no case passes because nothing works.
 */
import type { DamagedVaultError } from '@sealscribe/sdk-node';
import type { Answered, Asked, Lie } from './sdk-lying-server.js';
import type { Stage } from './sdk-hostile-stage.js';

type Prepared = Lie | { lie: Lie; times: number };

export interface HostileCase {
  /** What the server does, as the end of a sentence that begins with "a server that". */
  does: string;
  /** What the client is asked to do. */
  use: (stage: Stage) => Promise<unknown>;
  /** Prepares the lie while the server is still honest, and gives it; `times` is how often it is used, each with another lie. */
  lie: (stage: Stage) => Promise<Prepared> | Prepared;
  /** The class and code of the error, and the transcript that it is about: see {@link verdictOf}. */
  says: string;
  /** Exactly what the server is asked while it lies, in any order. */
  hears?: readonly string[];
  /** The case changes its account, so it gets one of its own. */
  alone?: true;
  /** What the server did cannot be undone: the honest server is tried with another account. */
  forGood?: true;
}

/** A failure in words: `IntegrityError rollback of first`, `DamagedVaultError damaged: first rollback, second vanished`. */
export function verdictOf(failure: unknown, { nameOf }: Stage): string {
  if (failure === undefined) return 'nothing is wrong';
  if (!(failure instanceof Error)) return 'something was thrown that is no error';
  const { name, code, id, problems } = failure as Error & { code?: string; id?: string } & Partial<
      Pick<DamagedVaultError, 'problems'>
    >;
  const listed = problems?.map((problem) => `${nameOf(problem.id ?? '')} ${problem.code}`).sort();
  return `${name} ${code ?? failure.message}${listed ? `: ${listed.join(', ')}` : id ? ` of ${nameOf(id)}` : ''}`;
}

/** An answer, or what is made of the honest one. */
type Reply = Answered | ((honest: Answered, asked: Asked) => Answered | Promise<Answered>);

/** A lie by path (`/v1/transcripts`, or with another method than GET `PUT /v1/account/keys`); `:id` stands for any one segment. */
export function answering(replies: Record<string, Reply>): Lie {
  const patterns = Object.entries(replies).map(([key, reply]) => {
    const [method, path] = key.includes(' ') ? key.split(' ') : ['GET', key];
    return { method, path: new RegExp(`^${path.replaceAll(':id', '[^/]+')}$`), reply };
  });
  return async (asked, ask) => {
    const [path = ''] = asked.path.split('?');
    const found = patterns.find((pattern) => pattern.method === asked.method && pattern.path.test(path));
    if (!found) return undefined;
    return typeof found.reply === 'function' ? found.reply(await ask(asked), asked) : found.reply;
  };
}

/** The honest answer with other JSON in it. */
export const json =
  <T = Record<string, unknown>>(change: (body: T) => unknown) =>
  (honest: Answered): Answered =>
    answerOf(change(JSON.parse(honest.body.toString()) as T), honest);

/** The honest answer with other bytes in it. */
export const bytes =
  (change: (body: Buffer) => Buffer) =>
  (honest: Answered): Answered => ({ ...honest, body: change(Buffer.from(honest.body)) });

/** The honest answer with other headers. */
export const headers =
  (changes: Record<string, string | undefined>) =>
  (honest: Answered): Answered => ({ ...honest, headers: { ...honest.headers, ...changes } });

/** An answer with this JSON, of the status and headers of another one. */
export const answerOf = (body: unknown, like: Pick<Answered, 'status' | 'headers'>): Answered => ({
  status: like.status,
  headers: { ...like.headers, 'content-type': 'application/json' },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

/** A refusal of the vault's routes. */
export const refusing = (status: number, code: string): Answered =>
  answerOf({ error: { code, message: 'as you like it', requestId: 'r' } }, { status, headers: {} });

/** One bit flipped. */
export const flipped = (at: number) => (body: Buffer) => {
  body[at < 0 ? body.length + at : at] ^= 1;
  return body;
};

/** Bytes in base64url, changed and put back. */
export const inText = (change: (bytes: Buffer) => Buffer) => (text: string) =>
  change(Buffer.from(text, 'base64url')).toString('base64url');
