/** What goes wrong on the device, before it becomes the error that the app sees: classes do not travel between worker and page. */

/** Why a recording was not transcribed: codes of docs/errors.md. */
export type DeviceErrorCode =
  | 'device_unsupported'
  | 'device_files_missing'
  | 'language_not_supported'
  | 'model_not_found'
  | 'no_audio'
  | 'recognizer_failed'
  | 'undecodable_media';

/** A recording was not transcribed. */
export class DeviceFailure extends Error {
  constructor(
    readonly code: DeviceErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
