// Fills files/ with the embedded default model, taken from the devDependencies: nothing is downloaded here and nothing is committed.
// Only the English model of moonshine-js is copied; its Spanish model has another licence. README.md describes the files.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import llamaTokenizer from 'llama-tokenizer-js';

const here = dirname(fileURLToPath(import.meta.url));
const dependency = (...path) => readFileSync(join(here, 'node_modules', ...path));
const moonshine = (name) => dependency('@moonshine-ai/moonshine-js/dist/model/tiny/quantized', name);

/** The vocabulary, one piece per line: line n (from 0) is token id n. Pieces hold `\r` but never `\n`. */
function vocabulary() {
  const pieces = llamaTokenizer.vocabById;
  if (pieces.length !== 32_000 || pieces.some((piece) => piece === '' || piece.includes('\n')))
    throw new Error('llama-tokenizer-js carries another vocabulary than expected');
  return Buffer.from(pieces.join('\n') + '\n');
}

/** The MIT licence of moonshine-js and its English model, without the section on the Spanish one. */
function moonshineLicence() {
  const text = dependency('@moonshine-ai/moonshine-js/LICENSE').toString('utf8');
  const section = /^SECTION 1 -+\n([^]*?)^SECTION 2 -+$/m.exec(text)?.[1]?.trim();
  if (!section?.startsWith('MIT License')) throw new Error('moonshine-js has another licence than expected');
  return section;
}

function licence() {
  const part = (title, text) => `${title}\n${'-'.repeat(title.length)}\n\n${text.trim()}\n`;
  return Buffer.from(
    [
      part('encoder_model.onnx, decoder_model_merged.onnx (Moonshine tiny, English)', moonshineLicence()),
      part('silero_vad_v6.onnx (Silero VAD)', readFileSync(join(here, 'licences/silero-vad.txt'), 'utf8')),
      part(
        'tokens.txt (from llama-tokenizer-js)',
        dependency('llama-tokenizer-js/LICENSE.md').toString('utf8'),
      ),
    ].join('\n\n'),
  );
}

const contents = {
  'encoder_model.onnx': moonshine('encoder_model.onnx'),
  'decoder_model_merged.onnx': moonshine('decoder_model_merged.onnx'),
  'silero_vad_v6.onnx': dependency('@ricky0123/vad-web/dist/silero_vad_v6.onnx'),
  'tokens.txt': vocabulary(),
  LICENSE: licence(),
};
const manifest = {
  id: 'moonshine-tiny-en',
  name: 'Moonshine tiny (English)',
  family: 'moonshine',
  languages: ['en'],
  licence: 'MIT',
  files: Object.entries(contents).map(([name, bytes]) => ({
    name,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })),
};
contents['manifest.json'] = Buffer.from(JSON.stringify(manifest, null, 2) + '\n');

const folder = join(here, 'files');
mkdirSync(folder, { recursive: true });
for (const [name, bytes] of Object.entries(contents)) {
  const path = join(folder, name);
  // A file that is already right stays untouched: a running server or test may have it open.
  if (!existsSync(path) || !readFileSync(path).equals(bytes)) writeFileSync(path, bytes);
}
