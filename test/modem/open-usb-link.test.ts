import { describe, expect, it } from "vitest";
import { AppError, seconds } from "../../src/base/index.ts";
import type { TtyInterface } from "../../src/core/index.ts";
import type { OpenLink } from "../../src/modem/index.ts";
import { openUsbLink } from "../../src/modem/open-usb-link.ts";
import { codeOf } from "../contract/box-store.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { ScriptLink } from "./script-link.ts";

const never = new AbortController().signal;

/** A device at 1-1.4 whose interfaces answer AT or not. */
class Bus {
  readonly clock = new VirtualClock();
  readonly opened: string[] = [];
  readonly links = new Map<string, ScriptLink>();
  readonly open: OpenLink;

  constructor(usbId: string, answers: Readonly<Record<number, "ok" | "mute" | "busy" | "noise">>) {
    const list = Object.keys(answers).map((number): TtyInterface => {
      return { tty: `/dev/ttyUSB${7 - Number(number)}`, usbPath: "1-1.4", interface: Number(number), usbId };
    });
    const openSerial: OpenLink = async (port) => {
      this.opened.push(port);
      const how = answers[7 - Number(port.at(-1))];
      if (how === "busy") throw new AppError("modem.cannot_open", "in use", { retryable: true });
      const link = new ScriptLink();
      this.links.set(port, link);
      if (how === "ok") link.answer = () => "AT||OK|";
      if (how === "noise") link.answer = () => "$GPGGA,,,,,,0,,,,,,,,*66|";
      return link;
    };
    this.open = openUsbLink({ ttys: { list: async () => list }, clock: this.clock, openSerial });
  }

  async port(text = "usb:1-1.4"): Promise<string> {
    const link = await this.clock.settle(this.open(text, never), seconds(10));
    return [...this.links].find(([, each]) => each === link)?.[0] ?? "none";
  }
}

describe("a modem by its place in the USB tree", () => {
  it("is opened at the AT interface of its vendor's layout, and nothing is written to the others", async () => {
    const bus = new Bus("2c7c:0125", { 0: "mute", 1: "noise", 2: "ok", 3: "ok" });
    expect(await bus.port()).toBe("/dev/ttyUSB5");
    expect(bus.opened).toEqual(["/dev/ttyUSB5"]);
  });

  it("is opened at the interface for the sound of calls where its layout has one, and nothing is asked there", async () => {
    const bus = new Bus("2c7c:0125", { 0: "mute", 1: "noise", 2: "ok", 3: "ok" });
    expect(await bus.port("usb:1-1.4:audio")).toBe("/dev/ttyUSB6");
    expect(bus.links.get("/dev/ttyUSB6")?.written).toEqual([]);
    const without = new Bus("2c7c:6001", { 2: "mute", 3: "ok" });
    expect(await codeOf(without.open("usb:1-1.4:audio", never))).toBe("modem.no_such_port");
  });

  it("whose interfaces are swapped is found where it answers, and the mute one is closed again", async () => {
    const bus = new Bus("2c7c:0125", { 2: "mute", 3: "ok" });
    expect(await bus.port()).toBe("/dev/ttyUSB4");
    expect(bus.links.get("/dev/ttyUSB5")?.closed).toBe(true);
  });

  it("that nobody knows is asked at each interface, and one that another program holds is passed over", async () => {
    const bus = new Bus("dead:beef", { 0: "busy", 1: "noise", 2: "ok" });
    expect(await bus.port()).toBe("/dev/ttyUSB5");
  });

  it("that answers nowhere is opened all the same: the recovery ladder needs a port", async () => {
    const bus = new Bus("2c7c:0125", { 2: "mute", 3: "mute" });
    expect(await bus.port()).toBe("/dev/ttyUSB5");
    expect(bus.opened).toEqual(["/dev/ttyUSB5", "/dev/ttyUSB4", "/dev/ttyUSB5"]);
  });

  it("is opened at the interface that the owner has named", async () => {
    const bus = new Bus("2c7c:0125", { 0: "mute", 2: "ok", 3: "ok" });
    expect(await bus.port("usb:1-1.4:3")).toBe("/dev/ttyUSB4");
  });

  it.each([
    ["usb:1-1.5", "modem.no_such_port"],
    ["usb:1-1.4:9", "modem.no_such_port"],
    ["usb:ttyUSB2", "modem.bad_port"],
  ])("%s is refused with %s", async (port, code) => {
    expect(await codeOf(new Bus("2c7c:0125", { 2: "ok" }).open(port, never))).toBe(code);
  });
});

it("an opening that is given up while the modem is asked leaves no port open behind it", async () => {
  const bus = new Bus("2c7c:0125", { 2: "mute", 3: "mute" });
  const stop = new AbortController();
  const opening = bus.open("usb:1-1.4", stop.signal).catch((error: unknown) => error);
  await bus.clock.flush();
  stop.abort();
  expect(await bus.clock.settle(opening, seconds(5))).toMatchObject({ code: "base.stopped" });
  expect([...bus.links.values()].map((link) => link.closed)).toEqual([true]);
});
