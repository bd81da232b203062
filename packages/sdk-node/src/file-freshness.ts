/** Marks in a JSON file. */
import type { FreshnessStore } from '@sealscribe/sdk-core';

/** Keeps the marks of this device in a JSON file that only its owner can read. */
export class FileFreshness implements FreshnessStore {
  constructor(readonly path: string) {}

  async update(_name: string, _change: (stored: string | undefined) => string): Promise<void> {
    throw new Error('not there yet');
  }
}
