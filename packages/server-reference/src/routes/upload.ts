/**
 * Reading the multipart body of a transcription: the file straight into the ticket's memory, each chunk wiped, and the few
 * text fields that mean something. Field and file names are not kept. A body that stalls is given up.
 */
import type { FastifyRequest } from 'fastify';
import { RESPONSE_FORMATS, type ResponseFormat } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { ChunkStore } from '../transcription/chunk-store.js';

/** What the client wished for besides its file. */
export interface UploadFields {
  readonly model?: string;
  readonly language?: string;
  readonly format: ResponseFormat;
}

const STALL_MS = 60_000;

/**
 * Reads the whole body.
 *
 * @throws {HttpError} `unsupported_media` when the body is not multipart, `bad_request` when it has no file or is cut off,
 * `payload_too_large`, `busy`.
 */
export async function readUpload(
  request: FastifyRequest,
  store: ChunkStore,
  signal: AbortSignal,
): Promise<UploadFields> {
  if (!request.isMultipart())
    throw new HttpError(
      'unsupported_media',
      'Send the recording as multipart/form-data with a field "file".',
    );
  const fields = new Map<string, string>();
  let files = 0;
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      if (typeof part.value === 'string') fields.set(part.fieldname, part.value);
    } else if (part.fieldname === 'file' && files++ === 0) {
      await readFile(part.file, store, signal);
    } else {
      part.file.on('data', (chunk: Buffer) => chunk.fill(0));
    }
  }
  if (files === 0) throw new HttpError('bad_request', 'The field "file" with the recording is missing.');
  checkNumber(fields.get('speakers'));
  const model = fields.get('model');
  const language = fields.get('language');
  return {
    ...(model === undefined ? {} : { model }),
    ...(language === undefined ? {} : { language }),
    format: toFormat(fields.get('response_format')),
  };
}

async function readFile(file: NodeJS.ReadableStream, store: ChunkStore, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = (error?: Error) => {
      clearTimeout(stall);
      signal.removeEventListener('abort', abort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = () => stop(signal.reason as Error);
    const stall = setTimeout(() => stop(new HttpError('bad_request', 'The upload stalled.')), STALL_MS);
    signal.addEventListener('abort', abort, { once: true });
    let failed = false;
    // 'data' listeners get chunks as they came; other ways of reading may join them into buffers that nobody wipes.
    file.on('data', (chunk: Buffer) => {
      stall.refresh();
      try {
        if (!failed) store.append(chunk);
      } catch (error) {
        failed = true;
        stop(error as Error);
      } finally {
        chunk.fill(0);
      }
    });
    file.once('end', () => stop());
    file.once('error', () => stop(new HttpError('bad_request', 'The upload was cut off.')));
  });
}

function toFormat(text: string | undefined): ResponseFormat {
  if (text === undefined || text === '') return 'json';
  const format = RESPONSE_FORMATS.find((known) => known === text);
  if (format === undefined)
    throw new HttpError('bad_request', `response_format is one of ${RESPONSE_FORMATS.join(', ')}.`);
  return format;
}

function checkNumber(speakers: string | undefined): void {
  if (speakers !== undefined && speakers !== '' && !/^\d{1,3}$/.test(speakers))
    throw new HttpError('bad_request', 'speakers is a whole number; 0 means find out.');
}
