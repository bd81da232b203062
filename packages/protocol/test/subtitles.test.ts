import { describe, expect, it } from 'vitest';
import { toSrt, toTxt, toVtt } from '../src/subtitles.js';
import type { Segment } from '../src/transcript.js';

const segment = (start: number, end: number, text: string, speaker: string | null = null): Segment => ({
  id: 0,
  start,
  end,
  text,
  speaker,
  confidence: null,
  words: [],
});
const of = (...segments: Segment[]) => ({ segments });

describe('SRT', () => {
  it('numbers cues and writes times as HH:MM:SS,mmm', () => {
    expect(toSrt(of(segment(0, 1.5, 'One.'), segment(61.0004, 3723.4567, 'Two.')))).toBe(
      '1\n00:00:00,000 --> 00:00:01,500\nOne.\n\n2\n00:01:01,000 --> 01:02:03,457\nTwo.\n\n',
    );
  });
  it('carries milliseconds over instead of writing 1000', () => {
    expect(toSrt(of(segment(0.9996, 59.9999, 'x')))).toContain('00:00:01,000 --> 00:01:00,000');
  });
  it('goes on past 99 hours', () => {
    expect(toSrt(of(segment(360_000, 3_600_001, 'x')))).toContain('100:00:00,000 --> 1000:00:01,000');
  });
  it('keeps a cue with "-->" in its text one cue', () => {
    const srt = toSrt(of(segment(0, 1, 'a --> b\n00:00:09,000 ---> 00:00:10,000', '-->')));
    expect(srt.match(/-->/g)).toHaveLength(1);
    expect(srt.trimEnd().split('\n\n')).toHaveLength(1);
  });
  it('lets no blank line, CR or other line separator into a cue', () => {
    expect(toSrt(of(segment(0, 1, ' a\r\n\r\n\n  \nb\rc\u2028d\u0000e ')))).toBe(
      '1\n00:00:00,000 --> 00:00:01,000\na\nb\nc\nd e\n\n',
    );
  });
  it('names the speaker', () => {
    expect(toSrt(of(segment(0, 1, 'Hi.', 'SPEAKER_00')))).toContain('\nSPEAKER_00: Hi.\n');
  });
  it('gives cues without length one millisecond', () => {
    expect(toSrt(of(segment(1, 1, 'x')))).toContain('00:00:01,000 --> 00:00:01,001');
  });
  it('leaves out segments without text and is empty for an empty transcript', () => {
    expect(toSrt(of(segment(0, 1, ' \n ')))).toBe('');
    expect(toSrt(of())).toBe('');
  });
});

describe('VTT', () => {
  it('begins with the signature, also when empty', () => {
    expect(toVtt(of())).toBe('WEBVTT\n\n');
    expect(toVtt(of(segment(0, 1.5, 'One.')))).toBe('WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nOne.\n\n');
  });
  it('escapes markup in text and speaker', () => {
    const vtt = toVtt(of(segment(0, 1, '<b>&amp;</b> --> x', 'A > B\nC')));
    expect(vtt).toContain('<v A &gt; B C>&lt;b&gt;&amp;amp;&lt;/b&gt; --&gt; x');
    expect(vtt.match(/-->/g)).toHaveLength(1);
  });
});

describe('TXT', () => {
  it('is one line per segment', () => {
    expect(toTxt(of(segment(0, 1, 'One\ntwo.'), segment(1, 2, 'Three.')))).toBe('One two.\nThree.\n');
    expect(toTxt(of())).toBe('');
  });
  it('labels the first line of each turn', () => {
    expect(toTxt(of(segment(0, 1, 'a', 'A'), segment(1, 2, 'b', 'A'), segment(2, 3, 'c', 'B')))).toBe(
      'A: a\nb\nB: c\n',
    );
  });
});
