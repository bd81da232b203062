/**
 * Deliveries to webhooks: what is due is sent, what fails is tried again after pauses that grow fivefold, eight times in all. That a delivery
 * is due is in the store and outlives a restart; sealed transcripts are in memory alone, count against the memory of recordings, and what
 * goes out after a restart goes without. A delivery is made by the run of a server that began it; what a dead one left behind is taken over.
 */
import { randomBytes } from 'node:crypto';
import type { WebhookEvent } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Logger } from '../log.js';
import type { AllowedHosts } from '../remote/hosts.js';
import {
  adoptDeliveries,
  deleteDelivery,
  deliveriesOf,
  dueDeliveries,
  insertDeliveries,
  postponeDelivery,
  webhooksOf,
  type DueDelivery,
} from '../store/deliveries.js';
import type { Store } from '../store/index.js';
import type { JobEnd } from '../transcription/jobs.js';
import type { MemoryBudget } from '../transcription/memory-budget.js';
import { sealTranscript, type Sealed } from './seal.js';
import { sendMessage } from './send.js';

const MOST_TRIES = 8;
const GROWTH = 5;
/** Deliveries that are on their way at once. */
const AT_ONCE = 16;
/** Milliseconds after which what is sealed has its row. */
const STORED_BY_MS = 10_000;
/** Pauses after which what another server has not done is taken over. */
const ABANDONED = 6;

/** What can come of a try: it was taken, it is tried again later, or it was the last. */
export const DELIVERY_OUTCOMES = ['taken', 'postponed', 'given_up'] as const;

/** What deliveries work with. */
export interface DeliveryParts {
  readonly store: Store;
  readonly budget: MemoryBudget;
  readonly hosts: AllowedHosts;
  /** Seconds of the first pause. */
  readonly retry: number;
  readonly log: Logger;
}

