// Calls over one AT conversation: runs the machine of calls. Every command is short: what a call waits for comes as an answer to +CLCC, so
// SMS are read between two looks as at any other time.

import { type AtCommand, command, parseClcc, type Urc } from "../../at/index.ts";
import {
  AppError,
  type Clock,
  type Disposer,
  deferred,
  hasCode,
  type Logger,
  type Millis,
  messageOf,
  SerialQueue,
  type SlotId,
  seconds,
  stoppedError,
} from "../../base/index.ts";
import type { EndCause, ModemCall, VoiceAbility } from "../../core/index.ts";
import type { AtChannel } from "../at-channel.ts";
import type { VoiceProfile } from "../profiles/index.ts";
import type { SoundPort } from "./audio-port.ts";
import { causeOf, stepCalls } from "./call-machine.ts";
import { type CallsEffect, type CallsInput, type CallsState, noCalls } from "./call-model.ts";
import { TrackedCall } from "./modem-call.ts";
import { badDigit, badNumber, callOver, lineBusy, noAudio, refusedBy } from "./voice-errors.ts";

export interface VoiceServiceOptions {
  readonly slotId: SlotId;
  readonly channel: Pick<AtChannel, "send" | "interrupt" | "doubt">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly profile: () => VoiceProfile;
  readonly ability: () => VoiceAbility;
  readonly pump: SoundPort["pump"];
  readonly onRing: (call: ModemCall) => void;
  /** The modem does not end its calls, or does not tell which it has: it has to be set up anew. */
  readonly onStuck: () => void;
}

/** A call that there is: what the rest of the box has of it, and what ends with it. */
interface Current {
  readonly call: TrackedCall;
  readonly silence: Disposer;
  readonly abort: AbortController;
  /** Who waits for the first hang-up. */
  readonly hangUps: ((error: unknown) => void)[];
}

/** From the connection to the first frame, with the longest set-up that there is. */
const SOUND_LIMIT: Millis = seconds(10);
/** Final results of ATD that are the end of a call rather than a refusal (V.250 6.3.1). */
const CALL_RESULTS = ["no_carrier", "busy", "no_answer", "no_dialtone"] as const;

export class VoiceService {
  readonly #options: VoiceServiceOptions;
  /** What is set before and after calls, in order: the end of one must not undo the beginning of the next. */
  readonly #sequence = new SerialQueue("calls");
  #state: CallsState = noCalls;
  #current: Current | null = null;
  #cancelTimer: Disposer = () => {};
  #looking = false;
  #lookAgain = false;
  #begun = false;

  constructor(options: VoiceServiceOptions) {
    this.#options = options;
  }

  /** The conversation is set up: rings are told from now on. `waitingOff`: the network is told that nobody waits. */
  begin({ waitingOff }: { readonly waitingOff: boolean }): void {
    this.#begun = true;
    this.#input({ type: "begin" });
    if (waitingOff) void this.#able(command.callWaitingOff());
  }

  /** The conversation ends: whoever has a call hears of it. Idempotent. */
  stop(cause: "modem_lost" | "stopped"): void {
    this.#input({ type: "end", cause });
    this.#sequence.stop();
  }

  get busy(): boolean {
    return this.#state.call !== null;
  }

  current(): ModemCall | null {
    return this.#current?.call ?? null;
  }

