// Runs the slot's machine: opens the port, keeps one session with the modem, and turns what happens into inputs. It decides nothing
// itself, and nothing that fails here reaches another slot.

import {
  type Clock,
  type Disposer,
  type LineId,
  type Logger,
  type Millis,
  messageOf,
  type Random,
  randomFraction,
  type SlotId,
  stoppedError,
  type UnixMs,
} from "../base/index.ts";
import {
  type EventLog,
  type IntakePort,
  noRecovery,
  type SlotDriver,
  type SlotEffect,
  type SlotInput,
  type SlotStatus,
  slotInitial,
  stepSlot,
} from "../core/index.ts";
import type { ByteLink, OpenLink } from "./byte-link.ts";
import { type Findings, noFindings } from "./findings.ts";
import { openInTime } from "./open-link.ts";
import { faultOf } from "./slot-fault.ts";
import { SlotMemory } from "./slot-memory.ts";
import { SlotSession } from "./slot-session.ts";

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

const VIEW_STATES = {
  idle: "starting",
  opening: "starting",
  starting: "starting",
  ready: "ready",
  waiting: "down",
  stopped: "stopped",
} as const;

export class SlotRunner implements SlotDriver {
  readonly #options: SlotOptions;
  readonly #deps: SlotDeps;
  readonly #log: Logger;
  readonly #memory: SlotMemory;
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

  constructor(options: SlotOptions, deps: SlotDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#log = deps.log.child({ slot: options.id });
    this.#memory = new SlotMemory({ ...deps, log: this.#log });
    this.#since = deps.now();
  }

  start(): void {
    this.#input({ type: "start" });
  }

  /** Ends the slot for good. Resolves when the port is closed and nothing of it runs any more. Idempotent. */
  async stop(): Promise<void> {
    this.#input({ type: "stop" });
    while (this.#work.size > 0) await Promise.all(this.#work);
    this.#memory.giveUp();
  }

  /** Looks through the storages now, for instance because the intake takes messages again. */
  nudge(): void {
    this.#session?.nudge();
  }

  status(): SlotStatus {
    const { phase, problem } = this.#state;
    const { manufacturer, model, revision, imei, ...found } = this.#findings;
    const starting = phase.kind === "opening" || phase.kind === "starting";
    return {
      id: this.#options.id,
      kind: "modem",
      lineId: this.#lineId,
      // A slot that tries again is down until it has succeeded.
      state: starting && problem !== null ? "down" : VIEW_STATES[phase.kind],
      step: phase.kind === "starting" ? phase.step : phase.kind,
      since: this.#since,
      problem,
      warnings: [],
      profile: imei === "" && model === "" ? null : found.profile.id,
      modem: imei === "" && model === "" ? null : { manufacturer, model, revision, imei },
      iccid: found.iccid,
      imsi: found.imsi,
      ownNumber: null,
      operator: found.operator,
      mccMnc: null,
      technology: found.technology,
      registration: found.registration,
      signalDbm: found.signalDbm,
      storage: found.storage,
      battery: null,
      recovery: noRecovery,
    };
  }

  #input(input: SlotInput): void {
    const before = this.#state;
    const step = stepSlot(before, input);
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
    this.#opening?.abort(stoppedError(`slot ${this.#options.id}`));
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    this.#closed = session.close();
    this.#spawn(this.#closed);
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
      onInput: (input) => this.#input(input),
      onFound: (findings) => {
        this.#findings = findings;
        this.#deps.onChange(id);
      },
      onLine: (lineId) => {
        this.#lineId = lineId;
        this.#deps.onChange(id);
      },
    });
  }
}
