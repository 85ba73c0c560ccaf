// What is known of our answers. A gateway has certainly read the answer to a message when it has answered an enquire_link that was
// sent after it on the same connection; before that it may bring the message again in another session.

import type { Clock, Disposer, Millis } from "../base/index.ts";
import { hours } from "../base/index.ts";
import type { IntakePort, IntakeTicket } from "../core/index.ts";

/** The answers of one session. */
export class Answers {
  #written: IntakeTicket[] = [];
  #asked: IntakeTicket[] = [];

  written(ticket: IntakeTicket): void {
    this.#written.push(ticket);
  }

  /** An enquire_link goes out now. One at a time. */
  enquired(): void {
    this.#asked.push(...this.#written.splice(0));
  }

  /** The last enquire_link was answered: takes out the messages whose answers have arrived. */
  arrived(): readonly IntakeTicket[] {
    return this.#asked.splice(0);
  }

  /** Takes out all that are not known to have arrived. */
  leave(): readonly IntakeTicket[] {
    return [...this.#asked.splice(0), ...this.#written.splice(0)];
  }
}

/** A gateway that has been there for so long and has not brought a message again will not do so. */
export const BROUGHT_AGAIN_WITHIN: Millis = hours(1);
const CAPACITY = 10_000;

/**
 * Messages of sessions that ended before their answers were known to have arrived. While they are in doubt an equal message counts as
 * the same one brought again, so the doubt must end some time.
 */
export class Doubts {
  readonly #intake: Pick<IntakePort, "deleted">;
  readonly #clock: Clock;
  #tickets: IntakeTicket[] = [];
  #cancel: Disposer = () => {};

  constructor(deps: { readonly intake: Pick<IntakePort, "deleted">; readonly clock: Clock }) {
    this.#intake = deps.intake;
    this.#clock = deps.clock;
  }

  add(tickets: readonly IntakeTicket[]): void {
    this.#tickets.push(...tickets);
    for (const ticket of this.#tickets.splice(0, this.#tickets.length - CAPACITY)) this.#intake.deleted(ticket);
  }

  /** The gateway is there and may bring them again. */
  begin(): void {
    if (this.#tickets.length === 0) return;
    this.#cancel = this.#clock.after(BROUGHT_AGAIN_WITHIN, "smpp doubts", () => {
      for (const ticket of this.#tickets.splice(0)) this.#intake.deleted(ticket);
    });
  }

  /** The session ended. */
  end(): void {
    this.#cancel();
  }
}
