// @ts-check
// docs/performance.md, written from the figures of one run: nothing in it is typed by hand.
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { ASR_PEERS } from './asr-peers.mjs';
import { isOver, limitOf } from './limits.mjs';
import { PEERS } from './peers.mjs';

const FILE = join(root, 'docs/performance.md');

/** @typedef {ReturnType<typeof describeMachine>} Machine */

/** What the figures were measured on. */
export function describeMachine() {
  return {
    processor: `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
    memory: `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`,
    system: `${type()} ${release()}`,
    node: `${process.versions.node} (OpenSSL ${process.versions.openssl})`,
    load: loadavg()[0]?.toFixed(1) ?? '',
    date: new Date().toISOString().slice(0, 10),
  };
}

/** @param {import('./measure.mjs').Figure} figure */
function toRow(figure) {
  const { name, value, unit, reference, ratio } = figure;
  const limit = limitOf(name);
  const show = (/** @type {number} */ number) =>
    `${number >= 1000 ? number.toFixed(0) : number.toPrecision(3)} ${unit}`;
  const judged = limit === undefined ? ['', ''] : [limit.toFixed(2), isOver(figure) ? '**over**' : 'ok'];
  return `| ${['`' + name + '`', show(value), show(reference), ratio.toFixed(2), ...judged].join(' | ')} |`;
}

/** @param {import('./measure.mjs').Figure[]} figures @param {...string} starts Of the names. */
const table = (figures, ...starts) =>
  [
    '| figure | ours | reference | ratio | limit | |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...figures.filter(({ name }) => starts.some((start) => name.startsWith(start))).map(toRow),
  ].join('\n');

/** @param {string} text */
const toSentence = (text) => (text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);

/** What else is to be known of figures, each thing once. @param {import('./measure.mjs').Figure[]} figures @param {...string} starts */
const notes = (figures, ...starts) =>
  [
    ...new Set(
      figures.filter(({ name }) => starts.some((start) => name.startsWith(start))).map((f) => f.note),
    ),
  ]
    .filter((note) => note !== undefined)
    .join('; ');

/**
 * Writes the page.
 * @param {import('./measure.mjs').Figure[]} figures
 * @param {Machine} machine As it was before the first figure.
 * @param {number} seconds How long all of it took.
 */
export async function writePage(figures, machine, seconds) {
  const list = (/** @type {Record<string, string>} */ versions) =>
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ');
  const sherpa = (/** @type {import('./measure.mjs').Figure[]} */ all) => {
    const raced = all.find(({ name }) => name === 'asr.vs.sherpa');
    return raced ? `; on these it takes ${Math.round(raced.reference)}` : '';
  };
  const isPeer = (/** @type {{name: string}} */ { name }) => name.includes('.vs.');
  const text = `# Performance

\`npm run bench -- --write-docs\` measured all of this and wrote this page on ${machine.date}, in ${seconds} s.

| | |
| --- | --- |
| processor | ${machine.processor} |
| memory | ${machine.memory} |
| system | ${machine.system} |
| Node | ${machine.node} |
| load before and after (1 minute) | ${machine.load}, ${describeMachine().load} |

## How to read it

A ratio is our time divided by the reference's, smaller is better. Ours and the reference are measured in pairs, one right after the
other and in alternating order, and the ratio is the median of the pairs' ratios; the times are medians too, so dividing them need not
give quite the same. A load above the number of processors means that other programs were at work: then the milliseconds say little
about the code, and the ratios hold better but have been seen to move by a third from run to run, most of all where many small calls
are handed to other threads (\`seal\` and \`open\`) or memory is asked for (\`encrypt\` of 1 MB, the upload). Trust your own run on a quiet machine more than this page. KB and MB are powers of ten.

\`npm run bench\` ends with an error when a ratio is over its limit.

## The baseline

\`encrypt\` and \`decrypt\` against the single Web Crypto call inside them. What is added is checking the arguments and, for
\`encrypt\`, one copy that puts the IV in front.

${table(figures, 'baseline.')}

## The vault

\`seal\` and \`open\` against one Web Crypto call over as many bytes. What is added is a key of its own for every message, the commitment
to it, and chunks of 16 KiB with a tag each.

${table(
  figures.filter((figure) => !isPeer(figure)),
  'cobblestone.',
)}

Against other libraries (${list(PEERS)}), each in the way that is fairest to it: key material at hand, no password, no armour, no
signature. typage gets a recipient that is cheaper than any it brings; OpenPGP a session key, AEAD with GCM and no compression; HPKE does
one encapsulation with P-256 for every message, because that is what it is for.

${table(figures.filter(isPeer), 'cobblestone.')}

Unlocking: from the password to the opened account key, without network, against one bare PBKDF2 derivation of the same 600,000
iterations.

${table(figures, 'unlock')}

## The server

Uploading a recording of 100 MB over TLS 1.3, through the real route with sign-in, admission, parser and wiping, and a recogniser that
answers at once; against a \`node:https\` server that does nothing but keep the chunks. Below it, the memory of both processes at its
largest.

${table(figures, 'upload.', 'memory.upload')}

Transcribing eleven seconds with the embedded model, through the SDK and a real server, one request at a time, against the length of the
recording. Below it, the memory of the server with all its processes at its largest, against the same before the first request.

${table(figures, 'asr.rtf', 'memory.transcribing')}

An hour of audio as an MP3, from the first byte of the upload to the transcript with the times of its words, through a real server
with two workers on two cores; CPU seconds and memory are those of the server with all its processes. The reference is what is promised,
on processors on which sherpa-onnx takes 140 CPU seconds for an hour of the same model${sherpa(figures)}.
${toSentence(notes(figures, 'asr.hour.'))}

${table(figures, 'asr.hour.')}

Live: from the first word spoken to the first text, six streams at once on two recognisers against the length of what was said, and
words that are wrong against the same recordings read whole (${notes(figures, 'asr.live.wer')}).

${table(figures, 'asr.live.')}

## Search

CPU time in Node to unlock 1,000 transcripts of an hour each, which this device has kept sealed, and find a word in them; and of each
search after that. The reference is what is promised. ${toSentence(notes(figures, 'search.'))}

${table(figures, 'search.')}

## In a browser

How long the page of an app in Chromium cannot answer, by its own long-task entries (whatever holds the UI thread for 50 ms or more), while the
vault is at work in the worker of sdk-browser: sealing and opening a transcript of an hour with the times of its words, and searching
1,000 transcripts of an hour each, none of which was here before. The reference is what is promised; 0 means that there was no such entry.
${toSentence(notes(figures, 'browser.'))}

${table(figures, 'browser.')}

On the device: the English recordings, each as the file that it is, one after the other in a page of Chromium with the model loaded, by
WebAssembly. Seconds of work against the length of the recordings; words of its text that differ from a server's for the same files, and
the longest time for which the page could not answer, against what is promised; and how long eleven seconds of speech take until the first words
are there, in a page that has just been opened, with the files in the cache. ${toSentence(notes(figures, 'device.'))}

${table(figures, 'device.')}

The built web app in Chromium on the real server, with eleven seconds of speech: from letting the file go over the page to its first words on
it, against the same file sent by a bare fetch of the same page until the first words are in the answer; and the longest time for which the
page could not answer meanwhile and while a query was typed, against what is promised. ${toSentence(notes(figures, 'app.'))}

${table(figures, 'app.')}

## Recognition

The embedded model against the same weights in other runtimes (${list(ASR_PEERS)}): the same segments one after the other, each
recogniser in a process of its own with one thread, in CPU seconds (\`asr.vs.\`) and seconds by the clock (\`asr.wall.\`) for an
hour of audio. Ours gives the log-probability of each token, in \`.words\` also the times of the words; sherpa-onnx and
transformers.js give the text. The ratio is that of the sums over all segments, each the median of its rounds.
${toSentence(notes(figures, 'asr.vs.'))}

${table(figures, 'asr.vs.', 'asr.wall.')}

What comes out, from the English recordings that are there (${notes(figures, 'asr.words.', 'asr.der.')}): words that are wrong, against
what is promised and against sherpa-onnx on the same segments (${notes(figures, 'asr.wer.')}: a paired bootstrap; an interval with 0 in
it is no difference beyond chance); how far off the start of a word is; and the time given to the wrong speaker in conversations.

${table(figures, 'asr.wer.', 'asr.words.', 'asr.der.')}
`;
  // Loaded late, as the packages are installed only when the benchmark starts.
  const { format, resolveConfig } = await import('prettier');
  await writeFile(FILE, await format(text, { ...(await resolveConfig(FILE)), parser: 'markdown' }));
}
