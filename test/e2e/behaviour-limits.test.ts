// The limits of one recording, where they are met early: size before and while the body comes, duration however small the
// file, and the memory and time of the decoder. Names and endings of files mean nothing.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasFfmpeg } from '../fixtures/ffmpeg.js';
import { countWordErrors } from '../fixtures/wer.js';
import { childrenOf, hasProc, peakBytes, until } from './behaviour-processes.js';
import { speech } from './behaviour-requests.js';
import { call, hasServer, newSession, shared, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const MIB = 1024 ** 2;
const long = process.env['SEALSCRIBE_LONG'] === '1';

/** Sends a body piece by piece for as long as nobody answers; gives what was answered and how much had been sent. */
function sendUntilAnswered(
  url: string,
  headers: Record<string, string>,
  first: Uint8Array,
  most: number,
): Promise<{ status: number; text: string; sent: number }> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = false;
    const outgoing = request(url, { method: 'POST', headers, rejectUnauthorized: false, agent: false });
    outgoing.on('error', (error) => !answered && reject(error));
    outgoing.on('response', (response) => {
      answered = true;
      const { statusCode: status = 0 } = response;
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve({ status, text, sent });
        outgoing.destroy();
      });
    });
    outgoing.flushHeaders();
    const piece = Buffer.alloc(64 * 1024, 1);
    const next = (): void => {
      if (answered || sent >= most) return;
      sent += piece.length;
      outgoing.write(piece, next);
    };
    if (most > 0) outgoing.write(first, next);
  });
}

describe.skipIf(!hasServer)('the size of a recording', () => {
  const LIMIT = 2 * MIB;
  const HEAD = Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n');
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1', '--max-upload', String(LIMIT)] });
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());
  const send = (headers: Record<string, string>, most: number) =>
    sendUntilAnswered(
      `${server.url}/v1/transcribe`,
      {
        authorization: `Bearer ${token}`,
        'content-type': 'multipart/form-data; boundary=b',
        ...headers,
      },
      HEAD,
      most,
    );
  const tooLarge = { status: 413, text: expect.stringContaining('"payload_too_large"') };

  test('an announced size over the limit is refused before a byte of the body', async () => {
    expect(await send({ 'content-length': String(8 * 1024 ** 3) }, 0)).toMatchObject({
      ...tooLarge,
      sent: 0,
    });
  });

  test('a body without an announcement is refused soon after the limit, while it still comes', async () => {
    const answer = await send({ 'transfer-encoding': 'chunked' }, 4096 * MIB);
    expect(answer).toMatchObject(tooLarge);
    expect(answer.sent).toBeLessThan(200 * MIB);
    if (hasProc) expect(peakBytes(server.pid)).toBeLessThan(1024 * MIB);
  });

  test('a file exactly at the limit is taken, one byte more is not', async () => {
    const file = Buffer.concat([speech(), Buffer.alloc(LIMIT)]);
    file.writeUInt32LE(speech().length - 44, 40);
    for (const chunked of [true, false]) {
      expect((await transcribe(server.url, token, file.subarray(0, LIMIT), { chunked })).status).toBe(200);
      const more = await transcribe(server.url, token, file.subarray(0, LIMIT + 1), { chunked });
      expect(more).toMatchObject({ status: 413, json: { code: 'payload_too_large' } });
    }
  });

  test('strangers are refused before their body counts for anything', async () => {
    const headers = { authorization: `Bearer ${'A'.repeat(43)}`, 'content-length': String(LIMIT) };
    expect((await send(headers, 0)).status).toBe(401);
  });
});

/** Two hours of silence in a file of some kilobytes. */
function quietFlac(folder: string): Buffer {
  const path = join(folder, 'quiet.flac');
  const source = ['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '7200'];
  const { status } = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', ...source, '-y', path]);
  if (status !== 0) throw new Error('ffmpeg made no file');
  return readFileSync(path);
}

describe.skipIf(!hasServer || !hasFfmpeg)('duration, whatever the size of the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-limits-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['ffmpeg', 'builtin'])('two hours of silence are too long for %s', async (decoder) => {
    const file = quietFlac(folder);
    expect(file.length).toBeLessThan(2 * MIB);
    const args = ['--workers', '1', '--decoder', decoder, '--max-duration', '600'];
    const server = await startServer({ args });
    try {
      const token = await newSession(server.url);
      const idle = hasProc ? childrenOf(server.pid) : [];
      const answer = await transcribe(server.url, token, file);
      expect(answer).toMatchObject({ status: 413, json: { code: 'audio_too_long' } });
      if (hasProc) {
        expect(peakBytes(server.pid)).toBeLessThan(512 * MIB);
        expect(await until(() => String(childrenOf(server.pid)) === String(idle))).toBe(true);
      }
    } finally {
      await server.stop();
    }
  });
});

