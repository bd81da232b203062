/** A CTC model with the tensors of NeMo's exports that writes a script, whatever it hears, and then nothing. */
import { makeModel, value } from '../stand-in-graph.js';

const pieces = ['<unk>', '▁hel', 'lo', '▁wor', 'ld', '<0xC3>', '<0xA9>', '<blk>'];
export const tokens = pieces.map((piece, i) => `${piece} ${i}`).join('\n');
/** Enough for 30 s. */
const FRAMES = 400;
const script = ['<blk>', '▁hel', '▁hel', 'lo', '<blk>', '<blk>', '▁wor', 'ld', '<0xC3>', '<0xA9>', '<blk>'];

/** Writes the script, a piece for every 8 frames, as far as the audio goes; nonsense when `length` is not the frames. */
export const scripted = makeModel(
  [value('audio_signal', 'float32', ['batch', 80, 'frames']), value('length', 'int64', ['batch'])],
  [value('logprobs', 'float32', ['batch', 'encoded', pieces.length])],
  (g) => {
    const scalar = g.integers('scalar', [0], []);
    const eight = g.integers('eight', [], [8]);
    const frames = g.add('Gather', [g.add('Shape', ['audio_signal']), g.integers('two', [], [2])]);
    const length = g.add('Reshape', ['length', scalar]);
    const isRight = g.add('Cast', [g.add('Equal', [frames, length])], { to: 1 });
    const encoded = g.add('Div', [g.add('Add', [length, g.integers('seven', [], [7])]), eight]);
    const range = g.add('Range', [g.integers('zero', [], [0]), encoded, g.integers('one', [], [1])]);
    const rows = Array.from({ length: FRAMES }, (_, frame) =>
      pieces.map((piece) => (piece === (script[frame] ?? '<blk>') ? 0 : -20)),
    ).flat();
    const table = g.floats('table', [FRAMES, pieces.length], rows);
    const told = g.add('Mul', [g.add('Gather', [table, range]), isRight]);
    g.rename(g.add('Unsqueeze', [told, g.integers('batch', [1], [0])]), 'logprobs');
  },
);
