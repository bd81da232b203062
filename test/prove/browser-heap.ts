/**
 * What a page's scripts could still come by: the strings of a heap snapshot, and the bytes of every buffer, both through the protocol of
 * the browser's own developer tools, after everything that nobody holds was collected. Web Crypto's own memory is in neither.
 */
import type { CDPSession } from 'playwright';
import type { BrowserJourney } from './browser-journey.js';
import type { Look } from './claim.js';
import { asFiles, searchIn, together, type Secret } from './places.js';

/** Looks for secrets in the page's heap. */
export async function heapHolds(
  { page, context, mark }: BrowserJourney,
  keys: readonly Secret[],
): Promise<Look> {
  const session = await context.newCDPSession(page);
  try {
    await session.send('HeapProfiler.enable');
    for (let round = 0; round < 3; round++) await session.send('HeapProfiler.collectGarbage');
    const buffers = await buffersOf(session);
    const strings = await stringsOf(session);
    const secrets = [...keys, { what: 'something with the mark', value: mark }];
    return together(
      searchIn(asFiles(strings), secrets, `${strings.length} characters of strings`),
      searchIn(asFiles(...buffers), secrets, `${buffers.length} buffers`),
    );
  } finally {
    await session.detach();
  }
}

/** The strings of a heap snapshot, as its table has them. */
async function stringsOf(session: CDPSession): Promise<string> {
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  const json = chunks.join('');
  const at = json.lastIndexOf('"strings":[');
  if (at < 0) throw new Error('the snapshot has no table of strings');
  return json.slice(at);
}

/** The bytes of every buffer that is there. */
async function buffersOf(session: CDPSession): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for (const kind of ['ArrayBuffer', 'SharedArrayBuffer']) {
    const { result: prototype } = await session.send('Runtime.evaluate', {
      expression: `globalThis.${kind}?.prototype ?? Object.create(null)`,
    });
    const { objects } = await session.send('Runtime.queryObjects', {
      prototypeObjectId: prototype.objectId ?? '',
    });
    const { result } = await session.send('Runtime.callFunctionOn', {
      objectId: objects.objectId ?? '',
      returnByValue: true,
      functionDeclaration: `function () {
        return this.filter((buffer) => buffer.byteLength > 0 && buffer.byteLength < 2 ** 24).map((buffer) => {
          let text = '';
          for (const byte of new Uint8Array(buffer)) text += byte.toString(16).padStart(2, '0');
          return text;
        });
      }`,
    });
    found.push(...(result.value as string[]).map((text) => Buffer.from(text, 'hex')));
    await session.send('Runtime.releaseObject', { objectId: objects.objectId ?? '' });
  }
  return found;
}
