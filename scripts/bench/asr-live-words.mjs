// @ts-check
// What live transcription makes of recordings that come in pieces of a tenth of a second, beside the same recordings read whole:
//   asr.live.wer   percent of all words in every third English recording with a transcript that are wrong, against those of the file
// No clock is in it: the pieces come as fast as they are heard.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { loadRuntime, modelFile } from './asr-recordings.mjs';
import { bundle } from './bundle.mjs';

const PIECE = 1600;
const EVERY = 3;

/** @param {readonly import('./asr-recordings.mjs').Recording[]} recordings @returns {Promise<import('./measure.mjs').Figure[]>} */
export async function scoreLiveWords(recordings) {
  const asr = await import('@sealscribe/asr');
  /** @type {typeof import('./asr-scores.ts')} */
  const { countWordErrors } = await import(pathToFileURL(await bundle('asr-scores')).href);
  const vad = await asr.VoiceActivityDetector.load(loadRuntime(), modelFile('silero_vad_v6.onnx'));
  const recognizer = await asr.loadMoonshine(loadRuntime(), {
    encoder: new Uint8Array(readFileSync(modelFile('encoder_model.onnx'))),
    decoder: new Uint8Array(readFileSync(modelFile('decoder_model_merged.onnx'))),
    tokens: readFileSync(modelFile('tokens.txt'), 'utf8'),
  });
  /** @type {import('@sealscribe/asr').LiveEngine} */
  const engine = {
    detect: (pcm, state) => vad.run(pcm, state),
    recognize: (pcm, span, final) =>
      final
        ? asr.recognizeSegment((piece) => recognizer.recognize(piece), pcm, span)
        : recognizer.recognize(pcm),
  };
  /** @param {Float32Array} pcm */
  const listen = async (pcm) => {
    const live = new asr.LiveTranscription(engine, {
      ...{ state: vad.createState(), language: 'en', model: recognizer.model.id },
      onEvent: () => undefined,
    });
    for (let at = 0; at < pcm.length; at += PIECE) await live.push(pcm.subarray(at, at + PIECE));
    return live.finish();
  };
  let [live, whole, words, seconds] = [0, 0, 0, 0];
  const spoken = recordings.filter(({ transcript }) => transcript !== null);
  for (const { pcm, transcript } of spoken.filter((_, i) => i % EVERY === 0)) {
    const reference = transcript ?? '';
    const count = countWordErrors(reference, (await listen(pcm)).text);
    live += count.errors;
    words += count.words;
    whole += countWordErrors(reference, (await asr.transcribePcm(pcm, { vad, recognizer })).text).errors;
    seconds += pcm.length / asr.SAMPLE_RATE;
  }
  await Promise.all([vad.release(), recognizer.release()]);
  const note = `${words} words in ${Math.round(seconds)} s`;
  const [value, reference] = [(100 * live) / words, (100 * whole) / words];
  return [{ name: 'asr.live.wer', value, unit: '%', reference, ratio: value / reference, note }];
}