describe.skipIf(!hasServer || !hasProc)('a decoder that runs wild', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-limits-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What a server answers whose ffmpeg does this instead of decoding. */
  async function withDecoder(script: string): Promise<{ status: number; code: string }> {
    const path = join(folder, 'ffmpeg');
    writeFileSync(path, `#!/bin/sh\n[ "$1" = -version ] && exit 0\n${script}\n`);
    chmodSync(path, 0o755);
    const server = await startServer({
      args: ['--workers', '1', '--decoder', 'ffmpeg', '--max-duration', '10'],
      env: { PATH: `${folder}:${process.env['PATH']}` },
    });
    try {
      const token = await newSession(server.url);
      const idle = childrenOf(server.pid);
      const { status, json } = await transcribe(server.url, token, speech());
      expect(await until(() => String(childrenOf(server.pid)) === String(idle))).toBe(true);
      expect((await call(`${server.url}/health`)).status).toBe(200);
      return { status, code: json.code as string };
    } finally {
      await server.stop();
    }
  }
  const hasLimits = spawnSync('prlimit', ['--version']).status === 0;
  const refused = { status: 422, code: 'undecodable_media' };

  test.skipIf(!hasLimits)('gets no more memory than a gibibyte', async () => {
    expect(await withDecoder('exec tail -c 3000000000 /dev/zero')).toEqual(refused);
  });

  test.skipIf(!hasLimits)('writes no file', async () => {
    const escaped = join(folder, 'escaped');
    expect(await withDecoder(`cat > '${escaped}' || exit 1`)).toEqual(refused);
    expect(readFileSync(escaped)).toHaveLength(0);
  });

  test.each(['SEGV', 'KILL', 'XCPU'])(
    'and ends by SIG%s is a recording that cannot be decoded',
    async (signal) => {
      expect(await withDecoder(`kill -${signal} $$; sleep 5`)).toEqual(refused);
    },
  );

  test.runIf(long)('and gives nothing is ended after half a minute', async () => {
    expect(await withDecoder('exec sleep 600')).toEqual(refused);
  });

  test.runIf(long)(
    'and computes for ever is ended by its limit of processor time',
    { timeout: 600_000 },
    async () => {
      // It gives a sample now and then, so that it does not count as silent.
      const begin = join(folder, 'begin.wav');
      writeFileSync(begin, speech().subarray(0, 1044));
      const compute = 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done';
      const begun = Date.now();
      expect(await withDecoder(`cat '${begin}'; while :; do ${compute}; printf 00; done`)).toEqual(refused);
      expect(Date.now() - begun).toBeGreaterThan(50_000);
    },
  );
});

const media = join(shared, 'media');
describe.skipIf(!hasServer || !existsSync(media) || !hasFfmpeg)(
  'many recordings of all kinds at once',
  () => {
    const SENTENCE =
      'the invention of movable metal letters in the middle of the fifteenth century may justly be considered as the invention of the art of printing.';

    test('each gives its sentence, under its own name, a wrong one and one that is no file name', async () => {
      const names = readdirSync(media).filter((name) => name.startsWith('clip'));
      expect(names).toHaveLength(55);
      const server = await startServer();
      try {
        const token = await newSession(server.url);
        const wrong: string[] = [];
        const send = async (name: string, i: number) => {
          const shown = [name, `${name}.txt`, '../../etc/passwd\u0000', `"${name}"\r\nx: y`][i % 4] ?? name;
          const form = new FormData();
          form.append('file', new Blob([readFileSync(join(media, name))], { type: 'image/png' }), shown);
          const encoded = new Response(form);
          const { status, json } = await call(`${server.url}/v1/transcribe`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${token}`,
              'content-type': encoded.headers.get('content-type') ?? '',
            },
            body: new Uint8Array(await encoded.arrayBuffer()),
          });
          const { errors, words } = countWordErrors(SENTENCE, json.text ?? '');
          if (status !== 200 || errors / words > 0.1) wrong.push(`${name}: ${status} ${errors} errors`);
        };
        await Promise.all(names.map(send));
        expect(wrong).toEqual([]);
        expect(server.stderr()).not.toMatch(/passwd|clip/);
      } finally {
        await server.stop();
      }
    });

    test('damaged ones give as much as can be heard', async () => {
      const server = await startServer({ args: ['--workers', '1'] });
      try {
        const token = await newSession(server.url);
        const heard = async (name: string) =>
          (await transcribe(server.url, token, readFileSync(join(media, 'bad', name)))).json;
        // Seconds as the folder's README has them; decoders differ at the edges of what is damaged.
        for (const [name, seconds] of [
          ['digital_silence_5s.wav', 5],
          ['flac_corrupt_middle.flac', 7.7],
          ['mp3_garbage_prefix.mp3', 8.2],
          ['noise_only_5s.flac', 5],
          ['ogg_truncated.ogg', 3],
          ['tone_440hz.flac', 3],
          ['truncated.mp3', 2.4],
          ['very_short_20ms.wav', 0],
          ['wav_header_claims_4gb.wav', 8.1],
          ['wav_header_only.wav', 0],
          ['wav_truncated_half.wav', 4.1],
        ] as const)
          expect(Math.abs((await heard(name)).duration - seconds), name).toBeLessThan(0.5);
        expect((await heard('wav_header_claims_4gb.wav')).text).toMatch(/art of printing/);
        expect((await heard('mp3_garbage_prefix.mp3')).text).toMatch(/art of printing/);
        expect((await heard('truncated.mp3')).text).toMatch(/^The invention of .*movable metal letters/i);
      } finally {
        await server.stop();
      }
    });
  },
);
