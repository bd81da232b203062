/**
 * What an account may use and has used: minutes of audio a month, transcriptions at once, bytes of a file. The server's limits come from
 * its settings, those of single accounts from `sealscribe-server admin`. Counted are seconds of audio, and nothing about them.
 */
import type { FastifyRequest } from 'fastify';
import { HttpError } from './http-error.js';
import type { Logger } from './log.js';
import type { Store } from './store/index.js';
import { addUsage, limitsOf, usedSeconds, type Limits } from './store/usage.js';
import type { Allowance } from './transcription/admission.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the account may use; set by the guard of routes that transcribe. */
    allowance: Allowance;
  }
}

/** Reads and counts. */
export class Quotas {
  constructor(
    readonly store: Store,
    readonly limits: Limits,
    readonly log: Logger,
    readonly clock: () => number = Date.now,
  ) {}

  /**
   * A hook for what `signedIn` lets in: it leaves what the account may use in `request.allowance`.
   *
   * @throws {HttpError} `quota_exceeded` when the minutes of the month are used up, and what `signedIn` throws
   */
  guard(signedIn: (request: FastifyRequest) => Promise<void>) {
    return async (request: FastifyRequest): Promise<void> => {
      await signedIn(request);
      request.allowance = await this.allow(request.accountId);
    };
  }

  /** @throws {HttpError} `quota_exceeded` */
  async allow(account: string): Promise<Allowance> {
    const { limits, seconds } = await this.read(account);
    const left = limits.minutes === undefined ? undefined : limits.minutes * 60 - seconds;
    if (left !== undefined && left <= 0) throw new HttpError('quota_exceeded');
    return { concurrent: limits.concurrent, fileBytes: limits.fileBytes, seconds: left };
  }

  /** Limits, and seconds used this month. */
  async read(account: string): Promise<{ limits: Limits; seconds: number }> {
    const limits = await limitsOf(this.store.db, account, this.limits);
    return { limits, seconds: await usedSeconds(this.store.db, account, new Date(this.clock())) };
  }

  /** Counts what was used. A store that cannot be written to spoils no transcription. */
  async spend(account: string, seconds: number): Promise<void> {
    await addUsage(this.store.db, account, Math.ceil(seconds), new Date(this.clock())).catch(
      (error: unknown) => this.log.error({ err: error }, 'what was used could not be counted'),
    );
  }
}
