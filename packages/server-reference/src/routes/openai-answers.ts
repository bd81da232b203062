/**
 * A transcript in the shapes of OpenAI's transcription route. A token is a word here, a probability is a word's or a segment's
 * confidence, and what the recognisers do not have is empty or 0: the schemas in the protocol say which.
 */
import { deflateRawSync } from 'node:zlib';
import type {
  OpenAiDiarized,
  OpenAiEvent,
  OpenAiTranscription,
  OpenAiVerbose,
  Segment,
  Transcript,
} from '@sealscribe/protocol';

type Logprobs = NonNullable<OpenAiTranscription['logprobs']>;

/** What `include[]` and `timestamp_granularities[]` asked for. */
export interface OpenAiDetail {
  readonly logprobs: boolean;
  readonly words: boolean;
  readonly segments: boolean;
}

/** Least probability that is told: JSON has no logarithm of 0. */
const LEAST = 1e-9;
const logarithm = (confidence: number): number => Math.min(0, Math.log(Math.max(confidence, LEAST)));

const usageOf = ({ duration }: Transcript) => ({ type: 'duration', seconds: duration }) as const;

function logprobsOf(segments: readonly Segment[]): Logprobs {
  return segments.flatMap(({ id, words }) =>
    words.map(({ word, confidence }, i) => {
      const token = id === 0 && i === 0 ? word : ` ${word}`;
      return { token, logprob: logarithm(confidence ?? 1), bytes: [...Buffer.from(token)] };
    }),
  );
}

/** `json`. */
export function toOpenAi(transcript: Transcript, { logprobs }: OpenAiDetail): OpenAiTranscription {
  return {
    text: transcript.text,
    ...(logprobs ? { logprobs: logprobsOf(transcript.segments) } : {}),
    usage: usageOf(transcript),
  };
}

const languageNames = new Intl.DisplayNames(['en'], { type: 'language' });

/** `verbose_json`. */
export function toVerbose(transcript: Transcript, { words, segments }: OpenAiDetail): OpenAiVerbose {
  const { text, language, duration } = transcript;
  return {
    task: 'transcribe',
    language: (languageNames.of(language) ?? language).toLowerCase(),
    duration,
    text,
    ...(segments
      ? {
          segments: transcript.segments.map(({ id, start, end, text, confidence }) => ({
            ...{ id, seek: 0, start, end, text, tokens: [], temperature: 0 },
            avg_logprob: logarithm(confidence ?? 1),
            compression_ratio: compressionOf(text),
            no_speech_prob: 0,
          })),
        }
      : {}),
    ...(words
      ? {
          words: transcript.segments.flatMap((segment) =>
            segment.words.map(({ word, start, end }) => ({ word, start, end })),
          ),
        }
      : {}),
    usage: usageOf(transcript),
  };
}

/** High where a text repeats itself, by which clients know a recogniser that has lost its way. */
function compressionOf(text: string): number {
  const bytes = Buffer.from(text);
  return Math.round((100 * bytes.length) / deflateRawSync(bytes).length) / 100;
}

/** `diarized_json`. */
export function toDiarized(transcript: Transcript): OpenAiDiarized {
  const { text, duration, speakers } = transcript;
  return {
    task: 'transcribe',
    duration,
    text,
    segments: transcript.segments.map(({ id, start, end, text, speaker }) => ({
      type: 'transcript.text.segment',
      id: `seg_${id}`,
      ...{ start, end, text },
      speaker: letterOf(speaker === null ? 0 : speakers.indexOf(speaker)),
    })),
    usage: usageOf(transcript),
  };
}

/** "A" to "Z"; there are never more than twenty. */
const letterOf = (index: number): string => String.fromCharCode(0x41 + Math.max(0, index));

/** What is new with a segment. */
export function deltaOf(segment: Segment, { logprobs }: OpenAiDetail, segmentId?: string): OpenAiEvent {
  return {
    type: 'transcript.text.delta',
    delta: segment.id === 0 ? segment.text : ` ${segment.text}`,
    ...(segmentId === undefined ? {} : { segment_id: segmentId }),
    ...(logprobs ? { logprobs: logprobsOf([segment]) } : {}),
  };
}

/** The events of a transcript whose speakers are known only at its end. */
export function diarizedEvents(transcript: Transcript, detail: OpenAiDetail): OpenAiEvent[] {
  const { segments } = toDiarized(transcript);
  return transcript.segments.flatMap((segment, i) => {
    const told = segments[i];
    return told ? [deltaOf(segment, detail, told.id), told] : [];
  });
}

/** The last event. */
export function doneOf(transcript: Transcript, { logprobs }: OpenAiDetail): OpenAiEvent {
  return {
    type: 'transcript.text.done',
    text: transcript.text,
    ...(logprobs ? { logprobs: logprobsOf(transcript.segments) } : {}),
    usage: usageOf(transcript),
  };
}
