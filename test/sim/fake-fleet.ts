// What an owner does with slots, over a fake box: a PIN that is wrong until it is 1234, a menu by USSD, a terminal that refuses like the
// real one, and a window in which a modem joins. For work on the pages, and for screenshots.

import { REFUSALS, refusedReason } from "../../src/at/index.ts";
import { AppError, type Clock, millis, unixMs } from "../../src/base/index.ts";
import { type FleetConsole, type UssdConsole, ussdError } from "../../src/core/index.ts";
import type { AtReplyView, JoinView, LineView, ProblemBody, SlotView } from "../../src/protocol/index.ts";
import type { FakeBoxConsole } from "./fake-box-console.ts";

const RIGHT_PIN = "1234";
const FOUND = [
  { usb: "1-1.4", usb_id: "2c7c:0125", name: "Quectel EC2x" },
  { usb: "1-1.2", usb_id: "0403:6001", name: null },
];

const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  "AT+CSQ": ["+CSQ: 21,99"],
  ATI: ["Quectel", "EC25", "Revision: EC25EFAR06A08M4G"],
};

const wrongPin = (left: number): ProblemBody =>
  left === 0
    ? { code: "sim.puk_required", message: "the SIM is blocked and asks for its PUK" }
    : { code: "sim.pin_wrong", message: "the PIN of this SIM was wrong", context: { attempts_left: left } };

export class FakeFleet implements FleetConsole, UssdConsole {
  /** What was asked for, in words. */
  readonly calls: string[] = [];
  readonly #box: FakeBoxConsole;
  readonly #clock: Clock;
  #closesAt: number | null = null;
  #found: JoinView["found"] = FOUND;

  constructor(deps: { readonly box: FakeBoxConsole; readonly clock: Clock }) {
    this.#box = deps.box;
    this.#clock = deps.clock;
  }

  async recover(id: string, rung: "at" | "cfun" | "usb_reset" | "power"): Promise<SlotView> {
    this.calls.push(`recover ${id} ${rung}`);
    const { recovery } = this.#slot(id);
    if (!recovery.rungs.includes(rung)) throw new AppError("slot.no_means", `slot ${id} has no means for ${rung}`);
    this.#box.record({ level: "info", code: "slot.recover_asked", slot: id, details: { rung } });
    return this.#slot(id);
  }

  async enterPin(id: string, pin: string, confirm: boolean): Promise<SlotView> {
    this.calls.push(`pin ${id} ${confirm}`);
    const left = Number(this.#slot(id).problem?.context?.attempts_left ?? 0);
    if (left === 1 && !confirm) throw new AppError("sim.last_attempt", "this is the last try");
    const patch: Partial<SlotView> =
      pin === RIGHT_PIN
        ? { state: "ready", step: "ready", problem: null, signal_dbm: -77, since: this.#clock.now() }
        : { problem: wrongPin(left - 1) };
    this.#box.record({ level: "info", code: "slot.pin_entered", slot: id });
    this.#box.setSlot(id, patch);
    return this.#slot(id);
  }

  async at(id: string, command: string): Promise<AtReplyView> {
    const refused = refusedReason(command);
    if (refused !== null) throw new AppError(refused, "not sent", { hint: REFUSALS[refused] });
    this.#box.record({ level: "info", code: "slot.at_command", slot: id, details: { command } });
    const lines = ANSWERS[command.toUpperCase()];
    return lines === undefined
      ? { lines: [], ok: false, result: "operation_not_supported" }
      : { lines: [...lines], ok: true, result: "OK" };
  }

  async permitJoin(seconds: number): Promise<JoinView> {
    this.#closesAt = seconds === 0 ? null : this.#clock.now() + seconds * 1000;
    const code = seconds === 0 ? "join.closed" : "join.open";
    this.#box.record({ level: "info", code, details: { seconds } });
    if (seconds > 0) this.#clock.after(millis(1500), "fake join", () => this.#takeIn());
    return this.join();
  }

  async join(): Promise<JoinView> {
    const open = this.#closesAt !== null && this.#closesAt > this.#clock.now();
    return { open, closes_at: open ? this.#closesAt : null, found: this.#found };
  }

  async remove(id: string): Promise<void> {
    this.#slot(id);
    this.#box.removeSlot(id);
  }

  async addLine(line: { readonly id: string; readonly number: string; readonly slot: string }): Promise<LineView> {
    const view: LineView = {
      ...line,
      ...{ listing_id: "00".repeat(8), state: "free", rests_until: null, denied: 0 },
    };
    this.#box.addLine(view);
    this.#box.setSlot(line.slot, { line: { id: line.id, number: line.number, rented: false } });
    return view;
  }

  async adoptSim(line: string, slot: string): Promise<LineView> {
    const view = (await this.#box.lines()).find(({ id }) => id === line);
    if (view === undefined) throw new AppError("rental.unknown_line", "no such line");
    this.#box.setSlot(slot, { line: { id: line, number: view.number, rented: view.state === "rented" } });
    return view;
  }

  async ask(_slot: string, code: string) {
    if (code === "*9#") throw ussdError("unknown_code");
    return { text: "Welcome to Test Mobile\n1 Balance\n2 My number\n0 End", more: true };
  }

  async reply(_slot: string, text: string) {
    return { text: text === "1" ? "Balance: 7.20 USD, valid until 31.12." : "Good bye.", more: false };
  }

  cancel(slot: string): void {
    this.calls.push(`ussd end ${slot}`);
  }

  notice() {
    return { text: "Your balance is 7.20 USD", at: unixMs(this.#clock.now() - 600_000) };
  }

  #slot(id: string): SlotView {
    const slot = this.#box.slots().find((each) => each.id === id);
    if (slot === undefined) throw new AppError("slot.unknown", "no such slot");
    return slot;
  }

  /** The first modem that was found becomes a slot. */
  #takeIn(): void {
    const [device] = this.#found;
    if (this.#closesAt === null || device === undefined || device.name === null) return;
    this.#found = this.#found.slice(1);
    const id = `usb-${device.usb}`;
    this.#box.record({ level: "info", code: "slot.joined", slot: id, details: { usb: device.usb } });
    const [like] = this.#box.slots();
    if (like === undefined) return;
    this.#box.addSlot({ ...like, id, line: null, received: 0, last_sms_at: null, balance: null, warnings: [] });
  }
}
