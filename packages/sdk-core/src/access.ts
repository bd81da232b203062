/**
 * Who may use an account besides the client that asks: its sessions, and its API keys for scripts. An API key transcribes and
 * moves sealed bytes; it opens nothing, and it changes nothing about the account.
 */
import {
  apiKeyCreatedSchema,
  apiKeyListSchema,
  routes,
  sessionListSchema,
  type ApiKeyCreated,
  type ApiKeyInfo,
  type SessionInfo,
} from '@sealscribe/protocol';
import type { Http } from './http.js';

/** Lists and ends sessions and API keys of the account that is signed in. */
export class Access {
  constructor(private readonly http: Http) {}

  /** Every signed-in client, oldest first. */
  async sessions(): Promise<SessionInfo[]> {
    return (await this.http.json(routes.listSessions, sessionListSchema)).sessions;
  }

  /** Ends one session. @throws ApiError "not_found" */
  async endSession(id: string): Promise<void> {
    await this.http.done(routes.endSession, { id });
  }

  /** Every API key, without what it is. */
  async apiKeys(): Promise<ApiKeyInfo[]> {
    return (await this.http.json(routes.listApiKeys, apiKeyListSchema)).apiKeys;
  }

  /**
   * Makes an API key. `key` in the answer is shown this once.
   * @param options.expiresInDays 1 to 3650; without it the key is good until it is deleted.
   */
  async createApiKey(options: { expiresInDays?: number } = {}): Promise<ApiKeyCreated> {
    const json = options.expiresInDays === undefined ? {} : { expiresInDays: options.expiresInDays };
    return this.http.json(routes.createApiKey, apiKeyCreatedSchema, { json, repeatable: false });
  }

  /** Deletes an API key; it opens nothing from then on. @throws ApiError "not_found" */
  async deleteApiKey(id: string): Promise<void> {
    await this.http.done(routes.deleteApiKey, { id });
  }
}
