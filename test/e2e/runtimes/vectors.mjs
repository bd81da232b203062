/* global Blob, Response */
// Run by Deno, Bun and other Nodes: opens the published vectors and goes through the vault with what the build made.
// Arguments: URL of crypto's dist/index.js, paths of baseline-v1.json and share-v1.json. Prints one JSON line.
import { readFileSync } from 'node:fs';

const [library, vectorsFile, linksFile] = process.argv.slice(2);
const crypto = await import(library);
const { vectors } = JSON.parse(readFileSync(vectorsFile, 'utf8'));
const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const text = (hex) => crypto.decodeText(fromHex(hex));

let opened = 0;
for (const vector of vectors.filter((each) => each.ciphertext_tag_hex !== undefined)) {
  const key = await crypto.deriveKey(text(vector.password_utf8_hex), text(vector.email_utf8_hex));
  const plaintext = await crypto.decrypt(key, fromHex(vector.iv_hex + vector.ciphertext_tag_hex));
  if (toHex(plaintext) === vector.plaintext_hex) opened++;
}

const salt = Uint8Array.from({ length: 16 }, (_, i) => i);
const account = {
  email: 'alice@example.com',
  password: 'correct horse battery staple',
  salt,
  iterations: 600_000,
};
const root = await crypto.deriveRoot(account);
const authKey = toHex(await crypto.deriveAuthKey(root));

const [accountId, transcriptId] = [crypto.newId(), crypto.newId()];
const context = { accountId, keyVersion: 1, iterations: 600_000, salt };
const { wrap } = await crypto.createAccountKey(root, context);
const accountKey = await crypto.openAccountKey(root, context, wrap);
const made = await crypto.createTranscriptKey(accountKey, { accountId, transcriptId });
const transcriptKey = await crypto.openTranscriptKey(accountKey, { accountId, transcriptId }, made.wrap);
const transcript = { text: 'x'.repeat(50_000) };
const sealed = await crypto.sealRecord(transcriptKey, {
  transcriptId,
  revision: 1,
  card: {},
  transcript,
  words: {},
});
const card = await crypto.openCard(transcriptKey, { transcriptId, revision: 1 }, sealed.card);
const ref = card.parts.transcript;
const back = await crypto.openPart(transcriptKey, 'transcript', { transcriptId, ref }, sealed.transcript);

let links = 0;
for (const { shareId, fragment, sealed, document, ...link } of JSON.parse(readFileSync(linksFile, 'utf8'))
  .links) {
  const password = link.password_utf8_hex && text(link.password_utf8_hex);
  const { shareKey, accessToken } = await crypto.deriveShare(
    shareId,
    crypto.decodeFragment(fragment),
    password,
  );
  const shared = await crypto.openShare(shareKey, shareId, crypto.decodeBase64url(sealed));
  const isRight = toHex(accessToken) === link.accessToken_hex;
  if (isRight && JSON.stringify(shared) === JSON.stringify(document)) links++;
}

const large = new Uint8Array(100_000).fill(1);
const stream = new Blob([large]).stream();
const through = stream
  .pipeThrough(crypto.sealStream(accountKey, salt))
  .pipeThrough(crypto.openStream(accountKey, salt));
const streamed = new Uint8Array(await new Response(through).arrayBuffer());

let refused = '';
try {
  await crypto.openCard(accountKey, { transcriptId, revision: 1 }, sealed.card);
} catch (error) {
  refused = error.code;
}
const vault =
  back.text === transcript.text && streamed.length === large.length && streamed.every((byte) => byte === 1);
const nodeVersion = process.versions.node;
console.log(
  JSON.stringify({
    opened,
    links,
    authKey,
    vault,
    refused,
    runtime: globalThis.Deno ? 'deno' : globalThis.Bun ? 'bun' : `node ${nodeVersion}`,
  }),
);
