// One simulated modem: bytes in, bytes out, a card, a radio and the network's queue. What stands behind it is real enough that
// a driver cannot tell; what a test needs (faults, journal, power) is reached beside the bytes.

import { AppError, type Clock, type Disposer, Events, type Millis, millis } from "../../../src/base/index.ts";
import { SeededRandom } from "../seeded-random.ts";
import { renderBlock } from "./answer.ts";
import { baseBehaviours } from "./base-behaviours.ts";
import type { Behaviour } from "./behaviour.ts";
import { registrationLines } from "./behaviour-network.ts";
import { SimAudio } from "./calls/sim-audio.ts";
import { SimCalls } from "./calls/sim-calls.ts";
import { CommandEngine } from "./command-engine.ts";
import { FaultBox } from "./faults.ts";
import { defaultNumber, type ModemIdentity, modemIdentity } from "./identity.ts";
import { Journal } from "./journal.ts";
import { Memories } from "./memories.ts";
import type { HostPort, PowerState, SimModemEvents, SimModemOptions } from "./modem-options.ts";
import { Radio } from "./radio.ts";
import { powerOnSettings, type Settings } from "./settings.ts";
import { SimCard } from "./sim-card.ts";
import { SmsCentre } from "./sms-centre.ts";
import { type OutgoingSms, SmsFactory } from "./sms-factory.ts";
import { Transmitter } from "./transmitter.ts";
import { TWINS, type Twin, type TwinName } from "./twins/index.ts";

/** From power-on to the first answer. */
const BOOT_MS = 2_000;
/** From the OK of +CFUN=1,1 to the restart. */
const RESTART_MS = 100;

export class SimModem {
  readonly slot: number;
  readonly identity: ModemIdentity;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly faults: FaultBox;
  readonly radio: Radio;
  readonly sms: SmsCentre;
  readonly factory: SmsFactory;
  readonly events: Events<SimModemEvents>;
  readonly twin: TwinName;
  /** Asked from the first to the last. */
  readonly behaviours: Behaviour[];
  readonly memories: Memories;
  readonly calls: SimCalls;
  /** The port for the sound of calls. */
  readonly audio: SimAudio;
  settings: Settings;
  #power: PowerState = "on";
  #host: HostPort | undefined;
  #cancelTimer: Disposer | undefined;
  readonly #twin: Twin;
  readonly #transmitter: Transmitter;
  readonly #engine: CommandEngine;

  constructor(options: SimModemOptions) {
    const { clock, seed, slot } = options;
    this.slot = slot;
    this.twin = options.twin ?? "generic";
    this.#twin = TWINS[this.twin];
    this.identity = { ...modemIdentity(slot), ...this.#twin.identity };
    this.behaviours = [...this.#twin.layers(), ...baseBehaviours(), ...(this.#twin.last?.() ?? [])];
    this.settings = this.powerOnSettings();
    this.clock = clock;
    this.journal = new Journal(clock);
    this.faults = new FaultBox(new SeededRandom(`${seed}/faults`));
    this.events = new Events("simulated modem", options.log);
    this.memories = new Memories({
      card: options.card === undefined ? new SimCard({ number: defaultNumber(slot) }) : (options.card ?? undefined),
      capacity: options.modemCapacity ?? 50,
      faults: this.faults,
    });
    this.factory = new SmsFactory({ slot, clock, uniqueTimestamps: options.uniqueTimestamps ?? false });
    const settings = (): Settings => this.settings;
    this.radio = new Radio({
      clock,
      random: new SeededRandom(`${seed}/radio`),
      onRegistration: () => this.#afterRegistration(),
    });
    this.sms = new SmsCentre({
      clock,
      journal: this.journal,
      settings,
      reachable: () => this.#power === "on" && this.radio.registered && this.card?.pinState === "READY",
      memory: (name) => this.memories.get(name),
      urc: (...lines) => this.urc(...lines),
    });
    this.calls = new SimCalls({
      clock,
      urc: (...lines) => this.urc(...lines),
      reachable: () => this.#power === "on" && this.radio.registered && this.card?.pinState === "READY",
      clip: () => this.settings.clip === 1,
      onSound: () => this.audio.update(),
    });
    if (this.#twin.callFace !== undefined) this.calls.face = this.#twin.callFace;
    this.audio = new SimAudio({
      clock,
      slot,
      present: () => this.#power !== "unplugged",
      sounding: () => this.calls.sounding,
    });
    this.audio.switch(this.#twin.soundOff !== true);
    this.#transmitter = new Transmitter({
      clock,
      random: new SeededRandom(`${seed}/line`),
      faults: this.faults,
      deliver: (bytes) => this.#host?.onData(bytes),
    });
    this.#engine = new CommandEngine({
      modem: this,
      clock,
      random: new SeededRandom(`${seed}/answers`),
      faults: this.faults,
      behaviours: this.behaviours,
      settings,
      send: (text) => this.#transmitter.send(text),
    });
  }

