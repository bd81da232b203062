/** Sealed recordings: stored in pieces, seen only once a write has taken them up, and gone from the disk with what drops them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RECORDING_HEADER, RECORDING_PIECE_BYTES } from '@sealscribe/protocol';
import { sweepRecordings } from '../../src/store/recordings.js';
import { onPostgres } from '../store/fresh-database.js';
import { filesWith } from '../store/raw-files.js';
import { readTar } from './read-tar.js';
import {
  bytesOf,
  creating,
  newId,
  newParts,
  Person,
  replacing,
  sendRecording,
  startVault,
  type VaultApp,
} from './vault-app.js';
import { join, newWorkspace, putShared } from './workspace-requests.js';

const BOUND = 8 * 1024 * 1024;

let vault: VaultApp;
let person: Person;
beforeEach(async () => {
  vault = await startVault({ accountBytes: BOUND });
  person = await Person.signUp(vault);
});
afterEach(() => vault.close());

const at = (id: string, recording: string, piece: number | string = 0) =>
  `/v1/transcripts/${id}/recordings/${recording}/${piece}`;
const isOnDisk = (bytes: Buffer) =>
  [bytes.subarray(0, 24), bytes.subarray(bytes.length >> 1).subarray(0, 24), bytes.subarray(-24)].some(
    (piece) => filesWith(vault.folder, piece).length > 0,
  );
const storedBytes = async (id = person.accountId) =>
  (
    await vault.store.db
      .selectFrom('accounts')
      .select('stored_bytes')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  ).stored_bytes;

/** A transcript at revision 1 with a recording of two and a half pieces. */
async function plant() {
  const id = newId();
  const recording = { id: newId(), bytes: bytesOf(2.5 * RECORDING_PIECE_BYTES) };
  const header = await sendRecording(person, id, recording.id, recording.bytes);
  const before = await storedBytes();
  const answer = await person.putTranscript(id, newParts(), { ...creating(0), ...header });
  expect(answer.statusCode).toBe(201);
  expect(before).toBe(recording.bytes.length);
  return { id, recording };
}
async function fetchAll(id: string, recording: string, pieces: number): Promise<Buffer> {
  const all = [];
  for (let piece = 0; piece < pieces; piece++) {
    const answer = await person.send('GET', at(id, recording, piece));
    expect(answer.statusCode).toBe(200);
    all.push(answer.rawPayload);
  }
  return Buffer.concat(all);
}
/** Another card for a transcript at `revision`. */
const write = (id: string, revision: number, headers: Record<string, string>) => {
  const { card, index } = newParts();
  return person.putTranscript(id, { card, index }, { ...replacing(revision, revision), ...headers });
};

test('comes back as it was sent, by its transcript and id alone', async () => {
  const { id, recording } = await plant();
  expect((await fetchAll(id, recording.id, 3)).equals(recording.bytes)).toBe(true);
  for (const path of [at(id, recording.id, 3), at(id, newId()), at(newId(), recording.id)])
    expect((await person.send('GET', path)).statusCode, path).toBe(404);
  for (const piece of ['x', '-1', '1.5', '01'])
    expect((await person.send('GET', at(id, recording.id, piece))).statusCode).toBe(400);
});

test('is seen by nobody before a write takes it up, and never half', async () => {
  const [id, recording] = [newId(), newId()];
  const bytes = bytesOf(RECORDING_PIECE_BYTES + 100);
  const header = await sendRecording(person, id, recording, bytes);
  expect((await person.send('GET', at(id, recording))).statusCode).toBe(404);
  for (const wrong of [
    `${recording}; size=${bytes.length - 1}`,
    `${recording}; size=${RECORDING_PIECE_BYTES}`,
    `${newId()}; size=${bytes.length}`,
    `${recording}`,
    'nothing',
  ]) {
    const refused = await person.putTranscript(id, newParts(), { ...creating(0), [RECORDING_HEADER]: wrong });
    expect(refused.statusCode, wrong).toBe(400);
  }
  // A hole, and a piece that is short in the middle.
  const holed = newId();
  await person.send('PUT', at(id, holed, 1), { payload: bytes.subarray(0, 50) });
  const short = newId();
  await person.send('PUT', at(id, short, 0), { payload: bytes.subarray(0, 20) });
  await person.send('PUT', at(id, short, 1), { payload: bytes.subarray(0, 30) });
  for (const broken of [holed, short]) {
    const said = { ...creating(0), [RECORDING_HEADER]: `${broken}; size=50` };
    expect((await person.putTranscript(id, newParts(), said)).statusCode).toBe(400);
  }
  expect((await person.send('GET', `/v1/transcripts/${id}`)).statusCode).toBe(404);
  expect((await person.putTranscript(id, newParts(), { ...creating(0), ...header })).statusCode).toBe(201);
  expect((await fetchAll(id, recording, 2)).equals(bytes)).toBe(true);
});

