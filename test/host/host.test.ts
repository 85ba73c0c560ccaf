import { existsSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppError, type Millis, millis, seconds, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { type PlacedPower, programRunner, slotHardware, UsbTtys, watchDevices } from "../../src/host/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { ec25, FakeMachine } from "./fake-machine.ts";

const never = new AbortController().signal;
const ttysOf = ({ sys, dev }: FakeMachine): UsbTtys => new UsbTtys({ sys, dev, log: silentLogger });

describe("ttys of USB devices", () => {
  it("are found with their place in the tree, their interface and their device, whatever they are called", async () => {
    const machine = new FakeMachine();
    machine.plug(ec25("1-1.10", 4));
    machine.plug(ec25("1-1.2", 0));
    machine.plug({ usbPath: "3-1", usbId: "1546:1102", ttys: { 10: "ttyACM0" } });
    const { dev } = machine;
    const found = await ttysOf(machine).list();
    expect(found.map(({ tty, usbPath, interface: number, usbId }) => [tty, usbPath, number, usbId])).toEqual([
      ...[0, 1, 2, 3].map((n) => [join(dev, `ttyUSB${n}`), "1-1.2", n, "2c7c:0125"]),
      ...[0, 1, 2, 3].map((n) => [join(dev, `ttyUSB${n + 4}`), "1-1.10", n, "2c7c:0125"]),
      [join(dev, "ttyACM0"), "3-1", 10, "1546:1102"],
    ]);
  });

  it("stay what they are when their names are given out anew", async () => {
    const machine = new FakeMachine();
    const [first, second] = [ec25("1-1.1", 0), ec25("1-1.2", 4)];
    machine.plug(first);
    machine.plug(second);
    machine.unplug(first);
    machine.unplug(second);
    machine.plug(ec25("1-1.2", 0));
    machine.plug(ec25("1-1.1", 4));
    const at = (await ttysOf(machine).list()).find((tty) => tty.usbPath === "1-1.2" && tty.interface === 2);
    expect(at?.tty).toBe(join(machine.dev, "ttyUSB2"));
  });

  it("are none where there is no sysfs, and one that is half gone is left out", async () => {
    expect(await new UsbTtys({ sys: "/nowhere", dev: "/dev", log: silentLogger }).list()).toEqual([]);
    const machine = new FakeMachine();
    machine.plug(ec25("1-1", 0));
    rmSync(join(machine.sys, "class/tty/ttyUSB2/device"));
    expect((await ttysOf(machine).list()).map(({ interface: number }) => number)).toEqual([0, 1, 3]);
  });
});

const power: PlacedPower = { kind: "uhubctl", location: "1-1", port: 4 };

interface Ran {
  readonly program: string;
  readonly args: readonly string[];
}

function hardwareOf(machine: FakeMachine, place: { usbPath: string | null; power: PlacedPower | null }, gpio = "2.1") {
  const clock = new VirtualClock();
  const ran: Ran[] = [];
  const hardware = slotHardware(place, {
    sys: machine.sys,
    clock,
    ttys: ttysOf(machine),
    run: async ({ program, args }) => {
      ran.push({ program, args });
      return args[0] === "--version" ? `gpioset (libgpiod) v${gpio}` : "";
    },
  });
  return { clock, ran, hardware };
}

describe("a reset over USB", () => {
  it("takes the device off the bus and back on", async () => {
    const machine = new FakeMachine();
    machine.plug(ec25("1-1.4", 0));
    const { hardware, clock } = hardwareOf(machine, { usbPath: "1-1.4", power: null });
    expect(hardware.rungs).toEqual(["usb_reset"]);
    const file = machine.authorized("1-1.4");
    const resetting = hardware.reset("usb_reset", never);
    while (readFileSync(file, "utf8") !== "0") await new Promise((resolve) => setImmediate(resolve));
    await clock.settle(resetting, seconds(5));
    expect(readFileSync(file, "utf8")).toBe("1");
  });

  it("that is broken off leaves the device on the bus", async () => {
    const machine = new FakeMachine();
    machine.plug(ec25("1-1.4", 0));
    const { hardware } = hardwareOf(machine, { usbPath: "1-1.4", power: null });
    const stop = new AbortController();
    const file = machine.authorized("1-1.4");
    const resetting = hardware.reset("usb_reset", stop.signal).catch((error: unknown) => error);
    while (readFileSync(file, "utf8") !== "0") await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await resetting;
    expect(readFileSync(file, "utf8")).toBe("1");
  });

  it("of a device that is not there is a coded error", async () => {
    const { hardware } = hardwareOf(new FakeMachine(), { usbPath: "1-1.4", power: null });
    expect(await codeOf(hardware.reset("usb_reset", never))).toBe("host.no_device");
  });
});

describe("power", () => {
  it("of a hub's port is cycled by uhubctl", async () => {
    const { hardware, ran } = hardwareOf(new FakeMachine(), { usbPath: "1-1.4", power });
    expect(hardware.rungs).toEqual(["usb_reset", "power"]);
    await hardware.reset("power", never);
    expect(ran).toEqual([{ program: "uhubctl", args: ["-l", "1-1", "-p", "4", "-a", "cycle", "-d", "3"] }]);
  });

  const key: PlacedPower = {
    kind: "gpio",
    chip: "pinctrl-rp1",
    line: "GPIO6",
    active: "high",
    pulse_ms: 2500,
    restart: { wait_ms: 4000, pulse_ms: 600 },
  };

  it.each([
    ["2.1", ["--consumer", "numberbox", "--chip", "pinctrl-rp1", "--toggle", "2500ms,0", "GPIO6=1"]],
    ["1.6.3", ["--mode=time", "--usec=2500000", "pinctrl-rp1", "GPIO6=1"]],
  ])("key is pressed twice by libgpiod %s, with the time between that the modem takes", async (version, first) => {
    const { hardware, ran, clock } = hardwareOf(new FakeMachine(), { usbPath: null, power: key }, version);
    await clock.settle(hardware.reset("power", never), seconds(10));
    expect(ran.map(({ args }) => args)).toEqual([["--version"], first, expect.any(Array)]);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(4000);
  });

  it("behind a serial relay is cut and given back, also when the box stops meanwhile", async () => {
    const relayed = new FakeMachine();
    relayed.plug({ usbPath: "1-2", usbId: "1a86:7523", ttys: { 0: "ttyUSB9" } });
    const relay: PlacedPower = { kind: "relay", protocol: "lcus", path: "1-2", channel: 3, pulse_ms: 3000 };
    const { hardware } = hardwareOf(relayed, { usbPath: null, power: relay });
    const stop = new AbortController();
    const tty = join(relayed.dev, "ttyUSB9");
    const cutting = hardware.reset("power", stop.signal).catch((error: unknown) => error);
    while (readFileSync(tty).length < 4) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await cutting;
    expect(readFileSync(tty).toString("hex")).toBe("a00301a4" + "a00300a3");
    relayed.unplug({ usbPath: "1-2", usbId: "1a86:7523", ttys: { 0: "ttyUSB9" } });
    expect(await codeOf(hardware.reset("power", never))).toBe("host.no_relay");
  });
});

describe("programs of the system", () => {
  const run = programRunner(systemClock);
  const program = (name: string, args: readonly string[], timeout: Millis = seconds(20)) =>
    run({ program: name, args, timeout, package: "somewhere" }, never);

  it("give back what they say, with arguments that no shell has seen", async () => {
    expect(await program("printf", ["%s", "$(id) ; *"])).toBe("$(id) ; *");
  });

  it("that are missing, fail or never end are coded errors", async () => {
    const missing = await program("no-such-program-here", []).catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(AppError);
    expect(missing).toMatchObject({
      code: "host.no_program",
      hint: expect.stringContaining("apt-get install somewhere"),
    });
    expect(await codeOf(program("sh", ["-c", "echo broken >&2; exit 3"]))).toBe("host.program_failed");
    expect(await codeOf(program("sleep", ["600"], millis(50)))).toBe("base.timeout");
  });
});

describe("the watch on devices", () => {
  it("tells once when a modem's ttys have come, and nothing of other files", async () => {
    const machine = new FakeMachine();
    const clock = new VirtualClock();
    let told = 0;
    const stop = watchDevices({ dev: machine.dev, clock, log: silentLogger }, () => {
      told++;
    });
    const seen = seenIn(machine.dev, "ttyUSB3");
    writeFileSync(join(machine.dev, "random"), "");
    machine.plug(ec25("1-1", 0));
    await seen;
    await clock.advance(seconds(1));
    expect(told).toBe(1);
    stop();
    expect(clock.pending).toEqual([]);
  });

  it("that cannot be kept is done without", () => {
    const stop = watchDevices({ dev: "/no/such/folder", clock: new VirtualClock(), log: silentLogger }, () => {});
    expect(() => stop()).not.toThrow();
    expect(existsSync("/no/such/folder")).toBe(false);
  });
});

/** Resolves when the system has told of the file, so that everybody who watches the folder has heard. */
function seenIn(folder: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, (_event, file) => {
      if (file !== name) return;
      watcher.close();
      setImmediate(resolve);
    });
  });
}
