/** An error as a sentence that says what to do. The SDK's messages hold no secrets; the ones people meet most are translated. */
import { SealscribeError } from '@sealscribe/sdk-browser';
import type { Strings } from './strings/en.js';

/** The sentence for a failure. */
export function describeError(failure: unknown, t: Strings): string {
  if (failure instanceof SealscribeError) {
    const translated: Record<string, string> = t.errors;
    return translated[failure.code] ?? failure.message;
  }
  if (failure instanceof DOMException && failure.name === 'AbortError') return t.errors.aborted;
  if (failure instanceof TypeError || failure instanceof RangeError) return failure.message;
  return t.errors.unexpected;
}
