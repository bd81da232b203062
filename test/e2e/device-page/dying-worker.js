// The worker of a browser that runs out of memory in the middle of a live stream: it is gone without a word.
import './sdk/device-worker.js';

let heard = 0;
globalThis.addEventListener('message', ({ data }) => {
  if (data.kind === 'hear' && ++heard === 20) globalThis.close();
});
