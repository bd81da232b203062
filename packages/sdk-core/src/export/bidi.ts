/**
 * Which parts of a line run from right to left, by the Unicode Bidirectional Algorithm (UAX #9, through bidi-js, which is loaded
 * only when it is needed). The direction of a paragraph is that of its first strong character.
 */
import type { Bidi } from 'bidi-js';

/** A part of a paragraph that runs in one direction. */
export interface DirectedRun {
  /** In logical order, the order in which it is read. */
  text: string;
  rtl: boolean;
}

/** A paragraph whose directions are known. */
export interface DirectedText {
  readonly text: string;
  /** Whether the paragraph itself begins at the right. */
  readonly rtl: boolean;
  /** The runs between two places of the text in the order in which they are read. */
  logicalRuns(start?: number, end?: number): DirectedRun[];
  /** The same from left to right as they stand on the line, with brackets mirrored where they must be. */
  visualRuns(start?: number, end?: number): DirectedRun[];
}

/** Loads the algorithm. */
export async function loadBidi(): Promise<(text: string) => DirectedText> {
  // Its types say that it is CommonJS with a property `default`; in Node and in bundlers it is the function itself.
  const { default: makeBidi } = (await import('bidi-js')) as unknown as { default: () => Bidi };
  const bidi = makeBidi();
  return (text) => {
    const embedding = bidi.getEmbeddingLevels(text, 'auto');
    const { levels } = embedding;
    const runsOf = (start: number, end: number, mirrored?: Map<number, string>) => {
      const runs: (DirectedRun & { level: number })[] = [];
      for (let at = start; at < end; at++) {
        const level = levels[at] ?? 0;
        const unit = mirrored?.get(at) ?? text[at] ?? '';
        const last = runs.at(-1);
        if (last && last.level === level) last.text += unit;
        else runs.push({ text: unit, rtl: level % 2 === 1, level });
      }
      return runs;
    };
    return {
      text,
      rtl: (embedding.paragraphs[0]?.level ?? 0) % 2 === 1,
      logicalRuns: (start = 0, end = text.length) =>
        runsOf(start, end).map(({ text, rtl }) => ({ text, rtl })),
      visualRuns: (start = 0, end = text.length) =>
        reorder(
          runsOf(start, end, bidi.getMirroredCharactersMap(text, levels, start, Math.max(start, end - 1))),
        ),
    };
  };
}

/** Rule L2: from the highest level down to the lowest odd one, what is at that level or higher is turned around. */
function reorder(runs: (DirectedRun & { level: number })[]): DirectedRun[] {
  const line = [...runs];
  for (let level = Math.max(0, ...line.map((run) => run.level)); level > 0; level--)
    for (let start = 0; start < line.length; start++) {
      let end = start;
      while ((line[end]?.level ?? -1) >= level) end++;
      if (end - start > 1) line.splice(start, end - start, ...line.slice(start, end).reverse());
      if (end > start) start = end;
    }
  return line.map(({ text, rtl }) => ({ text, rtl }));
}
