/**
 * `sealscribe logout`: ends the saved session, on the server and here. Server and email stay remembered.
 */
import type { Command } from 'commander';
import { homeFolder, loadConfig, saveConfig } from '../config.js';
import { connect } from '../connection.js';
import { explainFailure, isCode } from '../failure.js';
import { withServer } from '../options.js';
import { say } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

/** Adds the command to the program. */
export function registerLogout(program: Command, terminal: Terminal): void {
  withServer(program.command('logout').description('sign out')).action(async (flags: SettingFlags) => {
    const home = homeFolder(terminal.env);
    const saved = await loadConfig(home);
    if (!saved.session) return say(terminal, 'You were not signed in.');
    const server = flags.server ?? saved.session.server;
    const { client } = await connect(terminal, { ...flags, server, email: saved.session.email });
    try {
      await client.signOut();
    } catch (error) {
      // Gone from this computer all the same; what the server did not hear, the person should.
      if (!isCode(error, 'unauthorized'))
        say(terminal, `The server did not end the session: ${explainFailure(error).message}`);
    }
    const { session: _ended, ...rest } = saved;
    await saveConfig(home, rest);
    say(terminal, 'You are signed out.');
  });
}
