// @ts-check
// npm run demo [-- FILE]: one recording, from sound to a sealed transcript on a server that cannot read it, and back.
//
//   1. a real server is started on a free port with an empty data folder
//   2. the recording is transcribed there, in memory, by a real model
//   3. private mode: sealed here as published (PBKDF2, AES-256-GCM), stored, fetched, opened
//   4. the vault: the same transcript sealed in parts, listed and opened on a "second device"
//   5. an auditor with none of Sealscribe's code opens what the server holds with the password, and so knows the raw keys
//   6. every file of the server is searched for transcript, password and keys; then for planted ones, to see that the search works
//
// stdout is the story and, as its last line, one JSON object. The exit code is 0 only if everything was so.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baselineKey, openAccountKey, openBaseline } from './demo/auditor.mjs';
import { bareWords, namedRecording, sampleRecording } from './demo/recording.mjs';
import { filesOf, plantings, searchFolder, tellingPieces } from './demo/search.mjs';
import { fetchBytes } from './demo/what-the-server-holds.mjs';
import { build, runScript } from './setup.mjs';
import { startServer } from './start-server.mjs';

const title = (/** @type {string} */ text) => console.log(`\n━━ ${text}`);
const say = (/** @type {string} */ text) => console.log(`   ${text}`);
const seconds = (/** @type {number} */ since) => (performance.now() - since) / 1000;
const hexLine = (/** @type {Buffer} */ bytes) =>
  (bytes.subarray(0, 32).toString('hex').match(/.{8}/g) ?? []).join(' ');

/** The vault keeps times as milliseconds and confidences as thousandths. @param {object} transcript */
const toThousandths = (transcript) =>
  JSON.parse(
    JSON.stringify(transcript, (_, value) =>
      typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
    ),
  );

