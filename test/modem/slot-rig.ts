// A slot on a virtual clock: a runner, a simulated modem behind its port, an intake in memory. The modem's journal is watched all the
// time, so that a test can prove that nothing was deleted from the SIM before it was durable.

import { expect } from "vitest";
import { type LineId, lineId, type Millis, millis, Secret, seconds, slotId, toHex } from "../../src/base/index.ts";
import {
  EventLog,
  type NetworkTimeSink,
  noHardware,
  type SimKeeper,
  SimVault,
  type SlotHardware,
  type SlotStatus,
} from "../../src/core/index.ts";
import { type ByteLink, type OpenLink, type SlotOptions, SlotRunner } from "../../src/modem/index.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import {
  type Behaviour,
  type FaultInput,
  type JournalEntry,
  type MessageStatus,
  openAudioLink,
  openLink,
  SimModem,
  type SimModemOptions,
} from "../sim/modem/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { CapturingLog } from "./capturing-log.ts";
import { FakeIntake } from "./fake-intake.ts";

export interface SlotRigOptions {
  readonly slot?: number;
  readonly seed?: string;
  readonly clock?: VirtualClock;
  readonly intake?: FakeIntake;
  readonly modem?: Partial<Omit<SimModemOptions, "clock" | "slot">>;
  /** Other ways to open the port than to the simulated modem. */
  readonly openLink?: (rig: SlotRig) => OpenLink;
  readonly lineFor?: (iccid: string | null) => LineId | null;
  readonly sweepEvery?: Millis;
  readonly sims?: SimKeeper;
  readonly hardware?: SlotHardware;
  readonly roaming?: "allow" | "refuse";
  readonly networkTime?: NetworkTimeSink;
  /** Without it the slot has no calls. */
  readonly voice?: NonNullable<SlotOptions["voice"]>;
}

export const LINE = lineId("line-1");

export class SlotRig {
  readonly clock: VirtualClock;
  readonly intake: FakeIntake;
  readonly modem: SimModem;
  readonly log = new CapturingLog();
  /** What the box keeps of SIMs, in memory. */
  readonly vault: SimVault;
  readonly events: EventLog;
  readonly runner: SlotRunner;
  /** What the slot wrote, one command each. */
  readonly commands: string[] = [];
  /** When each opening was tried, in virtual milliseconds. */
  readonly openings: number[] = [];
  openLinks = 0;
  changes = 0;
  /** PDUs in upper-case hex that the modem took in, by id and part. */
  readonly #arrived = new Map<string, string>();
  readonly #tooEarly: JournalEntry[] = [];

