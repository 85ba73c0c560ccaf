// After a restore: what the old box did behind the backup is not in the database, but its relay knows most of it. Before the restored box
// takes one SMS, it learns the rentals granted and ended since, and how far each rental's `seq` has come: a number that is used twice
// would make the relay refuse an SMS, and a rental that is unknown would let its SMS go to somebody else.

import {
  AppError,
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  type CryptoSuite,
  fromBase64url,
  hasCode,
  isAppError,
  type Logger,
  messageId,
  messageOf,
  minutes,
  type Random,
  type RentalId,
  randomFraction,
  rentalId,
  seconds,
  type UnixMs,
  unixMs,
} from "../../base/index.ts";
import { verifyGrant } from "../../envelope/index.ts";
import type { RentalGrant } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { Intake } from "../intake.ts";
import type { Rental } from "../model.ts";
import type { RentalStore } from "../ports-store.ts";
import type { Rentals } from "../rentals.ts";
import { judgeGrant } from "./catch-up-rules.ts";
import type { CatchUpPage, CatchUpRelay, RestoreMark, RestoreStore } from "./ports-restore.ts";

export interface CatchUpDeps {
  readonly store: RestoreStore & Pick<RentalStore, "lastSequences">;
  readonly relay: CatchUpRelay;
  readonly rentals: Pick<Rentals, "load" | "get" | "lines" | "all" | "hold" | "release">;
  readonly intake: Pick<Intake, "hold" | "release">;
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  /** The box's verify key, base64url. */
  readonly provider: string;
}

const RETRY: BackoffPolicy = { first: seconds(2), max: minutes(1) };
/** Left out of every rental where the relay cannot tell how far it has come. More than a box brings in a year is not needed. */
const SKIP = 100_000;

interface Position {
  readonly rental: RentalId;
  readonly lastSeq: number;
}

interface Found {
  readonly adopted: readonly { readonly rental: Rental; readonly grant: RentalGrant }[];
  readonly positions: readonly Position[];
  readonly foreign: number;
}

/** The relay could not be asked now. */
function notNow(reason: string): AppError {
  return new AppError("restore.not_now", "the relay cannot be asked now", { retryable: true, context: { reason } });
}

const reasonOf = (error: unknown): string =>
  hasCode(error, "restore.not_now") ? String(error.context.reason) : isAppError(error) ? error.code : "restore.failed";

function pageOf<T extends object>(page: CatchUpPage<T>): T {
  if ("code" in page) throw notNow(page.code);
  return page;
}

function held(): AppError {
  return new AppError("restore.catching_up", "the box was restored and waits for its relay to tell what came since", {
    retryable: true,
    hint: "Let the box reach its relay; until then every SMS stays safely on its SIM.",
  });
}

export class CatchUp {
  readonly #deps: CatchUpDeps;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #reported: string | null = null;

  constructor(deps: CatchUpDeps) {
    this.#deps = deps;
  }

  /** Holds intake and rentals where the database was restored. Call once, before they are used. */
  async begin(): Promise<boolean> {
    const { store, intake, rentals } = this.#deps;
    if ((await store.restoreMark()) === null) return false;
    intake.hold(held());
    rentals.hold(held());
    return true;
  }

