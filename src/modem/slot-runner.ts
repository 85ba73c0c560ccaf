// Runs the slot's machine: opens the port, keeps one session with the modem, and turns what happens into inputs. It decides nothing
// itself, and nothing that fails here reaches another slot.

import {
  AppError,
  type Clock,
  type Disposer,
  type LineId,
  type Logger,
  type Millis,
  messageOf,
  millis,
  type Random,
  randomFraction,
  type SlotId,
  stoppedError,
  type UnixMs,
  withDeadline,
} from "../base/index.ts";
import {
  type EventLog,
  type IntakePort,
  type LineFor,
  type NetworkTimeSink,
  type ResetRung,
  type SimAtLock,
  type SimKeeper,
  type SlotDriver,
  type SlotEffect,
  type SlotHardware,
  type SlotInput,
  type SlotStatus,
  slotInitial,
  stepSlot,
} from "../core/index.ts";
import type { AtReplyView, RecoveryRung } from "../protocol/index.ts";
import type { ByteLink, OpenLink } from "./byte-link.ts";
import { type Findings, noFindings } from "./findings.ts";
import { openInTime } from "./open-link.ts";
import { genericProfile, type ModemProfile } from "./profiles/index.ts";
import { faultOf } from "./slot-fault.ts";
import { SlotMemory } from "./slot-memory.ts";
import { SlotSession } from "./slot-session.ts";
import { statusOf } from "./slot-status.ts";
import { RESET_LIMIT } from "./timeouts.ts";
import { slotUssd } from "./ussd-service.ts";
import { SlotVoicePort, type SoundPortMaker } from "./voice/slot-voice.ts";

export interface SlotOptions {
  readonly id: SlotId;
  readonly port: string;
  /** How often storage is looked through without a +CMTI: announcements get lost. */
  readonly sweepEvery: Millis;
  /** Left out: the slot has no calls. */
  readonly voice?: {
    /** Where the sound of calls is; left out: where the port's own rule says. `none`: nowhere. */
    readonly audio?: string;
    readonly soundPort?: SoundPortMaker;
  };
}

export interface SlotDeps {
  readonly openLink: OpenLink;
  readonly intake: IntakePort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  /** The line of the SIM that was found, by ICCID or by the slot. Null: messages stay on the SIM. */
  readonly lineFor: LineFor;
  readonly sims: SimKeeper;
  readonly hardware: SlotHardware;
  /** Where the time of the network is told, as long as somebody wants to know. */
  readonly networkTime?: NetworkTimeSink;
  /** `refuse`: a SIM that roams is taken off the network. */
  readonly roaming: "allow" | "refuse";
  readonly onChange: (slot: SlotId) => void;
}

const LEVELS = {
  "slot.ready": "info",
  "slot.restarted": "warn",
  "slot.down": "warn",
  "slot.recovering": "warn",
  "slot.gave_up": "error",
} as const;
/** Every slot can be asked, started over and restarted by command. */
const BY_COMMAND: readonly RecoveryRung[] = ["drain", "at", "cfun"];

