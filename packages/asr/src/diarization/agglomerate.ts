/**
 * Agglomerative clustering: the best pair of clusters is merged again and again. Each cluster remembers its best partner, so
 * that a merge costs one row and not the whole table; long lists are first reduced block by block, so that neither time nor
 * memory grows with the square of a long recording.
 */

/** What clusters are and when two of them belong together. */
export interface Linkage<Cluster> {
  /** How well two clusters fit together; symmetric. */
  score(a: Cluster, b: Cluster): number;
  merge(a: Cluster, b: Cluster): Cluster;
}

/** When to stop: below a score, or at a number of clusters, whichever comes first. */
export interface StopAt {
  readonly score: number;
  readonly count: number;
}

/** A cluster and which of the items are in it. */
export interface Group<Cluster> {
  readonly cluster: Cluster;
  readonly members: readonly number[];
}

/** Items of one table: 2,000 scores squared are 16 MB. */
const BLOCK = 2000;
/** Groups that a block is reduced to, whatever the score, so that the blocks' groups together get fewer. */
const BLOCK_GROUPS = BLOCK / 5;

/** Groups items; the order of groups is that of their first members. */
export function agglomerate<Cluster>(
  items: readonly Cluster[],
  linkage: Linkage<Cluster>,
  stop: StopAt,
  block = BLOCK,
): Group<Cluster>[] {
  let groups: Group<Cluster>[] = items.map((cluster, index) => ({ cluster, members: [index] }));
  const reduced = Math.max(stop.count, Math.ceil((block * BLOCK_GROUPS) / BLOCK));
  while (groups.length > Math.max(block, 2 * reduced)) {
    const next: Group<Cluster>[] = [];
    for (let i = 0; i < groups.length; i += block) {
      const part = mergeBest(groups.slice(i, i + block), linkage, { score: stop.score, count: stop.count });
      next.push(...mergeBest(part, linkage, { score: -Infinity, count: reduced }));
    }
    groups = next;
  }
  return mergeBest(groups, linkage, stop)
    .map(({ cluster, members }) => ({ cluster, members: [...members].sort((a, b) => a - b) }))
    .sort((a, b) => a.members[0] - b.members[0]);
}

function mergeBest<Cluster>(
  groups: readonly Group<Cluster>[],
  linkage: Linkage<Cluster>,
  stop: StopAt,
): Group<Cluster>[] {
  const table = new PairTable(groups, linkage);
  for (let left = groups.length; left > Math.max(1, stop.count); left--) {
    const best = table.best();
    if (table.scoreOf(best) < stop.score) break;
    table.mergeWithPartner(best);
  }
  return table.groups();
}

/** Scores of all pairs, and each row's best. Merged rows are undefined. */
class PairTable<Cluster> {
  readonly #rows: (Group<Cluster> | undefined)[];
  readonly #linkage: Linkage<Cluster>;
  readonly #scores: Float32Array;
  readonly #partner: Int32Array;

  constructor(groups: readonly Group<Cluster>[], linkage: Linkage<Cluster>) {
    const n = groups.length;
    this.#rows = [...groups];
    this.#linkage = linkage;
    this.#scores = new Float32Array(n * n).fill(-Infinity);
    this.#partner = new Int32Array(n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) this.#set(i, j, linkage.score(groups[i].cluster, groups[j].cluster));
    for (let i = 0; i < n; i++) this.#findPartner(i);
  }

  groups(): Group<Cluster>[] {
    return this.#rows.filter((row) => row !== undefined);
  }

  /** The row with the highest score. */
  best(): number {
    let best = -1;
    this.#rows.forEach((row, i) => {
      if (row !== undefined && (best < 0 || this.scoreOf(i) > this.scoreOf(best))) best = i;
    });
    return best;
  }

  scoreOf(row: number): number {
    return this.#scores[row * this.#rows.length + this.#partner[row]];
  }

  mergeWithPartner(a: number): void {
    const b = this.#partner[a];
    const [keep, drop] = a < b ? [a, b] : [b, a];
    const [first, second] = [this.#rows[keep], this.#rows[drop]];
    if (first === undefined || second === undefined) return;
    const merged = {
      cluster: this.#linkage.merge(first.cluster, second.cluster),
      members: [...first.members, ...second.members],
    };
    this.#rows[keep] = merged;
    this.#rows[drop] = undefined;
    this.#rows.forEach((row, k) => {
      this.#set(k, drop, -Infinity);
      if (row !== undefined && k !== keep)
        this.#set(k, keep, this.#linkage.score(merged.cluster, row.cluster));
    });
    this.#findPartner(keep);
    this.#rows.forEach((row, k) => {
      if (row === undefined || k === keep) return;
      if (this.#partner[k] === keep || this.#partner[k] === drop) this.#findPartner(k);
      else if (this.#scores[k * this.#rows.length + keep] > this.scoreOf(k)) this.#partner[k] = keep;
    });
  }

  #set(i: number, j: number, score: number): void {
    const n = this.#rows.length;
    this.#scores[i * n + j] = score;
    this.#scores[j * n + i] = score;
  }

  #findPartner(row: number): void {
    const n = this.#rows.length;
    let best = row === 0 ? n - 1 : 0;
    for (let j = 0; j < n; j++)
      if (j !== row && this.#scores[row * n + j] > this.#scores[row * n + best]) best = j;
    this.#partner[row] = best;
  }
}