  onUrc(urc: Urc): void {
    if (!this.#begun) return;
    switch (urc.kind) {
      case "ring":
        return this.#input({ type: "rang", number: null });
      case "clip":
        return this.#input({ type: "rang", number: urc.number });
      case "ccwa":
        return this.#input({ type: "hint", change: "waiting", cause: null });
      case "call_ended":
        return this.#input({ type: "hint", change: "ended", cause: urc.cause });
      case "call":
        return this.#input({ type: "hint", change: urc.change, cause: urc.cause });
      case "digit":
        this.#current?.call.emit({ type: "digit", digit: urc.digit });
        return;
      default:
        return;
    }
  }

  /** See `SlotVoice.dial`. */
  async dial(number: string, signal: AbortSignal): Promise<ModemCall> {
    const request = dialling(number);
    if (this.#options.ability() !== "audio") throw noAudio();
    if (signal.aborted) throw stoppedError("dialling");
    if (this.#state.call !== null || this.#state.hanging) throw lineBusy();
    this.#input({ type: "dial", number });
    const current = this.#begin("out", number);
    const abandon = (): void => this.#input({ type: "hang_up" });
    signal.addEventListener("abort", abandon, { once: true });
    try {
      await this.#sequence.run(() => this.#dial(request, current));
      if (signal.aborted) throw stoppedError("dialling");
      return current.call;
    } catch (error) {
      const cause = causeOfRefusal(error);
      this.#input({ type: "dial_failed", cause });
      if (signal.aborted) throw stoppedError("dialling");
      if (cause !== null) return current.call;
      throw refusedBy(error);
    } finally {
      signal.removeEventListener("abort", abandon);
    }
  }

  async #dial(request: AtCommand, current: Current): Promise<void> {
    const { channel, profile } = this.#options;
    await this.#prepare();
    // Given up meanwhile: then nothing is dialled any more.
    if (this.#state.call?.phase !== "dialing" || this.#current !== current) throw callOver();
    await channel.send(request);
    this.#input({ type: "dialled" });
    for (const setting of profile().afterDial) await this.#able(command.voiceSetting(setting));
  }

  async #answer(current: Current): Promise<void> {
    if (this.#options.ability() !== "audio") throw noAudio();
    if (this.#state.call?.phase !== "ringing") throw this.#state.call === null ? callOver() : lineBusy();
    this.#input({ type: "answer" });
    try {
      await this.#sequence.run(async () => {
        await this.#prepare();
        if (this.#state.call?.phase !== "answering") throw callOver();
        await this.#options.channel.send(command.answer());
      });
      this.#input({ type: "answered" });
    } catch (error) {
      this.#input({ type: "answer_failed" });
      // The caller gave up just then: modems say so with NO CARRIER.
      if (causeOfRefusal(error) !== null || this.#current !== current) throw callOver();
      throw refusedBy(error);
    }
    for (const setting of this.#options.profile().afterDial) await this.#able(command.voiceSetting(setting));
  }

  /** What is set before each call; the last of it must be taken. */
  async #prepare(): Promise<void> {
    const { beforeCall } = this.#options.profile();
    for (const [at, setting] of beforeCall.entries()) {
      const request = command.voiceSetting(setting);
      if (at < beforeCall.length - 1) await this.#able(request);
      else await this.#options.channel.send(request);
    }
  }

  /** An error is no matter. */
  async #able(request: AtCommand): Promise<boolean> {
    try {
      await this.#options.channel.send(request);
      return true;
    } catch (error) {
      this.#options.log.info("voice_setting_failed", { command: request.prefix, reason: messageOf(error) });
      return false;
    }
  }

  async #hangUp(): Promise<void> {
    const done = deferred<void>();
    this.#current?.hangUps.push((error) => (error === null ? done.resolve() : done.reject(error)));
    this.#input({ type: "hang_up" });
    await done.promise;
  }

  async #sendDigit(key: string): Promise<void> {
    const { channel, profile } = this.#options;
    const { tone, tones } = profile();
    if (!tones.test(key)) throw badDigit();
    const { call } = this.#state;
    if (call?.phase !== "active") throw callOver();
    await channel.send(command.sendTone(tone, key, Math.max(1, call.id ?? 1)));
  }

  #begin(direction: "in" | "out", number: string | null): Current {
    const { slotId, pump, log } = this.#options;
    const { audio, close } = pump.open();
    const call: TrackedCall = new TrackedCall({
      ...{ slot: slotId, direction, number, audio, log },
      actions: {
        answer: () => this.#answer(current),
        hangUp: () => this.#hangUp(),
        sendDigit: (digit) => this.#sendDigit(digit),
      },
    });
    const current: Current = { call, silence: close, abort: new AbortController(), hangUps: [] };
    this.#current = current;
    return current;
  }

