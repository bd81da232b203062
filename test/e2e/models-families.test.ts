// A server with one model of each family, in folders that carry their manifests. The weights are stand-ins made here: what is
// tested is the way from an upload through the files, the recogniser processes and the language to a transcript.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transcriptSchema } from '@sealscribe/protocol';
import * as canary from '../../packages/asr/test/canary/stand-in-canary.js';
import * as ctc from '../../packages/asr/test/ctc/stand-in-nemo-ctc.js';
import * as transducer from '../../packages/asr/test/transducer/stand-in-transducer.js';
import { id, makeWhisper, spell } from '../../packages/asr/test/whisper/stand-in-whisper.js';
import { hasServer, JFK, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

/** Writes a model's files and its manifest; gives back the folder. */
function writeModel(
  folder: string,
  name: string,
  facts: { family: string; languages: string[] },
  files: Record<string, Uint8Array | string>,
): string {
  const place = join(folder, name);
  mkdirSync(place);
  for (const [file, contents] of Object.entries(files)) writeFileSync(join(place, file), contents);
  const listed = Object.keys(files).map((file) => ({
    name: file,
    size: readFileSync(join(place, file)).length,
  }));
  writeFileSync(join(place, 'manifest.json'), JSON.stringify({ id: name, name, ...facts, files: listed }));
  return place;
}

describe.skipIf(!hasServer)('a server with models of every family', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-families-'));
  const jfk = readFileSync(JFK);
  let server: RunningServer;
  let token: string;

  beforeAll(async () => {
    const french = spell(4, ['Ġthe', 'Ġcat', '.'], { [id('<|fr|>')]: 9, [id('<|de|>')]: 8 });
    const whisper = makeWhisper({ scripts: { 500: french }, attendsTo: (position) => 50 * (position - 1) });
    const many = { languages: ['en', 'de', 'fr'] };
    const yes: transducer.Script = (frame, written) =>
      written === 0 && frame > 4 ? { piece: '▁good', duration: 4 } : { piece: '<blk>', duration: 1 };
    const folders = [
      writeModel(
        folder,
        'a-whisper',
        { family: 'whisper', ...many },
        {
          'encoder_model_quantized.onnx': whisper.encoder,
          'decoder_model_merged_quantized.onnx': whisper.decoder,
          'config.json': whisper.config,
          'generation_config.json': whisper.generationConfig,
          'tokenizer.json': whisper.tokenizer,
        },
      ),
      writeModel(
        folder,
        'a-ctc',
        { family: 'ctc', languages: ['en'] },
        { 'model.int8.onnx': ctc.scripted, 'vocab.txt': ctc.tokens },
      ),
      writeModel(
        folder,
        'a-transducer',
        { family: 'transducer', ...many },
        {
          'encoder-model.int8.onnx': transducer.encoder,
          'decoder_joint-model.int8.onnx': transducer.decoderJoint(yes, true),
          'vocab.txt': transducer.vocabulary,
        },
      ),
      writeModel(
        folder,
        'a-canary',
        { family: 'canary', languages: ['en', 'de'] },
        {
          'encoder-model.onnx': canary.encoder,
          'decoder-model.onnx': canary.makeDecoder(canary.talk),
          'vocab.txt': canary.vocabulary,
        },
      ),
    ];
    const args = ['--workers', '1', ...folders.flatMap((place) => ['--model', place])];
    server = await startServer({ dataFolder: join(folder, 'data'), args });
    token = await newSession(server.url);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = async (fields: Record<string, string>) => {
    const { status, json } = await transcribe(server.url, token, jfk, { fields });
    return { status, transcript: status === 200 ? transcriptSchema.parse(json) : undefined, json };
  };

  test('Whisper says which language it heard, and when each word was spoken', async () => {
    const { transcript } = await send({ model: 'a-whisper' });
    expect(transcript).toMatchObject({ model: 'a-whisper', language: 'fr' });
    expect(transcript?.text).toMatch(/^the cat\./);
    const words = transcript?.segments.flatMap((segment) => segment.words) ?? [];
    expect(words.length).toBeGreaterThanOrEqual(2);
    expect(words.slice(0, 2).map(({ word }) => word)).toEqual(['the', 'cat.']);
    expect((await send({ model: 'a-whisper', language: 'de' })).transcript?.language).toBe('de');
    expect((await send({ model: 'a-whisper', language: 'sv' })).json).toMatchObject({
      code: 'language_not_supported',
    });
  });

  test('CTC and transducers write words with times; a transducer of many languages does not know which it was', async () => {
    const hello = (await send({ model: 'a-ctc' })).transcript;
    expect(hello).toMatchObject({ language: 'en' });
    expect(hello?.segments[0]?.words.map(({ word }) => word)).toEqual(['hello', 'worldé']);
    const good = (await send({ model: 'a-transducer', language: 'auto' })).transcript;
    expect(good).toMatchObject({ language: 'und' });
    expect(good?.segments[0]?.words.map(({ word }) => word)).toEqual(['good']);
  });

  test('Canary writes the language that it is told', async () => {
    expect((await send({ model: 'a-canary', language: 'de' })).transcript).toMatchObject({ language: 'de' });
    expect((await send({ model: 'a-canary', language: 'de' })).transcript?.text).toMatch(/^ja\./);
    expect((await send({ model: 'a-canary' })).transcript).toMatchObject({ language: 'en' });
  });
});
