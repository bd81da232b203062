/**
 * Where an account is told of its jobs. A delivery holds no content, unless the receiver's public key is given: then the transcript too,
 * sealed to it. receive.ts is the other end.
 */
import {
  routes,
  webhookCreatedSchema,
  webhookListSchema,
  webhookTestSchema,
  type CreateWebhookRequest,
  type WebhookCreated,
  type WebhookInfo,
  type WebhookTest,
} from '@sealscribe/protocol';
import type { Http } from '../http.js';
import { checkId } from '../private-mode.js';

/** Webhooks of the account that is signed in; an API key is not enough. */
export class Webhooks {
  constructor(private readonly http: Http) {}

  /**
   * Adds one; `secret` in the answer verifies its deliveries and is given this once.
   *
   * @param webhook.publicKey from `newWebhookKeys`: deliveries carry the transcript, sealed to it
   * @throws ApiError "forbidden" when the operator does not allow the host, "conflict" when there are too many
   */
  async add(webhook: CreateWebhookRequest): Promise<WebhookCreated> {
    return this.http.json(routes.createWebhook, webhookCreatedSchema, { json: webhook, repeatable: false });
  }

  /** All of them, without their secrets. */
  async list(): Promise<WebhookInfo[]> {
    return (await this.http.json(routes.listWebhooks, webhookListSchema)).webhooks;
  }

  /** Removes one; what was not delivered yet is dropped. @throws ApiError "not_found" */
  async remove(id: string): Promise<void> {
    checkId(id);
    await this.http.done(routes.deleteWebhook, { id });
  }

  /** Has the server deliver a trial at once and tells how it went. @throws ApiError "not_found" */
  async test(id: string): Promise<WebhookTest> {
    checkId(id);
    return this.http.json(routes.testWebhook, webhookTestSchema, { id, repeatable: false });
  }
}
