import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findMpegAudio, sniff } from '../../src/media/sniff.js';

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const ogg = (packet: string) => latin1(`OggS\0\x02${'\0'.repeat(20)}\x01\x13${packet}`);

describe('what a file is', () => {
  it.each([
    ['wav', latin1('RIFF\0\0\0\0WAVEfmt ')],
    ['wav', latin1('RF64\xff\xff\xff\xffWAVEds64')],
    ['mp3', latin1('ID3\x04')],
    ['mp3', Uint8Array.of(0xff, 0xfb, 0x90, 0x64)],
    ['other-media', Uint8Array.of(0xff, 0xf1, 0x50, 0x80)], // AAC in ADTS
    ['flac', latin1('fLaC\0')],
    ['ogg-opus', ogg('OpusHead')],
    ['ogg-vorbis', ogg('\x01vorbis')],
    ['ogg-flac', ogg('\x7fFLAC')],
    ['other-media', ogg('Speex   ')],
    ['iso-media', latin1('\0\0\0\x20ftypM4A ')],
    ['iso-media', latin1('\0\0\0\x08wide\0\0\0\0mdat')],
    ['caf', latin1('caff\0\x01')],
    ['other-media', latin1('\x1aE\xdf\xa3')],
    ['not-media', latin1('\0\0\0\x20ftypheic')],
    ['not-media', latin1('\xff\xd8\xff\xe0')],
    ['not-media', latin1('%PDF-1.7')],
    ['not-media', latin1('PK\x03\x04')],
    ['not-media', new TextEncoder().encode('Grüße, this is not a recording.\n')],
    ['not-media', latin1('#EXTM3U\nhttps://example.com/a.ts\n')],
    ['not-media', latin1('ffconcat version 1.0\nfile /etc/passwd\n')],
  ])('%s', (format, head) => {
    expect(sniff(head)).toBe(format);
  });

  it('text is text also where the look ends inside a character', () => {
    const text = new TextEncoder().encode('é'.repeat(4000));
    expect(sniff(text.subarray(0, 4095))).toBe('not-media');
  });

  it('finds MPEG audio behind other bytes, but not in bytes that only look like it once', () => {
    const frame = new Uint8Array(417);
    frame.set([0xff, 0xfb, 0x90, 0x64]);
    const noise = new Uint8Array(randomBytes(5000)).map((byte) => (byte === 0xff ? 0 : byte));
    expect(findMpegAudio(new Uint8Array([...noise, ...frame, ...frame, ...frame]))).toBe(true);
    expect(findMpegAudio(new Uint8Array([...noise, ...frame, ...noise]))).toBe(false);
  });
});