/** Sends until it is closed. */
export class Deliveries {
  readonly #parts: DeliveryParts;
  readonly #server = randomBytes(16).toString('base64url');
  readonly #sealed = new Map<string, { account: string; sealed: Sealed; bytes: number; since: number }>();
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #enqueuing = new Set<Promise<void>>();
  /** Tries since the start, by what came of them. */
  readonly tries: Record<(typeof DELIVERY_OUTCOMES)[number], number> = {
    taken: 0,
    postponed: 0,
    given_up: 0,
  };
  #pumping: Promise<void> | undefined;
  #again = false;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    // What is due is looked for now and then, too: a try that failed, or what another run of the server left.
    this.#timer = setInterval(() => this.#pump(), Math.min(10_000, 500 * parts.retry)).unref();
    this.#pump();
  }

  /** A job has ended: tells whoever wants to hear of it. */
  jobEnded(end: JobEnd): void {
    if (this.#parts.hosts.size === 0) return;
    const enqueuing = this.#enqueue(end)
      .then(
        () => this.#pump(),
        (error: unknown) => this.#parts.log.error({ err: error }, 'a delivery could not be stored'),
      )
      .finally(() => this.#enqueuing.delete(enqueuing));
    this.#enqueuing.add(enqueuing);
  }

  /** Sealed transcripts that wait for their receivers. */
  get held(): number {
    return this.#sealed.size;
  }

  /** Forgets what is sealed for an account that is deleted. */
  removeAllOf(account: string): void {
    for (const [id, held] of this.#sealed) if (held.account === account) this.#forget(id);
  }

  /** Ends what is on its way; the store knows what is left to do. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await Promise.all(this.#enqueuing);
    await this.#pumping;
    for (const id of this.#sealed.keys()) this.#forget(id);
  }

  async #enqueue({ id: job, account, outcome }: JobEnd): Promise<void> {
    const { store } = this.#parts;
    const now = new Date().toISOString();
    const failed = outcome instanceof HttpError;
    const rows = [];
    for (const { id: webhook, public_key: key } of await webhooksOf(store.db, account)) {
      const id = randomBytes(16).toString('base64url');
      if (!failed && key !== null)
        this.#hold(
          id,
          account,
          await sealTranscript(key, { webhookId: webhook, messageId: id }, { id: job, transcript: outcome }),
        );
      rows.push({
        ...{ id, webhook_id: webhook, job_id: job, server: this.#server },
        type: failed ? ('transcription.failed' as const) : ('transcription.completed' as const),
        error_code: failed ? outcome.code : null,
        ...{ created_at: now, attempts: 0, next_at: now },
      });
    }
    await insertDeliveries(store.db, rows);
  }

  /** Where there is no room, the delivery goes without: the result can be fetched. */
  #hold(id: string, account: string, sealed: Sealed): void {
    const bytes = sealed.ciphertext.length;
    try {
      this.#parts.budget.take(bytes);
      this.#sealed.set(id, { account, sealed, bytes, since: Date.now() });
    } catch {
      // said above
    }
  }

  #forget(id: string): void {
    const held = this.#sealed.get(id);
    if (held === undefined) return;
    this.#sealed.delete(id);
    this.#parts.budget.giveBack(held.bytes);
  }

  #pump(): void {
    this.#again = true;
    if (this.#stop.signal.aborted) return;
    this.#pumping ??= this.#sendDue()
      .catch((error: unknown) => this.#parts.log.error({ err: error }, 'deliveries could not be made'))
      .finally(() => (this.#pumping = undefined));
  }

  async #sendDue(): Promise<void> {
    const { db } = this.#parts.store;
    while (this.#again && !this.#stop.signal.aborted) {
      this.#again = false;
      const now = Date.now();
      await adoptDeliveries(db, this.#server, new Date(now - ABANDONED * this.#parts.retry * 1000));
      const due = await dueDeliveries(db, this.#server, new Date(now), AT_ONCE);
      await Promise.all(due.map((delivery) => this.#try(delivery)));
      if (due.length === AT_ONCE) this.#again = true;
    }
    await this.#forgetUndelivered();
  }

  /** Of a webhook that was removed nothing is delivered, and nothing kept. */
  async #forgetUndelivered(): Promise<void> {
    const old = [...this.#sealed].filter(([, { since }]) => Date.now() - since > STORED_BY_MS);
    if (old.length === 0) return;
    const stored = await deliveriesOf(this.#parts.store.db, this.#server);
    for (const [id] of old) if (!stored.has(id)) this.#forget(id);
  }

  async #try(delivery: DueDelivery): Promise<void> {
    const { store, hosts, retry } = this.#parts;
    const { id, url, secret } = delivery;
    const event = eventOf(delivery, this.#sealed.get(id)?.sealed);
    const { signal } = this.#stop;
    const status = await sendMessage({ id, url, secret, event }, { hosts, signal });
    if (signal.aborted) return;
    const attempts = delivery.attempts + 1;
    if (isTaken(status) || attempts >= MOST_TRIES) {
      await deleteDelivery(store.db, id);
      this.#forget(id);
      this.tries[isTaken(status) ? 'taken' : 'given_up']++;
      return;
    }
    this.tries.postponed++;
    const pause = 1000 * retry * GROWTH ** (attempts - 1);
    await postponeDelivery(store.db, id, attempts, new Date(Date.now() + pause));
  }
}

/** Whether the receiver has taken it. */
export const isTaken = (status: number | undefined): boolean =>
  status !== undefined && status >= 200 && status < 300;

function eventOf(
  { type, webhook_id: webhookId, job_id: id, error_code: code, created_at: timestamp }: DueDelivery,
  sealed: Sealed | undefined,
): WebhookEvent {
  return {
    type,
    timestamp,
    data: {
      webhookId,
      id,
      ...(code !== null && { error: { code: code as NonNullable<WebhookEvent['data']['error']>['code'] } }),
      ...(sealed && { sealed }),
    },
  };
}
