/**
 * A recording to samples, window by window, in the worker: containers are taken apart by mediabunny, which reads of the file only
 * what it needs, and decoded by the browser (WebCodecs). Only files: playlists, which name other addresses, are no known format.
 */
import {
  ADTS,
  AudioSampleSink,
  BlobSource,
  FLAC,
  Input,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WAVE,
  WEBM,
  type AudioSample,
  type InputAudioTrack,
} from 'mediabunny';
import { DeviceFailure } from './device-failure.js';

/** Samples of all channels, arrays of equal length, from -1 to 1. */
export interface DecodedChunk {
  readonly channels: readonly Float32Array[];
  readonly sampleRate: number;
}

/** A recording that can be read from its start to its end, once. */
export interface DecodedRecording {
  /** In seconds, as far as the file tells; only for showing how far the work is. */
  readonly duration: number;
  readonly chunks: AsyncIterable<DecodedChunk>;
}

/**
 * Opens a recording; undefined where this browser cannot decode it in a worker, and the page may try.
 *
 * @throws {DeviceFailure} `no_audio`
 */
export async function openMedia(recording: Blob): Promise<DecodedRecording | undefined> {
  const formats = [WAVE, MP3, MP4, QTFF, MATROSKA, WEBM, OGG, FLAC, ADTS];
  const input = new Input({ formats, source: new BlobSource(recording) });
  let track: InputAudioTrack | null;
  try {
    track = await input.getPrimaryAudioTrack();
    if (track && !(await track.canDecode())) return undefined;
  } catch {
    return undefined;
  }
  if (!track) throw new DeviceFailure('no_audio', 'The file has no audio track.');
  return { duration: await durationOf(track), chunks: chunksOf(track, input) };
}

async function durationOf(track: InputAudioTrack): Promise<number> {
  try {
    return (await track.getDurationFromMetadata()) ?? (await track.computeDuration());
  } catch {
    return 0;
  }
}

async function* chunksOf(track: InputAudioTrack, input: Input): AsyncGenerator<DecodedChunk> {
  try {
    for await (const sample of new AudioSampleSink(track).samples()) {
      try {
        const chunk = readSample(sample);
        if (chunk) yield chunk;
      } finally {
        sample.close();
      }
    }
  } catch (cause) {
    throw new DeviceFailure('undecodable_media', 'The recording is damaged, or not what it says it is.', {
      cause,
    });
  } finally {
    input.dispose();
  }
}

/** What encoders put before the start of the recording has times below 0, and is left out. */
function readSample(sample: AudioSample): DecodedChunk | undefined {
  const { sampleRate, numberOfChannels, numberOfFrames, timestamp } = sample;
  const frameOffset = Math.min(numberOfFrames, Math.max(0, Math.round(-timestamp * sampleRate)));
  const frames = numberOfFrames - frameOffset;
  if (frames === 0) return undefined;
  const channels = Array.from({ length: numberOfChannels }, (_, planeIndex) => {
    const samples = new Float32Array(frames);
    sample.copyTo(samples, { planeIndex, format: 'f32-planar', frameOffset, frameCount: frames });
    return samples;
  });
  return { channels, sampleRate };
}
