/** The half that stores bytes and can read none of them: blobs, sealed transcripts and their history and sound, workspaces, links. */
import {
  INDEX_MATCH_HEADER,
  KEY_NUMBER_HEADER,
  PART_REVISION_HEADER,
  PARTS,
  RECORDING_HEADER,
  acceptRequestSchema,
  blobListSchema,
  blobWrittenSchema,
  createShareRequestSchema,
  earlierRevisionSchema,
  epochWrittenSchema,
  identitySchema,
  inviteAnswerSchema,
  inviteRequestSchema,
  listQuerySchema,
  revisionListSchema,
  shareInfoSchema,
  shareListSchema,
  transcriptInfoSchema,
  transcriptListSchema,
  transcriptWrittenSchema,
  workspaceListSchema,
  workspaceSchema,
  writeEpochRequestSchema,
} from '@sealscribe/protocol';
import {
  answer,
  bytes,
  done,
  entityTag,
  file,
  form,
  header,
  ifMatch,
  ifNoneMatch,
  json,
  revisionTag,
  text,
  type Operation,
  type Parameter,
} from './operation.js';

const pages: readonly Parameter[] = [
  {
    ...{ name: 'after', in: 'query', description: '`next` of the page before.' },
    schema: listQuerySchema.shape.after,
  },
  {
    ...{ name: 'limit', in: 'query', description: '1 to 200; 100 when absent.' },
    schema: listQuerySchema.shape.limit,
  },
];
const replacedIndex = header(
  INDEX_MATCH_HEADER,
  'The revision of the index that the write replaces, in double quotes; "0" where there is none.',
  revisionTag,
  true,
);
const revision = entityTag('of the transcript');

export const vault = {
  listBlobs: {
    summary: 'The blobs of the account, in order of id',
    parameters: pages,
    answers: { 200: answer('A page of them.', json(blobListSchema)) },
  },
  putBlob: {
    summary: 'Stores opaque bytes under an id that the client made',
    parameters: [ifNoneMatch, ifMatch('of the blob', false)],
    body: [bytes()],
    answers: {
      200: answer('Replaced.', json(blobWrittenSchema), entityTag('of the blob')),
      201: answer('Created.', json(blobWrittenSchema), entityTag('of the blob')),
    },
    errors: ['id_taken', 'revision_conflict'],
  },
  getBlob: {
    summary: 'A blob',
    answers: { 200: answer('Its bytes.', bytes(), entityTag('of the blob')) },
  },
  deleteBlob: {
    summary: 'Deletes a blob',
    parameters: [ifMatch('of the blob', false)],
    answers: done,
    errors: ['revision_conflict'],
  },

  listTranscripts: {
    summary: 'The transcripts, in order of id, with their sealed cards',
    parameters: pages,
    answers: { 200: answer('A page of them.', json(transcriptListSchema)) },
  },
  putTranscript: {
    summary: 'Writes a sealed transcript and the index that names it, together',
    description:
      'Creating needs `If-None-Match: *` and all five parts; replacing `If-Match`, `card`, `index` and what changed.',
    parameters: [
      ...[ifNoneMatch, ifMatch('of the transcript', false), replacedIndex],
      header(RECORDING_HEADER, 'The recording that the card names from now on, or `none`.', {
        ...{ type: 'string', pattern: '^(none|[A-Za-z0-9_-]{22}; size=[1-9]\\d{0,14})$' },
      }),
    ],
    body: [
      form(Object.fromEntries(PARTS.map((part) => [part, file(`The sealed ${part}.`)])), ['card', 'index']),
    ],
    answers: {
      200: answer('Replaced.', json(transcriptWrittenSchema), revision),
      201: answer('Created.', json(transcriptWrittenSchema), revision),
    },
    errors: ['id_taken', 'revision_conflict', 'conflict'],
  },
  getCard: {
    summary: 'What the server knows of a transcript, with its sealed card',
    answers: { 200: answer('The transcript.', json(transcriptInfoSchema), revision) },
  },
  getTranscriptPart: {
    summary: 'The sealed segments of a transcript',
    answers: {
      200: answer('The sealed part.', bytes(), {
        ...revision,
        [PART_REVISION_HEADER]: 'The revision at which this part was stored.',
      }),
    },
  },
  getWordsPart: {
    summary: 'The sealed words of a transcript',
    answers: {
      200: answer('The sealed part.', bytes(), {
        ...revision,
        [PART_REVISION_HEADER]: 'The revision at which this part was stored.',
      }),
    },
  },
  deleteTranscript: {
    summary: 'Deletes a transcript; the body is the new sealed index',
    parameters: [ifMatch('of the transcript'), replacedIndex],
    body: [bytes()],
    answers: { 200: answer('Deleted: `revision` is 0.', json(transcriptWrittenSchema)) },
    errors: ['revision_conflict'],
  },
  listRevisions: {
    summary: 'The sealed cards of earlier revisions, newest first',
    answers: { 200: answer('At most 50.', json(revisionListSchema)) },
  },
  getRevision: {
    summary: 'The sealed parts of an earlier revision',
    answers: { 200: answer('The revision.', json(earlierRevisionSchema)) },
  },
  deleteRevisions: { summary: 'Forgets all earlier revisions', answers: done },
  putRecordingPiece: {
    summary: 'Stores a piece of a sealed recording, from 0: 1 MiB each, the last one less',
    body: [bytes()],
    answers: done,
    errors: ['conflict'],
  },
  getRecordingPiece: {
    summary: 'A piece of a sealed recording that a write has taken up',
    answers: { 200: answer('Its bytes.', bytes()) },
  },
  deleteRecording: {
    summary: 'Gives up a recording that no write took up',
    answers: done,
    errors: ['conflict'],
  },
  getIndex: {
    summary: 'The sealed index',
    answers: { 200: answer('Its bytes.', bytes(), entityTag('of the index')) },
    errors: ['not_found'],
  },

  putShare: {
    summary: 'Makes a link: stores a sealed snapshot that opens without an account',
    description: 'Sent twice, it is stored once.',
    body: [json(createShareRequestSchema)],
    answers: { 201: answer('The link.', json(shareInfoSchema)) },
    errors: ['id_taken', 'conflict'],
  },
  listShares: {
    summary: 'The links that have not ended, oldest first',
    answers: { 200: answer('All of them.', json(shareListSchema)) },
  },
  getShare: { summary: 'A link', answers: { 200: answer('The link.', json(shareInfoSchema)) } },
  deleteShare: { summary: 'Takes a link back', answers: done },
  openShare: {
    summary: 'Opens a link: the sealed snapshot, and a view is counted',
    description: 'Needs no account: `Authorization: Bearer` carries the access token of the link.',
    answers: { 200: answer('The sealed document.', bytes()) },
    errors: ['unauthorized', 'wrong_credentials', 'locked_out', 'rate_limited', 'storage_full'],
  },
  sharePage: {
    summary: 'Where a link leads in a browser: the same page for every id',
    answers: {
      200: answer('The page.', [text('text/html; charset=utf-8'), text('text/plain; charset=utf-8')]),
    },
    errors: ['rate_limited'],
  },
} as const satisfies Record<string, Operation>;

