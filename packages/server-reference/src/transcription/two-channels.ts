/**
 * Recordings with one speaker per channel, as calls are: each channel is transcribed by itself, so that people who speak at
 * once are both understood, and the segments are put in order of time at the end.
 */
import { assembleTranscript, labelSpeakers } from '@sealscribe/asr';
import type { Segment, Transcript } from '@sealscribe/protocol';
import type { ChannelPair } from '../media/decode.js';
import { ChannelSurvey } from '../media/channel-survey.js';
import { Recording, type PipelineOptions } from './pipeline.js';
import { wipe } from './wipe.js';

/** Whether a recording's channels are two speakers; listens only as far as it has to. */
export async function hasSpeakerPerChannel(audio: AsyncIterable<ChannelPair>): Promise<boolean> {
  const survey = new ChannelSurvey();
  for await (const pair of audio) {
    const enough = survey.push(pair);
    pair.forEach(wipe);
    if (enough) break;
  }
  return survey.distinct;
}

/**
 * Transcribes both channels of one recording: 16 kHz, wiped as they are taken. Segments are told of without speakers as soon
 * as they are certain, in order within their channel.
 *
 * @throws {HttpError} as `transcribeAudio`.
 */
export async function transcribeChannels(
  audio: AsyncIterable<ChannelPair>,
  options: PipelineOptions,
): Promise<Transcript> {
  let told = 0;
  const progress = [
    { heard: 0, done: 0 },
    { heard: 0, done: 0 },
  ];
  const recordings = progress.map(
    (mine) =>
      new Recording({
        ...options,
        ahead: Math.ceil(options.ahead / 2),
        onSegment: (segment) => options.onSegment({ ...segment, id: told++ }),
        onProgress: (heard, done) => {
          Object.assign(mine, { heard, done });
          options.onProgress(
            Math.max(...progress.map((channel) => channel.heard)),
            Math.min(...progress.map((channel) => channel.done)),
          );
        },
      }),
  );
  try {
    for await (const pair of audio) {
      for (const [channel, recording] of recordings.entries())
        await recording.push(pair[channel] as Float32Array);
      pair.forEach(wipe);
    }
    const transcripts = await Promise.all(recordings.map((recording) => recording.finish()));
    return merge(transcripts);
  } finally {
    for (const recording of recordings) recording.clear();
  }
}

/** One transcript of two; the language is that in which more was said. */
function merge(transcripts: readonly Transcript[]): Transcript {
  const spoken = transcripts
    .flatMap(({ segments }, speaker) => segments.map((segment) => ({ segment, speaker })))
    .sort((a, b) => a.segment.start - b.segment.start);
  const [most] = [...transcripts].sort((a, b) => secondsOf(b.segments) - secondsOf(a.segments));
  if (most === undefined) throw new RangeError('There are no channels');
  return assembleTranscript(labelSpeakers(spoken), most);
}

const secondsOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { start, end }) => sum + end - start, 0);
