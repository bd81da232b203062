/** The half that sees audio and text in memory, and stores nothing: facts, transcriptions, jobs, uploads, live streams. */
import {
  IDEMPOTENCY_HEADER,
  IDEMPOTENCY_PATTERN,
  MAX_COMPARED,
  OPENAI_FORMATS,
  RESPONSE_FORMATS,
  TUS_VERSION,
  UPLOAD_TYPE,
  compareEventSchemas,
  comparisonSchema,
  eventSchemas,
  healthSchema,
  jobSchema,
  languageListSchema,
  modelListSchema,
  openAiDiarizedSchema,
  openAiErrorSchema,
  openAiEventSchema,
  openAiModelSchema,
  openAiTranscriptionSchema,
  openAiVerboseSchema,
  streamConfigSchema,
  streamTokenSchema,
  transcriptSchema,
  transcriptionErrorSchema,
  usageSchema,
  type ErrorCode,
} from '@sealscribe/protocol';
import {
  answer,
  bytes,
  done,
  events,
  file,
  form,
  header,
  json,
  text,
  type Operation,
  type Parameter,
} from './operation.js';

/** What a recording can be refused for, before and after it was heard. */
const recordingErrors: readonly ErrorCode[] = [
  ...(['empty_file', 'quota_exceeded', 'not_found', 'model_not_found', 'conflict'] as const),
  ...(['payload_too_large', 'audio_too_long', 'unsupported_media', 'decoder_missing'] as const),
  ...(['undecodable_media', 'no_audio', 'language_not_supported'] as const),
  ...(['busy', 'too_many_at_once', 'recognizer_failed'] as const),
];

const model = {
  type: 'string',
  description: 'Id of a model; absent, "auto", "default" and the names of OpenAI mean the first.',
};
const language = { type: 'string', description: 'ISO 639-1, or "auto".' };
const upload = {
  type: 'string',
  description: 'Id of an upload that holds the recording, instead of "file".',
};

const transcriptionForm = form({
  file: file('The recording: sound or film of any common kind.'),
  upload,
  url: {
    type: 'string',
    description: 'Where the server fetches the recording, instead of "file"; its operator names the hosts.',
  },
  model,
  language,
  diarize: { enum: ['true', 'false', '1', '0'], description: 'Whether to tell speakers apart.' },
  speakers: {
    type: 'string',
    pattern: '^\\d{1,3}$',
    description: 'How many there are, up to 20; 0 means find out.',
  },
  response_format: { enum: RESPONSE_FORMATS, default: 'json' },
});

/** A transcript as it was asked for. */
const transcripts = [
  json(transcriptSchema),
  text('text/plain; charset=utf-8'),
  text('application/x-subrip; charset=utf-8'),
  text('text/vtt; charset=utf-8'),
];
const transcriptEvents = events({ ...eventSchemas, error: transcriptionErrorSchema });

const tus: Parameter = header('Tus-Resumable', 'The version of tus.', { const: TUS_VERSION }, true);
const byteCount = (name: string, description: string): Parameter =>
  header(name, description, { type: 'string', pattern: '^(0|[1-9]\\d{0,15})$' }, true);
const offset = byteCount('Upload-Offset', 'Where these bytes begin: how many the server has.');
const expires = { 'Upload-Expires': 'When an upload that is left alone is given up.' };
const part: Operation = {
  summary: 'Sends the next bytes of an upload',
  parameters: [tus, offset],
  body: [bytes(UPLOAD_TYPE)],
  answers: {
    204: {
      description: 'They are there.',
      headers: { 'Upload-Offset': 'How many bytes the server has now.', ...expires },
    },
  },
  errors: ['conflict', 'unsupported_version', 'payload_too_large', 'busy'],
};