  #input(input: CallsInput): void {
    const { state, effects } = stepCalls(this.#state, input, this.#options.clock.monotonic());
    this.#state = state;
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: CallsEffect): void {
    switch (effect.type) {
      case "look":
        this.#cancelTimer();
        void this.#look();
        return;
      case "arm":
        this.#cancelTimer();
        this.#cancelTimer = this.#options.clock.after(effect.delay, "calls", () => this.#input({ type: "timer" }));
        return;
      case "disarm":
        return this.#cancelTimer();
      case "dial":
      case "answer":
        // Whoever asked for it goes on with it.
        return;
      case "interrupt":
        return this.#options.channel.interrupt();
      case "hang_up":
        void this.#sendHangUp(effect.attempt);
        return;
      case "refuse_waiting":
        if (this.#options.profile().secondCaller === "refuse") void this.#able(command.refuseWaiting());
        return;
      case "ring":
        return this.#options.onRing(this.#begin("in", effect.number).call);
      case "alerting":
        this.#current?.call.emit({ type: "alerting" });
        return;
      case "connected":
        return this.#onConnected();
      case "ended":
        return this.#onEnded(effect.cause);
      case "give_up":
        return this.#options.onStuck();
    }
  }

  /** One look at a time: what is asked for meanwhile is one more, later. */
  async #look(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    const input = await this.#listCalls();
    this.#looking = false;
    if (this.#lookAgain) {
      this.#lookAgain = false;
      // What was asked before the hint says nothing about after it.
      return await this.#look();
    }
    this.#input(input);
  }

  async #listCalls(): Promise<CallsInput> {
    const { channel, log } = this.#options;
    try {
      return { type: "list", calls: parseClcc((await channel.send(command.listCalls())).lines) };
    } catch (error) {
      if (hasCode(error, "at.bad_response")) channel.doubt();
      log.info("call_list_failed", { reason: messageOf(error) });
      return { type: "list_failed" };
    }
  }

  async #sendHangUp(attempt: number): Promise<void> {
    const { channel, profile, log } = this.#options;
    const forms = profile().hangUp;
    const current = this.#current;
    let failure: unknown = null;
    try {
      await channel.send(command.hangUp(forms[attempt % forms.length]));
    } catch (error) {
      failure = error;
      log.info("hang_up_failed", { reason: messageOf(error) });
    }
    for (const settle of current?.hangUps.splice(0) ?? []) settle(failure);
    this.#input({ type: "hung_up" });
  }

  #onConnected(): void {
    const current = this.#current;
    if (current === null) return;
    for (const each of this.#options.profile().afterConnect) void this.#persist(each, current);
    void this.#listen(current);
    current.call.emit({ type: "connected" });
  }

  /** A modem that gives no sound is the first thing that whoever looks for a mute call wants to know. */
  async #listen({ call, abort: { signal } }: Current): Promise<void> {
    const { clock, log } = this.#options;
    await clock.sleep(SOUND_LIMIT, "sound of a call", signal).catch(() => {});
    if (!signal.aborted && call.audio.counts().heard === 0) log.warn("call_without_sound");
  }

  async #persist(
    { setting, delay, tries, pause }: VoiceProfile["afterConnect"][number],
    { abort: { signal } }: Current,
  ): Promise<void> {
    const { clock } = this.#options;
    for (let attempt = 0; attempt < tries; attempt++) {
      const slept = await clock.sleep(attempt === 0 ? delay : pause, "sound of a call", signal).then(
        () => true,
        () => false,
      );
      if (!slept || (await this.#able(command.voiceSetting(setting)))) return;
    }
  }

  #onEnded(cause: EndCause): void {
    const current = this.#current;
    this.#current = null;
    if (current === null) return;
    current.abort.abort();
    current.silence();
    for (const settle of current.hangUps.splice(0)) settle(null);
    const { afterCall } = this.#options.profile();
    void this.#sequence
      .run(async () => {
        for (const setting of afterCall) await this.#able(command.voiceSetting(setting));
      })
      // The conversation is over, and with it the set-up.
      .catch(() => {});
    current.call.emit({ type: "ended", cause });
  }
}

/** `number` as a command; the check is that of the grammar. */
function dialling(number: string): AtCommand {
  try {
    return command.dial(number);
  } catch {
    throw badNumber();
  }
}

/** What a final result says of the call that was asked for, null when it is no result of a call. */
function causeOfRefusal(error: unknown): EndCause | null {
  const source = error instanceof AppError && hasCode(error, "modem.error") ? error.context.source : null;
  const result = CALL_RESULTS.find((each) => each === source);
  return result === undefined ? null : causeOf(result);
}
