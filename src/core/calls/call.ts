// Runs the machine of one call: carries out its effects at modem and phone, keeps its timers, and turns what happens into inputs.

import {
  type Clock,
  type Disposer,
  hasCode,
  type Logger,
  type Millis,
  messageOf,
  type UnixMs,
} from "../../base/index.ts";
import {
  type CallEffect,
  type CallInput,
  type CallRules,
  type CallState,
  type CallStep,
  type CallTimer,
  stepCall,
} from "./call-machine.ts";
import { announcementFor } from "./caller-tones.ts";
import type { Announcement, EndCause, ModemCall, PhoneLeg } from "./ports-voice.ts";

export interface CallEnds {
  readonly modem: ModemCall | null;
  readonly phone: PhoneLeg | null;
  /** Rings the phones; used once, by an incoming call. */
  readonly ring: () => PhoneLeg;
  /** Dials; used once, by an outgoing call. */
  readonly dial: (signal: AbortSignal) => Promise<ModemCall>;
}

export interface CallDeps {
  readonly id: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => UnixMs;
  readonly rules: CallRules;
  /** What a caller whose call nobody takes is told, in frames of a modem's sound; none, or not given: the tones alone. */
  readonly callerWords?: () => Promise<readonly Uint8Array[]>;
  /** Both can hear each other. */
  readonly onTalking: (call: Call) => void;
  readonly onChange: (call: Call) => void;
  /** Once, last. */
  readonly onOver: (call: Call, cause: EndCause) => void;
}

/** How long the network's own sound is waited for after it said that the other side rings. */
const EARLY_AFTER = 300 as Millis;
/** An announcement that does not end holds nothing up. */
const SAY_LIMIT = 15_000 as Millis;

export class Call {
  readonly id: string;
  readonly startedAt: UnixMs;
  readonly #deps: CallDeps;
  readonly #ends: CallEnds;
  readonly #first: readonly CallEffect[];
  readonly #timers = new Map<CallTimer | "early" | "say", Disposer>();
  readonly #disposers: Disposer[] = [];
  readonly #abort = new AbortController();
  #state: CallState;
  #modem: ModemCall | null;
  #phone: PhoneLeg | null;
  #talkingAt: UnixMs | null = null;
  #busy = false;
  readonly #waiting: CallInput[] = [];

  constructor(deps: CallDeps, ends: CallEnds, first: CallStep) {
    this.#deps = deps;
    this.#ends = ends;
    this.id = deps.id;
    this.startedAt = deps.now();
    this.#state = first.state;
    this.#modem = ends.modem;
    this.#phone = ends.phone;
    this.#first = first.effects;
  }

  /** Once, when its maker knows the call. */
  begin(): void {
    if (this.#ends.modem !== null) this.#followModem(this.#ends.modem);
    if (this.#ends.phone !== null) this.#followPhone(this.#ends.phone);
    this.#run(this.#first);
    this.#settle();
  }

  get state(): CallState {
    return this.#state;
  }

  get modem(): ModemCall | null {
    return this.#modem;
  }

  get phone(): PhoneLeg | null {
    return this.#phone;
  }

  /** When both could hear each other; null before. */
  get talkingAt(): UnixMs | null {
    return this.#talkingAt;
  }

  /** Whatever an effect reports at once waits until the effects before it are done. */
  input(input: CallInput): void {
    this.#waiting.push(input);
    if (!this.#busy) this.#settle();
  }

  #settle(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#step(next);
  }

  #step(input: CallInput): void {
    const before = this.#state;
    const { state, effects } = stepCall(before, input, this.#deps.rules);
    this.#state = state;
    this.#run(effects);
    if (state !== before && state.phase !== "over") this.#deps.onChange(this);
  }

  #run(effects: readonly CallEffect[]): void {
    this.#busy = true;
    try {
      for (const effect of effects) this.#effect(effect);
    } finally {
      this.#busy = false;
    }
  }

  #effect(effect: CallEffect): void {
    switch (effect.type) {
      case "ring_phones":
        return this.#followPhone(this.#ends.ring());
      case "dial_modem":
        return this.#start(this.#dial());
      case "answer_modem":
        return this.#start(this.#atModem((modem) => modem.answer()));
      case "hang_up_modem":
        return this.#start(this.#hangUpModem());
      case "phone_ringing":
        return this.#start(this.#phoneRinging());
      case "answer_phone":
        return this.#start(this.#atPhone((phone) => phone.answer()));
      case "hang_up_phone":
        return this.#start(this.#hangUpPhone(effect.cause, effect.say));
      case "announce":
        return this.#announce(effect.cause);
      case "connect":
        return this.#start(this.#connect());
      case "warn":
        return this.#start(this.#quietly((phone) => phone.play("warning")));
      case "digit_to_modem":
        return this.#start(this.#digit(effect.digit));
      case "start_timer":
        return this.#startTimer(effect.timer, effect.after);
      case "stop_timers":
        return this.#stopTimers();
      case "talking":
        this.#talkingAt = this.#deps.now();
        return this.#deps.onTalking(this);
      case "over":
        return this.#over(effect.cause);
    }
  }

  #start(work: Promise<void>): void {
    work.catch((error) => this.#deps.log.error("call_effect_failed", { call: this.id, reason: messageOf(error) }));
  }