/** @param {string} work Folder for everything that the demo writes. */
async function demo(work) {
  const named = process.argv[2] === undefined ? undefined : namedRecording(process.argv[2]);
  build();
  const recording = named ?? sampleRecording();
  const { Sealscribe, toSrt } = await import('@sealscribe/sdk-node');

  title('A server on this machine, with an empty data folder');
  const dataFolder = join(work, 'server-data');
  const server = await startServer({ dataFolder });
  say(`${server.url}, certificate ${server.fingerprint.slice(0, 29)}…`);
  say(`model ${server.ready.models.join(', ')} on ${server.ready.device}`);

  const owner = { email: 'owner@example.com', password: `demo-${randomBytes(12).toString('base64url')}` };
  const connection = { server: server.url, fingerprint: server.fingerprint };
  const client = new Sealscribe(connection);

  try {
    title(`From a recording to a transcript: ${recording.name}`);
    const vault = await client.signUp(owner);
    const started = performance.now();
    const transcript = await client.transcribe({ path: recording.path });
    const transcribeSeconds = seconds(started);
    assert.notEqual(transcript.text.trim(), '', 'no speech was recognised in this recording');
    if (recording.words !== undefined) assert.equal(bareWords(transcript.text), recording.words);
    say(`${transcript.duration.toFixed(1)} s of audio in ${transcribeSeconds.toFixed(2)} s`);

    const label = `Demo title ${randomBytes(6).toString('hex')}`;
    const { runs, words } = tellingPieces(transcript.text);
    const alreadyThere = new Set(searchFolder(dataFolder, words).map((hit) => hit.what));

    title('Private mode, as published: sealed here, stored there, opened here');
    const privateMode = await client.privateMode(owner);
    const blob = await privateMode.save(transcript, { title: label, fileName: recording.name });
    assert.deepEqual(
      (await privateMode.list()).map((info) => info.id),
      [blob.id],
    );
    assert.deepEqual((await privateMode.open(blob.id)).transcript, transcript);
    say('saved, listed, fetched, opened: the same transcript');

    title('The vault: sealed here in three parts, opened on a second device');
    const saved = await vault.save(transcript, { title: label, fileName: recording.name });
    const secondDevice = new Sealscribe(connection);
    const opened = await secondDevice.unlock(owner);
    assert.deepEqual(
      (await opened.list()).map((entry) => [entry.id, entry.title]),
      [[saved.id, label]],
    );
    const fromVault = (await opened.open(saved.id)).transcript;
    assert.deepEqual(fromVault, toThousandths(transcript));
    await secondDevice.close();
    say('saved, listed, fetched, opened: the same transcript');

    title('What the server holds, and what the owner sees');
    const token = client.session?.token ?? '';
    const look = (/** @type {string} */ path) => fetchBytes(server, token, path);
    const atServer = await look(`/v1/blobs/${blob.id}`);
    const body = await look(`/v1/transcripts/${saved.id}/transcript`);
    say(`blob       ${hexLine(atServer)} … (${atServer.length} bytes)`);
    say(`vault      ${hexLine(body)} … (${body.length} bytes)`);
    say(`the owner  ${transcript.text.slice(0, 150)}${transcript.text.length > 150 ? '…' : ''}`);
    console.log(`\n${toSrt(fromVault).trimEnd()}`);

    title('An auditor opens the same bytes with the password and other code');
    const baseline = baselineKey(owner);
    assert.deepEqual(JSON.parse(openBaseline(baseline, atServer).toString()).transcript, transcript);
    const keyRecord = JSON.parse((await look('/v1/account/keys')).toString());
    const { root, accountKey } = openAccountKey(owner, keyRecord);
    say('the baseline blob and the account key open; both raw keys are known and can be looked for');

    title('Searching every file of the server for what it must not know');
    const secrets = [
      ...runs,
      ...words.filter((word) => !alreadyThere.has(word.what)),
      { what: 'the password', value: owner.password },
      { what: 'the title', value: label },
      { what: 'the raw baseline key', value: baseline },
      { what: 'the raw root key', value: root },
      { what: 'the raw account key', value: accountKey },
    ];
    const hitsWhileRunning = searchFolder(dataFolder, secrets);
    const runningFiles = filesOf(dataFolder).length;
    await client.close();
    await server.stop();
    const hits = [...hitsWhileRunning, ...searchFolder(dataFolder, secrets)];
    for (const hit of hits) say(`FOUND ${hit.what} as ${hit.encoding} in ${hit.file}`);
    say(
      `${secrets.length} secrets in ${runningFiles} files, as UTF-8, UTF-16LE, hex and base64: ${hits.length} found`,
    );
    if (alreadyThere.size > 0)
      say(`(${alreadyThere.size} words were in the folder before saving and are left out)`);
    controlSearch(dataFolder, join(work, 'control'), secrets);
    say('the same search finds every one of them, in every encoding, where they were planted');

    return {
      ok: hits.length === 0,
      text: transcript.text,
      audioSeconds: transcript.duration,
      transcribeSeconds: Number(transcribeSeconds.toFixed(3)),
      sealedBytes: atServer.length,
      plaintextHitsOnServer: hits.length,
    };
  } finally {
    if (server.running()) await server.kill();
  }
}

/**
 * Plants every secret in every encoding at the end of a copy of the server's files, and demands that the search finds them all.
 * @param {string} dataFolder
 * @param {string} copy
 * @param {import('./demo/search.mjs').Secret[]} secrets
 */
function controlSearch(dataFolder, copy, secrets) {
  cpSync(dataFolder, copy, { recursive: true });
  const planted = secrets.flatMap((secret) => {
    const ways = plantings(secret);
    for (const { content } of ways) appendFileSync(join(copy, 'sealscribe.db'), content);
    return ways.map(({ encoding }) => `${secret.what} as ${encoding}`);
  });
  const found = new Set(searchFolder(copy, secrets).map(({ what, encoding }) => `${what} as ${encoding}`));
  const missed = planted.filter((planting) => !found.has(planting));
  assert.deepEqual(missed, [], 'the search does not find what was planted');
}

await runScript(async () => {
  const work = mkdtempSync(join(tmpdir(), 'sealscribe-demo-'));
  process.once('exit', () => rmSync(work, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  try {
    const result = await demo(work);
    console.log(`\n${JSON.stringify(result)}`);
    if (!result.ok) process.exitCode = 1;
  } catch (error) {
    console.log(
      `\n${JSON.stringify({ ok: false, error: error instanceof Error ? error.message : String(error) })}`,
    );
    throw error;
  }
});