export const transcription = {
  health: {
    summary: 'Whether the server is ready, and what it runs on',
    answers: { 200: answer('What the server is.', json(healthSchema)) },
  },
  models: {
    summary: 'The models of this server, for clients of STT.ai and of OpenAI',
    answers: { 200: answer('All models; the first is the default.', json(modelListSchema)) },
  },
  model: {
    summary: 'The model that a name means',
    answers: { 200: answer('The model.', json(openAiModelSchema)) },
    errors: ['model_not_found'],
  },
  languages: {
    summary: 'The languages of this server, and the models that know them',
    answers: { 200: answer('All languages.', json(languageListSchema)) },
  },
  transcribe: {
    summary: 'Transcribes a recording',
    description:
      'Takes "file", "upload" or "url". Nothing is kept. With `Accept: text/event-stream` the answer comes as events, and what goes wrong after their begin as the event `error`.',
    body: [transcriptionForm],
    answers: {
      200: answer('The transcript, as `response_format` asked for it.', [...transcripts, transcriptEvents]),
    },
    errors: [...recordingErrors, 'forbidden'],
  },
  audioTranscriptions: {
    summary: "Transcribes a recording, as clients of OpenAI's service ask for it",
    description:
      '`prompt`, `temperature` and `chunking_strategy` are read over. With `stream` the answer comes as events without names, and what goes wrong after their begin as the last of them.',
    body: [
      form(
        {
          file: file('The recording.'),
          model,
          language,
          response_format: { enum: OPENAI_FORMATS, default: 'json' },
          stream: { enum: ['true', 'false', '1', '0'], description: 'With json, text and diarized_json.' },
          'timestamp_granularities[]': {
            type: 'array',
            items: { enum: ['word', 'segment'] },
            description: 'With verbose_json; segment when absent.',
          },
          'include[]': { type: 'array', items: { enum: ['logprobs'] } },
        },
        ['file'],
      ),
    ],
    answers: {
      200: answer('The transcript, as `response_format` asked for it.', [
        {
          type: 'application/json',
          schema: { anyOf: [openAiTranscriptionSchema, openAiVerboseSchema, openAiDiarizedSchema] },
        },
        ...transcripts.slice(1),
        events({ message: openAiEventSchema, error: openAiErrorSchema }),
      ]),
    },
    errors: recordingErrors,
  },
  createJob: {
    summary: 'Transcribes a recording as a job',
    description:
      'The form is that of `POST /v1/transcribe`. A "url" that nothing comes from makes a job that fails.',
    parameters: [
      header(IDEMPOTENCY_HEADER, 'Makes the same form, sent again, the same job.', {
        type: 'string',
        pattern: IDEMPOTENCY_PATTERN.source,
      }),
    ],
    body: [transcriptionForm],
    answers: { 202: answer('The job.', json(jobSchema), { Location: 'Its address.' }) },
    errors: [...recordingErrors, 'forbidden', 'idempotency_mismatch'],
  },
  getJob: {
    summary: 'How far a job is',
    answers: { 200: answer('The job.', json(jobSchema)) },
    errors: ['job_lost', 'job_gone'],
  },
  followJob: {
    summary: 'The events of a job, from its begin',
    answers: { 200: answer('The events of `POST /v1/transcribe`.', transcriptEvents) },
    errors: ['job_lost', 'job_gone'],
  },
  getJobResult: {
    summary: 'What came of a job, once',
    description: 'Once it was sent to its end it is wiped.',
    answers: { 200: answer('The transcript, as `response_format` asked for it.', transcripts) },
    errors: ['conflict', 'job_lost', 'job_gone', ...recordingErrors],
  },
  deleteJob: {
    summary: 'Cancels a job, or wipes its result',
    answers: done,
    errors: ['job_lost', 'job_gone'],
  },
  usage: {
    summary: 'What the account has used this month, and what it may use',
    answers: { 200: answer('Minutes and limits.', json(usageSchema)) },
  },
  compare: {
    summary: 'One recording through several models',
    body: [
      form({
        file: file('The recording.'),
        upload,
        models: {
          type: 'array',
          items: { type: 'string' },
          description: `Two to ${MAX_COMPARED} ids, repeated or separated by commas; all of the server when absent.`,
        },
        language,
      }),
    ],
    answers: {
      200: answer('What each wrote, and where they differ.', [
        json(comparisonSchema),
        events({ ...compareEventSchemas, error: transcriptionErrorSchema }),
      ]),
    },
    errors: recordingErrors,
  },
  summarize: {
    summary: 'Says that summaries are made by clients: the server reads no transcripts',
    answers: {},
    errors: ['encrypted_content'],
  },
  stream: {
    summary: 'Live transcription over a WebSocket',
    description:
      'Binary frames of PCM (s16le, 16 kHz, mono) up; JSON texts down: `StreamMessage`, or after a first frame `StreamConfig` `StreamReady` and `SessionText`. `StreamStop` or an empty binary frame ends it. docs/http-api.md says more.',
    parameters: [
      {
        ...{ name: 'token', in: 'query' },
        description: 'Of `POST /v1/stream-tokens`, for clients that can send no header.',
        schema: { type: 'string' },
      },
      { name: 'model', in: 'query', description: 'Id of a model.', schema: { type: 'string' } },
      { name: 'language', in: 'query', description: 'ISO 639-1, or "auto".', schema: { type: 'string' } },
    ],
    answers: { 101: { description: 'The stream is open.' } },
    errors: [
      ...(['forbidden', 'quota_exceeded', 'model_not_found', 'language_not_supported'] as const),
      ...(['busy', 'too_many_at_once', 'recognizer_failed'] as const),
    ],
  },
  streamTokens: {
    summary: 'A token that opens one live stream, within a minute',
    body: [json(streamConfigSchema)],
    optionalBody: true,
    answers: { 201: answer('The token.', json(streamTokenSchema)) },
    errors: ['quota_exceeded', 'model_not_found', 'language_not_supported', 'busy', 'too_many_at_once'],
  },
  uploadFacts: {
    summary: 'What of tus 1.0.0 the server speaks',
    answers: {
      204: {
        description: 'The versions, the extensions and the largest upload.',
        headers: {
          'Tus-Version': 'Versions of tus.',
          'Tus-Extension': 'Extensions of tus.',
          'Tus-Max-Size': 'Bytes of the largest upload.',
        },
      },
    },
  },
  createUpload: {
    summary: 'Begins a resumable upload',
    parameters: [tus, byteCount('Upload-Length', 'Bytes of the whole recording.')],
    answers: { 201: { description: 'It may be sent.', headers: { Location: 'Its address.', ...expires } } },
    errors: ['quota_exceeded', 'unsupported_version', 'payload_too_large', 'busy', 'too_many_at_once'],
  },
  getUpload: {
    summary: 'How much of an upload is there',
    parameters: [tus],
    answers: {
      200: {
        description: 'What the headers say.',
        headers: {
          'Upload-Offset': 'How many bytes the server has.',
          'Upload-Length': 'How many there are in all.',
          ...expires,
        },
      },
    },
    errors: ['unsupported_version'],
  },
  continueUpload: part,
  deleteUpload: {
    summary: 'Takes an upload back',
    parameters: [tus],
    answers: done,
    errors: ['unsupported_version'],
  },
  overrideUpload: {
    ...part,
    summary: 'Sends bytes or takes the upload back, for who can send neither PATCH nor DELETE',
    parameters: [
      tus,
      header('X-HTTP-Method-Override', 'What it is.', { enum: ['PATCH', 'DELETE'] }, true),
      { ...offset, required: false },
    ],
    optionalBody: true,
  },
} as const satisfies Record<string, Operation>;
