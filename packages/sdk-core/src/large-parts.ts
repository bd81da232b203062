/**
 * What is large and seldom needed, loaded when it is: Word and PDF files, archives, live streams, opened links, questions to a model, deliveries of webhooks, the word list of the recovery words.
 * In a browser each is a file of its own, so that a page without them stays small.
 */
import type { Transcript } from '@sealscribe/protocol';
import type { Archive, ArchiveKey } from './archive/open-archive.js';
import type { ArchiveSource } from './archive/read-tar.js';
import type { PdfOptions } from './export/pdf.js';
import type { DocumentOptions } from './export/turns.js';
import type { OpenDeviceListener } from './device-stream.js';
import type { StreamOptions, TranscriptStream } from './live-stream.js';
import { onDemand } from './on-demand.js';
import type { Platform } from './platform.js';
import type { OpenShareOptions, SharedTranscript } from './shares/open-share.js';
import type { LanguageModel } from './summary/chat-model.js';
import type { AskOptions } from './summary/with-model.js';
import type { Delivery, WebhookHeaders } from './webhooks/receive.js';

/** Bytes of a .docx file. The same transcript always gives the same bytes. */
export async function toDocx(transcript: Transcript, options: DocumentOptions = {}): Promise<Uint8Array> {
  return (await onDemand(import('./export/docx.js'))).toDocx(transcript, options);
}

/**
 * Bytes of a PDF file.
 *
 * @throws TypeError without a font; MissingFontError when the fonts lack letters of a script
 */
export async function toPdf(transcript: Transcript, options: PdfOptions): Promise<Uint8Array> {
  return (await onDemand(import('./export/pdf.js'))).toPdf(transcript, options);
}

/**
 * Opens an archive: bytes, or a Blob that may be a file of any size.
 *
 * @param options.minIterations As for {@link SealscribeOptions}.
 * @throws WrongPasswordError; SealscribeError "wrong_recovery_words" or "bad_recovery_words"; IntegrityError "malformed" when it
 * is no whole archive, "weak_kdf"
 */
export async function openArchive(
  source: ArchiveSource,
  key: ArchiveKey,
  options: { minIterations?: number } = {},
): Promise<Archive> {
  return (await onDemand(import('./archive/open-archive.js'))).openArchive(source, key, options);
}

/**
 * New recovery words, to be shown once and written down. Whoever has them and the email opens the account.
 * @example
 * ```ts
 * import { newRecoveryWords } from '@sealscribe/sdk-node';
 *
 * const recoveryWords = await newRecoveryWords();
 * ```
 */
export async function newRecoveryWords(): Promise<string> {
  return (await onDemand(import('./recovery-words.js'))).newRecoveryWords();
}

/**
 * A live stream over a recogniser on this device: what a platform's `streamOnDevice` gives back.
 *
 * @throws what `open` throws
 */
export async function openDeviceStream(
  open: OpenDeviceListener,
  options: StreamOptions,
): Promise<TranscriptStream> {
  return (await onDemand(import('./stream.js'))).openDeviceStream(open, options);
}

/**
 * The model's summary of a transcript, or its answer to a question about it. Its text leaves for the model and nowhere else.
 *
 * @throws SealscribeError "model_failed"; what the model throws
 */
export async function askModel(
  model: LanguageModel,
  transcript: Transcript,
  options: AskOptions = {},
): Promise<string> {
  return (await onDemand(import('./summary/with-model.js'))).askModel(model, transcript, options);
}

/**
 * Opens a link.
 *
 * @param platformFor The platform for the server that the link leads to; it is closed afterwards.
 * @throws ShareError "wrong_password", "password_needed", "bad_link", "unknown_version" or "share_gone"; IntegrityError when the
 * server gives something else than was shared; ApiError "locked_out" after many wrong passwords
 */
export async function openShare(
  link: string,
  options: OpenShareOptions,
  platformFor: (server: string) => Platform,
): Promise<SharedTranscript> {
  return (await onDemand(import('./shares/open-share.js'))).openShare(link, options, platformFor);
}

/**
 * Verifies a delivery of a webhook, at its receiver.
 *
 * @param delivery.body The bytes, or the text, as they came: not parsed and written again.
 * @param options.tolerance Seconds that its time may differ from the present; 300 by default.
 * @returns Its id, which is the same in every try, and the event.
 * @throws WebhookError "webhook_untrusted" when the signature is wrong or missing, "webhook_expired" when it is too old; TypeError when
 * `secret` is none
 */
export async function verifyWebhook(
  delivery: { secret: string; headers: WebhookHeaders; body: Uint8Array | string },
  options: { tolerance?: number; now?: () => number } = {},
): Promise<Delivery> {
  return (await onDemand(import('./webhooks/receive.js'))).verifyWebhook(delivery, options);
}

/**
 * Opens the transcript of a delivery that {@link verifyWebhook} gave.
 *
 * @param privateKey From {@link newWebhookKeys}.
 * @returns Id of the job and its transcript; undefined where the delivery holds none.
 * @throws IntegrityError "authentication_failed" when it is sealed to another key or for another delivery; TypeError when `privateKey` is
 * none
 */
export async function openWebhook(
  delivery: Delivery,
  privateKey: string,
): Promise<{ id: string; transcript: Transcript } | undefined> {
  return (await onDemand(import('./webhooks/receive.js'))).openWebhook(delivery, privateKey);
}

/**
 * A key pair for `client.webhooks.add` and {@link openWebhook}: the public key goes to the server, the private one stays with the receiver.
 *
 * @returns Both as base64url: 65 bytes, and 32.
 */
export async function newWebhookKeys(): Promise<{ publicKey: string; privateKey: string }> {
  return (await onDemand(import('./webhooks/receive.js'))).newWebhookKeys();
}
