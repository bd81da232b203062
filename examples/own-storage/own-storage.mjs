// Keeps transcripts sealed in a storage of your own: here a folder, in its place any database or bucket. No server of ours is involved.
//
//   PASSWORD=… node own-storage.mjs save notes < transcript.json
//   PASSWORD=… node own-storage.mjs open notes
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CryptoError, decodeText, decrypt, deriveKey, encrypt } from '@sealscribe/crypto';

/** All that a storage has to be able to do. The names of what is in it are not sealed: do not let them tell anything. */
const storage = {
  put: async (name, bytes) => {
    await mkdir('sealed', { recursive: true });
    await writeFile(`sealed/${name}`, bytes);
  },
  get: (name) => readFile(`sealed/${name}`),
};

const [action, name] = process.argv.slice(2);
if (!['save', 'open'].includes(action) || !/^\w+$/.test(name ?? '')) {
  console.error('usage: own-storage.mjs save|open NAME');
  process.exit(2);
}
// The email is the salt: the same for good, however its owner writes it elsewhere.
const key = await deriveKey(process.env.PASSWORD ?? '', 'you@example.com');
try {
  if (action === 'save') await storage.put(name, await encrypt(key, await text(process.stdin)));
  else process.stdout.write(decodeText(await decrypt(key, await storage.get(name))));
} catch (error) {
  if (!(error instanceof CryptoError)) throw error;
  // A wrong password and changed bytes look the same, to everybody.
  console.error('It does not open: the password is another one, or the bytes were changed.');
  process.exitCode = 1;
}
