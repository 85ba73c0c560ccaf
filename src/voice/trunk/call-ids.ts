// Which calls go through a trunk, as the messages that pass say: for a look at what is left, not for deciding anything.

import { aboutMethod, headerOf, methodOf, type SipText, statusOf } from "./sip-text.ts";

/** More are not counted. */
const MOST = 1000;

export class CallIds {
  readonly #open = new Set<string>();

  get size(): number {
    return this.#open.size;
  }

  note(message: SipText): void {
    const id = headerOf(message, "call-id") ?? "";
    const [about, status] = [aboutMethod(message), statusOf(message)];
    const begins = methodOf(message) === "INVITE" && !/;\s*tag=/i.test(headerOf(message, "to") ?? "");
    if (begins && this.#open.size < MOST) this.#open.add(id);
    // A refused re-INVITE leaves its call as it was.
    const isOver =
      about === "BYE" || (about === "INVITE" && status !== null && status >= 300 && !this.#answered.has(id));
    if (about === "INVITE" && status !== null && status >= 200 && status < 300 && this.#open.has(id))
      this.#answered.add(id);
    if (!isOver) return;
    this.#open.delete(id);
    this.#answered.delete(id);
  }

  readonly #answered = new Set<string>();
}
