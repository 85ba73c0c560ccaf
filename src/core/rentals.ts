// The rentals of the box: grants, endings, expiry. Keeps all of them in memory (a box has at most a few thousand) and writes each
// change together with the signed grant that the relay must learn.

import {
  AppError,
  type CryptoSuite,
  days,
  type LineId,
  type Logger,
  messageOf,
  type Random,
  type RentalId,
  rentalId,
  SerialQueue,
  toBase64url,
  toHex,
  type UnixMs,
  unixMs,
  wrapError,
} from "../base/index.ts";
import { type CanonicalObject, type Identity, publicKeysFromText, signGrant } from "../envelope/index.ts";
import type { GrantRequest, RentalGrant, SipTerms } from "../protocol/index.ts";
import type { EventLog } from "./event-log.ts";
import type { Line, Rental } from "./model.ts";
import type { RentalStore } from "./ports-store.ts";
import { isOver, type LineState, lineState, type RentalInput, type RestPolicy, stepRental } from "./rental-rules.ts";
import { type SenderLevels, senderTerms } from "./sender-policy.ts";
import type { TrustedTime } from "./trusted-time.ts";

export interface RentalsDeps {
  readonly store: RentalStore;
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly identity: Identity;
  readonly time: TrustedTime;
  readonly events: EventLog;
  readonly log: Logger;
  readonly policy: RestPolicy;
  /** Sender rules of a line and of the box, the narrower first. */
  readonly senderRules: (line: LineId) => SenderLevels;
  /** Lines that the owner keeps for himself: nobody rents them. */
  readonly isOwn?: (line: LineId) => boolean;
  /** The renter's SIP account, a member of the sealed terms; null, or nothing that gives any, where the line has no calls. */
  readonly sipTerms?: (rental: Rental) => SipTerms | null;
  /** A grant is waiting for the relay. */
  readonly onGrant: (rental: Rental) => void;
}

export class Rentals {
  readonly #deps: RentalsDeps;
  readonly #lines = new Map<LineId, Line>();
  readonly #rentals = new Map<RentalId, Rental>();
  readonly #active = new Map<LineId, RentalId>();
  /** One change at a time: whoever checks a rental or a line sees what the change before him made durable. */
  readonly #changes = new SerialQueue("rentals");
  /** Why nothing may change now; null while it may. */
  #held: AppError | null = null;

  constructor(deps: RentalsDeps) {
    this.#deps = deps;
  }

  /** Changes nothing until `release`: every caller is told `reason`. */
  hold(reason: AppError): void {
    this.#held = reason;
  }

  /** What was learnt meanwhile is read from the store. */
  async release(): Promise<void> {
    await this.load();
    this.#held = null;
  }