export class SlotRunner implements SlotDriver {
  readonly ussd = slotUssd(() => (this.#state.phase.kind === "ready" ? (this.#session?.ussd ?? null) : null));
  readonly voice: SlotVoicePort;
  readonly #options: SlotOptions;
  readonly #deps: SlotDeps;
  readonly #log: Logger;
  readonly #memory: SlotMemory;
  readonly #rungs: readonly RecoveryRung[];
  readonly #work = new Set<Promise<void>>();
  #state = slotInitial;
  #since: UnixMs;
  #findings: Findings = noFindings;
  #lineId: LineId | null = null;
  #session: SlotSession | null = null;
  /** Ends an opening that is under way. */
  #opening: AbortController | null = null;
  /** The last link is closed, so that the port can be opened again. */
  #closed: Promise<void> = Promise.resolve();
  #cancelTimer: Disposer = () => {};
  /** When the timer rings, monotonic. */
  #timerAt: Millis | null = null;
  /** How the modem that was last here is restarted. */
  #restartForm: ModemProfile["restart"] = genericProfile.restart;

  constructor(options: SlotOptions, deps: SlotDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#log = deps.log.child({ slot: options.id });
    this.#memory = new SlotMemory({ ...deps, log: this.#log });
    this.#rungs = [...BY_COMMAND, ...deps.hardware.rungs, "give_up"];
    this.#since = deps.now();
    this.voice = new SlotVoicePort({
      ...deps,
      log: this.#log,
      port: options.port,
      audio: options.voice?.audio,
      soundPort: options.voice?.soundPort,
      service: () => (this.#state.phase.kind === "ready" ? (this.#session?.voice ?? null) : null),
      able: () => this.#findings.voice,
      onChange: () => deps.onChange(options.id),
    });
  }

  start(): void {
    this.#input({ type: "start" });
  }

  /** Ends the slot for good, and its call. Resolves when its ports are closed and nothing of it runs any more. Idempotent. */
  async stop(): Promise<void> {
    await this.voice.hangUp();
    this.#input({ type: "stop" });
    this.#spawn(this.voice.close());
    while (this.#work.size > 0) await Promise.all(this.#work);
    this.#memory.giveUp();
  }

  /** Looks through the storages now, for instance because the intake takes messages again. */
  nudge(): void {
    this.#session?.nudge();
  }

  status(): SlotStatus {
    const { now, clock } = this.#deps;
    return statusOf({
      id: this.#options.id,
      lineId: this.#lineId,
      machine: this.#state,
      findings: this.#findings,
      since: this.#since,
      rungs: this.#rungs,
      now: now(),
      moment: clock.monotonic(),
      timerAt: this.#timerAt,
    });
  }

  /** The SIM that asks for its PIN, null while none does. */
  get simAtLock(): SimAtLock | null {
    return this.#memory.simAtLock;
  }

  /** One AT command of an expert. Errors besides those of the conversation: `slot.no_terminal`, `terminal.…` for what may not be typed. */
  async terminal(line: string): Promise<AtReplyView> {
    if (this.#session !== null) return await this.#session.terminal(line);
    throw new AppError("slot.no_terminal", `slot ${this.#options.id} has no modem to talk to now`, {
      retryable: true,
      hint: "Wait until the slot is back; its state says what is wrong.",
    });
  }

  /** Tries the slot at once, with a reset before it or without: a person wants it, or a SIM's PIN has come. */
  retry(reset: ResetRung | null): void {
    this.#input({ type: "retry", reset });
  }

  #input(input: SlotInput): void {
    const before = this.#state;
    const step = stepSlot(before, input, { now: this.#deps.clock.monotonic(), rungs: this.#rungs });
    this.#state = step.state;
    if (before.phase.kind !== step.state.phase.kind) this.#since = this.#deps.now();
    for (const effect of step.effects) this.#run(effect);
    if (before !== step.state) this.#deps.onChange(this.#options.id);
  }

  #run(effect: SlotEffect): void {
    switch (effect.type) {
      case "open":
        return this.#spawn(this.#open());
      case "close":
        return this.#close();
      case "begin_again":
        return this.#beginAgain();
      case "run_step":
        return this.#spawn(this.#session?.runStep(effect.step));
      case "begin_rounds":
        return this.#spawn(this.#session?.runRounds());
      case "arm_timer":
        return this.#arm(effect.delay);
      case "restart_modem":
        return this.#spawn(this.#restart());
      case "reset_device":
        return this.#spawn(this.#reset(effect.rung));
      case "report":
        return this.#report(effect);
    }
  }

  #arm(delay: Millis): void {
    const { clock } = this.#deps;
    this.#timerAt = millis(clock.monotonic() + delay);
    this.#cancelTimer = clock.after(delay, "slot reopen", () => {
      this.#timerAt = null;
      this.#input({ type: "timer" });
    });
  }

  async #restart(): Promise<void> {
    await this.#session?.restart(this.#restartForm);
    this.#input({ type: "reset_done" });
  }

  /** A reset that fails is told, and the slot goes on: its start-up shows whether it helped. */
  async #reset(rung: "usb_reset" | "power"): Promise<void> {
    const { clock, hardware, events } = this.#deps;
    const opening = new AbortController();
    const { signal } = opening;
    this.#opening = opening;
    try {
      await this.#closed;
      // Not given up with the signal, which breaks off what can be: power that was cut comes back before the slot counts as stopped.
      await withDeadline(hardware.reset(rung, signal), { clock, timeout: RESET_LIMIT, what: `${rung} of the modem` });
    } catch (error) {
      if (signal.aborted) return;
      const details = { rung, reason: faultOf(error).code };
      events.record({ level: "error", code: "slot.reset_failed", slot: this.#options.id, details });
    }
    this.#input({ type: "reset_done" });
  }

  #report(effect: Extract<SlotEffect, { type: "report" }>): void {
    this.#deps.events.record({
      level: LEVELS[effect.code],
      code: effect.code,
      slot: this.#options.id,
      line: this.#lineId,
      details: effect.reason === null ? {} : { reason: effect.reason },
    });
  }

  /** Keeps work in sight until it ends, so that `stop` can wait for it. */
  #spawn(work: Promise<void> | undefined): void {
    if (work === undefined) return;
    const tracked = work
      .catch((error) => this.#log.error("slot_work_failed", { reason: messageOf(error) }))
      .finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  async #open(): Promise<void> {
    const { clock, openLink, random } = this.#deps;
    const opening = new AbortController();
    const { signal } = opening;
    this.#opening = opening;
    try {
      await this.#closed;
      const link = await openInTime({ openLink, port: this.#options.port, clock, signal });
      // The abort may have come in the turn in which the link did.
      if (signal.aborted) return await link.close();
      this.#converse(link);
      this.#input({ type: "opened" });
    } catch (error) {
      if (signal.aborted) return;
      this.#input({ type: "failed", fault: faultOf(error), fraction: randomFraction(random) });
    }
  }

  #close(): void {
    this.#cancelTimer();
    this.#timerAt = null;
    this.#opening?.abort(stoppedError(`slot ${this.#options.id}`));
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    this.#closed = this.#closeAll(session);
    this.#spawn(this.#closed);
  }

  /** The audio port goes with the other: a reset of the device must find neither open. */
  async #closeAll(session: SlotSession): Promise<void> {
    const closing = session.close(this.#state.phase.kind === "stopped" ? "stopped" : "modem_lost");
    await Promise.all([closing, this.voice.close()]);
  }

  #beginAgain(): void {
    if (this.#session !== null) this.#converse(this.#session.release());
  }

  #converse(link: ByteLink): void {
    const { id, sweepEvery } = this.#options;
    this.#findings = noFindings;
    this.#session = new SlotSession(link, {
      ...this.#deps,
      slotId: id,
      sweepEvery,
      log: this.#log,
      memory: this.#memory,
      voice: this.#options.voice === undefined ? null : this.voice,
      onInput: (input) => this.#input(input),
      onFound: (findings) => {
        this.#findings = findings;
        if (findings.model !== "") this.#restartForm = findings.profile.restart;
        this.#deps.onChange(id);
      },
      onLine: (lineId) => {
        this.#lineId = lineId;
        this.#deps.onChange(id);
      },
    });
  }
}
