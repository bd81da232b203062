/** What this browser has seen, in localStorage: high-water marks only, nothing that opens anything. */
import type { FreshnessStore } from '@sealscribe/sdk-core';

const PREFIX = 'sealscribe:';

/** Keeps marks in a Storage of the page. */
export class StorageFreshness implements FreshnessStore {
  constructor(private readonly storage: Storage) {}

  async update(name: string, change: (stored: string | undefined) => string): Promise<void> {
    // Without an await in between, so that no other code of this page comes in the way.
    this.storage.setItem(PREFIX + name, change(this.storage.getItem(PREFIX + name) ?? undefined));
  }
}
