/**
 * A claim and its proof: a detector looks at the product and must find nothing, then at something that breaks the claim on purpose,
 * and must find that. A detector whose control does not fire proves nothing, so the claim fails. `npm run prove` prints the table.
 */
import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What a detector saw. */
export interface Look {
  /** What was tried, with its numbers. */
  tried: string;
  /** Everything that breaks the claim, in words that hold no secret. */
  found: readonly string[];
}

export interface Claim {
  /** The claim as one sentence. */
  says: string;
  /** Looks at the product. */
  product: () => Promise<Look> | Look;
  /** Looks, with the same detector, at what breaks the claim on purpose. */
  control: () => Promise<Look> | Look;
  /** Why it cannot be tried here. */
  unless?: string | undefined;
}

/** One row of the table. */
export interface Proof {
  claim: string;
  says: string;
  holds: boolean;
  tried: string;
  found: readonly string[];
  control: string;
  fired: boolean;
  seconds: number;
  skipped?: string;
}

function record(proof: Proof): void {
  const file = process.env['SEALSCRIBE_PROOF'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(proof)}\n`);
}

/** Proves a claim. `name` is how docs/threat-model.md calls it. */
export function claim(name: string, { says, product, control, unless }: Claim): void {
  const proof: Proof = {
    ...{ claim: name, says, holds: false, tried: '', found: [], control: '', fired: false, seconds: 0 },
  };
  if (unless !== undefined) record({ ...proof, skipped: unless });
  test.skipIf(unless !== undefined)(`${name}: ${says}`, async () => {
    const started = performance.now();
    try {
      const seen = await product();
      Object.assign(proof, { tried: seen.tried, found: seen.found, holds: seen.found.length === 0 });
      const leak = await control();
      Object.assign(proof, { control: leak.tried, fired: leak.found.length > 0 });
    } finally {
      record({ ...proof, seconds: (performance.now() - started) / 1000 });
    }
    expect(proof.found).toEqual([]);
    expect(proof.fired, `the control must be found: ${proof.control}`).toBe(true);
  });
}
