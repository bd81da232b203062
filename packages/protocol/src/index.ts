/**
 * The words that client and server share: the transcript, the routes, the shapes of requests and answers, the error codes.
 * Nothing here does I/O or cryptography.
 *
 * @packageDocumentation
 */
export * from './transcript.js';
export * from './documents.js';
export * from './errors.js';
export * from './routes.js';
export { ID_PATTERN, idSchema } from './fields.js';
export * from './account-api.js';
export * from './api.js';
export * from './archive.js';
export * from './compare.js';
export * from './email-api.js';
export * from './history-api.js';
export * from './jobs-api.js';
export * from './openai-api.js';
export * from './recordings-api.js';
export * from './share-api.js';
export * from './stream.js';
export * from './transcript-routes.js';
export * from './uploads-api.js';
export * from './usage-api.js';
export * from './webhooks-api.js';
export * from './workspace-api.js';
export * from './subtitles.js';