  #followModem(modem: ModemCall): void {
    this.#modem = modem;
    this.#disposers.push(modem.onEvent((event) => this.input({ type: "modem", event })));
  }

  #followPhone(phone: PhoneLeg): void {
    this.#phone = phone;
    this.#disposers.push(phone.onEvent((event) => this.input({ type: "phone", event })));
  }

  async #dial(): Promise<void> {
    try {
      const modem = await this.#ends.dial(this.#abort.signal);
      this.#followModem(modem);
      // The phone may have given up meanwhile: the modem must not ring on.
      if (this.#state.phase === "ending" || this.#state.phase === "over") await modem.hangUp();
    } catch (error) {
      this.#deps.log.warn("dial_failed", { call: this.id, reason: messageOf(error) });
      this.input({ type: "modem_failed", cause: dialCause(error), exists: this.#modem !== null });
    }
  }

  async #atModem(work: (modem: ModemCall) => Promise<void>): Promise<void> {
    const modem = this.#modem;
    try {
      if (modem !== null) await work(modem);
    } catch (error) {
      this.#deps.log.warn("modem_refused", { call: this.id, reason: messageOf(error) });
      this.input({ type: "modem_failed", cause: "failed", exists: modem !== null });
    }
  }

  async #atPhone(work: (phone: PhoneLeg) => Promise<void>): Promise<void> {
    const phone = this.#phone;
    try {
      if (phone !== null) await work(phone);
    } catch (error) {
      this.#deps.log.warn("phone_refused", { call: this.id, reason: messageOf(error) });
      this.input({ type: "phone_failed", cause: "gateway_lost" });
    }
  }

  /** What goes wrong here ends no call. */
  async #quietly(work: (phone: PhoneLeg) => Promise<void>): Promise<void> {
    if (this.#phone === null) return;
    await work(this.#phone).catch((error) =>
      this.#deps.log.warn("phone_not_told", { call: this.id, reason: messageOf(error) }),
    );
  }

  async #digit(digit: string): Promise<void> {
    await this.#modem
      ?.sendDigit(digit)
      .catch((error) => this.#deps.log.warn("digit_not_sent", { call: this.id, reason: messageOf(error) }));
  }

  /** The modem's adapter goes on trying, and says `ended` when it is. An opening dial is told to stop. */
  async #hangUpModem(): Promise<void> {
    const modem = this.#modem;
    if (modem === null) return this.#abort.abort();
    await modem
      .hangUp()
      .catch((error) => this.#deps.log.warn("hang_up_failed", { call: this.id, reason: messageOf(error) }));
  }

  async #hangUpPhone(cause: EndCause, say: Announcement | null): Promise<void> {
    const phone = this.#phone;
    if (phone === null) return;
    if (say !== null) await this.#say(phone, say);
    await phone.hangUp(cause);
  }

  async #say(phone: PhoneLeg, what: Announcement): Promise<void> {
    const limit = new Promise<void>((resolve) => {
      this.#timers.set("say", this.#deps.clock.after(SAY_LIMIT, "announcement", resolve));
    });
    const said = phone.play(what).catch((error) => {
      this.#deps.log.warn("announcement_failed", { call: this.id, reason: messageOf(error) });
    });
    await Promise.race([said, limit]);
    this.#stopTimer("say");
  }

  /** By the modem's own clock: the call ends by its timer. */
  #announce(cause: EndCause): void {
    const audio = this.#modem?.audio;
    if (audio === undefined) return;
    let words: readonly Uint8Array[] = [];
    this.#start(
      (this.#deps.callerWords?.() ?? Promise.resolve([])).then((spoken) => {
        words = spoken;
      }),
    );
    this.#disposers.push(audio.exchange(announcementFor(cause, () => words)));
  }

  async #phoneRinging(): Promise<void> {
    await this.#quietly((phone) => phone.ringing());
    const cancel = this.#deps.clock.after(EARLY_AFTER, "early media", () => {
      const { audio } = this.#modem ?? {};
      if (audio === undefined || audio.counts().heard === 0 || this.#state.phase !== "alerting") return;
      this.#start(this.#quietly((phone) => phone.openEarly(audio)));
    });
    this.#timers.set("early", cancel);
  }

  async #connect(): Promise<void> {
    const modem = this.#modem;
    if (modem !== null) await this.#atPhone((phone) => phone.connect(modem.audio));
  }

  #startTimer(timer: CallTimer, after: Millis): void {
    this.#stopTimer(timer);
    this.#timers.set(
      timer,
      this.#deps.clock.after(after, `call ${timer}`, () => this.input({ type: "timer", timer })),
    );
  }

  #stopTimer(timer: CallTimer | "early" | "say"): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }

  /** An announcement that is being made runs on. */
  #stopTimers(): void {
    for (const name of [...this.#timers.keys()]) if (name !== "say") this.#stopTimer(name);
  }

  #over(cause: EndCause): void {
    this.#abort.abort();
    for (const dispose of this.#disposers) dispose();
    this.#deps.onOver(this, cause);
  }
}

function dialCause(error: unknown): EndCause {
  if (hasCode(error, "voice.line_busy")) return "line_busy";
  if (hasCode(error, "voice.not_ready") || hasCode(error, "modem.closed")) return "modem_lost";
  return "failed";
}
