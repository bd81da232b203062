// Frames of any kind, in any order, in any pieces, to `WS /v1/stream`, from all who may open one: each stream ends with the close code
// that docs/http-api.md names, and the server goes on.
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cases } from '../fixtures/cases.js';
import { hasServer, newSession } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { frameOf, OPCODE, RawWebSocket } from './raw-websocket.js';
import { jfkSamples, newStreamToken, Stream } from './stream-requests.js';

const KIB = 1024;
const nothing = Buffer.alloc(0);
const text = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

/** What a message means: the close code with which it ends a stream in which no audio was sent yet, and one in which it was. */
interface Sent {
  readonly what: string;
  /** A function, so that a counterexample is not printed with all its bytes. */
  readonly frames: () => readonly Buffer[];
  /** undefined: it ends nothing. */
  readonly atFirst: number | undefined;
  readonly later: number | undefined;
  /** Whether it begins the stream. */
  readonly begins?: boolean;
  /** Whether the server says why before it closes. */
  readonly said?: 'error' | 'final' | undefined;
}

/** A message in pieces, as far as there are that many bytes, with a ping between them. */
function inPieces(opcode: number, payload: Buffer, pieces: number): Buffer[] {
  const step = Math.max(1, Math.ceil(payload.length / pieces));
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < payload.length; at += step) {
    if (at > 0) frames.push(frameOf(OPCODE.ping, nothing));
    const fin = at + step >= payload.length;
    frames.push(frameOf(at === 0 ? opcode : OPCODE.continuation, payload.subarray(at, at + step), { fin }));
  }
  return frames;
}

const pieces = fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 4 }));
const message = (
  opcode: number,
  payload: fc.Arbitrary<Buffer>,
  meaning: Omit<Sent, 'frames' | 'what'>,
): fc.Arbitrary<Sent> =>
  fc.tuple(payload, pieces).map(([bytes, count]) => ({
    what: `${opcode}: ${bytes.length} bytes in ${count}, ${bytes.toString('latin1', 0, 60)}`,
    frames: () => inPieces(opcode, bytes, count),
    ...meaning,
  }));
const exactly = (bytes: Buffer, code: number | undefined): fc.Arbitrary<Sent> =>
  fc.constant({ what: bytes.toString('hex', 0, 20), frames: () => [bytes], atFirst: code, later: code });

const samples = (least: number, most: number) =>
  fc
    .tuple(fc.integer({ min: least, max: most }), fc.nat(255))
    .map(([count, fill]) => Buffer.alloc(2 * count, fill));
const isConfig = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Keys that mean nothing, and nothing that means something. */
const odd = fc.dictionary(fc.constantFrom('format', 'x', 'Action', 'constructor', 'toJSON'), fc.jsonValue());
const wrong = fc.oneof(
  fc.json().filter((json) => !isConfig(JSON.parse(json))),
  fc.constantFrom('', '{', 'hello', '\0', '['.repeat(50_000), '"'.repeat(3), '{"language":"en"}}'),
  fc
    .oneof(fc.integer(), fc.constant(null), fc.array(fc.string()), fc.constant('x'.repeat(200)))
    .map((model) => JSON.stringify({ model })),
  fc
    .oneof(fc.integer({ max: 15_999 }), fc.constant('16000'))
    .map((rate) => JSON.stringify({ sample_rate: rate })),
);

