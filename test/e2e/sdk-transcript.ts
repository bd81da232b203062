/** A transcript for tests that need no recording. */
import type { Transcript } from '@sealscribe/protocol';

export function transcriptOf(text: string): Transcript {
  return {
    text,
    language: 'en',
    duration: 2.5,
    model: 'moonshine-tiny-en',
    speakers: ['SPEAKER_00'],
    segments: [
      {
        id: 0,
        start: 0.25,
        end: 2.25,
        text,
        speaker: 'SPEAKER_00',
        confidence: 0.9,
        words: text
          .split(' ')
          .map((word, i) => ({ word, start: 0.25 + i / 8, end: 0.35 + i / 8, confidence: null })),
      },
    ],
  };
}
