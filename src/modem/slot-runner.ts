// Runs the slot's machine: opens the link, does the steps, keeps the rounds of sweeping and polling going, and turns what happens
// into inputs. It decides nothing itself, and nothing that fails here reaches another slot.

import {
  type Clock,
  type Disposer,
  isAppError,
  type LineId,
  type Logger,
  type Millis,
  messageOf,
  type Random,
  randomFraction,
  type SlotId,
  stoppedError,
  type UnixMs,
  unixMs,
} from "../base/index.ts";
import {
  type EventLog,
  type IntakePort,
  type SlotEffect,
  type SlotFault,
  type SlotInput,
  type SlotStatus,
  type StartStep,
  slotInitial,
  stepSlot,
} from "../core/index.ts";
import { AtChannel, type UrcMessage } from "./at-channel.ts";
import { BRING_UP } from "./bring-up.ts";
import type { OpenLink } from "./byte-link.ts";
import { type Findings, noFindings } from "./findings.ts";
import { MessageReader } from "./message-reader.ts";
import { Rounds } from "./rounds.ts";

export interface SlotOptions {
  readonly id: SlotId;
  readonly port: string;
  /** How often storage is looked through without a +CMTI: announcements get lost. */
  readonly sweepEvery: Millis;
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
  readonly lineFor: (slot: SlotId, iccid: string | null) => LineId | null;
  readonly onChange: (slot: SlotId) => void;
}

export class SlotRunner {
  readonly #options: SlotOptions;
  readonly #deps: SlotDeps;
  readonly #log: Logger;
  readonly #abort = new AbortController();
  readonly #work = new Set<Promise<void>>();
  #state = slotInitial;
  #since: UnixMs;
  #findings: Findings = noFindings;
  #lineId: LineId | null = null;
  #channel: AtChannel | null = null;
  #reader: MessageReader | null = null;
  #rounds: Rounds | null = null;
  #cancelTimer: Disposer = () => {};
  /** Grows with each opening, so that a late result of an earlier one is told apart. */
  #epoch = 0;

  constructor(options: SlotOptions, deps: SlotDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#log = deps.log.child({ slot: options.id });
    this.#since = deps.now();
  }

  start(): void {
    this.#input({ type: "start" });
  }