  async load(): Promise<void> {
    for (const line of await this.#deps.store.lines()) this.#lines.set(line.id, line);
    for (const rental of await this.#deps.store.rentals()) this.#remember(rental);
  }

  lines(): readonly Line[] {
    return [...this.#lines.values()];
  }

  line(id: LineId): Line | null {
    return this.#lines.get(id) ?? null;
  }

  all(): readonly Rental[] {
    return [...this.#rentals.values()];
  }

  get(id: RentalId): Rental | null {
    return this.#rentals.get(id) ?? null;
  }

  /** The rental whose renter gets what arrives on the line now. */
  active(line: LineId): Rental | null {
    const { time } = this.#deps;
    const id = this.#active.get(line);
    const rental = id === undefined ? null : this.get(id);
    // Until the next tick ends it: the relay takes nothing that came after the end.
    const over = rental !== null && isOver(rental, { now: time.now(), clockTrusted: time.confidence === "trusted" });
    return over ? null : rental;
  }

  /** The sender rules for what arrives on the line now, the narrowest first. */
  senderLevels(line: LineId, rental = this.active(line)): SenderLevels {
    return [rental?.senderRules ?? null, ...this.#deps.senderRules(line)];
  }

  isOwn(line: LineId): boolean {
    return this.#deps.isOwn?.(line) ?? false;
  }

  state(line: Line, renter?: string): LineState {
    const { policy, time } = this.#deps;
    return lineState(line, this.all(), { now: time.now(), policy, ...(renter === undefined ? {} : { renter }) });
  }

  /** Makes a line known, or updates where it is. An existing listing id is kept. */
  async saveLine(line: Line): Promise<Line> {
    const known = this.#lines.get(line.id);
    const merged: Line = { ...line, listingId: known?.listingId ?? line.listingId };
    if (known === undefined || JSON.stringify(known) !== JSON.stringify(merged))
      await this.#deps.store.saveLine(merged);
    this.#lines.set(merged.id, merged);
    return merged;
  }

  /**
   * `line` is an id or a number; `id` is fixed beforehand where a grant may be repeated: the second call gives the first one's rental. Errors: `rental.unknown_line`, `rental.line_rented`, `rental.line_resting`, `rental.own_line`, `rental.bad_keys`,
   * `rental.clock_in_doubt` (retryable).
   */
  async grant(request: GrantRequest, id?: RentalId): Promise<Rental> {
    const line = this.findLine(request.line);
    this.#checkKeys(request);
    return await this.#change(async () => {
      const known = id === undefined ? null : this.get(id);
      return known ?? (await this.#grant(line, request, id ?? rentalId(toHex(this.#deps.random.bytes(16)))));
    });
  }

  async #grant(line: Line, request: GrantRequest, id: RentalId): Promise<Rental> {
    this.#checkFree(line, request.renter.verify);
    this.#checkClock();
    const now = this.#deps.time.now();
    const rental: Rental = {
      id,
      lineId: line.id,
      listingId: line.listingId,
      renter: request.renter,
      envelopeVersion: request.envelope_version,
      startsAt: now,
      expiresAt: unixMs(now + days(request.days)),
      state: "active",
      endedAt: null,
      rev: 1,
      credit: request.credit,
      senderRules: request.sender_policy ?? null,
    };
    await this.#save(rental);
    const details = { days: request.days };
    this.#deps.events.record({ level: "info", code: "rental.granted", line: line.id, details });
    return rental;
  }

  /** Errors: `rental.unknown`, `rental.not_active`. */
  async end(id: RentalId): Promise<Rental> {
    return await this.#change(async () => {
      const rental = this.#known(id);
      if (rental.state !== "active") {
        throw new AppError("rental.not_active", `the rental is already ${rental.state}`, {
          hint: "Nothing is left to end; the list of rentals shows which are active.",
          context: { state: rental.state },
        });
      }
      return await this.#step(rental, { type: "end", now: this.#deps.time.now() });
    });
  }

  /** Paid on until `until` at least. Errors: `rental.unknown`, `rental.not_active`. */
  async extend(id: RentalId, until: UnixMs): Promise<Rental> {
    return await this.#change(async () => {
      const rental = this.#known(id);
      if (rental.state === "active") return await this.#step(rental, { type: "extend", until });
      throw new AppError("rental.not_active", `the rental is already ${rental.state}`, {
        hint: "Rent the number anew.",
        context: { state: rental.state },
      });
    });
  }

  /** Sets the SMS paid for, counted from the first. Nothing happens to a rental that is over. Errors: `rental.unknown`. */
  async setCredit(id: RentalId, credit: number | null): Promise<Rental> {
    return await this.#change(() => this.#step(this.#known(id), { type: "credit", credit }));
  }

  /** Signs the grant anew, with what its terms are now. Nothing happens to a rental that is over. Errors: `rental.unknown`. */
  async reissue(id: RentalId): Promise<Rental> {
    return await this.#change(() => this.#step(this.#known(id), { type: "reissue" }));
  }

  /** Ends what has run out. A failing write is tried again at the next tick: until then the rental goes on. */
  async tick(): Promise<void> {
    if (this.#held !== null) return;
    await this.#changes.run(async () => {
      const { time } = this.#deps;
      const input = { type: "tick", now: time.now(), clockTrusted: time.confidence === "trusted" } as const;
      for (const rental of this.all()) {
        try {
          await this.#step(rental, input);
        } catch (error) {
          this.#deps.log.warn("rental_tick_failed", { rental: rental.id, reason: messageOf(error) });
        }
      }
    });
  }

  async #change<T>(change: () => Promise<T>): Promise<T> {
    if (this.#held !== null) throw this.#held;
    return await this.#changes.run(change);
  }

  #known(id: RentalId): Rental {
    const rental = this.get(id);
    if (rental !== null) return rental;
    throw new AppError("rental.unknown", "there is no rental with this id", {
      hint: "List the rentals and take an id from there.",
    });
  }

  async #step(rental: Rental, input: RentalInput): Promise<Rental> {
    const step = stepRental(rental, input);
    for (const effect of step.effects) {
      if (effect.type === "publish") await this.#save(step.rental);
      else this.#deps.events.record({ level: "info", code: effect.code, line: rental.lineId });
    }
    return step.rental;
  }

  async #save(rental: Rental): Promise<void> {
    await this.#deps.store.saveRental(rental, { rentalId: rental.id, grant: this.#signedGrant(rental) });
    this.#remember(rental);
    this.#deps.onGrant(rental);
  }

  #remember(rental: Rental): void {
    this.#rentals.set(rental.id, rental);
    if (rental.state === "active") this.#active.set(rental.lineId, rental.id);
    else if (this.#active.get(rental.lineId) === rental.id) this.#active.delete(rental.lineId);
  }

  #signedGrant(rental: Rental): RentalGrant {
    const { suite, random, identity } = this.#deps;
    const over = rental.endedAt ?? rental.expiresAt;
    return signGrant({
      suite,
      random,
      seed: identity.seed,
      statement: {
        v: 1,
        rental_id: rental.id,
        listing_id: rental.listingId,
        provider: toBase64url(identity.verify),
        renter: rental.renter,
        starts_at: Math.floor(rental.startsAt / 1000),
        // Rounded up: a message is stamped with the second it came in, and those of the last one still belong to the rental.
        expires_at: Math.ceil(Math.min(over, rental.expiresAt) / 1000),
        envelope_version: rental.envelopeVersion,
        rev: rental.rev,
        credit: rental.credit,
      },
      secret: { number: this.line(rental.lineId)?.number ?? "", terms: this.#termsOf(rental) },
    });
  }

  #termsOf(rental: Rental): CanonicalObject {
    const { presets, custom } = senderTerms(this.senderLevels(rental.lineId, rental));
    const sip = rental.state === "active" ? (this.#deps.sipTerms?.(rental) ?? null) : null;
    return {
      envelope_version: rental.envelopeVersion,
      sender_policy: { presets: [...presets], custom },
      ...(sip === null ? {} : { sip: { ...sip } }),
    };
  }

  /** By id or number. Errors: `rental.unknown_line`. */
  findLine(text: string): Line {
    const line = this.lines().find((candidate) => candidate.id === text || candidate.number === text);
    if (line === undefined) {
      throw new AppError("rental.unknown_line", "the box has no such line", {
        hint: "List the lines and give an id or a number from there.",
      });
    }
    return line;
  }

  #checkKeys(request: GrantRequest): void {
    try {
      publicKeysFromText(this.#deps.suite, request.renter);
    } catch (error) {
      const reason = wrapError(error, "rental.bad_keys", "unusable key").message;
      throw new AppError("rental.bad_keys", `the renter's keys cannot be used: ${reason}`, {
        hint: "Ask the renter for the two public keys (verify and encrypt) of the rental.",
        cause: error,
      });
    }
  }

  #checkClock(): void {
    if (this.#deps.time.confidence === "trusted") return;
    throw new AppError("rental.clock_in_doubt", "the box does not know for sure what time it is", {
      hint: "Try again when the box has reached its relay, which tells it the time.",
      retryable: true,
    });
  }

  #checkFree(line: Line, renter: string): void {
    if (this.isOwn(line.id)) {
      throw new AppError("rental.own_line", `line ${line.id} is the owner's own`, {
        hint: "Take `own: true` from the line in the configuration to let it.",
        context: { line: line.id },
      });
    }
    const state = this.state(line, renter);
    if (state.kind === "rented") throw rented(line);
    if (state.kind === "resting") {
      throw new AppError("rental.line_resting", `line ${line.id} rests between renters`, {
        hint: "Choose another line, or wait: codes for the last renter may still arrive on this number.",
        context: { line: line.id, until: new Date(state.until).toISOString() },
      });
    }
  }
}

function rented(line: Line): AppError {
  return new AppError("rental.line_rented", `line ${line.id} is rented already`, {
    hint: "Choose a free line, or end the running rental first.",
    context: { line: line.id },
  });
}
