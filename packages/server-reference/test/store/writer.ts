/**
 * The child of durability.test.ts: stores blob after blob, replaces and deletes some, and says after each acknowledged step
 * what must be true from then on: `at ID REVISION SHA256` or `gone ID`. Arguments: folder, account id.
 */
import { createHash, randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createBlob, deleteBlob, replaceBlob } from '../../src/store/blobs.js';
import { openStore } from '../../src/store/open.js';

const [folder = '', accountId = ''] = process.argv.slice(2);
const store = await openStore(folder, { reserve: 0 });
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const say = (...words: unknown[]) => writeSync(1, `${words.join(' ')}\n`);

for (let count = 0; ; count++) {
  const id = randomBytes(16).toString('base64url');
  const place = { accountId, id, bound: 1e9 };
  const first = randomBytes(1 + (count % 5) * 5000);
  await createBlob(store, place, first, new Date());
  say('at', id, 1, hashOf(first));
  if (count % 3 === 1) {
    const second = randomBytes(7000);
    await replaceBlob(store, place, 1, second, new Date());
    say('at', id, 2, hashOf(second));
  }
  if (count % 3 === 2) {
    await deleteBlob(store, accountId, id, 1);
    say('gone', id);
  }
}
