import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findSpeakerModels } from '../../src/transcription/speaker-models.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sealscribe-speakers-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text = '') => writeFileSync(join(folder, name), text);

it('finds the two models of a folder, and the threshold of its manifest', () => {
  write('segmentation.onnx');
  expect(() => findSpeakerModels(folder)).toThrow(/embedding\.onnx/);
  write('embedding.onnx');
  const files = {
    segmentation: join(folder, 'segmentation.onnx'),
    embedding: join(folder, 'embedding.onnx'),
  };
  expect(findSpeakerModels(folder)).toEqual(files);
  write('manifest.json', '{"threshold": 0.6, "name": "mine"}');
  expect(findSpeakerModels(folder)).toEqual({ ...files, threshold: 0.6 });
  write('manifest.json', '{}');
  expect(findSpeakerModels(folder)).toEqual(files);
});

it('refuses a threshold that is no cosine', () => {
  write('segmentation.onnx');
  write('embedding.onnx');
  for (const threshold of ['"high"', '2', 'null']) {
    write('manifest.json', `{"threshold": ${threshold}}`);
    expect(() => findSpeakerModels(folder)).toThrow(/-1 to 1/);
  }
});