  /** Catches up, however long it takes, then lets intake and rentals go and calls `done`. */
  start(done: () => void): void {
    this.#running = this.#run(done).catch((error) => {
      if (!this.#abort.signal.aborted) this.#deps.log.error("catch_up_failed", { reason: messageOf(error) });
    });
  }

  /** Idempotent. The mark stays: the next start goes on. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(done: () => void): Promise<void> {
    const { store, clock, random, events, intake, rentals } = this.#deps;
    const mark = await store.restoreMark();
    if (mark !== null) events.record({ level: "info", code: "restore.catching_up", details: detailsOf(mark) });
    for (let failures = 0; mark !== null; ) {
      try {
        await this.#once();
        break;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.#report(error);
        failures++;
      }
      await clock.sleep(backoffDelay(RETRY, failures, randomFraction(random)), "catching up", this.#abort.signal);
    }
    await store.clearRestoreMark();
    await intake.release();
    await rentals.release();
    done();
  }

  /** Once per reason: a relay may be away for days. */
  #report(error: unknown): void {
    const reason = reasonOf(error);
    if (!hasCode(error, "restore.not_now")) this.#deps.log.warn("catch_up_failed", { reason: messageOf(error) });
    if (this.#reported === reason) return;
    this.#reported = reason;
    this.#deps.events.record({ level: "warn", code: "restore.waiting", details: { reason } });
  }

  async #once(): Promise<void> {
    const { events } = this.#deps;
    let found: Found;
    try {
      found = await this.#ask();
    } catch (error) {
      // The backup is of a box without a relay: there is nothing that it could have missed.
      if (reasonOf(error) === "relay.none") return;
      if (reasonOf(error) === "relay.unknown_route") return await this.#skipAhead();
      throw error;
    }
    await this.#adopt(found);
    let messages = 0;
    for (const position of found.positions) messages += await this.#adoptMessages(position);
    const { adopted, foreign } = found;
    events.record({ level: "info", code: "restore.caught_up", details: { rentals: adopted.length, messages } });
    if (foreign > 0)
      events.record({ level: "warn", code: "restore.rental_without_line", details: { rentals: foreign } });
  }

  /** All grants that the relay has of this box. */
  async #ask(): Promise<Found> {
    const { relay, rentals, now } = this.#deps;
    const adopted: { rental: Rental; grant: RentalGrant }[] = [];
    const positions: Position[] = [];
    let foreign = 0;
    for (let after = "", more = true; more; ) {
      const page = pageOf(await relay.rentals(after, this.#abort.signal));
      for (const { grant, last_seq: lastSeq } of page.rentals) {
        if (!this.#isOurs(grant)) continue;
        const id = rentalId(grant.rental_id);
        const local = rentals.get(id);
        const verdict = judgeGrant(grant, { local, lines: rentals.lines(), now: now() });
        if (verdict.kind === "adopt") adopted.push({ rental: verdict.rental, grant });
        if (verdict.kind === "foreign") foreign++;
        else positions.push({ rental: id, lastSeq });
      }
      // A page that leads nowhere would come again and again.
      more = page.more && page.next > after;
      after = page.next;
    }
    return { adopted, positions, foreign };
  }

  /** The relay is not trusted: only what the box itself has signed counts. */
  #isOurs(grant: RentalGrant): boolean {
    const { suite, provider, log } = this.#deps;
    const good = verifyGrant(suite, fromBase64url(provider), grant);
    if (!good) log.warn("relay_grant_rejected", { rental: grant.rental_id });
    return good;
  }

  /** Those that are over first: a line has one active rental at most. */
  async #adopt({ adopted }: Found): Promise<void> {
    const { store, rentals, log } = this.#deps;
    const rank = ({ rental }: { readonly rental: Rental }): number => (rental.state === "active" ? 1 : 0);
    for (const { rental, grant } of adopted.toSorted((a, b) => rank(a) - rank(b))) {
      await store.adoptRental(rental, { rentalId: rental.id, grant }).catch((error: unknown) => {
        if (!hasCode(error, "store.conflict")) throw error;
        log.warn("rental_not_adopted", { rental: rental.id, line: rental.lineId });
      });
    }
    if (adopted.length > 0) await rentals.load();
  }

  async #adoptMessages({ rental, lastSeq }: Position): Promise<number> {
    const { store, relay, rentals } = this.#deps;
    if (rentals.get(rental) === null) return 0;
    let adopted = 0;
    let after = (await store.lastSequences()).get(rental) ?? 0;
    for (let more = after < lastSeq; more; ) {
      const page = pageOf(await relay.messages(rental, after, this.#abort.signal));
      const messages = page.messages.map(({ id, seq, hash, stored_at }) => ({
        ...{ id: messageId(id), seq, hash },
        storedAt: unixMs(stored_at),
      }));
      adopted += await store.adoptMessages(rental, messages, 0);
      more = page.more && page.next > after;
      after = page.next;
    }
    await store.adoptMessages(rental, [], lastSeq);
    return adopted;
  }

  /** A relay too old to tell: numbers that the old box may have used are left out. Renters see a gap, and the event says why. */
  async #skipAhead(): Promise<void> {
    const { store, rentals, events } = this.#deps;
    const last = await store.lastSequences();
    const active = rentals.all().filter((rental) => rental.state === "active");
    for (const { id } of active) await store.adoptMessages(id, [], (last.get(id) ?? 0) + SKIP);
    events.record({ level: "warn", code: "restore.skipped_ahead", details: { rentals: active.length, numbers: SKIP } });
  }
}

function detailsOf({ backupAt, restoredAt }: RestoreMark): { readonly minutes: number } {
  return { minutes: Math.max(0, Math.round((restoredAt - backupAt) / 60_000)) };
}
