/**
 * Reading the multipart body of a transcription: the file straight into the ticket's memory, each chunk wiped, and the few
 * text fields that mean something. Field and file names are not kept. A body that stalls is given up.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MOST_SPEAKERS } from '@sealscribe/asr';
import { RESPONSE_FORMATS, type ResponseFormat } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { ChunkStore } from '../transcription/chunk-store.js';
import { boundaryOf, MalformedMultipart, MultipartParser, type TakeBytes } from './multipart.js';
import { cutOff, readBody } from './read-body.js';

/** What the client wished for besides its file. */
export interface UploadFields {
  /** Id of the upload that holds the recording, where the form does not. */
  readonly upload?: string;
  /** Address of the recording, where it is neither in the form nor uploaded. */
  readonly url?: string;
  readonly model?: string;
  /** From fields `models`, repeated or separated by commas. */
  readonly models?: readonly string[];
  readonly language?: string;
  /** Whether to tell speakers apart. */
  readonly diarize: boolean;
  /** How many speakers there are; 0 = find out. */
  readonly speakers: number;
  readonly format: ResponseFormat;
}

const MAX_PARTS = 72;
/** Characters of a text field. */
const MAX_FIELD = 16 * 1024;

/** Lets multipart bodies of this scope through unread, to {@link readUpload}. */
export function acceptUploads(scope: FastifyInstance): void {
  scope.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
}

/**
 * Reads the whole body.
 *
 * @throws {HttpError} `unsupported_media` when the body is not multipart, `bad_request` when it is malformed, has no file or
 * is cut off, `payload_too_large`, `busy`.
 */
export async function readUpload(
  request: FastifyRequest,
  store: ChunkStore,
  signal: AbortSignal,
): Promise<UploadFields> {
  const boundary = boundaryOf(request.headers['content-type']);
  if (boundary === undefined)
    throw new HttpError(
      'unsupported_media',
      'Send the recording as multipart/form-data with a field "file".',
    );
  const fields = new Map<string, string>();
  const models: string[] = [];
  let parts = 0;
  let files = 0;
  const parser = new MultipartParser(boundary, ({ name, file }) => {
    if (++parts > MAX_PARTS) throw new HttpError('bad_request', 'The form has too many parts.');
    if (!file && name === 'models') {
      const index = models.push('') - 1;
      return takeText((text) => (models[index] = text));
    }
    if (!file) return takeText((text) => fields.set(name, text));
    return name === 'file' && files++ === 0 ? (bytes) => store.append(bytes) : () => undefined;
  });
  await readBody(request.raw, (chunk) => parser.push(chunk), signal).catch((error: unknown) => {
    if (!(error instanceof MalformedMultipart)) throw error;
    throw new HttpError('bad_request', 'The form is malformed.', { cause: error });
  });
  if (!parser.complete) throw cutOff();
  const upload = fields.get('upload');
  const url = fields.get('url');
  const sources = [files > 0, upload !== undefined, url !== undefined].filter(Boolean).length;
  if (sources === 0) throw new HttpError('bad_request', 'The field "file" with the recording is missing.');
  if (sources > 1)
    throw new HttpError('bad_request', 'Send one of "file", the id of an "upload", and a "url".');
  const speakers = toSpeakers(fields.get('speakers'));
  const model = fields.get('model');
  const language = fields.get('language');
  return {
    ...(upload === undefined ? {} : { upload }),
    ...(url === undefined ? {} : { url }),
    ...(model === undefined ? {} : { model }),
    ...(models.length === 0 ? {} : { models: namesIn(models) }),
    ...(language === undefined ? {} : { language }),
    // Who says how many speakers there are wants to know who they are.
    diarize: toFlag('diarize', fields.get('diarize')) ?? speakers > 0,
    speakers,
    format: toFormat(fields.get('response_format')),
  };
}

const namesIn = (lists: readonly string[]): string[] =>
  lists.flatMap((list) => list.split(',').map((name) => name.trim())).filter((name) => name !== '');

/** Takes a text field; tells it as far as it has come. */
function takeText(tell: (text: string) => unknown): TakeBytes {
  const decoder = new TextDecoder();
  let text = '';
  tell(text);
  return (bytes) => {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_FIELD) throw new HttpError('bad_request', 'A field of the form is too long.');
    tell(text);
  };
}

function toFormat(text: string | undefined): ResponseFormat {
  if (text === undefined || text === '') return 'json';
  const format = RESPONSE_FORMATS.find((known) => known === text);
  if (format === undefined)
    throw new HttpError('bad_request', `response_format is one of ${RESPONSE_FORMATS.join(', ')}.`);
  return format;
}

function toSpeakers(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const speakers = Number(text);
  if (!/^\d{1,3}$/.test(text) || speakers > MOST_SPEAKERS)
    throw new HttpError(
      'bad_request',
      `speakers is a whole number up to ${MOST_SPEAKERS}; 0 means find out.`,
    );
  return speakers;
}

function toFlag(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^(true|1)$/i.test(text)) return true;
  if (/^(false|0)$/i.test(text)) return false;
  throw new HttpError('bad_request', `${name} is true or false.`);
}
