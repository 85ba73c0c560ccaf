// An account on a virtual clock: a driver, a simulated message centre at the other end, an intake in memory.

import { expect } from "vitest";
import { AppError, e164, lineId, type Millis, millis, Secret, seconds, slotId } from "../../src/base/index.ts";
import { EventLog, type SlotStatus } from "../../src/core/index.ts";
import type { OpenGateway } from "../../src/smpp/gateway-link.ts";
import { type GatewayLine, SmppSlot, type SmppSlotOptions } from "../../src/smpp/index.ts";
import { decodePdu } from "../../src/sms/index.ts";
import { CapturingLog } from "../modem/capturing-log.ts";
import { FakeIntake } from "../modem/fake-intake.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { memoryGateway, SimSmsc, type SimSmscOptions } from "../sim/smsc/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

export const LINE: GatewayLine = { id: lineId("line-1"), number: e164("+12025550101") };

export interface SmppRigOptions {
  readonly smsc?: Partial<Omit<SimSmscOptions, "clock">>;
  readonly slot?: Partial<SmppSlotOptions>;
  readonly lines?: readonly GatewayLine[];
  readonly password?: () => Promise<Secret<string>>;
  readonly openGateway?: (smsc: SimSmsc) => OpenGateway;
}

export class SmppRig {
  readonly clock = new VirtualClock();
  readonly intake = new FakeIntake();
  readonly log = new CapturingLog();
  readonly events = new EventLog(this.clock, this.log);
  readonly smsc: SimSmsc;
  readonly slot: SmppSlot;
  /** When each connection was tried, in virtual milliseconds. */
  readonly openings: number[] = [];
  lines: readonly GatewayLine[];

  constructor(options: SmppRigOptions = {}) {
    this.smsc = new SimSmsc({ clock: this.clock, ...options.smsc });
    this.lines = options.lines ?? [LINE];
    const open = options.openGateway?.(this.smsc) ?? memoryGateway(this.smsc);
    const account = { id: slotId("rack"), url: "smpp://127.0.0.1:2775", systemId: "numberbox", systemType: "" };
    this.slot = new SmppSlot(
      { ...account, bind: "auto", alphabet: "gsm7", ...options.slot },
      {
        openGateway: (url, signal) => {
          this.openings.push(this.clock.monotonic());
          return open(url, signal);
        },
        password: options.password ?? (async () => new Secret("hush")),
        intake: this.intake,
        clock: this.clock,
        random: new SeededRandom("smpp"),
        log: this.log,
        events: this.events,
        now: () => this.clock.now(),
        linesOf: () => this.lines,
        onChange: () => {},
      },
    );
  }

  get status(): SlotStatus {
    return this.slot.status();
  }

  /** Codes of the slot's events with their reasons, oldest first. */
  get codes(): readonly string[] {
    return this.events
      .list({ after: 0, limit: 500 })
      .map(({ code, details }) => (details.reason === undefined ? code : `${code} ${String(details.reason)}`));
  }

  /** Bodies of what the intake has, in the order of arrival. */
  get bodies(): readonly string[] {
    return this.intake.taken.map(({ pdu }) => {
      const result = decodePdu(pdu);
      return result.ok ? (result.pdu.body ?? "") : result.error.code;
    });
  }

  async start(): Promise<void> {
    this.slot.start();
    await this.until(() => this.status.state === "ready");
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
      await this.clock.advance(millis(50));
    }
  }

  /** Waits until the message centre has nothing left. */
  async drained(limit: Millis = seconds(300)): Promise<void> {
    await this.until(() => this.smsc.idle, limit);
  }

  /** Ends the slot and proves that it leaves nothing behind. */
  async stop(): Promise<void> {
    await this.clock.settle(this.slot.stop(), seconds(3));
    expect(this.status.state).toBe("stopped");
    expect(this.clock.pending.filter((name) => !name.startsWith("smsc"))).toEqual([]);
  }
}

export const noPassword = (): Promise<never> =>
  Promise.reject(new AppError("smpp.no_password", "the file cannot be read", { hint: "Write it." }));