/** What goes on. */
const goesOn = fc.oneof(
  message(OPCODE.binary, samples(1, 2000), { atFirst: undefined, later: undefined, begins: true }),
  fc.integer({ min: 1, max: 200 }).map((count): Sent => ({
    what: `${count} samples alone`,
    frames: () => Array.from({ length: count }, () => frameOf(OPCODE.binary, Buffer.alloc(2))),
    atFirst: undefined,
    later: undefined,
    begins: true,
  })),
  exactly(frameOf(OPCODE.ping, Buffer.alloc(125)), undefined),
  exactly(frameOf(OPCODE.pong, nothing), undefined),
);
const config = message(
  OPCODE.text,
  fc
    .tuple(
      odd,
      fc.constantFrom({}, { language: 'en' }, { model: 'moonshine-tiny-en' }, { sample_rate: 16_000 }),
    )
    .map(([one, two]) => text({ ...one, ...two })),
  { atFirst: undefined, later: 1003, begins: true, said: 'error' },
);
/** What ends a stream. */
const ends = fc.oneof(
  message(
    OPCODE.text,
    odd.map((one) => text({ ...one, action: 'stop' })),
    { atFirst: 1000, later: 1000, said: 'final' },
  ),
  message(OPCODE.binary, fc.constant(nothing), { atFirst: 1000, later: 1000, said: 'final' }),
  message(OPCODE.text, wrong.map(text), { atFirst: 1007, later: 1003, said: 'error' }),
  message(OPCODE.text, fc.constantFrom({ model: 'no-such' }, { language: 'pt' }).map(text), {
    atFirst: 1008,
    later: 1003,
    said: 'error',
  }),
  message(
    OPCODE.binary,
    samples(0, 2000).map((bytes) => Buffer.concat([bytes, Buffer.alloc(1)])),
    { atFirst: 1007, later: 1007, said: 'error' },
  ),
  message(
    OPCODE.binary,
    fc.integer({ min: 1, max: 40 * KIB }).map((more) => Buffer.alloc(256 * KIB + more)),
    { atFirst: 1009, later: 1009, said: 'error' },
  ),
  fc
    .constantFrom(KIB * KIB + 1, 2 ** 32, 2 ** 50)
    .chain((claimed) => exactly(frameOf(OPCODE.binary, Buffer.alloc(9), { claimed }), 1009)),
  exactly(frameOf(OPCODE.text, Buffer.from([0xff, 0xfe])), 1007),
  exactly(frameOf(OPCODE.binary, Buffer.alloc(4), { masked: false }), 1002),
  fc
    .integer({ min: 1, max: 7 })
    .chain((reserved) => exactly(frameOf(OPCODE.binary, Buffer.alloc(4), { reserved }), 1002)),
  fc.constantFrom(3, 4, 7, 11, 15).chain((opcode) => exactly(frameOf(opcode, nothing), 1002)),
  exactly(frameOf(OPCODE.continuation, Buffer.alloc(2)), 1002),
  exactly(frameOf(OPCODE.ping, nothing, { fin: false }), 1002),
  exactly(frameOf(OPCODE.ping, Buffer.alloc(126)), 1002),
  fc
    .constantFrom(1000, 1001, 3000, 4999)
    .chain((code) => exactly(frameOf(OPCODE.close, Buffer.from([code >> 8, code & 255])), code)),
  fc
    .constantFrom(0, 1004, 1005, 1006, 65_535)
    .chain((code) => exactly(frameOf(OPCODE.close, Buffer.from([code >> 8, code & 255])), 1002)),
);
/** Connections that break off, in the middle of a frame too. */
const vanishes = fc.constantFrom(
  nothing,
  frameOf(OPCODE.binary, Buffer.alloc(3), { claimed: 5000 }),
  Buffer.from([0x82]),
);

const scenario = fc.record({
  /** Who opens it: a header, a session or a token of its own in the query. */
  by: fc.constantFrom('header', 'query', 'token'),
  before: fc.oneof(
    fc.array(goesOn, { maxLength: 4 }),
    fc.tuple(config, fc.array(goesOn, { maxLength: 3 })).map(([first, rest]) => [first, ...rest]),
  ),
  end: fc.oneof({ weight: 6, arbitrary: fc.oneof(ends, config) }, { weight: 1, arbitrary: vanishes }),
});

describe.skipIf(!hasServer)('frames of live streams', () => {
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1', '--max-streams', '64'] });
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());

  async function opened(by: string): Promise<RawWebSocket> {
    if (by === 'header') return RawWebSocket.open(server.url, token);
    const own = by === 'token' ? await newStreamToken(server.url, token) : token;
    return RawWebSocket.open(server.url, '', `?token=${own}&language=en`);
  }

  async function play({
    by,
    before,
    end,
  }: typeof scenario extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    const stream = await opened(by);
    let begun = false;
    for (const sent of before) {
      for (const bytes of sent.frames()) stream.send(bytes);
      begun ||= sent.begins === true;
    }
    if (Buffer.isBuffer(end)) {
      stream.send(end);
      await wait(0);
      stream.vanish();
      return;
    }
    for (const bytes of end.frames()) stream.send(bytes);
    let code = begun ? end.later : end.atFirst;
    let said = end.said;
    if (code === undefined) {
      stream.send(frameOf(OPCODE.binary, nothing));
      [code, said] = [1000, 'final'];
    }
    const ending = await stream.ended;
    expect(ending.code).toBe(code);
    const last = ending.messages.at(-1);
    if (said === 'error')
      expect(last).toMatchObject({
        error: expect.any(String),
        code: expect.any(String),
        requestId: expect.any(String),
      });
    if (said === 'final') expect([last?.['is_final'], last?.['final']]).toContain(true);
    for (const each of ending.messages.slice(0, -1)) expect(each).not.toHaveProperty('error');
  }

  test('end with the code that is documented, six at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(scenario, { minLength: 6, maxLength: 6 }), async (six) => {
        await Promise.all(six.map(play));
      }),
      cases(200),
    );
    const stream = new Stream(server.url, { token });
    await stream.opened;
    await stream.speak(jfkSamples.subarray(0, 3 * 32_000));
    stream.send(nothing);
    expect(await stream.closed).toMatchObject({ code: 1000 });
    expect(stream.messages.at(-1)?.text).toMatch(/americans/i);
    expect(server.stderr()).not.toMatch(/"level":(50|60)/);
  });
});
