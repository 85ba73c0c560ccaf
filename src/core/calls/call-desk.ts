// Brings the calls of all slots and all phones together: who may have a call, whose it is, and what is left of it when it is over.

import {
  type Clock,
  type Disposer,
  type LineId,
  type Logger,
  messageOf,
  type Random,
  type RentalId,
  type SlotId,
  toHex,
  type UnixMs,
} from "../../base/index.ts";
import type { EventLog } from "../event-log.ts";
import type { Line, Rental } from "../model.ts";
import { Call, type CallEnds } from "./call.ts";
import {
  beginIncoming,
  beginOutgoing,
  beginRefused,
  beginUnwanted,
  type CallRules,
  type CallStep,
  type Treatment,
} from "./call-machine.ts";
import type { CutOffReason } from "./metering.ts";
import { isMissed, type MissedCall } from "./missed-calls.ts";
import type {
  Announcement,
  DialRequest,
  EndCause,
  ModemCall,
  PhoneLeg,
  SlotVoice,
  VoiceGateway,
} from "./ports-voice.ts";

/** A number that may be dialled, or what is said instead. */
export type DialVerdict =
  | { readonly allowed: true; readonly number: string }
  | { readonly allowed: false; readonly code: string; readonly cause: EndCause; readonly say: Announcement | null };

/** What one call costs, and its record. All of it settles; nothing here rejects. */
export interface CallAccount {
  /** Both can hear each other. */
  talking(): void;
  /** Once, last. */
  over(cause: EndCause): void;
}

export interface CallOpening {
  readonly id: string;
  readonly direction: "in" | "out";
  readonly line: Line;
  readonly slot: SlotId;
  /** Null for a call that is nobody's. */
  readonly rental: Rental | null;
  /** The other party's number; null when it is withheld. In memory only, sealed before it is kept. */
  readonly number: string | null;
  readonly startedAt: UnixMs;
  readonly onRunningOut: () => void;
  readonly onRanOut: (cause: CutOffReason) => void;
}

export interface CallLedger {
  /** Why a rental has no more minutes for a call, or null when it has. */
  refusal(rental: Rental, direction: "in" | "out"): Promise<EndCause | null>;
  open(opening: CallOpening): CallAccount;
}

export interface LineCalls {
  readonly rules: CallRules;
  mayDial(dialled: string): DialVerdict;
}

/** A slot that may have calls. */
export interface VoiceSlot {
  readonly id: SlotId;
  readonly voice: SlotVoice;
  /** The line of the SIM that is in. */
  readonly line: () => Line | null;
}

export interface CallDeskDeps {
  readonly gateway: Pick<VoiceGateway, "state" | "ring" | "onDial">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  /** Null for a line without calls. */
  readonly lineCalls: (line: LineId) => LineCalls | null;
  readonly activeRental: (line: LineId) => Rental | null;
  /** The SIP account of a rental; null when its terms have no calls. */
  readonly userOf: (rental: Rental) => string | null;
  readonly rentalOf: (user: string) => Rental | null;
  readonly ledger: CallLedger;
  readonly callerWords?: () => Promise<readonly Uint8Array[]>;
  /** An incoming call ended that nobody took. */
  readonly onMissed: (call: MissedCall) => void;
  /** A call began, changed or, with `cause`, is over. */
  readonly onChange: (open: OpenCall, cause: EndCause | null) => void;
}

/** A call that is on, for the console. No number of anybody. */
export interface OpenCall {
  readonly id: string;
  readonly direction: "in" | "out";
  readonly slot: SlotId | null;
  readonly line: LineId | null;
  readonly rental: RentalId | null;
  readonly call: Call;
}

/** Dialled for a call with nobody: what one says comes back. */
const ECHO_TEST: ReadonlySet<string> = new Set(["echo", "*43"]);
/** What the announcement of used up minutes or credit is for. */
const USED_UP: ReadonlySet<EndCause> = new Set(["no_credit", "day_limit"]);
const REJECT: Treatment = "reject";
const refuseAll: CallRules = { ringTimeout: 0 as CallRules["ringTimeout"], treatment: () => REJECT };

interface Ended {
  readonly slot: SlotId | null;
  readonly line: Line | null;
  readonly account: CallAccount | null;
}

export class CallDesk {
  readonly #deps: CallDeskDeps;
  readonly #slots = new Map<SlotId, VoiceSlot>();
  readonly #calls = new Map<string, OpenCall>();
  readonly #diverted = new Map<SlotId, (call: ModemCall) => void>();
  readonly #disposers: Disposer[] = [];
  #stopped = false;
  #idle: (() => void)[] = [];

