/** Accounts, sessions, API keys, webhooks, another email: what is about who somebody is. */
import {
  ARCHIVE_TYPE,
  apiKeyCreatedSchema,
  apiKeyListSchema,
  confirmEmailRequestSchema,
  createApiKeyRequestSchema,
  createWebhookRequestSchema,
  pendingEmailAnswerSchema,
  pendingEmailSchema,
  preloginAnswerSchema,
  preloginRequestSchema,
  recoverAnswerSchema,
  recoverRequestSchema,
  replaceByRecoveryRequestSchema,
  replaceKeysAnswerSchema,
  replaceKeysRequestSchema,
  rotateAnswerSchema,
  rotateRequestSchema,
  sessionListSchema,
  sessionSchema,
  signInRequestSchema,
  signUpRequestSchema,
  storedKeysSchema,
  webhookCreatedSchema,
  webhookListSchema,
  webhookTestSchema,
  INDEX_MATCH_HEADER,
  type ErrorCode,
} from '@sealscribe/protocol';
import {
  answer,
  bytes,
  done,
  entityTag,
  header,
  ifMatch,
  json,
  revisionTag,
  type Operation,
} from './operation.js';

const guessed: readonly ErrorCode[] = ['wrong_credentials', 'locked_out', 'rate_limited'];
const keyVersion = ifMatch('the keyVersion of the key record');
const newVersion = entityTag('the keyVersion of the key record');

export const accounts = {
  signUp: {
    summary: 'Makes an account',
    description: 'The client makes its id, and derives all keys: the server gets none that opens anything.',
    body: [json(signUpRequestSchema)],
    answers: { 201: answer('A session.', json(sessionSchema)) },
    errors: ['id_taken', 'email_taken', 'rate_limited'],
  },
  prelogin: {
    summary: 'What a client needs to derive its keys, for unknown addresses too',
    body: [json(preloginRequestSchema)],
    answers: { 200: answer('Parameters of the key derivation.', json(preloginAnswerSchema)) },
    errors: ['rate_limited'],
  },
  recover: {
    summary: 'What the recovery key opens',
    body: [json(recoverRequestSchema)],
    answers: { 200: answer('The account key, sealed under the recovery key.', json(recoverAnswerSchema)) },
    errors: guessed,
  },
  putKeysByRecovery: {
    summary: 'A new password and a new recovery key, by the old recovery key',
    parameters: [keyVersion],
    body: [json(replaceByRecoveryRequestSchema)],
    answers: { 200: answer('A session; all others have ended.', json(sessionSchema), newVersion) },
    errors: [...guessed, 'revision_conflict'],
  },
  signIn: {
    summary: 'Signs in',
    body: [json(signInRequestSchema)],
    answers: { 200: answer('A session.', json(sessionSchema)) },
    errors: guessed,
  },
  signOut: { summary: 'Signs out', answers: done },
  listSessions: {
    summary: 'Who is signed in',
    answers: { 200: answer('The sessions of the account.', json(sessionListSchema)) },
  },
  endSession: { summary: 'Ends a session', answers: done },
  listApiKeys: {
    summary: 'The API keys of the account',
    answers: { 200: answer('Without the keys themselves.', json(apiKeyListSchema)) },
  },
  createApiKey: {
    summary: 'Makes an API key: it transcribes and moves sealed bytes, and opens nothing',
    body: [json(createApiKeyRequestSchema)],
    optionalBody: true,
    answers: { 201: answer('The key, this once.', json(apiKeyCreatedSchema)) },
    errors: ['conflict'],
  },
  deleteApiKey: { summary: 'Deletes an API key', answers: done },
  listWebhooks: {
    summary: 'The webhooks of the account',
    answers: { 200: answer('Without their secrets.', json(webhookListSchema)) },
  },
  createWebhook: {
    summary: 'Makes a webhook, which hears of jobs that have ended',
    body: [json(createWebhookRequestSchema)],
    answers: { 201: answer('The webhook with its secret, this once.', json(webhookCreatedSchema)) },
    errors: ['conflict'],
  },
  deleteWebhook: { summary: 'Deletes a webhook, with what was still to be delivered', answers: done },
  testWebhook: {
    summary: 'Delivers for trial',
    answers: { 200: answer('How it went.', json(webhookTestSchema)) },
    errors: ['rate_limited'],
  },
  getKeys: {
    summary: 'The key record, without what authenticates',
    answers: { 200: answer('The key record.', json(storedKeysSchema), newVersion) },
  },
  putKeys: {
    summary: 'Replaces the key record: another password, or another recovery key',
    parameters: [keyVersion],
    body: [json(replaceKeysRequestSchema)],
    answers: {
      200: answer('Done; all other sessions have ended.', json(replaceKeysAnswerSchema), newVersion),
    },
    errors: [...guessed.slice(0, 2), 'revision_conflict'],
  },
  rotateKeys: {
    summary: 'Another account key, with everything that was sealed under the old one sealed anew',
    parameters: [
      keyVersion,
      header(
        INDEX_MATCH_HEADER,
        'The revision of the index that is replaced; "0" where there is none.',
        revisionTag,
        true,
      ),
    ],
    body: [json(rotateRequestSchema)],
    answers: { 200: answer('Done; all other sessions have ended.', json(rotateAnswerSchema), newVersion) },
    errors: [...guessed.slice(0, 2), 'revision_conflict', 'conflict'],
  },
  exportAccount: {
    summary: 'Everything of the account in one archive of sealed bytes',
    answers: { 200: answer('A POSIX tar: docs/formats.md, archive-v1.', bytes(ARCHIVE_TYPE)) },
  },
  changeEmail: {
    summary: 'Another email, which waits for a code',
    parameters: [keyVersion],
    body: [json(replaceKeysRequestSchema)],
    answers: { 202: answer('The change that waits.', json(pendingEmailSchema)) },
    errors: [...guessed, 'email_taken', 'revision_conflict'],
  },
  getPendingEmail: {
    summary: 'The change of email that waits for its code',
    answers: { 200: answer('The change, or null.', json(pendingEmailAnswerSchema)) },
  },
  cancelEmail: { summary: 'Takes the change of email back', answers: done },
  confirmEmail: {
    summary: 'Confirms another email by its code',
    body: [json(confirmEmailRequestSchema)],
    answers: {
      200: answer('Done; all other sessions have ended.', json(replaceKeysAnswerSchema), newVersion),
    },
    errors: ['wrong_code', 'rate_limited', 'email_taken', 'revision_conflict'],
  },
  deleteData: { summary: 'Deletes all blobs, transcripts and the index, at once', answers: done },
  deleteAccount: { summary: 'Deletes the account, at once, with everything in it', answers: done },
} as const satisfies Record<string, Operation>;
