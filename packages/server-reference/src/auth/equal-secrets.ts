/** The one comparison of secrets: as long for a value that is almost right as for one that is all wrong. */
import { timingSafeEqual } from 'node:crypto';

/** Whether two values are the same bytes. Only their lengths can be told from the time that it takes. */
export function equalSecrets(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
