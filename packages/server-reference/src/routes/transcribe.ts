/**
 * `POST /v1/transcribe`: a recording in, its transcript out, nothing kept. In order: sign-in, a place and room in memory,
 * the body, the checks of what it holds, the transcription, the wiping.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { routes, toSrt, toTxt, toVtt, type ResponseFormat, type Transcript } from '@sealscribe/protocol';
import { fetchRecording } from '../remote/fetch-recording.js';
import type { AllowedHosts } from '../remote/hosts.js';
import type { Transcriber } from '../transcription/transcriber.js';
import { answerWithEvents } from './event-stream.js';
import { announcedBytes, useUpload, whenGone } from './recording.js';
import { readUpload, type UploadFields } from './upload.js';

/** Registers the route. */
export function registerTranscribe(
  app: FastifyInstance,
  deps: {
    transcriber: Transcriber;
    allowed: (request: FastifyRequest) => Promise<void>;
    /** Hosts that recordings may be fetched from. */
    hosts: AllowedHosts;
  },
): void {
  const { transcriber, allowed, hosts } = deps;
  const { method, path } = routes.transcribe;
  app.route({
    method,
    url: path,
    onRequest: allowed,
    handler: async (request, reply) => {
      const gone = whenGone(reply);
      const ticket = transcriber.admit(request.accountId, announcedBytes(request), request.allowance);
      let transcript: Transcript;
      let fields: UploadFields;
      try {
        fields = await readUpload(request, ticket.upload, gone);
        transcriber.checkWishes(fields);
        if (fields.url !== undefined)
          await fetchRecording(fields.url, {
            hosts,
            take: (bytes) => ticket.upload.append(bytes),
            signal: gone,
          });
        const signal = useUpload(reply, transcriber, ticket, fields.upload, gone);
        transcriber.checkUpload(ticket);
        if (request.headers.accept?.includes('text/event-stream'))
          return await answerWithEvents(request, reply, { reader: 'transcription', gone }, async (stream) => {
            const transcript = await transcriber.transcribe(ticket, {
              ...{ ...fields, signal },
              onProgress: (progress) => stream.send('progress', progress),
              onSegment: (segment) => stream.send('segment', segment),
            });
            stream.send('result', transcript);
          });
        transcript = await transcriber.transcribe(ticket, { ...fields, signal });
      } finally {
        ticket.release();
      }
      // Only now: to wait for a reply is to wait until the client has read it.
      return answerWhole(reply, transcript, fields.format);
    },
  });
}

/** Answers with a transcript in the shape that was asked for. */
export function answerWhole(
  reply: FastifyReply,
  transcript: Transcript,
  format: ResponseFormat,
): FastifyReply {
  void reply.header('cache-control', 'no-store');
  switch (format) {
    case 'json':
    case 'verbose_json':
      return reply.send(transcript);
    case 'text':
    case 'txt':
      return reply.type('text/plain; charset=utf-8').send(toTxt(transcript));
    case 'srt':
      return reply.type('application/x-subrip; charset=utf-8').send(toSrt(transcript));
    case 'vtt':
      return reply.type('text/vtt; charset=utf-8').send(toVtt(transcript));
  }
}
