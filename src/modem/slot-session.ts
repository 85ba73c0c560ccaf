// One conversation with a modem over an open link, from the first AT to its end: the start-up steps, the reader of its messages, the
// rounds. Ends as a whole; nothing that arrives later is reported.

import { command, type Registration, type RestartCommand } from "../at/index.ts";
import {
  type Clock,
  type LineId,
  type Logger,
  type Millis,
  messageOf,
  type Random,
  randomFraction,
  type SlotId,
  stoppedError,
  type UnixMs,
  withDeadline,
} from "../base/index.ts";
import {
  type EventLog,
  faultKind,
  type IntakePort,
  type LineFor,
  type SimAtLock,
  type SimKeeper,
  type SlotFault,
  type SlotInput,
  type StartStep,
} from "../core/index.ts";
import type { AtReplyView } from "../protocol/index.ts";
import type { BringUp } from "./ask.ts";
import { AtChannel } from "./at-channel.ts";
import type { UrcMessage } from "./at-lines.ts";
import { BRING_UP } from "./bring-up.ts";
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
import { runInTerminal } from "./terminal.ts";
import { HUNG_AFTER, RESTART_LIMIT } from "./timeouts.ts";
import { UssdService } from "./ussd-service.ts";
import { callStuck } from "./voice/bring-up-voice.ts";
import type { SlotVoicePort } from "./voice/slot-voice.ts";
import { VoiceService } from "./voice/voice-service.ts";

