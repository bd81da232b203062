/** Samples as a WAV file, for listening to what was just recorded. */

const HEADER = 44;

/** 16-bit samples, one channel. */
export function toWav(chunks: readonly Int16Array<ArrayBuffer>[], sampleRate: number): Blob {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const view = new DataView(new ArrayBuffer(HEADER));
  const ascii = (at: number, text: string) =>
    [...text].forEach((character, index) => view.setUint8(at + index, character.charCodeAt(0)));
  ascii(0, 'RIFF');
  view.setUint32(4, HEADER - 8 + bytes, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, bytes, true);
  return new Blob([view.buffer, ...chunks], { type: 'audio/wav' });
}