  async stop(): Promise<void> {
    this.#input({ type: "stop" });
    this.#abort.abort(stoppedError(`slot ${this.#options.id}`));
    await Promise.all(this.#work);
  }

  /** Looks through the storage now, for instance because the intake takes messages again. */
  nudge(): void {
    this.#rounds?.nudge();
  }

  status(): SlotStatus {
    const { phase, problem } = this.#state;
    const found = this.#findings;
    const states = {
      idle: "starting",
      opening: "starting",
      starting: "starting",
      ready: "ready",
      waiting: "down",
      stopped: "stopped",
    } as const;
    const { manufacturer, model, revision, imei } = found;
    return {
      id: this.#options.id,
      lineId: this.#lineId,
      state: problem !== null && phase.kind !== "ready" && phase.kind !== "stopped" ? "down" : states[phase.kind],
      step: phase.kind === "starting" ? phase.step : phase.kind,
      since: unixMs(this.#since),
      problem,
      modem: imei === "" && model === "" ? null : { manufacturer, model, revision, imei },
      iccid: found.iccid,
      imsi: found.imsi,
      operator: found.operator,
      technology: found.technology,
      registration: found.registration,
      signalDbm: found.signalDbm,
      storage: found.storage,
    };
  }

  #input(input: SlotInput): void {
    const before = this.#state.phase.kind;
    const step = stepSlot(this.#state, input);
    const changed = step.state !== this.#state;
    this.#state = step.state;
    if (before !== step.state.phase.kind) this.#since = this.#deps.now();
    for (const effect of step.effects) this.#run(effect);
    if (changed) this.#deps.onChange(this.#options.id);
  }

  #run(effect: SlotEffect): void {
    switch (effect.type) {
      case "open":
        return this.#spawn(this.#open());
      case "close":
        return this.#close();
      case "run_step":
        return this.#spawn(this.#runStep(effect.step));
      case "begin_rounds":
        return this.#beginRounds();
      case "end_rounds":
        this.#rounds?.stop();
        this.#rounds = null;
        return;
      case "arm_timer":
        this.#cancelTimer();
        this.#cancelTimer = this.#deps.clock.after(effect.delay, "slot reopen", () => this.#input({ type: "timer" }));
        return;
      case "report":
        return this.#report(effect);
    }
  }

  #report(effect: Extract<SlotEffect, { type: "report" }>): void {
    this.#deps.events.record({
      level: effect.code === "slot.ready" ? "info" : "warn",
      code: effect.code,
      slot: this.#options.id,
      line: this.#lineId,
      details: effect.reason === null ? {} : { reason: effect.reason },
    });
  }

  #spawn(work: Promise<void>): void {
    const tracked = work.catch((error) => this.#log.error("slot_work_failed", { reason: messageOf(error) }));
    this.#work.add(tracked);
    void tracked.finally(() => this.#work.delete(tracked));
  }

  #close(): void {
    this.#cancelTimer();
    this.#epoch++;
    const channel = this.#channel;
    this.#channel = null;
    this.#reader = null;
    if (channel !== null) this.#spawn(channel.close());
  }

  #fail(error: unknown): void {
    this.#input({ type: "failed", fault: faultOf(error), fraction: randomFraction(this.#deps.random) });
  }

  async #open(): Promise<void> {
    const epoch = ++this.#epoch;
    try {
      const link = await this.#deps.openLink(this.#options.port, this.#abort.signal);
      if (this.#epoch !== epoch || this.#abort.signal.aborted) return await link.close();
      this.#findings = noFindings;
      const { clock } = this.#deps;
      this.#channel = new AtChannel({
        link,
        clock,
        log: this.#log,
        onUrc: (message) => this.#onUrc(message),
        onClose: () => {
          if (this.#epoch === epoch) this.#fail(LOST);
        },
      });
      this.#input({ type: "opened" });
    } catch (error) {
      if (this.#epoch === epoch) this.#fail(error);
    }
  }

  async #runStep(step: StartStep): Promise<void> {
    const epoch = this.#epoch;
    const channel = this.#channel;
    if (channel === null) return;
    try {
      if (step === "drain") await this.#drain(channel);
      else
        this.#findings = await BRING_UP[step](
          { channel, clock: this.#deps.clock, signal: this.#abort.signal },
          this.#findings,
        );
      if (this.#epoch === epoch) this.#input({ type: "step_done", step });
    } catch (error) {
      if (this.#epoch === epoch) this.#fail(error);
    }
  }

  /** Reads what was stored while nobody listened, in all storages. */
  async #drain(channel: AtChannel): Promise<void> {
    const { id } = this.#options;
    const { intake, now } = this.#deps;
    const { iccid, home, others } = this.#findings;
    this.#lineId = this.#deps.lineFor(id, iccid);
    if (this.#lineId === null) {
      this.#deps.events.record({ level: "warn", code: "slot.no_line", slot: id });
      return;
    }
    this.#reader = new MessageReader({
      channel,
      intake,
      slotId: id,
      lineId: this.#lineId,
      now,
      log: this.#log,
      home,
      onUse: (storage) => this.#found({ storage }),
    });
    for (const mem of [home, ...others]) await this.#reader.sweep(mem);
  }

  #found(part: Partial<Findings>): void {
    this.#findings = { ...this.#findings, ...part };
    this.#deps.onChange(this.#options.id);
  }

  #beginRounds(): void {
    const channel = this.#channel;
    if (channel === null) return;
    const { clock, random } = this.#deps;
    this.#rounds = new Rounds({
      channel,
      reader: this.#reader,
      clock,
      random,
      sweepEvery: this.#options.sweepEvery,
      findings: () => this.#findings,
      onFound: (part) => this.#found(part),
      onOk: () => this.#input({ type: "round_ok" }),
      onFailed: (error) =>
        this.#input({ type: "round_failed", fault: faultOf(error), fraction: randomFraction(random) }),
    });
    this.#spawn(this.#rounds.run());
  }

  #onUrc({ urc, pdu }: UrcMessage): void {
    switch (urc.kind) {
      case "cmti":
        return this.#rounds?.announce(urc.mem, urc.index);
      case "storage_full":
        this.#deps.events.record({
          level: "warn",
          code: "slot.storage_full",
          slot: this.#options.id,
          line: this.#lineId,
        });
        return this.#rounds?.nudge();
      case "boot":
        if (urc.stage === "started") this.#input({ type: "modem_restarted" });
        return;
      case "cmt":
        // Nobody asked for direct delivery, but a message that came is a message.
        if (pdu !== null) this.#spawn(this.#reader?.acceptDirect(pdu) ?? Promise.resolve());
        return;
      case "registration":
        return this.#found({ registration: urc.registration.state });
      case "sim":
        if (urc.lock === "not_inserted") this.#fail(SIM_GONE);
        return;
      default:
        return;
    }
  }
}

const LOST: SlotFault = {
  code: "modem.unplugged",
  message: "the modem's port went away",
  hint: "Plug the modem in again, or look at the serial server; the slot comes back by itself.",
};
const SIM_GONE: SlotFault = { code: "sim.missing", message: "the SIM was taken out", hint: "Put the SIM back." };

function faultOf(error: unknown): SlotFault {
  if (!isAppError(error)) {
    return "code" in Object(error) && "message" in Object(error)
      ? (error as SlotFault)
      : { code: "modem.failed", message: messageOf(error) };
  }
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
