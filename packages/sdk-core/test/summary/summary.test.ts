/** Summaries: the built-in one, and one by a model behind a real HTTP address that answers what a test says. */
import { describe, expect, test } from 'vitest';
import { askModel, chatModel, summarize, type Transcript } from '../../src/index.js';
import { readBody, sendJson, serve, type Handler } from '../server.js';
import { transcript } from '../transcript.js';

const saying = (texts: string[], language = 'en', speaker: string | null = null): Transcript => ({
  ...transcript,
  language,
  text: texts.join(' '),
  segments: texts.map((text, id) => ({
    id,
    start: id * 10,
    end: id * 10 + 9,
    text,
    speaker,
    confidence: null,
    words: [],
  })),
});

describe('the built-in summary', () => {
  const talk = [
    'Good morning everybody here.',
    'The city budget for new bridges will grow next year.',
    'My neighbour has a small brown dog.',
    'Engineers said that the old bridges need the city budget badly.',
    'Lunch was quite late again yesterday.',
    'So the council votes on the bridges and the budget tomorrow.',
  ];

  test('picks what the others talk about too, in order, with the place', () => {
    const picked = summarize(saying(talk), { sentences: 3 });
    expect(picked.map(({ segment }) => segment)).toEqual([1, 3, 5]);
    expect(picked[1]).toEqual({ text: talk[3], segment: 3, start: 30, speaker: null });
  });

  test('puts sentences together that go over several segments, but not over two speakers', () => {
    const halves = saying(['The city budget for new', 'bridges will grow next year. Fine.'], 'en', 'A');
    expect(summarize(halves, { sentences: 1 })).toMatchObject([
      { text: 'The city budget for new bridges will grow next year.', segment: 0, speaker: 'A' },
    ]);
    const two = { ...halves, segments: halves.segments.map((each, id) => ({ ...each, speaker: `S${id}` })) };
    expect(summarize(two, { sentences: 9 }).map(({ text }) => text)).toContain('The city budget for new');
  });

  test('works in scripts without spaces, on little, and on nothing', () => {
    const japanese = saying(
      ['予算は橋の工事に使われます。', '犬が好きです。', '橋の工事の予算は来年増えます。'],
      'ja',
    );
    expect(summarize(japanese, { sentences: 2 }).map(({ segment }) => segment)).toEqual([0, 2]);
    expect(summarize(saying(['Yes.']))).toHaveLength(1);
    expect(summarize(saying(['', ' ']))).toEqual([]);
    expect(summarize(saying(['x']), { sentences: 1 })).toHaveLength(1);
    expect(() => summarize(transcript, { sentences: 0 })).toThrow(RangeError);
  });
});

describe('a language model', () => {
  const server = 'https://sealscribe.example';
  interface Asked {
    model: string;
    messages: { role: string; content: string }[];
  }

  /** A model that answers with what `answer` makes of the question. */
  async function modelOf(
    answer: (asked: Asked, authorization: string | undefined) => string,
    contextTokens?: number,
  ) {
    const url = await serve(async (request, response) => {
      expect(`${request.method} ${request.url}`).toBe('POST /v1/chat/completions');
      const asked = JSON.parse((await readBody(request)).toString()) as Asked;
      const content = answer(asked, request.headers.authorization);
      sendJson(response, 200, { choices: [{ message: { role: 'assistant', content } }] });
    });
    return chatModel({ url: `${url}/v1/`, model: 'stand-in', key: 'k', server, contextTokens });
  }

  test('gets the whole transcript at once where it fits, and its answer is the summary', async () => {
    const seen: Asked[] = [];
    const model = await modelOf((asked, authorization) => {
      expect(authorization).toBe('Bearer k');
      seen.push(asked);
      return '<think>hm</think>\nTwo people talk.\n';
    });
    expect(await askModel(model, transcript)).toBe('Two people talk.');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.model).toBe('stand-in');
    expect(seen[0]?.messages[1]?.content).toBe(
      '[0:00] SPEAKER_00: Ask not & <wonder>.\n[1:01:01] SPEAKER_01: 走吧 –- go.',
    );
  });

  test('gets a long one in pieces that fit, loses no segment, and puts the notes together', async () => {
    const long = saying(Array.from({ length: 200 }, (_, i) => `sentence number ${i} about things`));
    const pieces: string[] = [];
    const progress: [number, number][] = [];
    const model = await modelOf(({ messages: [rules, text] }) => {
      expect((text?.content.length ?? 0) / 3).toBeLessThan(1024 * 0.7);
      expect(rules?.content).toContain('Who?');
      pieces.push(text?.content ?? '');
      return text?.content.includes('note ') ? 'the answer' : `note ${pieces.length}`;
    }, 1024);
    const answer = await askModel(model, long, {
      question: 'Who?',
      onProgress: (...step) => progress.push(step),
    });
    expect(answer).toBe('the answer');
    expect(
      pieces
        .slice(0, -1)
        .join('\n')
        .match(/number \d+/g),
    ).toHaveLength(200);
    expect(pieces.at(-1)).toBe(
      pieces
        .slice(0, -1)
        .map((_, i) => `note ${i + 1}`)
        .join('\n'),
    );
    expect(progress.at(-1)).toEqual([pieces.length, pieces.length]);
  });

  test('that talks without end does not keep us for ever', async () => {
    let requests = 0;
    const model = await modelOf(({ messages }) => (requests++, messages[1]?.content ?? ''), 512);
    await askModel(model, saying(Array.from({ length: 30 }, () => 'word '.repeat(30))));
    expect(requests).toBeLessThan(100);
  });

  test.each<[string, Handler]>([
    ['refuses', (_, response) => sendJson(response, 500, { error: 'SECRET' })],
    ['answers nonsense', (_, response) => void response.end('<html>SECRET')],
    ['answers something else', (_, response) => sendJson(response, 200, { choices: [] })],
    [
      'sends us elsewhere',
      (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
    ],
    ['hangs up', (request) => void request.socket.destroy()],
  ])('that %s is one error without its words', async (_name, handler) => {
    const model = chatModel({ url: await serve(handler), model: 'm', server });
    const failure = (await askModel(model, transcript).catch((error: unknown) => error)) as Error;
    expect(failure).toMatchObject({ code: 'model_failed' });
    expect(failure.message).not.toContain('SECRET');
  });

  test('can be stopped', async () => {
    const stop = new AbortController();
    const model = chatModel({ url: await serve(() => stop.abort()), model: 'm', server });
    await expect(askModel(model, transcript, { signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  test.each([
    ['the Sealscribe server', { url: 'https://sealscribe.example/v1' }, /Sealscribe server/],
    [
      'the Sealscribe server, spelt otherwise',
      { url: 'https://SEALSCRIBE.example:443/other' },
      /Sealscribe server/,
    ],
    ['an address in the clear beyond this machine', { url: 'http://models.example/v1' }, /https/],
    ['an address with a password', { url: 'https://a:b@models.example/v1' }, /plain/],
    ['no address', { url: 'ollama' }, /plain/],
    ['no model', { url: 'https://models.example/v1', model: '' }, /^model /],
    ['a tiny context', { url: 'https://models.example/v1', contextTokens: 3 }, /^contextTokens /],
  ])('is never %s', (_name, options, message) => {
    expect(() => chatModel({ model: 'm', server, ...options })).toThrow(message);
  });
});
