// Any edits one after the other, on any transcript: what must hold of a transcript still holds, and all of it can be taken back.
import type { Transcript } from '@sealscribe/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyTranscript } from '../../../../test/fixtures/any-transcript.js';
import { cases } from '../../../../test/fixtures/cases.js';
import { fromDocuments, toDocuments } from '../../src/documents.js';
import { EditHistory } from '../../src/edit/edit-history.js';
import { mergeSegments, setText, shiftTimes, splitSegment } from '../../src/edit/segments.js';
import { mergeSpeakers, renameSpeaker, setSpeaker } from '../../src/edit/speakers.js';

type Edit = (transcript: Transcript) => Transcript;

const text = fc.oneof(
  fc
    .array(fc.constantFrom('one', 'two', 'Two,', '走吧', 'สวัสดี', 'e\u0301', '😀', '-', '  ', '\n'), {
      maxLength: 8,
    })
    .map((parts) => parts.join(' ')),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
const id = fc.nat(7);
const speaker = fc.constantFrom('SPEAKER_00', 'SPEAKER_01', 'Ada');
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(id, text).map(
    ([at, said]) =>
      (it: Transcript) =>
        setText(it, at, said),
  ),
  fc.tuple(id, fc.nat(60)).map(
    ([at, offset]) =>
      (it: Transcript) =>
        splitSegment(it, at, offset),
  ),
  fc.tuple(id, id).map(
    ([first, last]) =>
      (it: Transcript) =>
        mergeSegments(it, first, last),
  ),
  fc.tuple(fc.integer({ min: -2000, max: 9000 }), id).map(
    ([ms, from]) =>
      (it: Transcript) =>
        shiftTimes(it, ms / 1000, from === 0 ? {} : { from }),
  ),
  fc.tuple(id, fc.option(speaker)).map(
    ([at, who]) =>
      (it: Transcript) =>
        setSpeaker(it, at, who),
  ),
  fc.tuple(speaker, speaker).map(
    ([from, to]) =>
      (it: Transcript) =>
        renameSpeaker(it, from, to),
  ),
  fc.tuple(speaker, speaker).map(
    ([a, b]) =>
      (it: Transcript) =>
        mergeSpeakers(it, [a, b]),
  ),
);

/** The edited transcript, or the same one where the edit is refused as a mistake of whoever called it. */
function tryEdit(transcript: Transcript, change: Edit): Transcript {
  try {
    return change(transcript);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return transcript;
    throw error;
  }
}

function check({ text, segments, speakers, duration }: Transcript): void {
  expect(text).toBe(segments.map((segment) => segment.text).join(' '));
  expect([...new Set(segments.flatMap((segment) => segment.speaker ?? []))]).toEqual(speakers);
  segments.forEach(({ id, start, end, words }, i) => {
    expect(id).toBe(i);
    expect(start >= 0 && start <= end).toBe(true);
    let last = start;
    for (const word of words) {
      expect(Number.isFinite(word.start) && word.start >= last && word.end >= word.start).toBe(true);
      last = word.end;
    }
    expect(last).toBeLessThanOrEqual(end);
    expect(end).toBeLessThanOrEqual(duration);
  });
}

/** Characters that are no space, in order. */
const letters = (transcript: Transcript) => transcript.text.replace(/\s/g, '');

it('ids, text, speakers and times stay what they must be, whatever is edited', () => {
  fc.assert(
    fc.property(anyTranscript, fc.array(edit, { maxLength: 12 }), (original, edits) => {
      const before = structuredClone(original);
      let now = original;
      for (const change of edits) check((now = tryEdit(now, change)));
      expect(original).toEqual(before);
    }),
    cases(3_000),
  );
});

it('splitting and joining lose no letter and no word time', () => {
  fc.assert(
    fc.property(anyTranscript, id, fc.nat(60), (original, at, offset) => {
      const split = tryEdit(original, (it) => splitSegment(it, at, offset));
      expect(letters(split)).toBe(letters(original));
      if (split === original) return;
      expect(split.segments).toHaveLength(original.segments.length + 1);
      const joined = mergeSegments(split, at, at + 1);
      expect(letters(joined)).toBe(letters(original));
      const [left, right] = [split.segments[at].text, split.segments[at + 1].text];
      if (/\w$/.test(left) && /^\w/.test(right)) expect(joined.segments[at].text).toBe(`${left} ${right}`);
      const [now, before] = [joined.segments[at], original.segments[at]];
      expect([now.start, now.end, now.speaker]).toEqual([before.start, before.end, before.speaker]);
    }),
    cases(3_000),
  );
});

it('everything can be taken back and made again', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: edit },
    { weight: 1, arbitrary: fc.constantFrom('undo', 'redo') },
  );
  fc.assert(
    fc.property(anyTranscript, fc.array(step, { maxLength: 15 }), (original, steps) => {
      const history = new EditHistory(original);
      // The states as a list, and where in it one is.
      let [states, at] = [[original], 0];
      for (const one of steps) {
        if (one === 'undo') at = Math.max(0, at - 1);
        else if (one === 'redo') at = Math.min(states.length - 1, at + 1);
        if (one === 'undo' || one === 'redo') expect(history[one]()).toBe(states[at]);
        else {
          const before = history.transcript;
          const next = tryEdit(before, (it) => history.apply(() => one(it)));
          if (next !== before) states = [...states.slice(0, ++at), next];
        }
        expect([history.transcript, history.canUndo, history.canRedo]).toEqual([
          states[at],
          at > 0,
          at < states.length - 1,
        ]);
      }
      while (history.canUndo) history.undo();
      expect(history.transcript).toBe(original);
    }),
    cases(2_000),
  );
});

it('a transcript apart and together again is the same', () => {
  fc.assert(
    fc.property(anyTranscript, fc.array(edit, { maxLength: 3 }), (original, edits) => {
      // A transcript's text may be another than its segments' texts joined.
      const edited = { ...edits.reduce(tryEdit, original), ...(edits.length === 1 && { text: 'another' }) };
      const { summary, transcript, words } = JSON.parse(JSON.stringify(toDocuments(edited)));
      const again = fromDocuments(summary, transcript, words, 'id');
      const rounded = (share: number | null) => (share === null ? null : Math.round(share * 1000) / 1000);
      expect(again).toEqual({
        ...edited,
        segments: edited.segments.map((segment) => ({ ...segment, confidence: rounded(segment.confidence) })),
      });
    }),
    cases(2_000),
  );
});
