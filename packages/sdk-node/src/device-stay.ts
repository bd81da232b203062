/**
 * Staying signed in on a computer: session and sealed account key in a file (mode 0600), and the device key that opens it where the
 * computer keeps secrets, such as the system's keyring. Without such a place, and only if the program says so, in the file too: then
 * the file alone opens the vault. docs/threat-model.md says what a thief of the disk has in each case.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  openKeptAccount,
  type KeepableAccount,
  type KeptAccount,
  type Session,
  type StayStore,
} from '@sealscribe/sdk-core';

/** Where a computer keeps secrets. */
export interface DeviceSecrets {
  get(name: string): Promise<string | undefined>;
  set(name: string, secret: string): Promise<void>;
  delete(name: string): Promise<void>;
}

/** The contents of the file: one account. */
interface Kept {
  server: string;
  session: Session;
  /** The sealed account key, base64url. */
  wrap: string;
  /** The device key, base64url, where the computer has no place for it. */
  deviceKey?: string;
}

/** Keeps one account in a file that only its owner can read. */
export class DeviceStay implements StayStore {
  /**
   * @param path The file; it and its folder are made when they are needed.
   * @param secrets Where the device key of an account that is kept from now on goes; 'in-file' for nowhere else than into the file.
   */
  constructor(
    readonly path: string,
    private readonly secrets: DeviceSecrets | 'in-file',
  ) {}

  async keep(server: string, account: KeepableAccount): Promise<void> {
    const { session } = account;
    const bytes = randomBytes(32);
    const wrap = Buffer.from(await account.sealFor(bytes)).toString('base64url');
    const deviceKey = bytes.toString('base64url');
    bytes.fill(0);
    if (this.secrets === 'in-file') return this.#write({ server, session, wrap, deviceKey });
    // First the secret: without a place for it nothing is kept.
    await this.secrets.set(nameOf(server), deviceKey);
    await this.#write({ server, session, wrap });
  }

  async load(server: string): Promise<KeptAccount | undefined> {
    const kept = await this.#read();
    if (kept?.server !== server) return undefined;
    const { session, wrap } = kept;
    const secret = kept.deviceKey ?? (await this.#secret(server));
    if (secret === undefined) return undefined;
    const bytes = Buffer.from(secret, 'base64url');
    try {
      return await openKeptAccount(session, Buffer.from(wrap, 'base64url'), bytes);
    } catch {
      // Another file than the one that was written with this secret: the password opens the vault.
      return undefined;
    } finally {
      bytes.fill(0);
    }
  }

  async forget(server: string): Promise<void> {
    const kept = await this.#read();
    if (kept?.server !== server) return;
    await rm(this.path, { force: true });
    if (kept.deviceKey === undefined && this.secrets !== 'in-file') await this.secrets.delete(nameOf(server));
  }

  async #secret(server: string): Promise<string | undefined> {
    return this.secrets === 'in-file' ? undefined : this.secrets.get(nameOf(server));
  }

  async #read(): Promise<Kept | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(this.path, 'utf8'));
      return isKept(value) ? value : undefined;
    } catch (failure) {
      if (failure instanceof SyntaxError || (failure as { code?: unknown }).code === 'ENOENT')
        return undefined;
      throw failure;
    }
  }

  async #write(kept: Kept): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${randomUUID()}`;
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(kept)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
    } catch (failure) {
      await rm(draft, { force: true });
      throw failure;
    }
  }
}

const nameOf = (server: string) => `device key for ${server}`;

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const { server, session, wrap, deviceKey } = value as Record<string, unknown>;
  const isText = (field: unknown) => typeof field === 'string';
  const ofSession = (name: string) => isText((session as Record<string, unknown> | null)?.[name]);
  return (
    [server, wrap].every(isText) &&
    (deviceKey === undefined || isText(deviceKey)) &&
    typeof session === 'object' &&
    ['token', 'accountId', 'expiresAt'].every(ofSession)
  );
}
