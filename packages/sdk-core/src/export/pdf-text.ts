/**
 * Sets directed text with the fonts that were given: each character in the first font that has it, each run in its direction. Shaping
 * (joining Arabic, Indic clusters) is fontkit's, which knows a script but not the line, so that runs are handed to it one by one.
 */
import type PDFDocument from 'pdfkit';
import { MissingFontError } from '../errors.js';
import type { DirectedRun, DirectedText } from './bidi.js';
import { breakLines, graphemes } from './line-breaks.js';

/** A piece of one line: one font, one direction, in the order in which fontkit wants it. */
interface Piece {
  font: string;
  text: string;
}

/** How a paragraph looks. */
export interface Look {
  /** Points. */
  size: number;
  /** `#rrggbb`. */
  color: string;
}

/** pdfkit lays out text word by word, from left to right, unless features are asked for. */
const OPTIONS = { lineBreak: false, features: ['kern'] };

/** Marks and joiners that need no glyph of their own. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}|\p{Cc}/u;

const ASCII = /^[\x20-\x7e]*$/;

/** Sets text in a document. */
export class TextSetter {
  /** Width at one point, and direction in fontkit's eyes, of the words met so far: people repeat themselves. */
  readonly #words = new Map<string, { width: number; rtl: boolean }>();
  /** Font of each character that was looked up. */
  readonly #fontOf = new Map<string, string | undefined>();

  /** @param fonts Names under which the fonts are registered, the first choice first. */
  constructor(
    private readonly document: PDFDocument,
    private readonly fonts: readonly string[],
  ) {}

  /**
   * Refuses a text that the fonts cannot show. Symbols and emoji are not asked for: they become an empty box.
   * @throws MissingFontError naming the scripts
   */
  check(texts: Iterable<string>): void {
    const missing = new Set<string>();
    for (const text of texts)
      for (const character of graphemes(text))
        if (this.#find(character) === undefined && /\p{L}/u.test(character)) missing.add(scriptOf(character));
    if (missing.size > 0) throw new MissingFontError([...missing].sort());
  }

  /** The lines of a paragraph at most so wide, in points. */
  lines(text: DirectedText, width: number, { size }: Look): [number, number][] {
    return breakLines(text.text, width / size, (start, end) =>
      text
        .visualRuns(start, end)
        .flatMap((run) => this.#pieces(run))
        .reduce((sum, piece) => sum + this.#measure(piece).width, 0),
    );
  }

  /** Draws one line with its baseline at `y`, from `x` on, or up to `x + width` where the paragraph begins at the right. */
  draw(
    text: DirectedText,
    [start, end]: [number, number],
    at: { x: number; y: number; width: number },
    { size, color }: Look,
  ): void {
    this.document.fontSize(size).fillColor(color);
    const pieces = text.visualRuns(start, end).flatMap((run) => this.#pieces(run));
    const widths = pieces.map((piece) => this.#measure(piece).width * size);
    let x = text.rtl ? at.x + at.width - widths.reduce((sum, width) => sum + width, 0) : at.x;
    for (const [position, { font, text: piece }] of pieces.entries()) {
      this.document.font(font).text(piece, x, at.y, { ...OPTIONS, baseline: 'alphabetic' });
      x += widths[position] ?? 0;
    }
  }

  #measure({ font, text }: Piece): { width: number; rtl: boolean } {
    const known = this.#words.get(font + text);
    if (known) return known;
    const { font: glyphs } = this.document.font(font)._font;
    const { direction, advanceWidth } = glyphs.layout(text, OPTIONS.features);
    const measured = { width: advanceWidth / glyphs.unitsPerEm, rtl: direction === 'rtl' };
    this.#words.set(font + text, measured);
    return measured;
  }

  /** A run by fonts, from left to right. */
  #pieces({ text, rtl }: DirectedRun): Piece[] {
    const pieces: Piece[] = [];
    const [first] = this.fonts;
    if (!rtl && first !== undefined && ASCII.test(text) && this.#has(first, 'a'))
      return [{ font: first, text }];
    for (const character of graphemes(text)) {
      const last = pieces.at(-1);
      const font = this.#choose(character, last?.font);
      if (last?.font === font) last.text += character;
      else pieces.push({ font, text: character });
    }
    const ordered = rtl ? pieces.reverse() : pieces;
    return ordered.map((piece) => ({ ...piece, text: this.#turn(piece, rtl) }));
  }

  /** fontkit turns a text around when its script runs to the left; where that is not the run's direction, it gets it turned. */
  #turn(piece: Piece, rtl: boolean): string {
    return this.#measure(piece).rtl === rtl ? piece.text : graphemes(piece.text).reverse().join('');
  }

  /** Spaces and punctuation stay in the font of what they stand beside, where it has them. */
  #choose(character: string, beside: string | undefined): string {
    const neutral = !/[\p{L}\p{N}\p{M}]/u.test(character);
    if (neutral && beside !== undefined && this.#has(beside, character)) return beside;
    return this.#find(character) ?? beside ?? this.fonts[0] ?? '';
  }

  #find(character: string): string | undefined {
    if (!this.#fontOf.has(character))
      this.#fontOf.set(
        character,
        this.fonts.find((font) => this.#has(font, character)),
      );
    return this.#fontOf.get(character);
  }

  #has(font: string, character: string): boolean {
    const { font: glyphs } = this.document.font(font)._font;
    return [...character].every(
      (point) => IGNORABLE.test(point) || glyphs.hasGlyphForCodePoint(point.codePointAt(0) ?? 0),
    );
  }
}

/** Scripts by their Unicode names, to say which font is missing. */
const SCRIPTS = (
  'Latin Greek Cyrillic Armenian Georgian Hebrew Arabic Syriac Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu ' +
  'Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Khmer Ethiopic Mongolian Hangul Hiragana Katakana Bopomofo Han'
).split(' ');

const scriptOf = (character: string): string =>
  SCRIPTS.find((script) => new RegExp(`\\p{Script=${script}}`, 'u').test(character)) ?? 'other';
