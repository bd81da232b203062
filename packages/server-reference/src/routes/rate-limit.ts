/**
 * How often one address may knock at the routes that need no session: each of them has a limit. Guessing one email is slowed by auth/lockout.ts; this
 * bounds the work that strangers can cause at all. Counts are in memory, for a bounded number of addresses. Several servers count
 * together, in the store that they share, at the routes that cost something; at the others each counts for itself.
 */
import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { FastifyInstance, RouteShorthandOptions } from 'fastify';
import { sql } from 'kysely';
import { HttpError } from '../http-error.js';
import type { Store } from '../store/index.js';
import { sharedKey } from '../store/shared-tables.js';

/** Makes {@link perMinute} work within this scope; routes without it are not limited. */
export async function installRateLimit(scope: FastifyInstance, store: Store): Promise<void> {
  await scope.register(rateLimit, {
    global: false,
    cache: 10_000,
    ipv6Subnet: 64,
    ...(store.isShared && { store: sharedCounts(store) }),
    errorResponseBuilder: (_request, { ttl }) =>
      new HttpError('rate_limited', undefined, { retryAfter: ttl / 1000 }),
  });
}

/** Requests a minute and address to each route that anybody may ask and that costs next to nothing. */
export const PUBLIC_PER_MINUTE = 3000;

/** Route options: at most `max` requests a minute from one address. */
export function perMinute(max: number): RouteShorthandOptions {
  return { config: { rateLimit: { max, timeWindow: 60_000 } } };
}

/** A class that counts in a store's table, as the plugin makes one of it for each route. */
function sharedCounts(store: Store): FastifyRateLimitStoreCtor {
  return class implements FastifyRateLimitStore {
    readonly #route: string;

    constructor(_options: object, route = '') {
      this.#route = route;
    }

    child(options: ChildOptions): FastifyRateLimitStore {
      if (Number(options.max) >= PUBLIC_PER_MINUTE) return new OwnCounts();
      const { method, url } = options.routeInfo ?? {};
      return new (this.constructor as new (options: object, route: string) => FastifyRateLimitStore)(
        options,
        `${String(method)} ${url}`,
      );
    }

    incr(key: string, done: Counted, window: number): void {
      count(store, sharedKey(store, this.#route, key), window).then(
        (result) => done(null, result),
        (error: Error) => done(error),
      );
    }
  };
}

type ChildOptions = Parameters<FastifyRateLimitStore['child']>[0] & { max?: unknown; routeInfo?: RouteInfo };
type RouteInfo = { method?: unknown; url?: string };
type Counted = (error: Error | null, result?: { current: number; ttl: number }) => void;

async function count({ db }: Store, key: string, window: number): Promise<{ current: number; ttl: number }> {
  const now = Date.now();
  const isOver = sql<boolean>`shared_knocks.ends_at <= ${now}`;
  const row = await db
    .insertInto('shared_knocks')
    .values({ key, count: 1, ends_at: now + window })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({
        count: sql<number>`case when ${isOver} then 1 else shared_knocks.count + 1 end`,
        ends_at: sql<number>`case when ${isOver} then ${now + window} else shared_knocks.ends_at end`,
      }),
    )
    .returning(['count', 'ends_at'])
    .executeTakeFirstOrThrow();
  return { current: row.count, ttl: Math.max(0, row.ends_at - now) };
}

/** This server's own counts of one route, of one window at a time. */
class OwnCounts implements FastifyRateLimitStore {
  #counts = new Map<string, number>();
  #endsAt = 0;

  child(): FastifyRateLimitStore {
    return new OwnCounts();
  }

  incr(key: string, done: Counted, window: number): void {
    const now = Date.now();
    if (now >= this.#endsAt || this.#counts.size > 10_000) {
      this.#counts = new Map();
      this.#endsAt = now + window;
    }
    const current = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, current);
    done(null, { current, ttl: this.#endsAt - now });
  }
}