/** What holds of an account's transcripts, of a workspace's: it needs a place there, and says under which key it is sealed. */
function shared(operation: Operation): Operation {
  const answers = Object.entries(operation.answers).map(([status, told]) => [
    status,
    told.content
      ? {
          ...told,
          headers: {
            ...told.headers,
            [KEY_NUMBER_HEADER]:
              'The number of the key that seals it, of reads of cards, lists and the index.',
          },
        }
      : told,
  ]);
  return {
    ...operation,
    summary: `${operation.summary}, of a workspace`,
    answers: Object.fromEntries(answers) as Operation['answers'],
    errors: [...(operation.errors ?? []), 'forbidden', 'not_found'],
  };
}

export const workspaces = {
  getIdentity: {
    summary: 'The key pair of the account, its private key sealed',
    answers: { 200: answer('The key pair.', json(identitySchema)) },
    errors: ['not_found'],
  },
  putIdentity: {
    summary: 'Stores the key pair of the account, once',
    body: [json(identitySchema)],
    answers: { 201: answer('The key pair.', json(identitySchema)) },
    errors: ['conflict'],
  },
  listWorkspaces: {
    summary: 'The workspaces and invitations of the account',
    answers: { 200: answer('All of them.', json(workspaceListSchema)) },
  },
  getWorkspace: {
    summary: 'A workspace, as one of its members gets it',
    answers: { 200: answer('The workspace.', json(workspaceSchema)) },
    errors: ['forbidden'],
  },
  putWorkspace: {
    summary: 'Makes a workspace, or writes its next epoch',
    parameters: [
      ...[ifNoneMatch, ifMatch('the epoch', false)],
      {
        ...replacedIndex,
        required: false,
        description: `${replacedIndex.description} Needed with \`rekeyed\`.`,
      },
    ],
    body: [json(writeEpochRequestSchema)],
    answers: {
      200: answer('Written.', json(epochWrittenSchema)),
      201: answer('Made.', json(epochWrittenSchema)),
    },
    errors: ['id_taken', 'conflict', 'revision_conflict'],
  },
  deleteWorkspace: { summary: 'Deletes a workspace with everything in it', answers: done },
  acceptWorkspace: {
    summary: 'Takes note of the roster that the account accepted',
    body: [json(acceptRequestSchema)],
    answers: done,
    errors: ['conflict', 'revision_conflict'],
  },
  leaveWorkspace: {
    summary: 'Leaves a workspace, or declines an invitation',
    answers: done,
    errors: ['conflict'],
  },
  invite: {
    summary: 'Invites somebody by email',
    description: 'Unknown addresses get an answer too, always the same for one address.',
    body: [json(inviteRequestSchema)],
    answers: { 200: answer('Whom it is for.', json(inviteAnswerSchema)) },
    errors: ['conflict', 'rate_limited'],
  },
  uninvite: { summary: 'Takes an invitation back, by account', answers: done },
  listSharedTranscripts: shared(vault.listTranscripts),
  putSharedTranscript: shared(vault.putTranscript),
  getSharedCard: shared(vault.getCard),
  getSharedTranscriptPart: shared(vault.getTranscriptPart),
  getSharedWordsPart: shared(vault.getWordsPart),
  deleteSharedTranscript: shared(vault.deleteTranscript),
  listSharedRevisions: shared(vault.listRevisions),
  getSharedRevision: shared(vault.getRevision),
  deleteSharedRevisions: shared(vault.deleteRevisions),
  putSharedRecordingPiece: shared(vault.putRecordingPiece),
  getSharedRecordingPiece: shared(vault.getRecordingPiece),
  deleteSharedRecording: shared(vault.deleteRecording),
  getSharedIndex: shared(vault.getIndex),
} as const satisfies Record<string, Operation>;
