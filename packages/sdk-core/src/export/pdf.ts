/**
 * The transcript as PDF: a heading, what it is, then a paragraph per turn. Fonts are passed in, because no font has all scripts and
 * none comes with this package; they are embedded as far as they are used. pdfkit is loaded only when it is needed.
 */
import type Document from 'pdfkit';
import type { Transcript } from '@sealscribe/protocol';
import { loadBidi, type DirectedText } from './bidi.js';
import { TextSetter, type Look } from './pdf-text.js';
import { aboutLine, toClock, toLine, toTurns, type DocumentOptions } from './turns.js';

/** A font file. */
export interface PdfFont {
  /** TrueType, OpenType or WOFF, or a collection of them. */
  data: Uint8Array;
  /** PostScript name of the font where the file is a collection. */
  name?: string;
}

/** How the document is made. */
export interface PdfOptions extends DocumentOptions {
  /** The first choice first; each character is set in the first font that has it. */
  fonts: readonly PdfFont[];
  /** A4 by default. */
  paper?: 'A4' | 'LETTER';
}

/** Points. */
const MARGIN = 56;
const looks = {
  title: { size: 20, color: '#111111' },
  about: { size: 9, color: '#666666' },
  speaker: { size: 9.5, color: '#555555' },
  text: { size: 11, color: '#111111' },
} satisfies Record<string, Look>;
/** Height of a line, in sizes of the letters: room for the marks above and below of Indic and Arabic letters. */
const LEADING = 1.55;

/** Bytes of a PDF file. @throws TypeError, MissingFontError */
export async function toPdf(transcript: Transcript, options: PdfOptions): Promise<Uint8Array> {
  const { fonts, date, paper = 'A4' } = options;
  if (fonts.length === 0) throw new TypeError('fonts must hold at least one font');
  const [{ default: PDFDocument }, directed] = await Promise.all([import('pdfkit'), loadBidi()]);
  const title = toLine(options.title ?? '');
  const document = new PDFDocument({
    size: paper,
    margin: MARGIN,
    font: null,
    lang: transcript.language,
    autoFirstPage: false,
    // Without a date the document says 1970, and not when and where it was exported.
    info: { Title: title, Creator: 'Sealscribe', Producer: 'Sealscribe', CreationDate: date ?? new Date(0) },
  });
  const bytes = collect(document);
  const names = fonts.map((_, position) => `font-${position}`);
  for (const [position, { data, name }] of fonts.entries())
    document.registerFont(names[position] ?? '', data, isCollection(data) ? name : undefined);
  const setter = new TextSetter(document, names);

  const about = aboutLine(transcript, options);
  const turns = toTurns(transcript).map(({ start, speaker, text }) => ({
    who: speaker === null ? toClock(start) : `${speaker} · ${toClock(start)}`,
    text,
  }));
  setter.check([title, about, ...turns.flatMap(({ who, text }) => [who, text])]);

  const page = new Pages(document, setter);
  if (title !== '') page.paragraph(directed(title), looks.title, 4);
  page.paragraph(directed(about), looks.about, 14);
  for (const { who, text } of turns) {
    const said = directed(text);
    page.keepTogether(looks.speaker, looks.text);
    page.paragraph({ ...directed(who), rtl: said.rtl }, looks.speaker, 1);
    page.paragraph(said, looks.text, 9);
  }
  document.end();
  return bytes;
}

/** fontkit takes a name for a font of a collection, and in any other file for a variation. */
const isCollection = (data: Uint8Array): boolean => String.fromCharCode(...data.subarray(0, 4)) === 'ttcf';

/** Puts paragraphs under each other, on as many pages as they need. */
class Pages {
  /** From the top of the page, in points. */
  #y = Infinity;

  constructor(
    private readonly document: Document,
    private readonly setter: TextSetter,
  ) {}

  /** Sets a paragraph, and leaves `after` points below it. */
  paragraph(text: DirectedText, look: Look, after: number): void {
    this.#room(look.size * LEADING);
    const width = this.document.page.width - 2 * MARGIN;
    for (const line of this.setter.lines(text, width, look)) {
      this.#room(look.size * LEADING);
      const baseline = this.#y + look.size * 1.1;
      this.setter.draw(text, line, { x: MARGIN, y: baseline, width }, look);
      this.#y += look.size * LEADING;
    }
    this.#y += after;
  }

  /** Begins a new page where one line of each look does not fit on this one. */
  keepTogether(...these: Look[]): void {
    this.#room(these.reduce((sum, { size }) => sum + size * LEADING, 0));
  }

  #room(height: number): void {
    if (this.#y !== Infinity && this.#y + height <= this.document.page.height - MARGIN) return;
    this.document.addPage();
    this.#y = MARGIN;
  }
}

function collect(document: Document): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  return new Promise((resolve, reject) => {
    document.on('data', (chunk) => chunks.push(chunk));
    document.on('error', reject);
    document.on('end', () => {
      const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
      let offset = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, offset);
        offset += chunk.length;
      }
      resolve(bytes);
    });
  });
}