export interface SessionOptions {
  readonly slotId: SlotId;
  readonly sweepEvery: Millis;
  readonly intake: IntakePort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly lineFor: LineFor;
  readonly sims: SimKeeper;
  readonly roaming: "allow" | "refuse";
  readonly memory: SlotMemory;
  /** Null for a slot without calls. */
  readonly voice: SlotVoicePort | null;
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
  readonly ussd: UssdService;
  readonly voice: VoiceService | null;
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
    const { slotId, events } = options;
    this.ussd = new UssdService({
      ...options,
      channel: this.#channel,
      form: () => this.#findings.profile.ussd,
      onNotice: () => events.record({ level: "info", code: "ussd.notice", slot: slotId }),
    });
    this.voice = this.#createVoice();
  }

  #createVoice(): VoiceService | null {
    const { voice } = this.#options;
    if (voice === null) return null;
    return new VoiceService({
      ...this.#options,
      channel: this.#channel,
      profile: () => this.#findings.profile.voice,
      ability: () => voice.currentAbility(),
      pump: voice.audio.pump,
      onRing: (call) => voice.rang(call),
      onStuck: () => this.#fail(callStuck()),
    });
  }

  /** Does one step and reports how it went. Never rejects. */
  async runStep(step: StartStep): Promise<void> {
    try {
      if (step === "drain") await this.#drain();
      else this.#found(await BRING_UP[step](this.#tools(), this.#findings));
      if (step === "notify" && !this.#abort.signal.aborted) this.#options.voice?.found(this.#findings.voice);
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
    if (this.#findings.voice !== "none") this.voice?.begin({ waitingOff: this.#options.memory.turnsWaitingOff() });
    await rounds.run();
  }

  /** Looks through all storages as soon as possible. */
  nudge(): void {
    // Before the rounds there is nothing to do: they begin with such a look.
    this.#rounds?.nudge();
  }

  /** One AT command of an expert; see `runInTerminal`. */
  terminal(line: string): Promise<AtReplyView> {
    return runInTerminal(this.#channel, line);
  }

  /** Ends the session; the link stays open for the next one, and is returned. */
  release(): ByteLink {
    this.#end("modem_lost");
    this.#channel.release();
    return this.#link;
  }

  /** Ends the session and closes the link; `cause` is what a call that is on hears. Never rejects. */
  async close(cause: "modem_lost" | "stopped"): Promise<void> {
    this.#end(cause);
    await this.#channel.close();
  }

  #end(cause: "modem_lost" | "stopped"): void {
    this.ussd.stop();
    this.voice?.stop(cause);
    this.#abort.abort(stoppedError(`slot ${this.#options.slotId}`));
  }

  #tools(): BringUp {
    const { clock, slotId, sims, roaming, log, voice } = this.#options;
    const onLock = (sim: SimAtLock): void => {
      this.#options.memory.locked(sim);
      this.#found({ ...this.#findings, iccid: sim.iccid });
    };
    const { signal } = this.#abort;
    return { channel: this.#channel, clock, signal, slotId, sims, roaming, log, onLock, calls: voice !== null };
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
    if (faultKind(fault.code) === "person") return this.#report({ type: "failed", fault, fraction: this.#fraction() });
    this.#options.log.warn("slot_round_failed", { reason: fault.code });
    if (this.ussd.holdsModem) return;
    const mute = this.#options.clock.monotonic() - this.#channel.answeredAt;
    const hung = fault.code === "modem.timeout" && mute >= HUNG_AFTER;
    this.#report({ type: "round_failed", fault, fraction: this.#fraction(), hung });
  }

  /** Reads what was stored while nobody listened, in all storages. */
  async #drain(): Promise<void> {
    const { slotId, lineFor, onLine, events, memory } = this.#options;
    const { iccid, imsi, home, others, tellsStorage, profile, delivery } = this.#findings;
    memory.inserted(iccid);
    const lineId = lineFor(slotId, { iccid, imsi });
    onLine(lineId);
    if (lineId === null) {
      events.record({ level: "warn", code: "slot.no_line", slot: slotId });
      return;
    }
    const { direct } = memory;
    const offer = this.#offer;
    const common = { ...this.#options, ...this.#tools(), home, tellsStorage, listing: profile.listing };
    const lister = new StorageLister({
      ...common,
      onUse: (storage) => this.#found({ ...this.#findings, storage }),
      expectsLateAnswer: () => memory.expectsLateAnswer,
    });
    const reader = new MessageReader({ ...common, lister, lineId, offer });
    this.#intakes = { reader, lister, direct, lineId, offer };
    await direct.deliver(lineId, offer);
    if (delivery === "stored") await reader.sweep([...others, home]);
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
        return this.#onRegistration(urc.registration);
      case "cusd":
        return this.ussd.onUrc(urc);
      case "call_ended":
        if (this.voice?.busy !== true) this.ussd.onCallEnded();
        return this.voice?.onUrc(urc);
      case "ring":
      case "clip":
      case "ccwa":
      case "call":
      case "digit":
        return this.voice?.onUrc(urc);
      case "sim":
        if (urc.lock !== "not_ready" && !isUsable(urc.lock)) this.#fail(simFault(urc.lock));
        return;
      default:
        return;
    }
  }

  /** A new cell is no news; a new state is. What of several families it means is judged by the look that follows. */
  #onRegistration({ state }: Registration): void {
    if (state !== this.#findings.registration) this.#rounds?.poll();
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
    if (lineId !== null) void this.#takeDirect(lineId);
  }

  /** Acknowledged only when it is durable: the network keeps and repeats what gets no acknowledgement (TS 24.011 RP-ACK). */
  async #takeDirect(lineId: LineId): Promise<void> {
    const left = await this.#options.memory.direct.deliver(lineId, this.#offer);
    if (this.#findings.delivery !== "direct" || left > 0) return;
    await this.#channel.send(command.acknowledge()).catch((error) => {
      // Not taken any more, or not expected: the network brings the message again, which the intake recognises.
      this.#options.log.warn("acknowledgement_failed", { reason: messageOf(error) });
    });
  }

  /**
   * Restarts the modem by command. Resolves when it has been written or cannot be: a modem that hangs does not answer, so no answer
   * is waited for. Never rejects.
   */
  async restart(form: RestartCommand): Promise<void> {
    const { clock, log } = this.#options;
    const sent = this.#channel.send(command.restart(form));
    await withDeadline(sent, { clock, timeout: RESTART_LIMIT, what: "restarting the modem" }).catch((error) =>
      log.warn("restart_unanswered", { reason: messageOf(error) }),
    );
  }
}