  /** What this modem's settings are after power-on or ATZ. */
  powerOnSettings(): Settings {
    return { ...powerOnSettings(), ...this.#twin.powerOn };
  }

  get power(): PowerState {
    return this.#power;
  }

  get card(): SimCard | undefined {
    return this.memories.card;
  }

  /** Commands executed so far. */
  get commandCount(): number {
    return this.#engine.commandCount;
  }

  /** Whether a host is connected. */
  get attached(): boolean {
    return this.#host !== undefined;
  }

  /** Connects a host; the disposer disconnects it without a hang-up. Throws `modem.unplugged` when there is no modem to talk to. */
  attach(host: HostPort): Disposer {
    if (this.#power === "unplugged") {
      throw new AppError("modem.unplugged", `the modem of slot ${this.slot} is unplugged`, {
        hint: "Plug it in first.",
      });
    }
    const before = this.#host;
    this.#host = host;
    before?.onHangup();
    return () => {
      if (this.#host === host) this.#host = undefined;
    };
  }

  /** Bytes from the host. A modem that is booting or gone hears nothing. */
  receive(bytes: Uint8Array): void {
    if (this.#power !== "on") return;
    this.#engine.receive(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
  }

  /** Sends one unsolicited result code; its lines stay together unless a fault says otherwise. */
  urc(...lines: readonly string[]): void {
    if (this.#power !== "on") return;
    const said = this.behaviours.reduceRight((out, layer) => layer.onUrc?.(out, this) ?? out, lines);
    if (said.length === 0) return;
    const text = renderBlock(said, this.settings);
    if (!this.faults.any) {
      this.#engine.sendUrc(text);
      return;
    }
    const names = [lines[0] ?? ""];
    if (this.faults.strike("urc-lost", names) !== undefined) return;
    const out = this.faults.strike("urc-duplicate", names) === undefined ? text : text + text;
    if (this.faults.strike("urc-misplaced", names) === undefined) this.#engine.sendUrc(out);
    else this.#engine.holdUrc(out);
  }

  /** Hands one PDU to the network for this modem: service centre address first, as +CMGR will show it. Returns its id. */
  deliver(pdu: Uint8Array): string {
    const id = this.factory.nextId();
    this.sms.submit([{ id, part: 1, pdu }]);
    return id;
  }

  /** Encodes a message, in several parts when it is long, and hands it to the network. Throws what the encoder throws. */
  sendSms(sms: OutgoingSms): { readonly id: string; readonly parts: number } {
    const pdus = this.factory.make(sms);
    this.sms.submit(pdus);
    return { id: pdus[0]?.id ?? "", parts: pdus.length };
  }

  /** An incoming call rings once (V.250 6.3.6): RING, and +CLIP when the host asked for it. */
  ring(from: string): void {
    this.urc("RING");
    if (this.settings.clip === 1) this.urc(`+CLIP: "${from}",145`);
  }

  /** The other side of a call presses a key, and the modem tells of it where it can. */
  pressKey(key: string): void {
    const line = this.#twin.key?.(key);
    if (line !== undefined) this.urc(line);
  }

  /** Takes the card out, or puts another one in. */
  insertCard(card: SimCard | undefined): void {
    this.memories.card = card;
    card?.powerCycle();
    this.sms.pump();
  }

  /** Restarts: settings are forgotten, messages stay, and the modem answers again after its boot lines. */
  reset(): void {
    if (this.#power === "unplugged") return;
    this.journal.record("reset");
    this.#losePower("booting");
    this.#boot();
  }

  /** Restarts a moment later, so that the answer to the command that asked for it still leaves. */
  restartSoon(): void {
    this.#schedule(millis(RESTART_MS), "simulated modem restarts", () => this.reset());
  }

  /** Pulls the modem off the bus; with `back`, it is plugged in again after that time. Idempotent. */
  unplug(back?: Millis): void {
    if (this.#power === "unplugged") return;
    this.#losePower("unplugged");
    this.journal.record("unplugged");
    const host = this.#host;
    this.#host = undefined;
    host?.onHangup();
    this.audio.hangup();
    this.events.emit("unplugged", undefined);
    if (back !== undefined) this.#schedule(back, "simulated modem comes back", () => this.plug());
  }

  /** Plugs the modem in again; it boots. Idempotent. */
  plug(): void {
    if (this.#power !== "unplugged") return;
    this.journal.record("plugged");
    this.#boot();
    this.events.emit("plugged", undefined);
  }

  /** Ends all timers, so that nothing happens any more. */
  stop(): void {
    this.#losePower("unplugged");
    this.#host = undefined;
  }

  #losePower(power: PowerState): void {
    this.#transmitter.cut();
    this.calls.cut();
    this.audio.switch(this.#twin.soundOff !== true);
    this.#power = power;
    this.#engine.reset();
    this.settings = this.powerOnSettings();
    this.sms.powerLost();
    this.radio.power(false);
    this.#cancelTimer?.();
    this.card?.powerCycle();
  }

  #boot(): void {
    this.#power = "booting";
    this.faults.afterReset();
    this.#schedule(millis(BOOT_MS), "simulated modem boots", () => {
      this.#power = "on";
      this.journal.record("booted");
      for (const behaviour of this.behaviours) for (const line of behaviour.bootLines?.(this) ?? []) this.urc(line);
      this.radio.power(true);
    });
  }

  /** One power event is due at most: a new one takes the place of the last. */
  #schedule(delay: Millis, name: string, task: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.clock.after(delay, name, task);
  }

  #afterRegistration(): void {
    for (const line of registrationLines(this)) this.urc(line);
    this.sms.pump();
  }
}
