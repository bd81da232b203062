/**
 * multipart/form-data (RFC 7578) as it arrives: parts are told by name, their bytes go to whoever takes them, and every
 * buffer that held them is wiped here. One search per piece and no streams in between, so that a large recording costs
 * little more than receiving it. Nested bodies and transfer encodings, which no client sends, are left out.
 */

/** What is said of a part before its bytes come. File names are read over. */
export interface PartHead {
  readonly name: string;
  /** Whether it is a file and not a text field. */
  readonly file: boolean;
}

/** Takes bytes of one part, in order; they are wiped after the call. */
export type TakeBytes = (bytes: Uint8Array) => void;

/** The body is not what its content type says. */
export class MalformedMultipart extends Error {
  override readonly name = 'MalformedMultipart';
}

const MAX_HEAD = 16 * 1024;
const MAX_BOUNDARY = 70;
const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const takeNothing: TakeBytes = () => undefined;

/** The boundary that a content type names; undefined when it is not multipart/form-data or names none. */
export function boundaryOf(contentType = ''): string | undefined {
  const [type = ''] = contentType.split(';', 1);
  if (type.trim().toLowerCase() !== 'multipart/form-data') return undefined;
  const boundary = readParameters(contentType.slice(type.length)).get('boundary') ?? '';
  return boundary.length > 0 && boundary.length <= MAX_BOUNDARY ? boundary : undefined;
}

/** Takes a body in pieces of any size. */
export class MultipartParser {
  readonly #delimiter: Buffer;
  readonly #onPart: (head: PartHead) => TakeBytes;
  /** What comes next. What is before the first delimiter is a body that nobody takes. */
  #state: 'body' | 'after delimiter' | 'head' | 'epilogue' = 'body';
  #take = takeNothing;
  /** Bytes that mean nothing without those to come. At first: the first delimiter needs no line break before it. */
  #rest = Buffer.from('\r\n');

  /** @param onPart called with each part's head; gives what takes the part's bytes. */
  constructor(boundary: string, onPart: (head: PartHead) => TakeBytes) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
    this.#onPart = onPart;
  }

  /** Whether the delimiter that ends the body has come. */
  get complete(): boolean {
    return this.#state === 'epilogue';
  }

  /**
   * Takes the next piece, and wipes it.
   *
   * @throws {MalformedMultipart} @throws what `onPart` and the takers throw.
   */
  push(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    this.#rest.fill(0);
    this.#rest = NOTHING;
    try {
      const used = this.#parse(bytes);
      if (used < bytes.length) this.#rest = Buffer.from(bytes.subarray(used));
    } finally {
      bytes.fill(0);
      piece.fill(0);
    }
  }

  /** Goes as far as the bytes reach; gives how many of them are done with. */
  #parse(bytes: Buffer): number {
    for (let at = 0; ;) {
      if (this.#state === 'epilogue') return bytes.length;
      if (this.#state === 'body') {
        const found = bytes.indexOf(this.#delimiter, at);
        const end = found < 0 ? bytes.length - this.#delimiterBegun(bytes.subarray(at)) : found;
        if (end > at) this.#take(bytes.subarray(at, end));
        if (found < 0) return end;
        at = found + this.#delimiter.length;
        this.#take = takeNothing;
        this.#state = 'after delimiter';
      } else if (this.#state === 'after delimiter') {
        while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
        if (bytes.length - at < 2) return at;
        const mark = bytes.toString('latin1', at, at + 2);
        if (mark !== '--' && mark !== '\r\n') throw new MalformedMultipart('A delimiter goes on');
        this.#state = mark === '--' ? 'epilogue' : 'head';
        at += 2;
      } else {
        const end = bytes.indexOf(HEAD_END, at);
        // Its last bytes may be the beginning of its end.
        if ((end < 0 ? bytes.length - HEAD_END.length + 1 : end) - at > MAX_HEAD)
          throw new MalformedMultipart('A head is too large');
        if (end < 0) return at;
        this.#take = this.#onPart(readHead(bytes.toString('utf8', at, end)));
        this.#state = 'body';
        at = end + HEAD_END.length;
      }
    }
  }

  /** How many of the last bytes may be the beginning of a delimiter. */
  #delimiterBegun(bytes: Buffer): number {
    const last = bytes.subarray(Math.max(0, bytes.length - this.#delimiter.length + 1));
    for (let at = last.indexOf('\r'); at >= 0; at = last.indexOf('\r', at + 1))
      if (this.#delimiter.indexOf(last.subarray(at)) === 0) return last.length - at;
    return 0;
  }
}

function readHead(text: string): PartHead {
  const headers = new Map(
    text.split('\r\n').map((line) => {
      const [name = ''] = line.split(':', 1);
      return [name.toLowerCase(), line.slice(name.length + 1).trim()] as const;
    }),
  );
  const disposition = headers.get('content-disposition') ?? '';
  const parameters = readParameters(disposition.slice('form-data'.length));
  const name = parameters.get('name');
  if (!/^form-data\s*(;|$)/i.test(disposition) || name === undefined)
    throw new MalformedMultipart('A part has no name');
  const binary = /^application\/octet-stream\s*(;|$)/i.test(headers.get('content-type') ?? '');
  return { name, file: binary || parameters.has('filename') || parameters.has('filename*') };
}

/** `; name=value; name="value"` as lower-case names with values; the first of a name counts. */
function readParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  const one = /\s*;\s*([^\s;="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/gy;
  for (const [, name = '', quoted, plain = ''] of text.matchAll(one)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain);
  }
  return parameters;
}
