// @ts-check
// How good the transcripts are: word errors beside another recogniser's on the same segments, times of words, speakers. The
// measures are those of the tests.
//   asr.wer.shared      percent of all words in English recordings with a transcript that are wrong, against the promised 5
//   asr.wer.vs.sherpa   the same against sherpa-onnx, with the interval that chance alone explains
//   asr.words.median    how far off the start of a word is, in seconds, against the promised mean
//   asr.words.mean      likewise, the mean
//   asr.der.conv        diarization error rate of conversations in percent, mean of the recordings, against the promised 2
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadRuntime, modelFile, SPEECH } from './asr-recordings.mjs';
import { bundle } from './bundle.mjs';

const LIMIT_WER = 5;
const LIMIT_DER = 2;
const LIMIT_WORD_START = 0.055;
const TIMED = 'mfa_acoustic_corpus';

/** @typedef {import('./asr-recordings.mjs').Recording} Recording */
/** @typedef {import('./measure.mjs').Figure} Figure */

/** @returns {Promise<typeof import('./asr-scores.ts')>} */
const loadScores = async () => import(pathToFileURL(await bundle('asr-scores')).href);

/**
 * Word errors of recordings whose segments have these texts.
 * @param {readonly Recording[]} recordings
 * @param {ReadonlyMap<string, {texts: readonly string[]}>} results Of the race, by the recogniser's name.
 * @returns {Promise<Figure[]>}
 */
export async function scoreWordErrors(recordings, results) {
  const { compareErrorRates, countWordErrors } = await loadScores();
  /** The transcripts of the recordings that have a reference. @param {readonly string[]} texts */
  const join = (texts) => {
    let next = 0;
    const joined = recordings.map(({ spans }) => texts.slice(next, (next += spans.length)).join(' '));
    return joined.filter((_, i) => recordings[i]?.transcript != null);
  };
  const references = recordings.flatMap(({ transcript }) => transcript ?? []);
  const rate = (/** @type {string[]} */ texts) => {
    const counts = references.map((reference, i) => countWordErrors(reference, texts[i] ?? ''));
    const sum = (/** @type {'errors' | 'words'} */ what) =>
      counts.reduce((total, count) => total + count[what], 0);
    return (100 * sum('errors')) / sum('words');
  };
  const ours = join(results.get('ours')?.texts ?? []);
  const value = rate(ours);
  const figures = [against('asr.wer.shared', value, '%', LIMIT_WER)];
  const sherpa = results.get('sherpa');
  if (sherpa) {
    const others = join(sherpa.texts);
    const { difference, low, high } = compareErrorRates(references, ours, others);
    const points = (/** @type {number} */ share) => (100 * share).toFixed(2);
    const note = `difference ${points(difference)} points, 95 % interval ${points(low)} to ${points(high)}`;
    figures.push({ ...against('asr.wer.vs.sherpa', value, '%', rate(others)), note });
  }
  return figures;
}

/** Times of words in the recording that has a reference for them. @param {readonly Recording[]} recordings @returns {Promise<Figure[]>} */
export async function scoreWordTimes(recordings) {
  const { loadMoonshine, transcribePcm, VoiceActivityDetector } = await import('@sealscribe/asr');
  const { matchWords, readWordTimes, summarizeErrors } = await loadScores();
  const recording = recordings.find(({ file }) => file.startsWith(TIMED));
  if (!recording) return [];
  const runtime = loadRuntime();
  const vad = await VoiceActivityDetector.load(runtime, modelFile('silero_vad_v6.onnx'));
  const recognizer = await loadMoonshine(runtime, {
    encoder: new Uint8Array(readFileSync(modelFile('encoder_model.onnx'))),
    decoder: new Uint8Array(readFileSync(modelFile('decoder_model_merged.onnx'))),
    tokens: readFileSync(modelFile('tokens.txt'), 'utf8'),
  });
  const { segments } = await transcribePcm(recording.pcm, { vad, recognizer });
  await Promise.all([vad.release(), recognizer.release()]);
  const pairs = matchWords(
    readWordTimes(readFileSync(join(SPEECH, `${TIMED}.words.tsv`), 'utf8')),
    segments.flatMap(({ words }) => words),
  );
  const { median = NaN, mean } = summarizeErrors(pairs, 'start');
  const note = `times of ${pairs.length} words`;
  return [
    { ...against('asr.words.median', median, 's', LIMIT_WORD_START), note },
    { ...against('asr.words.mean', mean, 's', LIMIT_WORD_START), note },
  ];
}

/** Speakers of the conversations. @param {readonly Recording[]} recordings @returns {Promise<Figure[]>} */
export async function scoreSpeakers(recordings) {
  const { Diarizer, EmbeddedSpeakers, VoiceActivityDetector } = await import('@sealscribe/asr');
  const { countSpeakers, readRttm, scoreTurns } = await loadScores();
  const vad = await VoiceActivityDetector.load(loadRuntime(), modelFile('silero_vad_v6.onnx'));
  /** @type {number[]} */
  const rates = [];
  let wrongCounts = 0;
  for (const { file, pcm } of recordings.filter((recording) => recording.file.startsWith('conv'))) {
    const { probabilities } = await vad.run(pcm, vad.createState());
    const diarizer = new Diarizer(new EmbeddedSpeakers(), (start, end) => pcm.slice(start, end));
    await diarizer.push(probabilities);
    const turns = await diarizer.finish(pcm.length, 0);
    const reference = readRttm(join(SPEECH, file.replace('.flac', '.rttm')));
    rates.push(100 * scoreTurns(reference, turns).rate);
    if (countSpeakers(turns) !== countSpeakers(reference)) wrongCounts++;
  }
  await vad.release();
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const note = `speakers of ${rates.length} conversations, in ${wrongCounts} of them not as many as there are`;
  return [{ ...against('asr.der.conv', mean, '%', LIMIT_DER), note }];
}

/** @param {string} name @param {number} value @param {string} unit @param {number} reference @returns {Figure} */
const against = (name, value, unit, reference) => ({
  name,
  value,
  unit,
  reference,
  ratio: value / reference,
});
