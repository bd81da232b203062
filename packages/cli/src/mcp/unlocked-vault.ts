/**
 * The vault behind the MCP server: opened with the settings of this computer when it is first needed, so that an assistant can start
 * while the server is away, and opened again when the session has run out.
 */
import type { Sealscribe, Vault } from '@sealscribe/sdk-node';
import { connect, openVault, staysSignedIn, type Connection } from '../connection.js';
import { isCode } from '../failure.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

/** Opens the vault once, for whoever asks. */
export class UnlockedVault {
  #opened: Promise<{ connection: Connection; vault: Vault }> | undefined;

  constructor(
    private readonly terminal: Terminal,
    private readonly flags: SettingFlags,
  ) {}

  /**
   * Checks that everything is set that opening the vault will need. Nothing is sent.
   * @throws CliError `usage` naming what is missing
   */
  async checkSettings(): Promise<void> {
    const connection = await connect(this.terminal, this.flags);
    await connection.settings.email();
    if (!(await staysSignedIn(connection))) await connection.settings.password();
  }

  /** Does something with the open vault; once more in a new session where the old one has run out. */
  async use<T>(work: (vault: Vault, client: Sealscribe) => Promise<T>): Promise<T> {
    const opening = (this.#opened ??= this.#open());
    try {
      const { connection, vault } = await opening;
      return await work(vault, connection.client);
    } catch (error) {
      if (!isCode(error, 'unauthorized') || this.#opened !== opening) throw error;
      this.#opened = undefined;
      const { connection, vault } = await (this.#opened = this.#open());
      return work(vault, connection.client);
    }
  }

  #open(): Promise<{ connection: Connection; vault: Vault }> {
    const opening = (async () => {
      const connection = await connect(this.terminal, this.flags);
      return { connection, vault: await openVault(connection) };
    })();
    // What failed is tried again by the next call.
    opening.catch(() => (this.#opened = undefined));
    return opening;
  }
}
