/** The journey at a command line: one process after another, as people and scripts start them. */
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JFK, prepareCommand } from '../e2e/cli-command.js';
import { noteLink, startJourney, type Journey } from './journey.js';

/** The journey, where the command keeps its files, and everything that it said beside its results. */
export interface CliJourney extends Journey {
  home: string;
  errors: () => string;
}

/** Plays it with the built command. */
export async function playCommandLine(): Promise<CliJourney> {
  const journey = await startJourney(['--workers', '1']);
  const { server, line, owner, said, more } = journey;
  const cli = prepareCommand({
    SEALSCRIBE_SERVER: line.url,
    SEALSCRIBE_FINGERPRINT: server.fingerprint,
    SEALSCRIBE_EMAIL: owner.email,
    SEALSCRIBE_PASSWORD: owner.password,
    SEALSCRIBE_LINK_PASSWORD: said.linkPassword,
  });
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli.command(args);
    if (code !== 0) throw new Error(`sealscribe ${args[0]} ended with ${code}: ${stderr}`);
    return stdout;
  };
  const signedUp = JSON.parse(await run('signup', '--json')) as { recoveryWords: string };
  more.push({ what: 'recovery words', value: signedUp.recoveryWords });
  const file = join(dirname(cli.home), said.file);
  copyFileSync(JFK, file);
  await run('transcribe', file, '--save', '--diarize', '--title', said.title);
  const [{ id }] = JSON.parse(await run('list', '--json')) as [{ id: string }];
  const { speakers } = JSON.parse(await run('show', id, '--json')) as { speakers: string[] };
  const edits = ['--text', `0=And so ${said.text}`, '--rename-speaker', `${speakers[0]}=${said.speaker}`];
  await run('edit', id, ...edits, '--tag', said.tag);
  // Found, and not found: both are looked for here alone.
  await run('search', said.text);
  await cli.command(['search', said.query]);
  const { link } = JSON.parse(await run('share', id, '--json')) as { link: string };
  noteLink(journey, link);
  if (!(await run('open', link)).includes(said.text)) throw new Error('the link opens another text');
  const subtitles = join(dirname(cli.home), 'said.srt');
  await run('export', id, '-o', subtitles);
  if (!readFileSync(subtitles, 'utf8').includes(said.text)) throw new Error('the export has another text');
  return { ...journey, home: cli.home, errors: cli.said };
}
