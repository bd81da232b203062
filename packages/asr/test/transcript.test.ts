import { transcriptSchema } from '@sealscribe/protocol';
import { describe, expect, it } from 'vitest';
import { assembleTranscript, toSegment } from '../src/index.js';

const span = { start: 16_000, end: 80_000, regions: [{ start: 19_200, end: 76_805 }] };
const said = (text: string) => ({
  text,
  confidence: 0.9,
  words: [{ word: 'Hello', start: 0.2, end: 0.6, confidence: 0.8 }],
  outcome: 'complete' as const,
});

describe('transcripts', () => {
  it('have segments with the times of the speech, to the millisecond, and words in the recording’s time', () => {
    expect(toSegment(span, said('Hello  there '), 3)).toEqual({
      id: 3,
      start: 1.2,
      end: 4.8,
      text: 'Hello there',
      speaker: null,
      confidence: 0.9,
      words: [{ word: 'Hello', start: 1.2, end: 1.6, confidence: 0.8 }],
    });
  });

  it('have no segment where nothing was said', () => {
    expect(toSegment(span, said(' '), 0)).toBeUndefined();
  });

  it('join the texts with single spaces and are what the protocol says', () => {
    const segments = ['One.', 'Two.'].flatMap((text, id) => toSegment(span, said(text), id) ?? []);
    const transcript = assembleTranscript(segments, { duration: 5.25, language: 'en', model: 'm' });
    expect(transcript.text).toBe('One. Two.');
    expect(transcriptSchema.parse(transcript)).toEqual(transcript);
    const empty = assembleTranscript([], { duration: 0, language: 'en', model: 'm' });
    expect(transcriptSchema.parse(empty)).toMatchObject({ text: '', segments: [], speakers: [] });
  });
});
