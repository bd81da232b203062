// Transcripts of any words in every text format: a small parser of the format, written from its specification, reads them back.
import type { Transcript } from '@sealscribe/protocol';
import { toSrt, toTxt, toVtt } from '@sealscribe/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyTranscript } from '../../../../test/fixtures/any-transcript.js';
import { cases } from '../../../../test/fixtures/cases.js';
import { toCsv } from '../../src/export/csv.js';
import { toJson } from '../../src/export/json.js';
import { toMarkdown } from '../../src/export/markdown.js';

/** What was said, without spaces and control characters, an arrow as SubRip has to write it. */
const bare = (text: string) => text.replace(/[\s\p{Cc}]/gu, '').replaceAll('-->', '→');
const said = ({ segments }: Transcript) => bare(segments.map(({ text }) => text).join(''));

interface Shown {
  start: number;
  end: number;
  text: string;
}

function readCues(blocks: readonly string[], mark: string): Shown[] {
  return blocks.map((block) => {
    const [times = '', ...lines] = block.split('\n');
    const found = /^(\d{2,}):([0-5]\d):([0-5]\d)(.)(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)(.)(\d{3})$/.exec(
      times,
    );
    if (!found || found[4] !== mark || found[9] !== mark) throw new Error(`no times: ${times}`);
    const at = (i: number) =>
      ((Number(found[i]) * 60 + Number(found[i + 1])) * 60 + Number(found[i + 2])) * 1000 +
      Number(found[i + 4]);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line.trim()).not.toBe('');
      expect(line).not.toContain('-->');
      expect(line).not.toMatch(/[\r\v\f\u0085\u2028\u2029\0]/);
    }
    return { start: at(1), end: at(6), text: lines.join('\n') };
  });
}

/** Each ends before the next begins, but for those that are shown a millisecond because they take no time. */
function checkTimes(cues: readonly Shown[]): void {
  cues.forEach(({ start, end }, i) => {
    const next = cues[i + 1];
    expect(end).toBeGreaterThan(start);
    if (next && end > next.start) expect(end - start).toBe(1);
    if (next) expect(next.start).toBeGreaterThanOrEqual(start);
  });
}

/** Blocks between empty lines; the file ends with one. */
function blocksOf(text: string): string[] {
  const blocks = text.split('\n\n');
  expect(blocks.pop()).toBe('');
  return blocks;
}

it('SubRip: numbered cues that do not overlap, with all that was said', () => {
  fc.assert(
    fc.property(anyTranscript, (transcript) => {
      const srt = toSrt({ segments: transcript.segments.map((segment) => ({ ...segment, speaker: null })) });
      const blocks = srt === '' ? [] : blocksOf(srt);
      const cues = readCues(
        blocks.map((block, i) => {
          const [number, ...rest] = block.split('\n');
          expect(number).toBe(String(i + 1));
          return rest.join('\n');
        }),
        ',',
      );
      checkTimes(cues);
      expect(bare(cues.map(({ text }) => text).join(''))).toBe(said(transcript));
      // Labels make cues no less readable.
      readCues(
        blocksOf(`${toSrt(transcript)}\n\n`).flatMap((block) =>
          block.trim() === '' ? [] : [block.replace(/^\d+\n/, '')],
        ),
        ',',
      );
    }),
    cases(2_500),
  );
});

it('WebVTT: cues that do not overlap, their text escaped, with all that was said', () => {
  fc.assert(
    fc.property(anyTranscript, (transcript) => {
      const [header, ...blocks] = blocksOf(toVtt(transcript));
      expect(header).toBe('WEBVTT');
      const cues = readCues(blocks, '.');
      checkTimes(cues);
      const text = cues.map((cue) => {
        const plain = cue.text.replace(/^<v [^<>\n]*>/, '');
        expect(plain).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        return plain.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
      });
      expect(bare(text.join(''))).toBe(said(transcript));
    }),
    cases(2_500),
  );
});