  constructor(options: SlotRigOptions = {}) {
    const { slot = 1, seed = "slot", lineFor = () => LINE, sweepEvery = seconds(30) } = options;
    this.clock = options.clock ?? new VirtualClock();
    this.intake = options.intake ?? new FakeIntake();
    this.modem = new SimModem({ slot, seed, log: this.log, ...options.modem, clock: this.clock });
    this.modem.journal.watch((entry) => this.#onJournal(entry));
    this.events = new EventLog(this.clock, this.log);
    this.vault = new SimVault({
      store: new MemorySettings(),
      random: new SeededRandom(`${seed}/vault`),
      log: this.log,
      key: new Secret(new Uint8Array(32).fill(7)),
    });
    this.runner = new SlotRunner(
      {
        id: slotId(`slot-${slot}`),
        port: `sim://slot/${slot}`,
        sweepEvery,
        ...(options.voice === undefined ? {} : { voice: options.voice }),
      },
      {
        openLink: this.#counted(options.openLink?.(this) ?? (async () => this.link())),
        intake: this.intake,
        clock: this.clock,
        random: new SeededRandom(seed),
        log: this.log,
        events: this.events,
        now: () => this.clock.now(),
        lineFor: (_, { iccid }) => lineFor(iccid),
        sims: options.sims ?? this.vault,
        hardware: options.hardware ?? noHardware,
        roaming: options.roaming ?? "allow",
        ...(options.networkTime === undefined ? {} : { networkTime: options.networkTime }),
        onChange: () => {
          this.changes++;
        },
      },
    );
  }

  get status(): SlotStatus {
    return this.runner.status();
  }

  /** Codes of the slot's events, oldest first. */
  get codes(): readonly string[] {
    return this.events.list({ after: 0, limit: 500 }).map(({ code }) => code);
  }

  /** The simulated modem's line, with what the slot writes on record. Throws `modem.unplugged`. */
  link(): ByteLink {
    const link = this.#tracked(openLink(this.modem));
    return {
      ...link,
      write: (bytes) => {
        this.commands.push(Buffer.from(bytes).toString("latin1").replaceAll("\r", "").replaceAll("\x1b", ""));
        return link.write(bytes);
      },
    };
  }

  fault(...faults: readonly FaultInput[]): void {
    for (const fault of faults) this.modem.faults.add(fault);
  }

  /** Hands messages to the network for this modem. */
  send(...bodies: readonly string[]): void {
    for (const body of bodies) this.modem.sendSms({ from: "+15550111", body });
  }

  /** A PDU as the network would bring it. */
  pdu(body: string): Uint8Array {
    return this.modem.factory.make({ from: "+15550111", body })[0]?.pdu ?? new Uint8Array();
  }

  /** Puts a message into a storage behind the modem's back: nothing announces it. */
  place(memory: "SM" | "ME", body: string, status: MessageStatus = 0): void {
    const store = memory === "ME" ? this.modem.memories.modemStore : this.modem.card?.store;
    const id = `placed-${this.#arrived.size}`;
    const pdu = this.pdu(body);
    store?.add({ id, part: 1, pdu, status });
    if (status < 2) this.#arrived.set(`${id}/1`, toHex(pdu).toUpperCase());
  }

  /** Starts the slot and waits until it is ready. */
  async start(): Promise<void> {
    this.runner.start();
    await this.ready();
  }

  /** Waits until the slot is ready, at most so long. */
  async ready(limit: Millis = seconds(120)): Promise<void> {
    await this.until(() => this.status.state === "ready", limit);
  }

  /** Lets time pass until `met`; fails the test after `limit` of virtual time. */
  async until(met: () => boolean, limit: Millis = seconds(120)): Promise<void> {
    const end = this.clock.monotonic() + limit;
    await this.clock.flush();
    while (!met()) {
      if (this.clock.monotonic() >= end) {
        const { state, step, problem } = this.status;
        throw new Error(`not met within ${limit} ms: ${state} ${step} ${problem?.code ?? ""}; ${this.codes.join(" ")}`);
      }
      await this.clock.advance(millis(100));
    }
  }

  async pass(span: Millis): Promise<void> {
    await this.clock.advance(span);
  }

  /** Ends the slot and proves that it leaves nothing behind. */
  async stop(): Promise<void> {
    await this.clock.settle(this.runner.stop(), seconds(5));
    expect(this.status.state).toBe("stopped");
    expect(this.openLinks).toBe(0);
    expect(this.clock.pending.filter((name) => !name.startsWith("simulated"))).toEqual([]);
    this.expectNothingLostEarly();
  }

  /** Every message that reached the modem is durable, once. */
  expectAllOnce(): void {
    const arrived = [...this.#arrived.values()].sort();
    expect(this.intake.taken.map(({ pdu }) => pdu).sort()).toEqual(arrived);
    this.expectNothingLostEarly();
  }

  expectNothingLostEarly(): void {
    expect(this.#tooEarly).toEqual([]);
  }

  #tracked(link: ByteLink): ByteLink {
    this.openLinks++;
    link.onClose(() => {
      this.openLinks--;
    });
    return link;
  }

  #counted(open: OpenLink): OpenLink {
    return async (port, signal) => {
      if (port.endsWith("/audio")) return this.#tracked(openAudioLink(this.modem));
      this.openings.push(this.clock.monotonic());
      return open(port, signal);
    };
  }

  #onJournal(entry: JournalEntry): void {
    const key = `${entry.id}/${entry.part}`;
    if (entry.event === "stored") {
      const name = entry.memory === "ME" || entry.memory === "MT" ? entry.memory : "SM";
      const message = this.modem.memories.get(name)?.get(entry.index ?? 0);
      if (message !== undefined) this.#arrived.set(key, toHex(message.pdu).toUpperCase());
    }
    if (entry.event === "deleted" && !this.intake.has(this.#arrived.get(key) ?? "none")) this.#tooEarly.push(entry);
  }
}

/** A slot that is ready, its start-up no longer on record. */
export async function readyRig(options: SlotRigOptions = {}): Promise<SlotRig> {
  const rig = new SlotRig(options);
  await rig.start();
  rig.commands.length = 0;
  return rig;
}

/** A modem that says OK to +CMGD and keeps the message. */
export const keepsDeleted: Behaviour = {
  name: "keeps what was deleted",
  onCommand: (_, command) => command.name === "+CMGD",
};
