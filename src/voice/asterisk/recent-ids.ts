// What was seen lately, so that what is told twice is taken once.

/** So many are remembered; Asterisk's channels have names that do not come again. */
const KEPT = 256;

export class RecentIds {
  /** The oldest first. */
  readonly #seen = new Set<string>();

  /** Whether it is seen for the first time among the last 256. */
  isNew(id: string): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > KEPT && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}
