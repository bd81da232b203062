import { expect, test } from 'vitest';
import { toJson, toSrt, toTxt, toVtt, type Transcript } from '../../src/index.js';
import { transcript } from '../transcript.js';

test('TXT: one line per segment, a speaker named where the turn begins', () => {
  expect(toTxt(transcript)).toBe('SPEAKER_00: Ask not & <wonder>.\nSPEAKER_01: 走吧 –- go.\n');
});

test('SRT: numbered cues, comma before the milliseconds', () => {
  expect(toSrt(transcript)).toBe(
    '1\n00:00:00,320 --> 00:00:01,999\nSPEAKER_00: Ask not & <wonder>.\n\n' +
      '2\n01:01:01,500 --> 01:02:03,004\nSPEAKER_01: 走吧 –- go.\n\n',
  );
});

test('VTT: escaped text, voices, a point before the milliseconds', () => {
  expect(toVtt(transcript)).toBe(
    'WEBVTT\n\n00:00:00.320 --> 00:00:01.999\n<v SPEAKER_00>Ask not &amp; &lt;wonder&gt;.\n\n' +
      '01:01:01.500 --> 01:02:03.004\n<v SPEAKER_01>走吧 –- go.\n\n',
  );
});

test('JSON: everything, and back', () => {
  const json = toJson(transcript);
  expect(JSON.parse(json)).toEqual(transcript);
  expect(json.endsWith('}\n')).toBe(true);
});

test('no text makes a cue more or less than there are segments', () => {
  const nasty = [
    'a --> b',
    '1\n00:00:00,000 --> 00:00:09,000\nfake',
    '\n\n\nx',
    'WEBVTT',
    'a\r\rb\u2028c',
    '-->',
  ];
  const segments = nasty.map((text, id) => ({ ...transcript.segments[0], id, text, speaker: null }));
  const hostile: Transcript = { ...transcript, segments };
  const srt = toSrt(hostile).trimEnd().split('\n\n');
  expect(srt).toHaveLength(nasty.length);
  srt.forEach((cue, i) => expect(cue).toMatch(new RegExp(`^${i + 1}\\n00:00:00,320 --> 00:00:01,999\\n.`)));
  const vtt = toVtt(hostile).trimEnd().split('\n\n').slice(1);
  expect(vtt).toHaveLength(nasty.length);
  vtt.forEach((cue) => expect(cue.match(/-->/g)).toHaveLength(1));
});
