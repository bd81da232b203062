/**
 * What a device remembers so that a server cannot pass off an old state as the present one (docs/formats.md, sealed-v1,
 * "Freshness"): high-water marks only, never keys or text.
 */

/** Where the marks are kept. Texts are opaque to the store. */
export interface FreshnessStore {
  /**
   * Replaces the text kept under `name` by what `change` makes of it (undefined where there is none yet), as one indivisible
   * step. What `change` throws is thrown on, and then nothing is changed.
   */
  update(name: string, change: (stored: string | undefined) => string): Promise<void>;
}

/** Marks that last as long as the process. */
export class MemoryFreshness implements FreshnessStore {
  readonly #texts = new Map<string, string>();

  async update(name: string, change: (stored: string | undefined) => string): Promise<void> {
    this.#texts.set(name, change(this.#texts.get(name)));
  }
}
