/** Where the store is, for the commands of an operator that work on it beside the server: as the server itself is told. */
import { Option, type Command } from 'commander';

/** Adds `--data` and `--database`. */
export function withStore(command: Command): Command {
  return command
    .addOption(
      new Option('--data <folder>', "the server's data folder")
        .default('./sealscribe-data')
        .env('SEALSCRIBE_SERVER_DATA'),
    )
    .addOption(
      new Option('--database <address>', "the server's PostgreSQL database, if it uses one").env(
        'SEALSCRIBE_SERVER_DATABASE',
      ),
    );
}
