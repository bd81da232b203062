/**
 * The system's keyring: Keychain on macOS, Credential Manager on Windows, the Secret Service on Linux. The package that reaches it is
 * optional; without it, or without a keyring, nothing is kept there, and nothing else takes its place unasked.
 */
import type { DeviceSecrets } from '@sealscribe/sdk-node';
import { CliError } from './exit-codes.js';

const SERVICE = 'sealscribe';

/** Keeps secrets in the keyring of the person who runs the command. */
export const keyring: DeviceSecrets = {
  // One that cannot be asked (locked, or another kind of login) is none: the password is asked for.
  get: async (name) => (await (await entryOf(name))?.getPassword().catch(() => null)) ?? undefined,
  set: async (name, secret) => {
    try {
      const entry = await entryOf(name);
      if (entry) return await entry.setPassword(secret);
    } catch {
      // said below
    }
    throw new CliError(
      'usage',
      'No keyring of this system could be opened. With --stay=file the key is kept in a file that opens the vault by itself.',
    );
  },
  delete: async (name) => {
    await (await entryOf(name))?.deletePassword().catch(() => false);
  },
};

/** Whether there is a keyring that opens. */
export async function hasKeyring(): Promise<boolean> {
  try {
    const entry = await entryOf('doctor');
    await entry?.getPassword();
    return entry !== undefined;
  } catch {
    return false;
  }
}

async function entryOf(name: string) {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    // The kernel's keyring, which would be the second choice on Linux, forgets with the login or the boot.
    return new AsyncEntry(SERVICE, name, { linux: { store: 'secret-service' } });
  } catch {
    return undefined;
  }
}
