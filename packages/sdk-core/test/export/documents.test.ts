/** CSV, Markdown and DOCX: the same bytes for the same transcript, harmless whatever was said, and read back by others' parsers. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { toCsv, toDocx, toMarkdown, type Transcript } from '../../src/index.js';
import { transcript } from '../transcript.js';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const python = (code: string, input: string | Uint8Array): unknown =>
  JSON.parse(execFileSync('python3', ['-c', code], { input, encoding: 'utf8' }));

const saying = (...texts: string[]): Transcript => ({
  ...transcript,
  segments: texts.map((text, id) => ({
    id,
    start: id,
    end: id + 1,
    text,
    speaker: null,
    confidence: null,
    words: [],
  })),
});
const facts = { title: 'Inaugural *address*', date: new Date('2026-05-03T10:00:00Z') };

describe('CSV', () => {
  test('a row of names, then one per segment', () => {
    expect(toCsv(transcript)).toBe(
      'segment,start,end,speaker,text,confidence\r\n' +
        '0,0.320,1.999,SPEAKER_00,Ask not & <wonder>.,0.912\r\n' +
        '1,3661.500,3723.004,SPEAKER_01,走吧 –- go.,\r\n',
    );
  });

  const nasty = [
    '=1+1',
    '+cmd|x',
    '-2',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '＝1',
    'a=1',
    '',
    '"',
    ',',
    'a\r\nb',
    '\0=1',
    '\ufeff=1',
  ];

  test('no cell begins like a formula', () => {
    const cells = toCsv(saying(...nasty))
      .split('\r\n')
      .slice(1);
    for (const cell of cells) expect(cell).not.toMatch(/,"?[\s\0\ufeff]*[=+\-@＝＋－＠]/u);
    expect(toCsv(saying('a=1, -b'))).toContain(',"a=1, -b",');
  });

  test.skipIf(!hasPython)('Python reads what was said, an apostrophe before what could be a formula', () => {
    const read =
      'import csv,sys,json,io; print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline="")))))';
    const rows = python(read, toCsv(saying(...nasty))) as string[][];
    const dangerous = /^[\s\ufeff]*[=+\-@＝]|^[\t\r\n]/u;
    const expected = nasty
      .map((text) => text.replaceAll('\0', ''))
      .map((text) => (dangerous.test(text) ? `'${text}` : text));
    expect(rows.slice(1).map((row) => row[4])).toEqual(expected);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([6]));
  });
});

describe('Markdown', () => {
  test('a heading, what it is, and a paragraph per turn', () => {
    expect(toMarkdown(transcript, facts)).toBe(
      '# Inaugural \\*address\\*\n\n2026-05-03 · 1:02:03 · en · moonshine-tiny-en\n\n' +
        '**SPEAKER\\_00** *0:00*\n\nAsk not \\& \\<wonder\\>.\n\n**SPEAKER\\_01** *1:01:01*\n\n走吧 –- go.\n',
    );
  });

  test('nothing that was said is markup', () => {
    const said = [
      '# no',
      '- no',
      '1. no',
      '1) no',
      '> no',
      '<img src=x onerror=y>',
      '[a](javascript:b)',
      '```',
      '=== ',
      '| a |',
      'a\n\n# b',
      '&amp;',
      '<!-- ',
    ];
    for (const text of said) {
      const body = toMarkdown(saying(text)).split('\n\n').at(-1) ?? '';
      expect(body).not.toMatch(/^(#|-|>|=|\d+[.)] )|(^|[^\\])[<`[\]&|]/m);
    }
    expect(toMarkdown(saying('1999 was good.'))).toContain('\n1999 was good.\n');
  });

  test('one speaker goes on in one paragraph, for a minute at most', () => {
    const said = saying(...Array.from({ length: 70 }, (_, i) => `word${i}`));
    const paragraphs = toMarkdown(said).split('\n\n').slice(1);
    expect(paragraphs[0]).toBe('*0:00*');
    expect(paragraphs[1]?.split(' ')).toHaveLength(60);
    expect(paragraphs[2]).toBe('*1:00*');
  });
});

describe('DOCX', () => {
  const READ = `
import sys, io, json, zipfile, xml.dom.minidom as dom
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
for name in archive.namelist(): dom.parseString(archive.read(name))
def runs(p): return [[''.join(t.data for x in r.getElementsByTagName('w:t') for t in x.childNodes), bool(r.getElementsByTagName('w:rtl'))] for r in p.getElementsByTagName('w:r')]
body = dom.parseString(archive.read('word/document.xml'))
print(json.dumps([[bool(p.getElementsByTagName('w:bidi')), runs(p)] for p in body.getElementsByTagName('w:p')]))`;
  const read = async (from: Transcript) =>
    python(READ, await toDocx(from, facts)) as [boolean, [string, boolean][]][];

  test('the same transcript gives the same bytes', async () => {
    const hash = createHash('sha256')
      .update(await toDocx(transcript, facts))
      .digest('hex');
    expect(hash).toBe('740ba9b6e743c636ed5d51a14a15b767507befa360795f3f35a1a9e770cd38bc');
  });

  test.skipIf(!hasPython)(
    'another parser finds every word, in well-formed parts of a sound archive',
    async () => {
      const paragraphs = await read(transcript);
      expect(paragraphs.map(([, runs]) => runs.map(([text]) => text).join(''))).toEqual([
        'Inaugural *address*',
        '2026-05-03 · 1:02:03 · en · moonshine-tiny-en',
        'SPEAKER_00 · 0:00',
        'Ask not & <wonder>.',
        'SPEAKER_01 · 1:01:01',
        '走吧 –- go.',
      ]);
    },
  );

  test.skipIf(!hasPython)('paragraphs and runs say their direction', async () => {
    const [, , , arabic, , mixed, , latin] = await read({
      ...saying('مرحبا', 'שלום abc 12 עולם', 'abc'),
      segments: saying('مرحبا', 'שלום abc 12 עולם', 'abc').segments.map((segment) => ({
        ...segment,
        speaker: `S${segment.id}`,
      })),
    });
    expect(arabic).toEqual([true, [['مرحبا', true]]]);
    expect(mixed?.[0]).toBe(true);
    expect(mixed?.[1]).toEqual([
      ['שלום ', true],
      ['abc 12', false],
      [' עולם', true],
    ]);
    expect(latin).toEqual([false, [['abc', false]]]);
  });

  test.skipIf(!hasPython)(
    'control characters, halves of characters and direction marks do not get in',
    async () => {
      const [, , , paragraph] = await read(saying('a\u0000b\u001b\u202ec\ud800d\ufffee\n</w:t>'));
      expect(paragraph?.[1].map(([text]) => text).join('')).toBe('a b c\ufffdde </w:t>');
    },
  );
});
