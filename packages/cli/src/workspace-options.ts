/** What the subcommands of `sealscribe workspace` have in common. */
import type { Vault } from '@sealscribe/sdk-node';
import type { Command } from 'commander';
import { parseId } from './options.js';
import type { SettingFlags } from './settings.js';

/** What every command of a workspace takes. */
export interface WorkspaceFlags extends SettingFlags {
  json?: true;
}

/** Opens the vault for the flags of one command. */
export type Open = (flags: SettingFlags) => Promise<Vault>;

/** Makes a subcommand with the options that all of them have. */
export type Subcommand = (name: string, description: string) => Command;

/** The argument that names a workspace. */
export const WORKSPACE = ['<workspace>', 'ID of the workspace: sealscribe workspace list', parseId] as const;

/** A text that somebody else wrote, on one line. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