  constructor(deps: CallDeskDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#disposers.push(this.#deps.gateway.onDial((request) => void this.#onDial(request)));
  }

  /** Ends all calls. Resolves when modems and phones have been told and have said so, or were given up. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const dispose of this.#disposers.splice(0)) dispose();
    for (const { call } of this.#calls.values()) call.input({ type: "hang_up", cause: "stopped" });
    if (this.#calls.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Takes calls of a slot. The disposer lets it go; a call that is on stays. */
  attach(slot: VoiceSlot): Disposer {
    this.#slots.set(slot.id, slot);
    const dispose = slot.voice.onRing((call) => void this.#onRing(slot, call));
    this.#disposers.push(dispose);
    return () => {
      dispose();
      this.#slots.delete(slot.id);
    };
  }

  /** Null for a slot without calls. */
  slot(id: SlotId): VoiceSlot | null {
    return this.#slots.get(id) ?? null;
  }

  /** Hands incoming calls of a slot to `take` alone, until the disposer ends it. */
  divert(slot: SlotId, take: (call: ModemCall) => void): Disposer {
    this.#diverted.set(slot, take);
    return () => this.#diverted.delete(slot);
  }

  calls(): readonly OpenCall[] {
    return [...this.#calls.values()];
  }

  /** False when there is no such call. */
  hangUp(id: string): boolean {
    const open = this.#calls.get(id);
    open?.call.input({ type: "hang_up", cause: "hung_up" });
    return open !== undefined;
  }

  /** A rental is over: so are its calls. */
  rentalEnded(rental: RentalId): void {
    for (const open of this.#calls.values()) {
      if (open.rental === rental) open.call.input({ type: "hang_up", cause: "no_rental" });
    }
  }

  async #onRing(slot: VoiceSlot, modem: ModemCall): Promise<void> {
    const diverted = this.#diverted.get(slot.id);
    if (diverted !== undefined) return diverted(modem);
    const line = slot.line();
    const settings = line === null ? null : this.#deps.lineCalls(line.id);
    const rules = settings?.rules ?? refuseAll;
    const rental = line === null || settings === null ? null : this.#deps.activeRental(line.id);
    const user = rental === null ? null : this.#deps.userOf(rental);
    const cause = await this.#whyNot(rental, user);
    // The caller may have given up meanwhile: a call that never was, and yet one that was missed.
    if (slot.voice.current() !== modem)
      return this.#missed(slot.id, line, {
        ...{ id: this.#newId(), number: modem.number, startedAt: this.#deps.now() },
      });
    const ends: CallEnds = {
      ...{ modem, phone: null },
      ring: () => this.#deps.gateway.ring({ user: user ?? "", from: modem.number }),
      dial: notDialled,
    };
    const first = cause === null ? beginIncoming(rules) : beginUnwanted(rules, cause);
    this.#begin({ direction: "in", slot: slot.id, line, rental, number: modem.number, rules }, ends, first);
  }

  async #whyNot(rental: Rental | null, user: string | null): Promise<EndCause | null> {
    if (this.#stopped) return "stopped";
    if (rental === null || user === null) return "no_rental";
    if (this.#deps.gateway.state().kind === "down") return "gateway_lost";
    return await this.#refusal(rental, "in");
  }

  /** A ledger that cannot be read lets no call through: nobody could be billed. */
  async #refusal(rental: Rental, direction: "in" | "out"): Promise<EndCause | null> {
    try {
      return await this.#deps.ledger.refusal(rental, direction);
    } catch (error) {
      this.#deps.log.error("call_not_admitted", { reason: messageOf(error) });
      return "failed";
    }
  }

