/**
 * `sealscribe completion SHELL`: what a shell needs to complete commands, options and their choices.
 */
import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion.js';
import { printData } from '../output.js';
import type { Terminal } from '../terminal.js';

const HELP = `
bash:  source <(sealscribe completion bash)          in ~/.bashrc
zsh:   source <(sealscribe completion zsh)           in ~/.zshrc
fish:  sealscribe completion fish | source           in ~/.config/fish/config.fish`;

/** Adds the command to the program. */
export function registerCompletion(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print the completion of this command for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => printData(terminal, completionScript(shell, program)));
}
