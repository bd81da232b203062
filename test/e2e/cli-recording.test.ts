// Recordings kept with transcripts, at the command line, against a real server, without a terminal.
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe } from '@sealscribe/sdk-node';
import { JFK, hasBoth, prepareCommand } from './cli-command.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

describe.skipIf(!hasBoth)('sealscribe: recordings', () => {
  const email = 'sound@example.com';
  const password = `p-${randomUUID()}`;
  const sound = randomBytes(1_200_000);
  let server: RunningServer;
  let id: string;
  let person: ReturnType<typeof prepareCommand>;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1'] });
    const { url, fingerprint } = server;
    person = prepareCommand({
      SEALSCRIBE_SERVER: url,
      SEALSCRIBE_FINGERPRINT: fingerprint,
      SEALSCRIBE_EMAIL: email,
      SEALSCRIBE_PASSWORD: password,
    });
    folder = dirname(person.home);
    file = join(folder, 'secret-interview.mp3');
    writeFileSync(file, sound);
    const vault = await new Sealscribe({ server: url, fingerprint }).signUp({ email, password });
    ({ id } = await vault.save(transcriptOf('ask not what your country can do'), { title: 'Inaugural' }));
  });
  afterAll(() => server?.stop());

  test('attach, save, archive and rm', async () => {
    const out = join(folder, 'out.mp3');
    const run = (...args: string[]) => person.command(['recording', ...args]);
    expect(await run('save', id, '-o', out)).toMatchObject({ code: 5, stdout: '' });
    const attached = await run('attach', id, file, '--json');
    expect([attached.code, JSON.parse(attached.stdout)]).toEqual([0, { id, revision: 2 }]);
    expect(JSON.parse((await person.command(['show', id, '--json'])).stdout).recording).toEqual({
      size: sound.length,
      type: 'audio/mpeg',
    });

    const saved = await run('save', id, '-o', out, '--json');
    expect(JSON.parse(saved.stdout)).toEqual({ id, bytes: sound.length, type: 'audio/mpeg' });
    expect(readFileSync(out).equals(sound)).toBe(true);
    expect((await run('save', id, '-o', out)).code).toBe(6);
    expect((await run('save', id, '-o', '-')).code).toBe(2);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);

    // The archive is opened again with it; one with a damaged recording is not saved.
    const archive = join(folder, 'all.tar');
    expect((await person.command(['archive', 'save', archive])).code).toBe(0);
    expect(readFileSync(archive).includes(`transcripts/${id}/recording.1`)).toBe(true);

    expect((await run('rm', id)).code).toBe(2);
    expect((await run('rm', id, '--yes')).code).toBe(0);
    expect((await run('save', id, '-o', join(folder, 'gone.mp3'))).code).toBe(5);
    expect(existsSync(join(folder, 'gone.mp3'))).toBe(false);
    expect(person.said()).not.toContain('secret-interview');
  });

  test.skipIf(!existsSync(JFK))('transcribe keeps the sound only where it is told to', async () => {
    const keep = (...args: string[]) => person.command(['transcribe', JFK, '--json', ...args]);
    expect((await keep('--keep-recording')).code).toBe(2);
    const input = ['transcribe', '-', '--save', '--keep-recording'];
    expect((await person.command(input, { stdin: readFileSync(JFK) })).code).toBe(2);
    const kept = JSON.parse((await keep('--save', '--keep-recording')).stdout) as { id: string };
    const out = join(folder, 'jfk.wav');
    expect((await person.command(['recording', 'save', kept.id, '-o', out])).code).toBe(0);
    expect(readFileSync(out).equals(readFileSync(JFK))).toBe(true);
    const list = JSON.parse((await person.command(['list', '--json'])).stdout) as { recording?: object }[];
    expect(list.map(({ recording }) => recording !== undefined)).toEqual([true, false]);
  });
});
