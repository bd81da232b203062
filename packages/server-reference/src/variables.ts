/**
 * Settings from the environment, made fit for the parser of the command line, to which a switch is on when its variable is there, whatever
 * it says, and an empty variable is a value.
 */
import type { Command } from 'commander';

const ON = ['1', 'true', 'yes', 'on'];
const OFF = ['0', 'false', 'no', 'off'];

/** Takes settings that say nothing out of `env`. */
export function dropEmpty(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env))
    if (name.startsWith('SEALSCRIBE_SERVER_') && env[name] === '') delete env[name];
}

/** Takes variables that say nothing, or that a switch is off, out of `env`; ends the program where a switch is neither on nor off. */
export function tidyVariables(program: Command, env: NodeJS.ProcessEnv): void {
  dropEmpty(env);
  for (const { envVar: name = '' } of program.options.filter((option) => option.isBoolean())) {
    const value = env[name]?.toLowerCase();
    if (value === undefined || ON.includes(value)) continue;
    if (!OFF.includes(value)) program.error(`error: ${name} is true or false`);
    delete env[name];
  }
}

/** The names of variables that look like settings of the server and are none: most likely misspelt. */
export function unknownVariables(program: Command, env: NodeJS.ProcessEnv): string[] {
  const known = new Set(program.options.map(({ envVar }) => envVar));
  return Object.keys(env).filter((name) => /^SEALSCRIBE_SERVER_[A-Z_]+$/.test(name) && !known.has(name));
}