it('plain text: a line for each segment with words', () => {
  fc.assert(
    fc.property(anyTranscript, (transcript) => {
      const segments = transcript.segments.map((segment) => ({ ...segment, speaker: null }));
      const lines = toTxt({ segments }).split('\n');
      expect(lines.pop()).toBe('');
      const spoken = segments.filter(({ text }) => bare(text) !== '');
      expect(lines.map(bare)).toEqual(spoken.map(({ text }) => bare(text)));
    }),
    cases(1_500),
  );
});

/** RFC 4180, character by character. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, quoted] = [[] as string[], '', false];
  for (let i = 0; i < text.length; i++) {
    const one = text[i] ?? '';
    if (quoted) {
      if (one !== '"') cell += one;
      else if (text[i + 1] === '"') cell += text[i++];
      else quoted = false;
    } else if (one === '"' && cell === '') quoted = true;
    else if (one === ',') {
      row.push(cell);
      cell = '';
    } else if (one === '\r' && text[i + 1] === '\n') {
      rows.push([...row, cell]);
      [row, cell] = [[], ''];
      i++;
    } else if (one === '"' || one === '\r' || one === '\n') throw new Error('a bare quote or line end');
    else cell += one;
  }
  expect([row, cell, quoted]).toEqual([[], '', false]);
  return rows;
}

it('CSV: every cell comes back, and none is a formula', () => {
  fc.assert(
    fc.property(anyTranscript, (transcript) => {
      const [names, ...rows] = readCsv(toCsv(transcript));
      expect(names).toEqual(['segment', 'start', 'end', 'speaker', 'text', 'confidence']);
      expect(rows).toHaveLength(transcript.segments.length);
      transcript.segments.forEach(({ id, start, end, speaker, text, confidence }, i) => {
        const row = rows[i] ?? [];
        expect(row.slice(0, 3).map(Number)).toEqual([id, start, end]);
        for (const [cell = '', value] of [
          [row[3], speaker ?? ''],
          [row[4], text],
        ] as const) {
          expect([value, `'${value}`].map((known) => known.replaceAll('\0', ''))).toContain(cell);
          expect('=+-@＝＋－＠'.includes(cell.replace(/^[\s\ufeff]+/, '')[0] ?? 'x')).toBe(false);
          expect(cell).not.toMatch(/^[\t\r\n]/);
        }
        expect(row[5]).toBe(confidence === null ? '' : confidence.toFixed(3));
      });
    }),
    cases(2_500),
  );
});

it('JSON: the transcript itself', () => {
  fc.assert(
    fc.property(anyTranscript, (transcript) => {
      expect(JSON.parse(toJson(transcript))).toEqual(transcript);
    }),
    cases(500),
  );
});

it('Markdown: paragraphs in which nothing is markup', () => {
  fc.assert(
    fc.property(anyTranscript, fc.string({ unit: 'grapheme' }), (transcript, title) => {
      const segments = transcript.segments.map((segment) => ({ ...segment, speaker: null }));
      const blocks = toMarkdown({ ...transcript, segments }, { title })
        .replace(/\n$/, '')
        .split('\n\n');
      const paragraphs = blocks.filter((block) => !/^# |^\*\d+:\d\d\*$|^\d+:\d\d · en · m$/.test(block));
      for (const block of blocks) expect(block).not.toMatch(/[\n\r]/);
      for (const block of paragraphs) {
        // Every character that could be markup has a backslash of its own.
        expect(block.replace(/\\[!-/:-@[-`{-~]/g, 'x')).not.toMatch(/[\\`*_[\]<>&~|]|^#|^[-+=]|^\d{1,9}[.)]/);
      }
      const plain = paragraphs.map((block) => block.replace(/\\([!-/:-@[-`{-~])/g, '$1')).join('');
      const clean = (one: string) => one.replace(/[\s\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '').toWellFormed();
      expect(clean(plain)).toBe(clean(segments.map(({ text }) => text).join(' ')));
    }),
    cases(2_000),
  );
});
