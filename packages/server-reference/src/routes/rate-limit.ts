/**
 * How often one address may knock at the routes that need no session: each of them has a limit. Guessing one email is slowed by auth/lockout.ts; this
 * bounds the work that strangers can cause at all. Counts are in memory, for a bounded number of addresses.
 */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, RouteShorthandOptions } from 'fastify';
import { HttpError } from '../http-error.js';

/** Makes {@link perMinute} work within this scope; routes without it are not limited. */
export async function installRateLimit(scope: FastifyInstance): Promise<void> {
  await scope.register(rateLimit, {
    global: false,
    cache: 10_000,
    ipv6Subnet: 64,
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