test('may be sent again as long as it is not in use; a piece larger than others is refused', async () => {
  const [id, recording] = [newId(), newId()];
  const [lost, sent] = [bytesOf(3000), bytesOf(2000)];
  for (const payload of [lost, sent])
    expect((await person.send('PUT', at(id, recording), { payload })).statusCode).toBe(204);
  expect(await storedBytes()).toBe(sent.length);
  expect(isOnDisk(lost)).toBe(false);
  const header = { ...creating(0), [RECORDING_HEADER]: `${recording}; size=${sent.length}` };
  expect((await person.putTranscript(id, newParts(), header)).statusCode).toBe(201);
  expect((await person.send('PUT', at(id, recording), { payload: lost })).statusCode).toBe(409);
  expect((await fetchAll(id, recording, 1)).equals(sent)).toBe(true);
  const large = await person.send('PUT', at(id, newId()), { payload: bytesOf(RECORDING_PIECE_BYTES + 1) });
  expect(large.statusCode).toBe(413);
  const typed = { payload: 'text', headers: { 'content-type': 'text/plain' } };
  expect((await person.send('PUT', at(id, newId()), typed)).statusCode).toBe(415);
});

test('stays with other writes, gives way to another, and goes from the disk where a write names none', async () => {
  const { id, recording } = await plant();
  expect((await write(id, 1, {})).statusCode).toBe(200);
  expect((await fetchAll(id, recording.id, 3)).equals(recording.bytes)).toBe(true);

  const other = { id: newId(), bytes: bytesOf(5000) };
  const header = await sendRecording(person, id, other.id, other.bytes);
  expect((await write(id, 2, header)).statusCode).toBe(200);
  expect(isOnDisk(recording.bytes)).toBe(false);
  expect((await person.send('GET', at(id, recording.id))).statusCode).toBe(404);
  expect((await fetchAll(id, other.id, 1)).equals(other.bytes)).toBe(true);

  const with_ = await storedBytes();
  expect((await write(id, 3, { [RECORDING_HEADER]: 'none' })).statusCode).toBe(200);
  expect(isOnDisk(other.bytes)).toBe(false);
  expect(with_ - (await storedBytes())).toBe(other.bytes.length - 1112);
});

test('of two devices at once, the one whose write loses has changed nothing', async () => {
  const { id, recording } = await plant();
  const late = { id: newId(), bytes: bytesOf(4000) };
  const header = await sendRecording(person, id, late.id, late.bytes);
  expect((await write(id, 1, {})).statusCode).toBe(200);
  expect((await write(id, 1, header)).statusCode).toBe(409);
  expect((await fetchAll(id, recording.id, 3)).equals(recording.bytes)).toBe(true);
  expect((await person.send('DELETE', at(id, late.id).replace(/\/0$/, ''))).statusCode).toBe(204);
  expect(isOnDisk(late.bytes)).toBe(false);
});

