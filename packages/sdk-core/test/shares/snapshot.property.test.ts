// A shared range holds what was spoken in it and not one word more; links say what they were made of, or are refused.
import { newLinkSecret, newId } from '@sealscribe/crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { transcriptOf } from '../../../../test/fixtures/any-transcript.js';
import { cases } from '../../../../test/fixtures/cases.js';
import { ShareError } from '../../src/errors.js';
import { makeLink, parseLink } from '../../src/shares/link.js';
import { toSnapshot } from '../../src/shares/snapshot.js';

/** Words that can be told apart wherever they turn up. */
const marked = transcriptOf(fc.constant('w')).map((transcript) => {
  let number = 0;
  const segments = transcript.segments.map((segment) => {
    const words = segment.words.map((word) => ({ ...word, word: `w${number++}w` }));
    const text = words.length > 0 ? words.map(({ word }) => word).join(' ') : `s${number++}s`;
    return { ...segment, text, words, speaker: segment.speaker && `Who${segment.speaker.length}` };
  });
  const speakers = [...new Set(segments.flatMap(({ speaker }) => speaker ?? []))];
  return { ...transcript, text: segments.map(({ text }) => text).join(' '), segments, speakers };
});

const marks = (text: string) => new Set(text.match(/[ws]\d+[ws]/g) ?? []);

it('holds exactly the words of its range, with times inside it', () => {
  const options = fc.record({ speakers: fc.boolean(), wordTimes: fc.boolean(), title: fc.boolean() });
  fc.assert(
    fc.property(
      marked,
      fc.nat(12_000),
      fc.integer({ min: 1, max: 6000 }),
      options,
      (transcript, start, length, wishes) => {
        const [from, to] = [start / 1000, (start + length) / 1000];
        const inside = new Set<string>();
        const edge = new Set<string>();
        for (const segment of transcript.segments) {
          for (const { word, start, end } of segment.words)
            if ((start + end) / 2 >= from && (start + end) / 2 <= to) inside.add(word);
          if (segment.words.length > 0) continue;
          if (segment.start >= from && segment.end <= to) inside.add(segment.text);
          // Half a second over an edge may go either way.
          else if (segment.start >= from - 0.5 && segment.end <= to + 0.5) edge.add(segment.text);
        }
        let document;
        try {
          document = toSnapshot({ title: 'the title', transcript }, { range: [from, to], ...wishes });
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect([...inside]).toEqual([]);
          return;
        }
        const found = marks(JSON.stringify(document));
        for (const one of inside) expect(found).toContain(one);
        for (const one of found) expect(inside.has(one) || edge.has(one)).toBe(true);
        for (const { start, end } of document.transcript.segments)
          expect(
            start >= start &&
              start >= Math.round(from * 1000) &&
              end <= Math.round(to * 1000) &&
              start <= end,
          ).toBe(true);
        const times = document.words?.segments.flatMap(({ starts, ends }) => [...starts, ...ends]) ?? [];
        for (const time of times)
          expect(time >= Math.round(from * 1000) && time <= Math.round(to * 1000)).toBe(true);
        expect(document.words === null).toBe(!wishes.wordTimes);
        expect(document.title).toBe(wishes.title ? 'the title' : null);
        if (!wishes.speakers) expect(JSON.stringify(document)).not.toContain('Who');
        expect(document.duration).toBeLessThanOrEqual(Math.round(to * 1000));
      },
    ),
    cases(4_000),
  );
});

it('a link says what it was made of, and any other text is refused', () => {
  const host = fc.constantFrom(
    'https://a.example',
    'http://127.0.0.1:8443',
    'https://a.example/under/a/path',
  );
  fc.assert(
    fc.property(host, fc.constantFrom(0, 1), (server, mode) => {
      const parts = { server, shareId: newId(), mode, linkSecret: newLinkSecret() } as const;
      expect(parseLink(` ${makeLink(parts)}\n`)).toEqual(parts);
    }),
    cases(500),
  );
  const link = makeLink({
    server: 'https://a.example',
    shareId: newId(),
    mode: 0,
    linkSecret: newLinkSecret(),
  });
  const change = fc.tuple(fc.nat(link.length), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 }));
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withFragments: true }), change),
      (what) => {
        const text =
          typeof what === 'string' ? what : link.slice(0, what[0]) + what[2] + link.slice(what[0] + what[1]);
        try {
          expect(parseLink(text).linkSecret).toHaveLength(32);
        } catch (error) {
          expect(error).toBeInstanceOf(ShareError);
        }
      },
    ),
    cases(5_000),
  );
});
