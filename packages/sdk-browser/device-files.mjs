#!/usr/bin/env node
// sealscribe-device-files FOLDER [MODEL]: fills a folder of a web app with what recognition on the device loads: the model (by default
// the package @sealscribe/model-moonshine-tiny-en, or a folder that is like its files/) and the WebAssembly of onnxruntime-web.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { argv, exit } from 'node:process';

const RUNTIME = 'onnxruntime-web/ort-wasm-simd-threaded.wasm';
const MODEL = '@sealscribe/model-moonshine-tiny-en';

/** The path of a file of a package that the app has beside this one, or that this one has. */
function find(name) {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // The next.
    }
  }
  console.error(`${name} is not installed: npm install ${MODEL} onnxruntime-web@1.30.0`);
  return exit(1);
}

const [folder, model] = argv.slice(2);
if (folder === undefined || folder.startsWith('-')) {
  console.error('usage: sealscribe-device-files FOLDER [MODEL]');
  exit(2);
}
const manifest = model === undefined ? find(`${MODEL}/manifest.json`) : join(model, 'manifest.json');
const names = JSON.parse(readFileSync(manifest, 'utf8')).files.map(({ name }) => basename(name));
mkdirSync(folder, { recursive: true });
for (const path of [manifest, ...names.map((name) => join(dirname(manifest), name)), find(RUNTIME)]) {
  if (existsSync(path)) copyFileSync(path, join(folder, basename(path)));
}
