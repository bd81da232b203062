/**
 * Speech recognition: voice activity, segments, recognisers, transcripts. The ONNX runtime is passed in; nothing here reads
 * files, opens sockets or knows whether it runs in Node or in a browser.
 *
 * The way of a recording: VoiceActivityDetector -> Segmenter -> recognizeSegment (over a Recognizer) -> toSegment ->
 * assembleTranscript. `transcribeAudio` walks it in one process.
 *
 * @packageDocumentation
 */
export * from './audio.js';
export { AsrError, type AsrErrorCode } from './errors.js';
export type { ModelFile, Runtime, SessionOptions } from './runtime.js';
export { VoiceActivityDetector, type VadState } from './vad.js';
export type { Region } from './speech-regions.js';
export { Segmenter, type SegmentSpan } from './segmenter.js';
export { PcmWindow } from './pcm-window.js';
export { Downmixer } from './input/downmix.js';
export { Resampler } from './input/resample.js';
export * from './recognizer.js';
export { recognizeSegment, type Recognize } from './recognize-segment.js';
export {
  loadMoonshine,
  MOONSHINE_TINY_EN,
  type MoonshineFiles,
  type MoonshineOptions,
} from './moonshine/moonshine.js';
export {
  COMPOSER_VERSION,
  composeMoonshine,
  GRAPH_TYPES,
  type ComposeOptions,
} from './moonshine/one-graph/compose.js';
export type { Arithmetic } from './moonshine/one-graph/layers.js';
export type { FamilyFiles, LoadOptions } from './load-options.js';
export { loadWhisper, type WhisperOptions } from './whisper/whisper.js';
export { loadCtc } from './ctc/ctc.js';
export { loadTransducer } from './transducer/transducer.js';
export { loadCanary, type CanaryOptions } from './canary/canary.js';
export { FAMILY_FILES, type FamilyName, type FileRole } from './families.js';
export { SpokenLanguage } from './spoken-language.js';
export { assembleTranscript, toSegment } from './transcript.js';
export {
  LiveTranscription,
  type LiveEngine,
  type LiveEvent,
  type LiveOptions,
} from './streaming/live-transcription.js';
export { transcribeAudio, type TranscribeAudioOptions } from './transcribe-audio.js';
export { transcribePcm, type TranscribePcmOptions } from './transcribe-pcm.js';
export { assignSpeakers, labelSpeakers, type SpokenSegment } from './diarization/assign-speakers.js';
export { Diarizer, MOST_SPEAKERS } from './diarization/diarizer.js';
export { EmbeddedSpeakers } from './diarization/embedded-speakers.js';
export { NeuralSpeakers, type SpeakerFiles } from './diarization/neural-speakers.js';
export { SlidingPieces } from './diarization/sliding-pieces.js';
export type {
  SpeakerModel,
  SpeakerTurn,
  VoiceCutter,
  VoiceDescription,
  VoicePiece,
} from './diarization/speaker-model.js';
