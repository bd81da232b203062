/**
 * `/v1/transcriptions`: a recording in as a job, for long files and for proxies that cut long requests. The submission is answered as soon
 * as the recording is here; the rest is asked for. jobs.ts in transcription/ holds the jobs.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  IDEMPOTENCY_HEADER,
  IDEMPOTENCY_PATTERN,
  pathOf,
  routes,
  type Route,
  type TranscriptionJob,
} from '@sealscribe/protocol';
import { errorBody } from '../error-handler.js';
import { HttpError } from '../http-error.js';
import { fetchRecording } from '../remote/fetch-recording.js';
import type { AllowedHosts } from '../remote/hosts.js';
import type { Jobs } from '../transcription/jobs.js';
import type { Transcriber } from '../transcription/transcriber.js';
import type { Claim } from '../transcription/uploads.js';
import { openEventStream } from './event-stream.js';
import { announcedBytes, isSentWhole, whenGone } from './recording.js';
import { answerWhole } from './transcribe.js';
import { readUpload } from './upload.js';
import { idOf } from './validation.js';

/** What the routes work with. */
export interface JobDeps {
  readonly jobs: Jobs;
  readonly transcriber: Transcriber;
  readonly signedIn: (request: FastifyRequest) => Promise<void>;
  readonly allowed: (request: FastifyRequest) => Promise<void>;
  readonly hosts: AllowedHosts;
}

/** Registers the routes. */
export function registerJobs(app: FastifyInstance, deps: JobDeps): void {
  const { jobs, signedIn } = deps;
  const register = (
    { method, path }: Route,
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
    onRequest = signedIn,
  ) => app.route({ method, url: path, onRequest, handler });

  register(routes.createJob, (request, reply) => submit(request, reply, deps), deps.allowed);

  register(routes.getJob, async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    return jobs.state(request.accountId, idOf(request));
  });

  register(routes.getJobResult, async (request, reply) => {
    const { transcript, format, forget } = jobs.result(request.accountId, idOf(request));
    // What did not arrive may be asked for again.
    reply.raw.once('close', () => {
      if (isSentWhole(reply)) forget();
    });
    return answerWhole(reply, transcript, format);
  });

  register(routes.followJob, async (request, reply) => {
    const { accountId } = request;
    const id = idOf(request);
    jobs.state(accountId, id);
    let stream: ReturnType<typeof openEventStream> | undefined;
    const told = () => (stream ??= openEventStream(reply));
    const stop = jobs.follow(accountId, id, {
      onProgress: (progress) => told().send('progress', progress),
      onSegment: (segment) => told().send('segment', segment),
      onEnd: (end) => {
        if (end instanceof HttpError) told().send('error', errorBody(end, 'transcription', request.id));
        else told().send('result', end);
        told().end();
      },
    });
    reply.raw.once('close', stop);
    return reply;
  });

  register(routes.deleteJob, async (request, reply) => {
    jobs.delete(request.accountId, idOf(request));
    return reply.code(204).send();
  });
}

async function submit(
  request: FastifyRequest,
  reply: FastifyReply,
  { jobs, transcriber, hosts }: JobDeps,
): Promise<FastifyReply> {
  const { accountId } = request;
  const gone = whenGone(reply);
  const key = keyOf(request);
  if (key !== undefined && jobs.isKnown(accountId, key)) {
    const fingerprint = await fingerprintOf(request, transcriber.uploads.maxSize, gone);
    const job = jobs.repeated(accountId, { key, fingerprint });
    if (job !== undefined) return accept(reply, job);
    throw new HttpError('busy', 'The job of this key has just ended for good: send it again.', {
      retryAfter: 1,
    });
  }
  const ticket = transcriber.admit(accountId, announcedBytes(request), request.allowance);
  let claim: Claim | undefined;
  const release = () => {
    ticket.release();
    claim?.answered(true);
  };
  try {
    const hash = createHash('sha256');
    const fields = await readUpload(
      request,
      {
        append: (bytes) => {
          if (key !== undefined) hash.update(bytes);
          ticket.upload.append(bytes);
        },
      },
      gone,
    );
    const submission =
      key === undefined
        ? undefined
        : { key, fingerprint: hash.update(JSON.stringify(fields)).digest('base64url') };
    // The same may have come over another connection meanwhile.
    const twin = submission && jobs.repeated(accountId, submission);
    if (twin !== undefined) {
      ticket.release();
      return accept(reply, twin);
    }
    transcriber.checkWishes(fields);
    const { upload, url } = fields;
    if (upload !== undefined) {
      const claimed = (claim = transcriber.uploads.claim(accountId, upload));
      ticket.use(claimed.store, () => claimed.release());
    }
    if (url === undefined) transcriber.checkUpload(ticket);
    const job = jobs.submit(
      accountId,
      {
        run: async (listener, cancelled) => {
          const signal = claim ? AbortSignal.any([cancelled, claim.signal]) : cancelled;
          if (url !== undefined)
            await fetchRecording(url, { hosts, take: (bytes) => ticket.upload.append(bytes), signal });
          return transcriber.transcribe(ticket, { ...fields, ...listener, signal });
        },
        release,
        format: fields.format,
      },
      submission,
    );
    return accept(reply, job);
  } catch (error) {
    release();
    throw error;
  }
}

function accept(reply: FastifyReply, job: TranscriptionJob): FastifyReply {
  return reply
    .code(202)
    .header('location', pathOf(routes.getJob, job.id))
    .header('cache-control', 'no-store')
    .send(job);
}

function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers[IDEMPOTENCY_HEADER];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !IDEMPOTENCY_PATTERN.test(key))
    throw new HttpError('bad_request', 'Idempotency-Key is 1 to 255 characters without spaces.');
  return key;
}

/** The hash of a submission that is there already: its recording is not kept again. */
async function fingerprintOf(request: FastifyRequest, most: number, gone: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  let length = 0;
  const append = (bytes: Uint8Array) => {
    if ((length += bytes.length) > most) throw new HttpError('payload_too_large');
    hash.update(bytes);
  };
  const fields = await readUpload(request, { append }, gone);
  return hash.update(JSON.stringify(fields)).digest('base64url');
}
