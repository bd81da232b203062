/**
 * What the form of a transcription says, besides the recording itself: where the recording is, and the few fields that mean
 * something. Others are read over.
 */
import type { FastifyRequest } from 'fastify';
import { MOST_SPEAKERS } from '@sealscribe/asr';
import { RESPONSE_FORMATS, type ResponseFormat } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { ChunkStore } from '../transcription/chunk-store.js';
import { readForm } from './recording-form.js';

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

/**
 * Reads the whole body.
 *
 * @throws {HttpError} `bad_request` when there is no recording or a field is not of its form, and as {@link readForm}.
 */
export async function readUpload(
  request: FastifyRequest,
  store: Pick<ChunkStore, 'append'>,
  signal: AbortSignal,
): Promise<UploadFields> {
  const form = await readForm(request, store, signal);
  const upload = form.text('upload');
  const url = form.text('url');
  const sources = [form.hasFile, upload !== undefined, url !== undefined].filter(Boolean).length;
  if (sources === 0) throw new HttpError('bad_request', 'The field "file" with the recording is missing.');
  if (sources > 1)
    throw new HttpError('bad_request', 'Send one of "file", the id of an "upload", and a "url".');
  const speakers = toSpeakers(form.text('speakers'));
  const model = form.text('model');
  const models = form.list('models');
  const language = form.text('language');
  return {
    ...(upload === undefined ? {} : { upload }),
    ...(url === undefined ? {} : { url }),
    ...(model === undefined ? {} : { model }),
    ...(models.length === 0 ? {} : { models: namesIn(models) }),
    ...(language === undefined ? {} : { language }),
    // Who says how many speakers there are wants to know who they are.
    diarize: form.flag('diarize') ?? speakers > 0,
    speakers,
    format: toFormat(form.text('response_format')),
  };
}

const namesIn = (lists: readonly string[]): string[] =>
  lists.flatMap((list) => list.split(',').map((name) => name.trim())).filter((name) => name !== '');

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
