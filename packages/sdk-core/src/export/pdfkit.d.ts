/** The little of pdfkit (https://pdfkit.org) that pdf.ts uses; the package has no types of its own. */
declare module 'pdfkit' {
  /** A font of fontkit, which pdfkit embeds. */
  interface Font {
    hasGlyphForCodePoint(codePoint: number): boolean;
    readonly unitsPerEm: number;
    layout(text: string, features: string[]): { direction: 'ltr' | 'rtl'; advanceWidth: number };
  }

  /** How a piece of text is set. */
  interface TextOptions {
    lineBreak?: boolean;
    features?: string[];
    baseline?: 'alphabetic';
  }

  export default class PDFDocument {
    constructor(options: {
      size: string;
      margin: number;
      font: null;
      lang: string;
      autoFirstPage: boolean;
      info: Record<string, string | Date>;
    });
    /** The font in use; fontkit's own font is inside. */
    readonly _font: { readonly font: Font; readonly ascender: number; readonly descender: number };
    readonly page: { readonly width: number; readonly height: number };
    addPage(): this;
    registerFont(name: string, data: Uint8Array, family?: string): this;
    font(name: string): this;
    fontSize(points: number): this;
    fillColor(color: string): this;
    text(text: string, x: number, y: number, options: TextOptions): this;
    on(event: 'data', listener: (chunk: Uint8Array) => void): this;
    on(event: 'end', listener: () => void): this;
    on(event: 'error', listener: (error: unknown) => void): this;
    end(): void;
  }
}
