// Sets the machine's clock where no time server does: by what the networks of the SIMs and the relay agree on. Certificates of relay and
// update channel, and the signature of an update, are judged by that clock; one that is months behind finds them not yet valid.

import {
  AppError,
  type Clock,
  type ErrorCode,
  hours,
  isAppError,
  type Logger,
  type Millis,
  messageOf,
  millis,
  minutes,
  seconds,
  type UnixMs,
  unixMs,
} from "../base/index.ts";
import type { EventLog } from "./event-log.ts";
import { logHint } from "./health/where-to-look.ts";
import { type AgreedTime, isWithinReach } from "./network-time.ts";
import type { MachinePort } from "./ports-machine.ts";
import type { TimeAnchor } from "./time-anchor.ts";
import { TOLERATED_STEP, type TrustedTime } from "./trusted-time.ts";

/** Whoever may set the system clock. */
export interface ClockSetter {
  /** Resolves when it was asked for, not when it is done. Errors: those of a system action, of writing a file. */
  set(time: UnixMs): Promise<void>;
}

/** How the system clock stands to what others tell, for the Doctor. */
export type ClockStanding =
  /** A time server keeps it, or nobody tells another time. */
  | { readonly kind: "quiet" }
  /** Within the tolerated step of what was told; `set` by us in this run. */
  | { readonly kind: "right"; readonly voices: number; readonly set: boolean }
  /** Ahead of what is told. */
  | { readonly kind: "ahead"; readonly told: UnixMs }
  /** Too few tell it for how far it is, or for a clock that was found right in this run. */
  | { readonly kind: "too_far"; readonly told: UnixMs }
  | { readonly kind: "failed"; readonly told: UnixMs; readonly code: ErrorCode };

export type ClockVerdict = "right" | "ahead" | "too_far" | "set";

/**
 * What to do about a system clock that says `system`, by what was agreed. Forward only: a clock that is ahead is left to time servers, so that
 * nobody makes an old certificate or an old update good again by telling an old time. A few minutes do not matter.
 */
export function clockVerdict(system: UnixMs, { time, believed }: AgreedTime): ClockVerdict {
  if (Math.abs(time - system) <= TOLERATED_STEP) return "right";
  if (time < system) return "ahead";
  return believed ? "set" : "too_far";
}

/** Time servers have the first word after a start. */
const FIRST_WORD: Millis = minutes(3);
const LOOK_EVERY: Millis = minutes(2);
/** A clock that was found right drifts by less than a second meanwhile. */
const CONTENT_FOR: Millis = hours(6);
const AGAIN_AFTER: Millis = hours(1);
/** Networks that tell no time in so long tell none: each question is a setting that a modem may write into its memory. */
const ASK_FOR: Millis = minutes(15);
/** A word is good for so long. */
const KEPT: Millis = hours(1);
/** How long the machine may take to do what it was asked. */
const DONE_WITHIN: Millis = seconds(40);
const DONE_LOOK: Millis = millis(500);

export interface ClockSettingDeps {
  readonly clock: Clock;
  readonly time: Pick<TrustedTime, "witnessed" | "adopt">;
  readonly anchor: Pick<TimeAnchor, "reference" | "hold" | "release">;
  readonly machine: Pick<MachinePort, "facts">;
  readonly setter: ClockSetter;
  readonly events: Pick<EventLog, "record">;
  readonly log: Logger;
}

export class ClockSetting {
  readonly #deps: ClockSettingDeps;
  readonly #aborting = new AbortController();
  readonly #startedAt: Millis;
  /** Null while it is not known whether a time server keeps the clock; then nothing is set. */
  #kept: boolean | null = null;
  #heard: { readonly agreed: AgreedTime; readonly at: Millis } | null = null;
  #standing: ClockStanding = { kind: "quiet" };
  #wasSet = false;
  /** A time server or two voices have found the clock right in this run: it has not gone wrong by itself since, whatever one voice tells. */
  #isSure = false;
  #lookAt: Millis;
  #restUntil: Millis = millis(0);
  /** Since when slots are asked without an answer that could be used. */
  #askingSince: Millis | null = null;

  constructor(deps: ClockSettingDeps) {
    this.#deps = deps;
    this.#startedAt = this.#lookAt = deps.clock.monotonic();
  }

  get standing(): ClockStanding {
    return this.#standing;
  }

  /** Whether slots should ask their networks. */
  wanted(): boolean {
    return this.#kept === false && this.#deps.clock.monotonic() >= this.#restUntil;
  }

