/**
 * How good transcripts are, by the measures that the tests use: bundled by asr-quality.mjs, as these are TypeScript.
 */
export { countSpeakers, readRttm, scoreTurns } from '../../test/fixtures/der.js';
export { countWordErrors } from '../../test/fixtures/wer.js';
export { compareErrorRates } from '../../test/fixtures/wer-difference.js';
export { matchWords, readWordTimes, summarizeErrors } from '../../test/fixtures/word-times.js';
