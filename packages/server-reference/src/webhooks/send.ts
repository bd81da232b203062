/**
 * One try of a delivery: a POST over https to a host that the operator allows, by the addresses that were looked at, signed by the words of
 * Standard Webhooks. Redirects are not followed, and of the answer nothing is read but its status.
 */
import { createHmac } from 'node:crypto';
import { request } from 'node:https';
import { WEBHOOK_HEADERS, WEBHOOK_SECRET_PREFIX, type WebhookEvent } from '@sealscribe/protocol';
import { checkedLookup } from '../remote/checked-lookup.js';
import type { AllowedHosts } from '../remote/hosts.js';

const LONGEST_MS = 15_000;

/** What is delivered, and where to. */
export interface Message {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly event: WebhookEvent;
}

/** Sends it; gives the status of the answer, or undefined when none came. */
export async function sendMessage(
  { id, url: address, secret, event }: Message,
  { hosts, signal }: { hosts: AllowedHosts; signal: AbortSignal },
): Promise<number | undefined> {
  const body = Buffer.from(JSON.stringify(event));
  const seconds = String(Math.floor(Date.now() / 1000));
  try {
    const url = new URL(address);
    const { port, lookup } = await checkedLookup(hosts, url);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
    return await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request({
        ...{ host: url.hostname, servername: url.hostname, port, lookup },
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        headers: {
          host: url.host,
          'content-type': 'application/json',
          'content-length': body.length,
          'user-agent': 'sealscribe-server',
          [WEBHOOK_HEADERS.id]: id,
          [WEBHOOK_HEADERS.timestamp]: seconds,
          [WEBHOOK_HEADERS.signature]: sign(secret, id, seconds, body),
        },
        ...{ agent: false, minVersion: 'TLSv1.2', rejectUnauthorized: true, signal: limit },
      });
      outgoing.on('error', reject);
      outgoing.once('response', (answer) => {
        resolve(answer.statusCode);
        answer.on('error', () => undefined).destroy();
      });
      outgoing.end(body);
    });
  } catch {
    return undefined;
  }
}

/** The signature's header. */
function sign(secret: string, id: string, seconds: string, body: Uint8Array): string {
  const key = Buffer.from(secret.slice(WEBHOOK_SECRET_PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')}`;
}