  heard(agreed: AgreedTime): void {
    this.#heard = { agreed, at: this.#deps.clock.monotonic() };
  }

  /** To be called every few seconds, and never twice at once: what it sets the clock to is no jump for whoever looks next. Never rejects. */
  async look(): Promise<void> {
    const { clock, machine } = this.#deps;
    const now = clock.monotonic();
    if (now < this.#lookAt) return;
    this.#lookAt = millis(now + LOOK_EVERY);
    this.#kept = (await machine.facts()).clockSynchronised;
    if (this.#kept === true) {
      this.#confirm();
      this.#heard = null;
      this.#standing = { kind: "quiet" };
    }
    if (!this.wanted()) return;
    this.#askingSince ??= now;
    if (now - this.#startedAt < FIRST_WORD) return;
    const agreed = this.#agreed();
    if (agreed !== null) await this.#settle(agreed);
    else if (now - this.#askingSince >= ASK_FOR) this.#rest(AGAIN_AFTER);
  }

  stop(): void {
    this.#aborting.abort();
  }

  /** What networks told last, carried forward; without them what the relay told. */
  #agreed(): AgreedTime | null {
    const { clock, time, anchor } = this.#deps;
    const heard = this.#heard;
    const age = heard === null ? 0 : clock.monotonic() - heard.at;
    if (heard !== null && age <= KEPT) return { ...heard.agreed, time: unixMs(Math.floor(heard.agreed.time + age)) };
    const witness = time.witnessed();
    if (witness === null) return null;
    return { time: witness, voices: 1, believed: isWithinReach(witness, 1, anchor.reference(clock.now())) };
  }

  async #settle(agreed: AgreedTime): Promise<void> {
    const { time: told, voices } = agreed;
    const believed = agreed.believed && (voices > 1 || !this.#isSure);
    const verdict = clockVerdict(this.#deps.clock.now(), { ...agreed, believed });
    this.#heard = null;
    if (verdict === "set") return await this.#set(agreed);
    this.#rest(verdict === "right" ? CONTENT_FOR : AGAIN_AFTER);
    if (verdict === "right") {
      if (voices > 1) this.#confirm();
      this.#standing = { kind: "right", voices, set: this.#wasSet };
      return;
    }
    if (verdict === "too_far" && this.#standing.kind !== "too_far") {
      this.#deps.events.record({ level: "warn", code: "clock.not_believed", details: { voices } });
    }
    this.#standing = { kind: verdict, told };
  }

  async #set({ time: told, voices }: AgreedTime): Promise<void> {
    const { clock, anchor, setter, time, events, log } = this.#deps;
    const [before, at] = [clock.now(), clock.monotonic()];
    const wanted = (): UnixMs => unixMs(Math.floor(told + clock.monotonic() - at));
    if (voices === 1) anchor.hold(before);
    try {
      await setter.set(told);
      await this.#until(() => Math.abs(clock.now() - wanted()) <= TOLERATED_STEP);
    } catch (error) {
      if (this.#aborting.signal.aborted) return;
      const code = isAppError(error) ? error.code : "clock.not_set";
      log.warn("clock_not_set", { code, reason: messageOf(error) });
      if (this.#standing.kind !== "failed")
        events.record({ level: "error", code: "clock.not_set", details: { reason: code } });
      this.#standing = { kind: "failed", told, code };
      return this.#rest(AGAIN_AFTER);
    }
    time.adopt(wanted());
    if (voices > 1) this.#confirm();
    this.#wasSet = true;
    this.#standing = { kind: "right", voices, set: true };
    this.#rest(CONTENT_FOR);
    const behind = Math.round((told - before) / 1000);
    events.record({ level: "warn", code: "clock.set", details: { seconds: behind, voices } });
  }

  async #until(isDone: () => boolean): Promise<void> {
    const { clock } = this.#deps;
    const latest = clock.monotonic() + DONE_WITHIN;
    while (!isDone()) {
      if (clock.monotonic() >= latest) {
        throw new AppError("clock.not_set", "the machine was asked to set its clock, and did not", {
          hint: logHint("numberbox-set-clock"),
        });
      }
      await clock.sleep(DONE_LOOK, "the clock is set", this.#aborting.signal);
    }
  }

  #confirm(): void {
    this.#isSure = true;
    this.#deps.anchor.release();
  }

  #rest(span: Millis): void {
    this.#askingSince = null;
    this.#restUntil = millis(this.#deps.clock.monotonic() + span);
  }
}