  async #onDial({ leg, dialled }: DialRequest): Promise<void> {
    if (ECHO_TEST.has(dialled.toLowerCase()) && !this.#stopped) return await this.#echo(leg);
    const rental = this.#deps.rentalOf(leg.user);
    const line = rental === null ? null : this.#lineOf(rental.lineId);
    const settings = rental === null ? null : this.#deps.lineCalls(rental.lineId);
    const slot = rental === null ? null : this.#slotOf(rental.lineId);
    const common = { direction: "out", slot: slot?.id ?? null, line, rental, number: dialled } as const;
    const refuse = (cause: EndCause, say: Announcement | null = null): void => {
      const ends: CallEnds = { modem: null, phone: leg, ring: notRung, dial: notDialled };
      this.#begin({ ...common, rules: refuseAll }, ends, beginRefused(cause, say));
    };
    if (this.#stopped) return refuse("stopped");
    if (rental === null || settings === null) return refuse("no_rental");
    const verdict = settings.mayDial(dialled);
    if (!verdict.allowed) {
      this.#deps.events.record({
        ...{ level: "warn", code: "call.refused", line: rental.lineId, slot: slot?.id ?? null },
        details: { reason: verdict.code },
      });
      return refuse(verdict.cause, verdict.say);
    }
    const cause = await this.#refusal(rental, "out");
    if (cause !== null) return refuse(cause, USED_UP.has(cause) ? "no_credit" : null);
    if (slot === null) return refuse("modem_lost", "unreachable");
    if (slot.voice.current() !== null || this.#isBusy(slot.id)) return refuse("line_busy", "busy");
    const ends: CallEnds = {
      ...{ modem: null, phone: leg, ring: notRung },
      dial: (signal) => slot.voice.dial(verdict.number, signal),
    };
    this.#begin({ ...common, number: verdict.number, rules: settings.rules }, ends, beginOutgoing());
  }

  /** Between two looks at the modem another phone may dial over the same SIM. */
  #isBusy(slot: SlotId): boolean {
    return this.calls().some((open) => open.slot === slot && open.call.state.modem);
  }

  #slotOf(line: LineId): VoiceSlot | null {
    return [...this.#slots.values()].find((slot) => slot.line()?.id === line) ?? null;
  }

  #lineOf(line: LineId): Line | null {
    return this.#slotOf(line)?.line() ?? null;
  }

  async #echo(leg: PhoneLeg): Promise<void> {
    try {
      await leg.answer();
      await leg.play("echo");
    } catch (error) {
      this.#deps.log.warn("echo_failed", { reason: messageOf(error) });
    }
    await leg.hangUp("hung_up");
  }

  #begin(
    about: Omit<CallOpening, "id" | "line" | "slot" | "startedAt" | "onRunningOut" | "onRanOut"> & {
      readonly slot: SlotId | null;
      readonly line: Line | null;
      readonly rules: CallRules;
    },
    ends: CallEnds,
    first: CallStep,
  ): void {
    const { direction, slot, line, rental, number, rules } = about;
    const id = this.#newId();
    let account: CallAccount | null = null;
    let isTaken = false;
    const call = new Call(
      {
        ...{ ...this.#deps, id, rules },
        onTalking: () => {
          isTaken = true;
          account?.talking();
        },
        onChange: () => this.#changed(id),
        onOver: (_, cause) => {
          this.#onOver(id, cause, { slot, line, account });
          if (direction === "in" && !isTaken && isMissed(cause))
            this.#missed(slot, line, { id, number, startedAt: call.startedAt });
        },
      },
      ends,
      first,
    );
    if (slot !== null && line !== null) {
      account = this.#deps.ledger.open({
        ...{ id, direction, line, slot, rental, number, startedAt: call.startedAt },
        onRunningOut: () => call.input({ type: "running_out" }),
        onRanOut: (cause) => call.input({ type: "ran_out", cause }),
      });
    }
    this.#calls.set(id, { id, direction, slot, line: line?.id ?? null, rental: rental?.id ?? null, call });
    call.begin();
    this.#changed(id);
  }

  #newId(): string {
    return toHex(this.#deps.random.bytes(16));
  }

  #missed(slot: SlotId | null, line: Line | null, call: Omit<MissedCall, "slot" | "line">): void {
    if (slot !== null && line !== null) this.#deps.onMissed({ ...call, slot, line: line.id });
  }

  #changed(id: string): void {
    const open = this.#calls.get(id);
    if (open !== undefined) this.#deps.onChange(open, null);
  }

  #onOver(id: string, cause: EndCause, { slot, line, account }: Ended): void {
    const open = this.#calls.get(id);
    this.#calls.delete(id);
    account?.over(cause);
    const { direction } = open ?? { direction: "in" };
    this.#deps.events.record({
      ...{ level: "info", code: "call.ended", slot, line: line?.id ?? null },
      details: { direction, reason: cause, answered: open?.call.state.answered ?? false },
    });
    if (open !== undefined) this.#deps.onChange(open, cause);
    if (this.#calls.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const notDialled = (): Promise<ModemCall> => Promise.reject(new TypeError("an incoming call is not dialled"));
const notRung = (): PhoneLeg => {
  throw new TypeError("an outgoing call rings no phones");
};
