import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { readWav } from '../../../../test/fixtures/wav.js';
import { AsrError, loadWhisper } from '../../src/index.js';
import { WhisperLogMel } from '../../src/features/whisper-log-mel.js';
import { decodeWithFallback } from '../../src/whisper/temperature-fallback.js';
import { TokenRules } from '../../src/whisper/token-rules.js';
import { readWhisperConfig } from '../../src/whisper/whisper-config.js';
import { WhisperNetwork } from '../../src/whisper/whisper-network.js';
import { ByteLevelPieces } from '../../src/vocabulary/byte-level-pieces.js';
import { jfkPath } from '../speech.js';
import { makeModel, value } from '../stand-in-graph.js';
import { makeRandomGraphs } from './random-whisper.js';
import { FRAMES, id, makeWhisper } from './stand-in-whisper.js';

const pcm = readWav(jfkPath).slice(0, 6 * 16_000);
const mel = () => new WhisperLogMel(80).compute(pcm);
const heads = [
  [0, 0],
  [0, 1],
] as const;

const networks: WhisperNetwork[] = [];
afterAll(() => Promise.all(networks.map((network) => network.release())));

async function load(seed: number): Promise<WhisperNetwork> {
  const network = await WhisperNetwork.load(ort, makeRandomGraphs(seed), heads, undefined);
  networks.push(network);
  return network;
}

const sum = (values: Float32Array) => values.reduce((total, x) => total + x, 0);

function expectClose(a: Float32Array, b: Float32Array): void {
  expect(a.length).toBe(b.length);
  expect(a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0)).toBeLessThan(1e-4);
}

describe('the graphs of Whisper', () => {
  const tokens = [20, 3, 7, 1, 9, 4, 2];

  it('say the same whether tokens are fed at once or one by one through the cache', async () => {
    const network = await load(1);
    const encoded = await network.encode(mel(), 80);
    const atOnce = await network.feed(encoded, tokens, true);
    const first = await network.feed(encoded, tokens.slice(0, 2), true);
    const oneByOne = await network.feed(first.state, tokens.slice(2), true);
    expect(oneByOne.state.length).toBe(tokens.length);
    expectClose(oneByOne.logits, atOnce.logits);
    expectClose(oneByOne.attention, atOnce.attention);
    expectClose((await network.feed(encoded, tokens.slice(0, 1))).logits, atOnce.firstLogits);
    // Order and audio matter, or all this would prove nothing.
    const swapped = await network.feed(encoded, [...tokens].reverse());
    expect(Math.abs(swapped.logits[0] - atOnce.logits[0])).toBeGreaterThan(1e-3);
    const silence = await network.encode(new WhisperLogMel(80).compute(new Float32Array(16_000)), 80);
    const deaf = await network.feed(silence, tokens);
    expect(Math.abs(deaf.logits[0] - atOnce.logits[0])).toBeGreaterThan(1e-3);
  });

  it('may be asked for several continuations of one state', async () => {
    const network = await load(2);
    const start = await network.feed(await network.encode(mel(), 80), tokens.slice(0, 3));
    const once = await network.feed(start.state, [5, 6]);
    await network.feed(start.state, [8]);
    expectClose((await network.feed(start.state, [5, 6])).logits, once.logits);
  });

  it('give the attention of each alignment head, a share for every frame', async () => {
    const network = await load(3);
    expect(network.hasAttention).toBe(true);
    const { attention } = await network.feed(await network.encode(mel(), 80), tokens, true);
    expect(attention.length).toBe(heads.length * FRAMES);
    for (const head of [0, 1]) {
      expect(sum(attention.subarray(head * FRAMES, (head + 1) * FRAMES))).toBeCloseTo(1, 4);
    }
  });

  it('are refused when the decoder has no cache or wants what nobody knows', async () => {
    const { encoder, decoder } = makeRandomGraphs(1);
    const inputs = [
      value('input_ids', 'int64', [1, 's']),
      value('encoder_hidden_states', 'float32', [1, 't', 8]),
    ];
    const outputs = [value('logits', 'float32', [1, 't', 8])];
    const simple = makeModel(inputs, outputs, (g) => g.rename('encoder_hidden_states', 'logits'));
    await expect(WhisperNetwork.load(ort, { encoder, decoder: simple }, heads, undefined)).rejects.toThrow(
      AsrError,
    );
    const strange = makeModel([...inputs, value('mystery', 'float32', [1])], outputs, (g) =>
      g.rename('encoder_hidden_states', 'logits'),
    );
    const refusal = WhisperNetwork.load(ort, { encoder, decoder: strange }, heads, undefined);
    await expect(refusal).rejects.toThrow(/mystery/);
    const missing = WhisperNetwork.load(ort, { encoder, decoder }, [[4, 0]], undefined);
    const network = await missing;
    networks.push(network);
    expect(network.hasAttention).toBe(false);
  });
});

describe('Whisper with random weights', () => {
  const files = makeWhisper({ scripts: {} });
  const vocabulary = ByteLevelPieces.fromTokenizer(JSON.parse(files.tokenizer) as Record<string, unknown>);
  const config = readWhisperConfig(
    JSON.parse(files.config) as Record<string, unknown>,
    JSON.parse(files.generationConfig) as Record<string, unknown>,
    vocabulary,
  );

  it.each([1, 2, 3, 4, 5, 6])('keeps the rules of timestamps (weights %i)', async (seed) => {
    const network = await load(seed);
    const prompt = [config.begin, id('<|en|>'), id('<|transcribe|>')];
    const { tokens } = await decodeWithFallback(await network.feed(await network.encode(mel(), 80), prompt), {
      network,
      rules: new TokenRules(config, true),
      end: config.end,
      maxTokens: 24,
      attention: false,
      silent: false,
      toText: () => 'text that does not repeat itself',
    });
    const first = id(0);
    expect(tokens.length).toBeGreaterThan(0);
    expect(tokens[0]).toBeGreaterThanOrEqual(first);
    expect(tokens[0]).toBeLessThanOrEqual(first + config.latestStart);
    const times = tokens.filter((token) => token >= first);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    // Text stands between the opening and the closing timestamp of each phrase, and nowhere else.
    const shape = tokens.map((token) => (token >= first ? 't' : 'w')).join('');
    expect(shape).toMatch(/^t(w+tt)*(w*|w+t)$/);
    expect(tokens.some((token) => token > config.end && token < first)).toBe(false);
  });

  it('comes to an end on real speech, the same in every run, with words in order inside it', async () => {
    const model = { id: 'r', name: 'R', languages: [], description: '', wordTimestamps: true };
    const recognizer = await loadWhisper(ort, { ...files, ...makeRandomGraphs(7) }, { model });
    try {
      const answer = await recognizer.recognize(pcm, { words: true });
      expect(['en', 'de', 'fr']).toContain(answer.language);
      expect(answer.confidence ?? 0).toBeLessThanOrEqual(1);
      let last = 0;
      for (const { start, end } of answer.words) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(6);
      expect(await recognizer.recognize(pcm, { words: true })).toEqual(answer);
    } finally {
      await recognizer.release();
    }
  });
});
