/**
 * Stand-ins for neural models, which hear siblings of tones instead of people: a "voice" is a tone that jumps between a pitch
 * and one a third above it. Like real ones, the segmentation numbers the speakers of a window without knowing who they are.
 */
import { makeModel, value } from '../stand-in-graph.js';

const RATE = 16_000;
/** Samples of a frame of the segmentation. */
const FRAME = 800;
/** Samples over which a pitch is looked for. */
const KERNEL = 800;
const JUMP = 4 / 3;

/** Hz. */
const PITCHES = [500, 1000, 2000, 3200];
/** Voices that the segmentation calls its speaker 0, 1 and 2: the first and the last must not be in one window. */
const LOCAL = [[0, 3], [1], [2]];

/** Seconds of a voice: its number among the pitches. */
export function sing(voice: number, seconds: number): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: Math.round(seconds * RATE) }, (_, i) => {
    const pitch = PITCHES[voice] * (Math.floor(i / 1600) % 2 === 0 ? 1 : JUMP);
    phase += (2 * Math.PI * pitch) / RATE;
    return 0.5 * Math.sin(phase);
  });
}

/** Filters for the voices' pitches, cosine and sine of each. */
const filters = PITCHES.flatMap((pitch) => [pitch, pitch * JUMP]).flatMap((pitch) =>
  [Math.cos, Math.sin].map((wave) =>
    Array.from({ length: KERNEL }, (_, i) => (4 * wave((2 * Math.PI * pitch * i) / RATE)) / KERNEL),
  ),
);

/** [1, 1, samples] to [1, frames, classes], seven of them as in pyannote's powerset. */
export function makeSegmentation(classes = 7): Uint8Array {
  const inputs = [value('input_values', 'float32', ['batch', 1, 'samples'])];
  const outputs = [value('logits', 'float32', ['batch', 'frames', classes])];
  return makeModel(inputs, outputs, (graph) => {
    const bank = graph.floats('filters', [filters.length, 1, KERNEL], filters.flat());
    const found = graph.add('Conv', ['input_values', bank], { kernel_shape: [KERNEL], strides: [FRAME] });
    const power = graph.add('Mul', [found, found]);
    // Of each of the window's speakers: does one of its pitches sound?
    const members = LOCAL.map((speakers) =>
      filters.map((_, filter) => (speakers.includes(Math.floor(filter / 4)) ? 1 : 0)),
    );
    const sums = graph.add('Conv', [power, graph.floats('members', [3, filters.length, 1], members.flat())]);
    const [zero, one] = [graph.floats('zero', [], [0]), graph.floats('one', [], [1])];
    const sounds = graph.add('Clip', [sums, zero, one]);
    const sets = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2]].slice(0, classes);
    const weights = sets.map((set) =>
      LOCAL.map((_, speaker) => (set.length === 0 ? 0 : set.includes(speaker) ? 1 : -1)),
    );
    // Two are only believed when both sound.
    const bias = sets.map((set) => [0.5, 0, -0.8][set.length]);
    const logits = graph.add('Conv', [
      sounds,
      graph.floats('weights', [classes, 3, 1], weights.flat()),
      graph.floats('bias', [classes], bias),
    ]);
    graph.rename(graph.add('Transpose', [logits], { perm: [0, 2, 1] }), 'logits');
  });
}

/** Filter banks [1, frames, 80] to how much further each band rises above its mean than bands do on average. */
export function makeFbankEmbedding(): Uint8Array {
  const inputs = [value('feats', 'float32', ['batch', 'frames', 80])];
  return makeModel(inputs, [value('embs', 'float32', ['batch', 80])], (graph) => {
    const rise = graph.add('ReduceMax', ['feats'], { axes: [1], keepdims: 0 });
    const usual = graph.add('ReduceMean', [rise], { axes: [1], keepdims: 1 });
    const further = graph.add('Relu', [graph.add('Sub', [rise, usual])]);
    graph.rename(graph.add('Mul', [further, further]), 'embs');
  });
}

/** Samples [1, samples] to the power of each of the pitches. */
export function makeSampleEmbedding(): Uint8Array {
  const inputs = [value('waveform', 'float32', ['batch', 'samples'])];
  return makeModel(inputs, [value('embedding', 'float32', ['batch', filters.length])], (graph) => {
    const bank = graph.floats('filters', [filters.length, 1, KERNEL], filters.flat());
    const channel = graph.add('Unsqueeze', ['waveform', graph.integers('axis', [1], [1])]);
    const found = graph.add('Conv', [channel, bank], { kernel_shape: [KERNEL], strides: [FRAME] });
    const power = graph.add('Mul', [found, found]);
    graph.rename(graph.add('ReduceMean', [power], { axes: [2], keepdims: 0 }), 'embedding');
  });
}

/** An embedding model that wants the number of samples too, as NeMo's do. */
export function makeTwoInputEmbedding(): Uint8Array {
  const inputs = [value('audio', 'float32', [1, 'samples']), value('length', 'float32', [1, 'samples'])];
  return makeModel(inputs, [value('embs', 'float32', [1, 'samples'])], (graph) => {
    graph.rename(graph.add('Add', ['audio', 'length']), 'embs');
  });
}
