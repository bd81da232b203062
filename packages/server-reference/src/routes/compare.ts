/** `POST /v1/compare`: one recording through several models, one after another, and where they differ. Nothing is kept. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MAX_COMPARED, routes, type Comparison, type Progress } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Ticket } from '../transcription/admission.js';
import type { Transcriber } from '../transcription/transcriber.js';
import { findDifferences } from '../transcription/word-differences.js';
import { answerWithEvents } from './event-stream.js';
import { announcedBytes, useUpload, whenGone } from './recording.js';
import { readUpload, type UploadFields } from './upload.js';

/** Registers the route. */
export function registerCompare(
  app: FastifyInstance,
  deps: { transcriber: Transcriber; allowed: (request: FastifyRequest) => Promise<void> },
): void {
  const { transcriber, allowed } = deps;
  const { method, path } = routes.compare;
  app.route({
    method,
    url: path,
    onRequest: allowed,
    handler: async (request, reply) => {
      const gone = whenGone(reply);
      const ticket = transcriber.admit(request.accountId, announcedBytes(request), request.allowance);
      let comparison: Comparison;
      try {
        const fields = await readUpload(request, ticket.upload, gone);
        if (fields.url !== undefined)
          throw new HttpError('bad_request', 'A comparison takes "file" or "upload".');
        const models = chooseModels(transcriber, fields);
        const signal = useUpload(reply, transcriber, ticket, fields.upload, gone);
        transcriber.checkUpload(ticket);
        const run = (onProgress?: (progress: Progress) => void) =>
          compare(transcriber, ticket, models, { language: fields.language, signal, onProgress });
        if (request.headers.accept?.includes('text/event-stream'))
          return await answerWithEvents(request, reply, { reader: 'transcription', gone }, async (stream) =>
            stream.send('result', await run((progress) => stream.send('progress', progress))),
          );
        comparison = await run();
      } finally {
        ticket.release();
      }
      void reply.header('cache-control', 'no-store');
      return reply.send(comparison);
    },
  });
}

/** The ids of the models that were named: all of the server's when none were. */
function chooseModels(transcriber: Transcriber, { models = [], language }: UploadFields): string[] {
  const names = models.length > 0 ? models : transcriber.models.map(({ id }) => id);
  const ids = [...new Set(names.map((model) => transcriber.checkWishes({ model, language }).model.id))];
  if (ids.length < 2) throw new HttpError('bad_request', 'A comparison needs at least two different models.');
  if (ids.length > MAX_COMPARED)
    throw new HttpError('bad_request', `A comparison is of at most ${MAX_COMPARED} models.`);
  return ids;
}

async function compare(
  transcriber: Transcriber,
  ticket: Ticket,
  models: readonly string[],
  options: {
    language: string | undefined;
    signal: AbortSignal;
    onProgress: ((progress: Progress) => void) | undefined;
  },
): Promise<Comparison> {
  const { language, signal, onProgress } = options;
  const results: Comparison['results'] = [];
  for (const [index, model] of models.entries()) {
    const report = ({ stage, fraction }: Progress) => {
      if (stage === 'waiting') onProgress?.({ stage, fraction });
      if (stage === 'transcribing') onProgress?.({ stage, fraction: (index + fraction) / models.length });
    };
    const began = performance.now();
    const transcript = await transcriber.transcribe(ticket, { model, language, signal, onProgress: report });
    results.push({ model, transcript, seconds: Math.round(performance.now() - began) / 1000 });
  }
  return { results, differences: findDifferences(results) };
}
