/**
 * `POST /v1/audio/transcriptions`, as OpenAI's service has it (its API reference, "Create transcription"): its clients work with
 * another base URL. The same way of a recording as in transcribe.ts; `prompt`, `temperature` and `chunking_strategy` are read over,
 * for no recogniser here takes them.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  OPENAI_FORMATS,
  routes,
  toSrt,
  toVtt,
  type OpenAiFormat,
  type Transcript,
} from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Ticket } from '../transcription/admission.js';
import type { Transcriber } from '../transcription/transcriber.js';
import { answerWithEvents, type EventStream } from './event-stream.js';
import {
  deltaOf,
  diarizedEvents,
  doneOf,
  toDiarized,
  toOpenAi,
  toVerbose,
  type OpenAiDetail,
} from './openai-answers.js';
import { announcedBytes, whenGone } from './recording.js';
import { readForm, type RecordingForm } from './recording-form.js';

/** What a form of that route asks for. */
interface OpenAiWishes {
  readonly model: string | undefined;
  readonly language: string | undefined;
  readonly format: OpenAiFormat;
  readonly stream: boolean;
  readonly detail: OpenAiDetail;
}

/** Registers the route. */
export function registerAudioTranscriptions(
  app: FastifyInstance,
  deps: { transcriber: Transcriber; allowed: (request: FastifyRequest) => Promise<void> },
): void {
  const { transcriber, allowed } = deps;
  const { method, path } = routes.audioTranscriptions;
  app.route({
    method,
    url: path,
    onRequest: allowed,
    handler: async (request, reply) => {
      const gone = whenGone(reply);
      const ticket = transcriber.admit(request.accountId, announcedBytes(request), request.allowance);
      let wishes: OpenAiWishes;
      let transcript: Transcript;
      try {
        wishes = readWishes(await readForm(request, ticket.upload, gone));
        const { model } = transcriber.checkWishes(wishes);
        if (wishes.detail.words && !model.wordTimestamps)
          throw wrong('timestamp_granularities', `The model "${model.id}" does not tell the times of words.`);
        transcriber.checkUpload(ticket);
        if (wishes.stream)
          return await answerWithEvents(request, reply, { reader: 'openai', gone }, (stream) =>
            sendEvents(stream, transcriber, ticket, wishes, gone),
          );
        transcript = await transcriber.transcribe(ticket, { ...transcriptionOf(wishes), signal: gone });
      } finally {
        ticket.release();
      }
      return answerWhole(reply, transcript, wishes);
    },
  });
}

const wrong = (param: string, message: string) => new HttpError('bad_request', message, { param });

function readWishes(form: RecordingForm): OpenAiWishes {
  if (!form.hasFile) throw wrong('file', 'The field "file" with the recording is missing.');
  const name = form.text('response_format') || 'json';
  const format = OPENAI_FORMATS.find((known) => known === name);
  if (format === undefined)
    throw wrong('response_format', `response_format is one of ${OPENAI_FORMATS.join(', ')}.`);
  const stream = form.flag('stream') ?? false;
  if (stream && !['json', 'text', 'diarized_json'].includes(format))
    throw wrong('response_format', 'With stream, response_format is json, text or diarized_json.');
  if (form.list('known_speaker_names').length > 0 || form.list('known_speaker_references').length > 0)
    throw wrong('known_speaker_names', 'Speakers cannot be known by samples: they are A, B and so on.');
  const granularities = form.list('timestamp_granularities');
  if (granularities.length > 0 && format !== 'verbose_json')
    throw wrong('timestamp_granularities', 'timestamp_granularities needs response_format verbose_json.');
  if (granularities.some((each) => each !== 'word' && each !== 'segment'))
    throw wrong('timestamp_granularities', 'timestamp_granularities are "word" and "segment".');
  return {
    model: form.text('model'),
    language: form.text('language'),
    format,
    stream,
    detail: {
      logprobs: form.list('include').includes('logprobs'),
      words: granularities.includes('word'),
      segments: granularities.length === 0 || granularities.includes('segment'),
    },
  };
}

const transcriptionOf = ({ model, language, format }: OpenAiWishes) => ({
  ...{ model, language },
  diarize: format === 'diarized_json',
});

function answerWhole(
  reply: FastifyReply,
  transcript: Transcript,
  { format, detail }: OpenAiWishes,
): FastifyReply {
  void reply.header('cache-control', 'no-store');
  switch (format) {
    case 'json':
      return reply.send(toOpenAi(transcript, detail));
    case 'verbose_json':
      return reply.send(toVerbose(transcript, detail));
    case 'diarized_json':
      return reply.send(toDiarized(transcript));
    case 'text':
      return reply.type('text/plain; charset=utf-8').send(`${transcript.text}\n`);
    case 'srt':
      return reply.type('application/x-subrip; charset=utf-8').send(toSrt(transcript));
    case 'vtt':
      return reply.type('text/vtt; charset=utf-8').send(toVtt(transcript));
  }
}

async function sendEvents(
  stream: EventStream,
  transcriber: Transcriber,
  ticket: Ticket,
  wishes: OpenAiWishes,
  signal: AbortSignal,
): Promise<void> {
  const { detail } = wishes;
  const { diarize, ...named } = transcriptionOf(wishes);
  const transcript = await transcriber.transcribe(ticket, {
    ...{ ...named, diarize, signal },
    // Who speaks is known at the end only.
    onSegment: (segment) => diarize || stream.send(undefined, deltaOf(segment, detail)),
  });
  if (diarize) for (const event of diarizedEvents(transcript, detail)) stream.send(undefined, event);
  stream.send(undefined, doneOf(transcript, detail));
}
