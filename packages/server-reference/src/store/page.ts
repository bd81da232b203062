/**
 * Lists go by id, a page at a time: each page starts after the last id of the one before, so that a page costs the same
 * wherever it lies and nothing is skipped or shown twice when other rows come and go.
 */

/** Which page of a list: at most `limit` rows, those whose id comes after `after`. */
export interface Page {
  after?: string | undefined;
  limit: number;
}

/** Cuts rows, of which one more than the limit was asked for, to a page; `next` is null on the last one. */
export function cutPage<Row extends { id: string }>(
  rows: Row[],
  { limit }: Page,
): { rows: Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}
