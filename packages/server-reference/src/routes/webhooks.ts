/**
 * `/v1/webhooks`: where an account wants to be told of its jobs. Only a session makes or deletes one, for a webhook with a key of its own
 * would carry off transcripts; and only hosts that the operator named are taken.
 */
import { randomBytes } from 'node:crypto';
import {
  createWebhookRequestSchema,
  routes,
  WEBHOOK_SECRET_PREFIX,
  type WebhookCreated,
  type WebhookInfo,
  type WebhookList,
  type WebhookTest,
} from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import { isAllowedHost } from '../remote/checked-lookup.js';
import type { AllowedHosts } from '../remote/hosts.js';
import {
  deleteWebhook,
  insertWebhook,
  listWebhooks,
  readWebhook,
  type WebhookRow,
} from '../store/webhooks.js';
import { isTaken } from '../webhooks/deliveries.js';
import { isPublicKey } from '../webhooks/seal.js';
import { sendMessage } from '../webhooks/send.js';
import { perMinute } from './rate-limit.js';
import { idOf, validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

const newId = () => randomBytes(16).toString('base64url');

/** Make, list, delete and try. */
export function registerWebhooks(context: VaultContext, hosts: AllowedHosts): void {
  const { store, clock, limits } = context;

  vaultRoute(context, routes.createWebhook, async (request, reply): Promise<WebhookCreated> => {
    const { url, secret = newSecret(), publicKey } = validate(createWebhookRequestSchema, request.body);
    checkAddress(url, hosts);
    if (publicKey !== undefined && !(await isPublicKey(publicKey)))
      throw new HttpError('bad_request', 'The field "publicKey" is no point of the curve P-256.');
    const row = {
      ...{ id: newId(), account_id: request.accountId, url, secret, public_key: publicKey ?? null },
      created_at: new Date(clock()).toISOString(),
    };
    await insertWebhook(store, row);
    void reply.code(201);
    return { ...infoOf({ ...row, pending: 0 }), secret };
  });

  vaultRoute(context, routes.listWebhooks, async (request): Promise<WebhookList> => {
    return { webhooks: (await listWebhooks(store, request.accountId)).map(infoOf) };
  });

  vaultRoute(context, routes.deleteWebhook, async (request, reply) => {
    await deleteWebhook(store, request.accountId, idOf(request));
    return reply.code(204).send();
  });

  vaultRoute(
    context,
    routes.testWebhook,
    async (request): Promise<WebhookTest> => {
      const { id: webhookId, url, secret } = await readWebhook(store, request.accountId, idOf(request));
      const timestamp = new Date(clock()).toISOString();
      const event = { type: 'webhook.test' as const, timestamp, data: { webhookId } };
      const { signal } = new AbortController();
      const status = await sendMessage({ id: newId(), url, secret, event }, { hosts, signal });
      return { delivered: isTaken(status), status: status ?? null };
    },
    perMinute(limits.signInsPerMinute),
  );
}

const newSecret = () => WEBHOOK_SECRET_PREFIX + randomBytes(32).toString('base64');

/** @throws {HttpError} `bad_request`, `forbidden` */
function checkAddress(text: string, hosts: AllowedHosts): void {
  if (!URL.canParse(text))
    throw new HttpError('bad_request', 'The field "url" is an address that begins with https:.');
  const url = new URL(text);
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.hash !== '')
    throw new HttpError(
      'bad_request',
      'The field "url" is an address that begins with https:, without name, password or #.',
    );
  if (!isAllowedHost(hosts, url))
    throw new HttpError(
      'forbidden',
      'This server delivers nothing there: its operator names the hosts (--webhook-to).',
    );
}

const infoOf = ({
  id,
  url,
  public_key: publicKey,
  created_at: createdAt,
  pending,
}: WebhookRow): WebhookInfo => ({
  ...{ id, url, publicKey, createdAt, pending },
});
