// @ts-check
// How many times as long as its reference a figure may take. Figures that are not here have no limit: they are told, not judged.

/** @type {readonly (readonly [RegExp, number])[]} */
const LIMITS = [
  [/^baseline\.\w+\.20KB$/, 1.3],
  [/^baseline\.\w+\.1MB$/, 1.15],
  [/^baseline\.\w+\.64MB$/, 1.7],
  [/^cobblestone\.\w+\.20KB$/, 4.5],
  [/^cobblestone\.\w+\.1MB$/, 3],
  [/^cobblestone\.\w+\.64MB$/, 2.5],
  [/^cobblestone\.seal\.\w+\.vs\.(typage|openpgp)$/, 1],
  [/^cobblestone\.seal\.20KB\.vs\.hpke$/, 1],
  [/^unlock$/, 1.2],
  [/^upload\.100MB$/, 1.25],
  [/^asr\.vs\.sherpa$/, 1 / 2.4],
  [/^asr\.vs\.sherpa\.words$/, 1 / 2.2],
  [/^asr\.vs\.transformers$/, 1 / 2.8],
  // Real time, and what the last words take after it.
  [/^asr\.live\.six$/, 1.1],
  // The reference is the promise itself.
  [/^app\.drop\.first-words$/, 1.5],
  [/^app\.longtask$/, 1],
  [/^browser\.\w+\.longtask$/, 1],
  [/^device\.(wer|longtask)$/, 1],
  [/^search\.(first|later)$/, 1],
  [/^asr\.(live\.first|hour\.\w+|words\.\w+|wer\.shared|der\.conv)$/, 1],
];

/** The limit of a figure's ratio, where it has one. @param {string} name */
export const limitOf = (name) => LIMITS.find(([pattern]) => pattern.test(name))?.[1];

/** Whether a figure is over its limit. @param {import('./measure.mjs').Figure} figure */
export const isOver = ({ name, ratio }) => !(ratio <= (limitOf(name) ?? Infinity));
