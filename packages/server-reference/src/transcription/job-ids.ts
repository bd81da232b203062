/**
 * Ids of jobs: they tell, without anything being kept, whether a job was this account's, and whether of this run of the server. So one that
 * a restart lost, one that is over and one that never was have different answers, and somebody else's is one that never was.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { equalSecrets } from '../auth/equal-secrets.js';

const MARK = 4;
const NONCE = 6;

/** Makes and reads them: mark of the run (4 bytes), random bytes (6), and a MAC over these and the account (6). */
export class JobIds {
  readonly #mark = randomBytes(MARK);

  /** @param secret of the server, the same after a restart */
  constructor(readonly secret: Uint8Array) {}

  make(account: string): string {
    const head = Buffer.concat([this.#mark, randomBytes(NONCE)]);
    return Buffer.concat([head, this.#mac(account, head)]).toString('base64url');
  }

  /** Whether an id was given to this account by this run, by another one, or never. */
  origin(account: string, id: string): 'ours' | 'earlier' | 'none' {
    const bytes = Buffer.from(id, 'base64url');
    const head = bytes.subarray(0, MARK + NONCE);
    const mac = this.#mac(account, head);
    const given = bytes.subarray(MARK + NONCE);
    if (!equalSecrets(given, mac)) return 'none';
    return head.subarray(0, MARK).equals(this.#mark) ? 'ours' : 'earlier';
  }

  #mac(account: string, head: Uint8Array): Buffer {
    const hmac = createHmac('sha256', this.secret).update('sealscribe-server/job-id/v1\0');
    return hmac.update(`${account}\0`).update(head).digest().subarray(0, 6);
  }
}
