import type { Transcript } from '@sealscribe/protocol';

/** Two segments, two speakers, words with and without confidence, characters that formats must escape. */
export const transcript: Transcript = {
  text: 'Ask not & <wonder>. 走吧 –- go.',
  language: 'en',
  duration: 3723.004,
  model: 'moonshine-tiny-en',
  speakers: ['SPEAKER_00', 'SPEAKER_01'],
  segments: [
    {
      id: 0,
      start: 0.32,
      end: 1.999,
      text: 'Ask not & <wonder>.',
      speaker: 'SPEAKER_00',
      confidence: 0.912,
      words: [
        { word: 'Ask', start: 0.32, end: 0.5, confidence: 0.99 },
        { word: 'not', start: 0.5, end: 0.81, confidence: null },
        { word: '&', start: 0.81, end: 0.9, confidence: 0 },
        { word: '<wonder>.', start: 0.9, end: 1.999, confidence: 1 },
      ],
    },
    {
      id: 1,
      start: 3661.5,
      end: 3723.004,
      text: '走吧 –- go.',
      speaker: 'SPEAKER_01',
      confidence: null,
      words: [],
    },
  ],
};
