/**
 * The question before anything is deleted for good; --yes answers it beforehand, and has to where nobody can be asked.
 */
import { CliError } from './exit-codes.js';
import { askYes } from './prompt.js';
import { canPrompt, type Terminal } from './terminal.js';

/**
 * Returns when deleting `what` is agreed to.
 * @throws CliError `usage` where nobody can be asked, `interrupted` for any answer but yes.
 */
export async function confirmDeletion(
  terminal: Terminal,
  what: string,
  flags: { yes?: true },
): Promise<void> {
  if (flags.yes) return;
  if (!canPrompt(terminal)) throw new CliError('usage', 'Deleting needs --yes where nobody can be asked.');
  if (!(await askYes(terminal, `Delete ${what} for good?`)))
    throw new CliError('interrupted', 'Nothing was deleted.');
}
