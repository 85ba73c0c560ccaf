// One conversation with a modem over an open link, from the first AT to its end: the start-up steps, the reader of its messages, the
// rounds. Ends as a whole; nothing that arrives later is reported.

import {
  type Clock,
  type LineId,
  type Logger,
  type Millis,
  type Random,
  randomFraction,
  type SlotId,
  stoppedError,
  type UnixMs,
} from "../base/index.ts";
import type { EventLog, IntakePort, SlotFault, SlotInput, StartStep } from "../core/index.ts";
import { AtChannel } from "./at-channel.ts";
import type { UrcMessage } from "./at-lines.ts";
import { BRING_UP, type BringUp } from "./bring-up.ts";
import type { ByteLink } from "./byte-link.ts";
import { pduBytes } from "./direct-messages.ts";
import { type Findings, noFindings } from "./findings.ts";
import { MessageReader, placeOf } from "./message-reader.ts";
import { createOfferPdu, type OfferPdu } from "./offer-pdu.ts";
import { type Intakes, Rounds } from "./rounds.ts";
import { isUsable, simFault } from "./sim-faults.ts";
import { faultOf, OTHER_SIM, UNPLUGGED } from "./slot-fault.ts";
import type { SlotMemory } from "./slot-memory.ts";
import { StorageLister } from "./storage-lister.ts";

export interface SessionOptions {
  readonly slotId: SlotId;
  readonly sweepEvery: Millis;
  readonly intake: IntakePort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly lineFor: (slot: SlotId, iccid: string | null) => LineId | null;
  readonly memory: SlotMemory;
  readonly onInput: (input: SlotInput) => void;
  readonly onFound: (findings: Findings) => void;
  /** The line of the SIM that is in, null when it has none. */
  readonly onLine: (lineId: LineId | null) => void;
}

export class SlotSession {
  readonly #link: ByteLink;
  readonly #options: SessionOptions;
  readonly #channel: AtChannel;
  readonly #abort = new AbortController();
  readonly #offer: OfferPdu;
  #findings: Findings = noFindings;
  #intakes: Intakes | null = null;
  #rounds: Rounds | null = null;

  constructor(link: ByteLink, options: SessionOptions) {
    this.#link = link;
    this.#options = options;
    const { signal } = this.#abort;
    this.#offer = createOfferPdu({ ...options, signal });
    this.#channel = new AtChannel({
      ...options,
      link,
      onUrc: (message) => this.#onUrc(message),
      onClose: () => this.#report({ type: "failed", fault: UNPLUGGED, fraction: this.#fraction() }),
      onTimeout: () => options.memory.gaveUp(),
    });
  }

  /** Does one step and reports how it went. Never rejects. */
  async runStep(step: StartStep): Promise<void> {
    try {
      if (step === "drain") await this.#drain();
      else this.#found(await BRING_UP[step](this.#tools(), this.#findings));
      this.#report({ type: "step_done", step });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Resolves when the session has ended. Never rejects. */
  async runRounds(): Promise<void> {
    const rounds = new Rounds({
      ...this.#options,
      ...this.#tools(),
      intakes: this.#intakes,
      findings: () => this.#findings,
      onFound: (part) => this.#found({ ...this.#findings, ...part }),
      onOk: () => this.#report({ type: "round_ok" }),
      onFailed: (error) => this.#onRoundFailed(faultOf(error)),
      onRestarted: () => this.#report({ type: "modem_restarted" }),
      onOtherSim: () => this.#report({ type: "failed", fault: OTHER_SIM, fraction: this.#fraction() }),
    });
    this.#rounds = rounds;
    await rounds.run();
  }

  /** Looks through all storages as soon as possible. */
  nudge(): void {
    // Before the rounds there is nothing to do: they begin with such a look.
    this.#rounds?.nudge();
  }

  /** Ends the session; the link stays open for the next one, and is returned. */
  release(): ByteLink {
    this.#end();
    this.#channel.release();
    return this.#link;
  }

  /** Ends the session and closes the link. Never rejects. */
  async close(): Promise<void> {
    this.#end();
    await this.#channel.close();
  }

  #end(): void {
    this.#abort.abort(stoppedError(`slot ${this.#options.slotId}`));
  }

  #tools(): BringUp {
    return { channel: this.#channel, clock: this.#options.clock, signal: this.#abort.signal };
  }

  #fraction(): number {
    return randomFraction(this.#options.random);
  }

  #report(input: SlotInput): void {
    if (!this.#abort.signal.aborted) this.#options.onInput(input);
  }

  #fail(error: unknown): void {
    this.#report({ type: "failed", fault: faultOf(error), fraction: this.#fraction() });
  }

  #found(findings: Findings): void {
    if (this.#abort.signal.aborted) return;
    this.#findings = findings;
    this.#options.onFound(findings);
  }

  /** One failing round is no event yet, but whoever looks for a slow modem finds it in the log. */
  #onRoundFailed(fault: SlotFault): void {
    this.#options.log.warn("slot_round_failed", { reason: fault.code });
    this.#report({ type: "round_failed", fault, fraction: this.#fraction() });
  }

  /** Reads what was stored while nobody listened, in all storages. */
  async #drain(): Promise<void> {
    const { slotId, lineFor, onLine, events, memory } = this.#options;
    const { iccid, home, others } = this.#findings;
    memory.inserted(iccid);
    const lineId = lineFor(slotId, iccid);
    onLine(lineId);
    if (lineId === null) {
      events.record({ level: "warn", code: "slot.no_line", slot: slotId });
      return;
    }
    const { direct } = memory;
    const offer = this.#offer;
    const common = { ...this.#options, ...this.#tools(), home };
    const lister = new StorageLister({
      ...common,
      onUse: (storage) => this.#found({ ...this.#findings, storage }),
      expectsLateAnswer: () => memory.expectsLateAnswer,
    });
    const reader = new MessageReader({ ...common, lister, lineId, offer });
    this.#intakes = { reader, lister, direct, lineId, offer };
    await direct.deliver(lineId, offer);
    await reader.sweep([...others, home]);
  }

  #onUrc({ urc, pdu }: UrcMessage): void {
    if (this.#abort.signal.aborted) return;
    switch (urc.kind) {
      case "cmti":
        return this.#onAnnounced(urc.mem, urc.index);
      case "cmt":
        return this.#onDirect(pdu);
      case "storage_full":
        this.#options.events.record({
          level: "warn",
          code: "slot.storage_full",
          slot: this.#options.slotId,
          line: this.#intakes?.lineId ?? null,
        });
        return this.nudge();
      case "boot":
        if (urc.stage === "started") this.#report({ type: "modem_restarted" });
        return;
      case "registration":
        this.#found({ ...this.#findings, registration: urc.registration.state });
        return this.#rounds?.poll();
      case "sim":
        if (urc.lock !== "not_ready" && !isUsable(urc.lock)) this.#fail(simFault(urc.lock));
        return;
      default:
        return;
    }
  }

  #onAnnounced(mem: string | null, index: number | null): void {
    if (mem !== null && index !== null) this.#options.memory.deletions.announced(placeOf(mem, index));
    this.#rounds?.announce(mem, index);
  }

  #onDirect(pdu: string | null): void {
    if (pdu === null) return;
    const { memory, now } = this.#options;
    const lineId = this.#intakes?.lineId ?? null;
    memory.direct.add({ pdu: pduBytes(pdu), receivedAt: now(), lineId });
    // At once, as the modem has no copy. What is refused is offered again with the next sweep.
    if (lineId !== null) void memory.direct.deliver(lineId, this.#offer);
  }
}
