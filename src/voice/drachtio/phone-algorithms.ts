// Which algorithms a phone is offered. RFC 8760 has a phone pass over what it does not know; some give up instead, whatever else is
// offered, and ask again later without an answer. Those get MD5 alone, which is as good here: passwords are 128 random bits.

import type { DigestAlgorithm } from "./digest.ts";

const ALL: readonly DigestAlgorithm[] = ["SHA-256", "MD5"];
const OLD: readonly DigestAlgorithm[] = ["MD5"];
/** Known to give up; saves them the first failure. */
const KNOWN_OLD = /^baresip v[01]\./i;

export class PhoneAlgorithms {
  readonly #capacity: number;
  /** Phones that were asked and have not answered yet, and those that never do when SHA-256 is offered. In the order of last use. */
  readonly #phones = new Map<string, "asked" | "old">();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#phones.size;
  }

  /** For a challenge. `phone`: where it is and what it calls itself; `answered`: it sent credentials, only old or wrong ones. */
  offer(phone: string, agent: string | undefined, answered: boolean): readonly DigestAlgorithm[] {
    if (agent !== undefined && KNOWN_OLD.test(agent)) return OLD;
    const before = this.#phones.get(phone);
    if (before !== "old" && answered) {
      this.#phones.delete(phone);
      return ALL;
    }
    const now = before === undefined ? "asked" : "old";
    this.#phones.delete(phone);
    this.#phones.set(phone, now);
    const [oldest] = this.#phones.keys();
    if (this.#phones.size > this.#capacity && oldest !== undefined) this.#phones.delete(oldest);
    return now === "old" ? OLD : ALL;
  }

  /** It signed in. One that needed MD5 alone will need it again. */
  signedIn(phone: string, algorithm: DigestAlgorithm): void {
    if (algorithm !== "MD5" || this.#phones.get(phone) !== "old") this.#phones.delete(phone);
  }
}