test.skipIf(onPostgres)(
  'that no write took up goes by hand or after a day; one in use goes by neither',
  async () => {
    const { id, recording } = await plant();
    const inUse = await person.send('DELETE', at(id, recording.id).replace(/\/0$/, ''));
    expect(inUse.statusCode).toBe(409);
    expect((await person.send('DELETE', `/v1/transcripts/${id}/recordings/${newId()}`)).statusCode).toBe(404);

    const before = await storedBytes();
    const left = bytesOf(4.5 * RECORDING_PIECE_BYTES);
    await sendRecording(person, id, newId(), left);
    const now = Date.now();
    await sweepRecordings(vault.store, new Date(now + 23 * 3_600_000));
    expect(isOnDisk(left)).toBe(true);
    await sweepRecordings(vault.store, new Date(now + 25 * 3_600_000));
    expect(isOnDisk(left)).toBe(false);
    expect(await storedBytes()).toBe(before);
    expect((await fetchAll(id, recording.id, 3)).equals(recording.bytes)).toBe(true);
  },
);

test('counts against the bound of the account', async () => {
  const { id } = await plant();
  const recording = newId();
  const payload = bytesOf(RECORDING_PIECE_BYTES);
  let accepted = 0;
  for (let piece = 0; piece < 8; piece++)
    if ((await person.send('PUT', at(id, recording, piece), { payload })).statusCode === 204) accepted++;
    else
      expect((await person.send('PUT', at(id, recording, piece), { payload })).json().error.code).toBe(
        'payload_too_large',
      );
  expect(accepted).toBe(5);
  expect(await storedBytes()).toBeLessThanOrEqual(BOUND);
});

describe('is gone from the disk', () => {
  test.each(['/v1/account/data', '/v1/account'])('with DELETE %s', async (path) => {
    const { id, recording } = await plant();
    const unused = bytesOf(4000);
    await sendRecording(person, id, newId(), unused);
    expect((await person.send('DELETE', path)).statusCode).toBe(204);
    for (const bytes of [recording.bytes, unused]) expect(isOnDisk(bytes)).toBe(false);
  });

  test('with its transcript, and what was on its way to it', async () => {
    const { id, recording } = await plant();
    const unused = bytesOf(4000);
    await sendRecording(person, id, newId(), unused);
    const payload = newParts().index;
    const answer = await person.send('DELETE', `/v1/transcripts/${id}`, {
      payload,
      headers: replacing(1, 1),
    });
    expect(answer.statusCode).toBe(200);
    for (const bytes of [recording.bytes, unused]) expect(isOnDisk(bytes)).toBe(false);
    expect(await storedBytes()).toBe(payload.length);
  });
});

test('lies in the archive piece by piece; one that is not in use does not', async () => {
  const { id, recording } = await plant();
  await sendRecording(person, id, newId(), bytesOf(300));
  const files = readTar((await person.send('GET', '/v1/account/export')).rawPayload);
  const pieces = Object.entries(files).filter(([name]) => name.includes('/recording.'));
  expect(pieces.map(([name]) => name)).toEqual(
    [0, 1, 2].map((piece) => `transcripts/${id}/recording.${piece}`),
  );
  expect(Buffer.concat(pieces.map(([, bytes]) => bytes)).equals(recording.bytes)).toBe(true);
});

test('of a workspace: readers read, strangers find nothing, and it goes with the workspace', async () => {
  const reader = await Person.signUp(vault);
  const stranger = await Person.signUp(vault);
  const workspace = await newWorkspace(person);
  await join(workspace, person, reader, 'reader');
  const [id, recording, bytes] = [newId(), newId(), bytesOf(3000)];
  const base = `/v1/workspaces/${workspace}/transcripts/${id}`;
  const header = await sendRecording(person, id, recording, bytes, base);
  expect((await putShared(person, workspace, id, newParts(), { ...creating(1), ...header })).statusCode).toBe(
    201,
  );
  const piece = `${base}/recordings/${recording}/0`;
  expect((await reader.send('GET', piece)).rawPayload.equals(bytes)).toBe(true);
  expect((await reader.send('PUT', `${base}/recordings/${newId()}/0`, { payload: bytes })).statusCode).toBe(
    403,
  );
  expect((await stranger.send('GET', piece)).statusCode).toBe(404);
  expect((await stranger.send('PUT', piece, { payload: bytes })).statusCode).toBe(404);
  expect(await storedBytes()).toBe(0);
  expect((await person.send('DELETE', `/v1/workspaces/${workspace}`)).statusCode).toBe(204);
  expect(isOnDisk(bytes)).toBe(false);
});
