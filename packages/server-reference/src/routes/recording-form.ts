/**
 * Reading the multipart body of a transcription: the file straight into the ticket's memory, each chunk wiped, and the text
 * fields by name. File names are not kept. A body that stalls is given up. What the fields mean is their routes' business.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.js';
import type { ChunkStore } from '../transcription/chunk-store.js';
import { boundaryOf, MalformedMultipart, MultipartParser, type TakeBytes } from './multipart.js';
import { cutOff, readBody } from './read-body.js';

/** The text fields of a form, and whether a file came with them. */
export class RecordingForm {
  hasFile = false;
  readonly #fields = new Map<string, string[]>();

  /** Room for one more value of a field. */
  open(name: string): (text: string) => void {
    const values = this.#fields.get(name) ?? [];
    this.#fields.set(name, values);
    const index = values.push('') - 1;
    return (text) => void (values[index] = text);
  }

  /** What a field says; the last of several. */
  text(name: string): string | undefined {
    return this.#fields.get(name)?.at(-1);
  }

  /** All that a field says, also as `name[]`. */
  list(name: string): readonly string[] {
    return [...(this.#fields.get(name) ?? []), ...(this.#fields.get(`${name}[]`) ?? [])];
  }

  /**
   * What a field that is true or false says; undefined when it says nothing.
   *
   * @throws {HttpError} `bad_request`.
   */
  flag(name: string): boolean | undefined {
    const text = this.text(name) ?? '';
    if (text === '') return undefined;
    if (/^(true|1)$/i.test(text)) return true;
    if (/^(false|0)$/i.test(text)) return false;
    throw new HttpError('bad_request', `${name} is true or false.`, { param: name });
  }
}

const MAX_PARTS = 72;
/** Characters of a text field. */
const MAX_FIELD = 16 * 1024;

/** Lets multipart bodies of this scope through unread, to {@link readForm}. */
export function acceptUploads(scope: FastifyInstance): void {
  scope.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
}

/**
 * Reads the whole body; the bytes of its field "file" go into the store.
 *
 * @throws {HttpError} `unsupported_media` when the body is not multipart, `bad_request` when it is malformed or cut off,
 * `payload_too_large`, `busy`.
 */
export async function readForm(
  request: FastifyRequest,
  store: Pick<ChunkStore, 'append'>,
  signal: AbortSignal,
): Promise<RecordingForm> {
  const boundary = boundaryOf(request.headers['content-type']);
  if (boundary === undefined)
    throw new HttpError(
      'unsupported_media',
      'Send the recording as multipart/form-data with a field "file".',
    );
  const form = new RecordingForm();
  let parts = 0;
  const parser = new MultipartParser(boundary, ({ name, file }) => {
    if (++parts > MAX_PARTS) throw new HttpError('bad_request', 'The form has too many parts.');
    if (!file) return takeText(form.open(name));
    if (name !== 'file' || form.hasFile) return () => undefined;
    form.hasFile = true;
    return (bytes) => store.append(bytes);
  });
  await readBody(request.raw, (chunk) => parser.push(chunk), signal).catch((error: unknown) => {
    if (!(error instanceof MalformedMultipart)) throw error;
    throw new HttpError('bad_request', 'The form is malformed.', { cause: error });
  });
  if (!parser.complete) throw cutOff();
  return form;
}

/** Takes a text field; tells it as far as it has come. */
function takeText(tell: (text: string) => void): TakeBytes {
  const decoder = new TextDecoder();
  let text = '';
  return (bytes) => {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_FIELD) throw new HttpError('bad_request', 'A field of the form is too long.');
    tell(text);
  };
}
