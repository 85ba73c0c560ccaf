// Sign-ins whose password was right and whose second step is to come. In memory: a restart asks for the password again.

import { AppError, type Clock, minutes, type Random, toBase64url, type UnixMs, unixMs } from "../../../base/index.ts";

const LIFE = minutes(5);
const MOST = 64;
const TRIES = 5;

interface Ticket {
  readonly passwordId: string;
  readonly until: UnixMs;
  readonly tries: number;
}

export class SignInTickets {
  readonly #deps: { readonly clock: Clock; readonly random: Random };
  readonly #tickets = new Map<string, Ticket>();

  constructor(deps: { readonly clock: Clock; readonly random: Random }) {
    this.#deps = deps;
  }

  issue(passwordId: string): string {
    const code = toBase64url(this.#deps.random.bytes(24));
    this.#tickets.set(code, { passwordId, until: unixMs(this.#deps.clock.now() + LIFE), tries: 0 });
    const oldest = this.#tickets.keys().next();
    if (this.#tickets.size > MOST && !oldest.done) this.#tickets.delete(oldest.value);
    return code;
  }

  /** Counts a try. Errors: `web.sign_in_expired` when there is no such ticket, or too much was tried with it. */
  use(code: string): { readonly passwordId: string } {
    const ticket = this.#tickets.get(code);
    if (ticket === undefined || ticket.until <= this.#deps.clock.now() || ticket.tries >= TRIES) {
      this.#tickets.delete(code);
      throw new AppError("web.sign_in_expired", "this sign-in took too long or too many tries", {
        hint: "Begin again with the password.",
      });
    }
    this.#tickets.set(code, { ...ticket, tries: ticket.tries + 1 });
    return ticket;
  }

  done(code: string): void {
    this.#tickets.delete(code);
  }
}
