/**
 * From settings to a client: the pinned server, the saved session, the freshness marks of this device, and the opened vault.
 * A session that has run out is replaced without a word when the password is at hand.
 */
import { join } from 'node:path';
import {
  DeviceStay,
  FileCache,
  FileFreshness,
  Sealscribe,
  type Session,
  type Vault,
  type VaultTranscript,
} from '@sealscribe/sdk-node';
import { homeFolder, loadConfig, saveConfig, type SavedConfig } from './config.js';
import { isCode } from './failure.js';
import { keyring } from './keyring.js';
import { Settings, type SettingFlags } from './settings.js';
import type { Terminal } from './terminal.js';

/** Where the key of an account that stays signed in is kept. */
export type StayPlace = 'keyring' | 'file';

/** A client and the settings it was made from. */
export interface Connection {
  client: Sealscribe;
  settings: Settings;
  /** What opens the vault without the password, where the person asked for that. */
  stay: DeviceStay;
}

/** The settings of a run, with what config.json remembers. */
export async function loadSettings(terminal: Terminal, flags: SettingFlags): Promise<Settings> {
  return new Settings(flags, await loadConfig(homeFolder(terminal.env)), terminal);
}

/** Makes a client. Nothing is sent yet. `fresh` leaves the saved session out and asks a person for the fingerprint. */
export async function connect(
  terminal: Terminal,
  flags: SettingFlags,
  options: { fresh?: boolean; stay?: StayPlace } = {},
): Promise<Connection> {
  const settings = await loadSettings(terminal, flags);
  const server = await settings.server();
  const fingerprint = await settings.fingerprint({ ask: options.fresh === true });
  const apiKey = terminal.env.SEALSCRIBE_API_KEY;
  // An API key that was given is meant: a session that happens to be saved does not take its place.
  const session = options.fresh || apiKey ? undefined : await settings.session();
  const path = join(homeFolder(terminal.env), 'stay.json');
  const stay = new DeviceStay(path, options.stay === 'file' ? 'in-file' : keyring);
  const client = new Sealscribe({
    server,
    stay,
    cache: new FileCache(join(homeFolder(terminal.env), 'cache')),
    freshness: new FileFreshness(join(homeFolder(terminal.env), 'freshness.json')),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(apiKey ? { apiKey } : {}),
    ...(session === undefined
      ? {}
      : {
          session: { token: session.token, accountId: session.accountId, expiresAt: session.expiresAt },
        }),
  });
  return { client, settings, stay };
}

/** Makes sure that the client's session is one the server takes, signing in where it is not. */
export async function ensureSession({ client, settings }: Connection): Promise<void> {
  if (client.session || settings.terminal.env.SEALSCRIBE_API_KEY) {
    try {
      await client.models();
      return;
    } catch (error) {
      if (!isCode(error, 'unauthorized') || !client.session) throw error;
    }
  }
  const session = await client.signIn({
    email: await settings.accountEmail(),
    password: await settings.password(),
  });
  await rememberSession(settings, session);
}

/** Whether the vault opens without a password that was given or is asked for. Nothing is sent. */
export async function staysSignedIn({ client, settings, stay }: Connection): Promise<boolean> {
  if (!client.session || settings.hasPassword) return false;
  return (await stay.load(await settings.server())) !== undefined;
}

/** Opens the vault: where the person stays signed in and gave no password without it, else with it, signing in where needed. */
export async function openVault(connection: Connection): Promise<Vault> {
  const { client, settings } = connection;
  if (await staysSignedIn(connection)) {
    const resumed = await client.resume();
    if (resumed) return resumed;
  }
  const email = await settings.accountEmail();
  const password = await settings.password();
  const vault = await client.unlock({ email, password });
  if (client.session && client.session.token !== settings.saved.session?.token)
    await rememberSession(settings, client.session);
  return vault;
}

/** Opens a transcript, at an earlier revision where one is asked for. */
export function openRevision(
  vault: Vault,
  id: string,
  revision: number | undefined,
): Promise<VaultTranscript> {
  return revision === undefined ? vault.open(id) : vault.openRevision(id, revision);
}

/** Saves a session for later commands and leaves the saved server and email alone. */
async function rememberSession(settings: Settings, session: Session): Promise<void> {
  const home = homeFolder(settings.terminal.env);
  await saveConfig(home, { ...(await loadConfig(home)), session: await toSaved(settings, session) });
}

/** Saves server, fingerprint, email and session as the defaults of later commands. */
export async function rememberAccount(settings: Settings, session: Session): Promise<void> {
  const fingerprint = await settings.fingerprint();
  const config: SavedConfig = {
    server: await settings.server(),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    email: await settings.email(),
    session: await toSaved(settings, session),
  };
  await saveConfig(homeFolder(settings.terminal.env), config);
}

/** Saves another email of the saved account, with the session that it has. */
export async function rememberEmail(settings: Settings, session: Session, email: string): Promise<void> {
  const home = homeFolder(settings.terminal.env);
  const saved = { ...(await toSaved(settings, session)), email };
  await saveConfig(home, { ...(await loadConfig(home)), email, session: saved });
}

async function toSaved(settings: Settings, session: Session) {
  const { token, accountId, expiresAt } = session;
  return { server: await settings.server(), email: await settings.email(), token, accountId, expiresAt };
}
