// @ts-check
// npm run bench [-- GROUP... --only NAME --all --json --write-docs]: how fast this is, always against something else measured in the
// same minute (scripts/bench/measure.mjs). Builds what is missing. The exit code is 1 when a figure is over its limit.
//
//   GROUP         crypto, upload, search, browser, device, app, asr; when none is named, what is measured in five minutes: crypto, upload, a little of asr
//   --only NAME   the figures whose names begin so; may be given several times
//   --all         everything: a quarter of an hour
//   --json        one line per figure: {"name", "value", "unit", "reference", "ratio"}, ratio = ours / reference, smaller is better
//   --write-docs  writes docs/performance.md from all figures
import { parseArgs } from 'node:util';
import { appFigures } from './bench/app.mjs';
import { asrFigures } from './bench/asr.mjs';
import { browserFigures } from './bench/browser.mjs';
import { cryptoFigures } from './bench/crypto.mjs';
import { deviceFigures } from './bench/device.mjs';
import { isOver, limitOf } from './bench/limits.mjs';
import { describeMachine, writePage } from './bench/page.mjs';
import { searchFigures } from './bench/search.mjs';
import { uploadFigures } from './bench/upload.mjs';
import { build, runScript } from './setup.mjs';

const GROUPS = {
  crypto: cryptoFigures,
  upload: uploadFigures,
  search: searchFigures,
  browser: browserFigures,
  device: deviceFigures,
  app: appFigures,
  asr: asrFigures,
};

/** The figures of a run that names nothing, in groups that take long. */
const SHORT = ['asr.rtf', 'memory.transcribing'];
const LONG_GROUPS = ['search', 'browser', 'device', 'app', 'asr'];

/** A figure for a person. @param {import('./bench/measure.mjs').Figure} figure */
function toLine(figure) {
  const { name, value, unit, reference, ratio, note } = figure;
  const limit = limitOf(name);
  const verdict = limit === undefined ? '' : isOver(figure) ? 'over' : 'ok';
  const show = (/** @type {number} */ number) =>
    `${number >= 1000 ? number.toFixed(0) : number.toPrecision(3)} ${unit}`.padStart(11);
  const judged = limit === undefined ? '' : `  limit ${limit.toFixed(2)}`;
  return `${verdict.padEnd(5)}${name.padEnd(33)}${show(value)}  against${show(reference)} ${ratio.toFixed(2).padStart(6)}x${judged}${note === undefined ? '' : `  (${note})`}`;
}

await runScript(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(GROUPS, name));
  if (unknown) throw new Error(`There is no group "${unknown}": ${Object.keys(GROUPS).join(', ')}.`);
  const some = positionals.length > 0 || values.only.length > 0;
  if (values['write-docs'] && some) throw new Error('--write-docs needs all figures.');
  build();

  const started = performance.now();
  const before = describeMachine();
  if (!values.json) console.log(`${before.processor}, Node ${before.node}\n`);
  /** @type {import('./bench/measure.mjs').Figure[]} */
  const figures = [];
  for (const [group, measure] of Object.entries(GROUPS)) {
    if (positionals.length > 0 && !positionals.includes(group)) continue;
    const everything = values.all || values['write-docs'] || positionals.length > 0;
    const names = values.only.length > 0 || everything || !LONG_GROUPS.includes(group) ? values.only : SHORT;
    const wanted = (/** @type {string} */ name) =>
      names.length === 0 || names.some((start) => name.startsWith(start));
    for await (const figure of measure(wanted)) {
      figures.push(figure);
      console.log(values.json ? JSON.stringify(figure) : toLine(figure));
    }
  }
  if (figures.length === 0) throw new Error('No figure has such a name.');
  const over = figures.filter(isOver);
  const seconds = Math.round((performance.now() - started) / 1000);
  if (values['write-docs']) await writePage(figures, before, seconds);
  if (!values.json)
    console.log(`\n${figures.length} figures in ${seconds} s, ${over.length} over their limit`);
  if (over.length > 0) process.exitCode = 1;
});
