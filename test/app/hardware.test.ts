import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type BoxHandle, startBox } from "../../src/app/index.ts";
import { slotId } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { ec25, FakeMachine } from "../host/fake-machine.ts";
import { type SimBoardHandle, startSimBoard } from "../sim/modem/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { parts } from "./box-rig.ts";

/** Simulated modems behind ptys that look like ttys of USB devices. */
async function newBoard(slots: number): Promise<SimBoardHandle> {
  const dir = join(tempFolder(), "ptys");
  const board = await startSimBoard({
    slots,
    listen: "pty",
    dir,
    seed: "usb",
    clock: systemClock,
    log: new RecordingLogger(),
  });
  onTestFinished(() => board.stop());
  return board;
}

interface Setup {
  readonly machine: FakeMachine;
  readonly folder: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

async function openBox({ machine, folder, more = {} }: Setup): Promise<BoxHandle> {
  const text = { relay: { url: "http://127.0.0.1:9" }, web: { listen: "127.0.0.1:0" }, ...more };
  const config = parseBoxConfig(JSON.stringify(text), "the test's configuration");
  const box = await startBox({
    ...parts,
    config,
    dataFolder: folder,
    log: new RecordingLogger(),
    pages: folder,
    machine,
  });
  onTestFinished(() => box.stop());
  return box;
}

const codes = (box: BoxHandle): readonly string[] =>
  box.console.events({ after: 0, limit: 500 }).map(({ code }) => code);

/** Looks until it is so; the test's own limit ends the looking. */
async function until(met: () => boolean): Promise<void> {
  while (!met()) await systemClock.sleep(20 as Parameters<typeof systemClock.sleep>[0], "the test looks again");
}

const isReady = (box: BoxHandle, id: string): boolean =>
  box.slots().some((slot) => slot.id === id && slot.state === "ready");

describe("a slot at a place in the USB tree", () => {
  it("is served whatever its ttys are called, comes back after a replug under other names, and its line stays with its SIM", async () => {
    const board = await newBoard(2);
    const machine = new FakeMachine();
    const [one = "", two = ""] = board.ports;
    machine.plug(ec25("1-1.1", 0), { 2: one });
    machine.plug(ec25("1-1.2", 4), { 2: two });
    const box = await openBox({
      machine,
      folder: tempFolder(),
      more: {
        slots: [1, 2].map((n) => ({ id: String(n), port: `usb:1-1.${n}` })),
        lines: [1, 2].map((n) => ({ id: `line-${n}`, number: `+1555010${n}`, slot: String(n) })),
      },
    });
    await until(() => isReady(box, "1") && isReady(box, "2"));
    const iccids = box.slots().map(({ iccid }) => iccid);
    for (const n of [1, 2]) {
      machine.unplug(ec25(`1-1.${n}`, 4 * (n - 1)));
      board.modem(n).unplug();
    }
    await until(() => box.slots().every(({ state }) => state === "down"));
    // Each modem in the other's place, and their names the other way round too.
    for (const n of [1, 2]) board.modem(n).plug();
    machine.plug(ec25("1-1.2", 0), { 2: one });
    machine.plug(ec25("1-1.1", 4), { 2: two });
    await until(() => isReady(box, "1") && isReady(box, "2"));
    expect(box.slots().map(({ iccid }) => iccid)).toEqual([...iccids].reverse());
    expect(box.slots().map(({ lineId }) => lineId)).toEqual(["line-2", "line-1"]);
    expect(codes(box)).toContain("line.moved");
  });
});

describe("permit join", () => {
  it("takes a new modem only while the window is open, keeps it over a restart, and lets go of it when told", async () => {
    const board = await newBoard(1);
    const machine = new FakeMachine();
    const folder = tempFolder();
    const box = await openBox({ machine, folder });
    machine.plug(ec25("1-1.3", 0), { 2: board.ports[0] ?? "" });
    // A serial adapter that is no modem.
    machine.plug({ usbPath: "1-1.4", usbId: "1a86:7523", ttys: { 0: "ttyUSB9" } });
    const closed = await box.fleet.join();
    expect(closed).toEqual({
      open: false,
      closes_at: null,
      found: [
        { usb: "1-1.3", usb_id: "2c7c:0125", name: expect.stringMatching(/Quectel/) },
        { usb: "1-1.4", usb_id: "1a86:7523", name: null },
      ],
    });
    expect(codes(box).filter((code) => code === "hardware.found")).toEqual(["hardware.found"]);
    expect(box.slots()).toEqual([]);

    expect((await box.fleet.permitJoin(60)).found.map(({ usb }) => usb)).toEqual(["1-1.4"]);
    await until(() => isReady(box, "usb-1-1.3"));
    const line = { id: "new" as never, number: "+15550100", slot: slotId("usb-1-1.3") };
    expect(await box.fleet.addLine(line)).toMatchObject({ id: "new", number: "+15550100", state: "free" });
    await until(() => box.slots()[0]?.lineId === "new");
    await box.stop();

    const again = await openBox({ machine, folder });
    await until(() => isReady(again, "usb-1-1.3"));
    expect(again.slots()[0]?.lineId).toBe("new");
    await again.fleet.remove(slotId("usb-1-1.3"));
    expect(again.slots()).toEqual([]);
    expect(await codeOf(again.fleet.remove(slotId("usb-1-1.3")))).toBe("slot.unknown");
  });

  it("takes what a rule names without asking", async () => {
    const board = await newBoard(1);
    const machine = new FakeMachine();
    machine.plug(ec25("1-1.3", 0), { 2: board.ports[0] ?? "" });
    const box = await openBox({ machine, folder: tempFolder(), more: { join: { rules: ["2c7c:*"] } } });
    await until(() => isReady(box, "usb-1-1.3"));
    expect(codes(box)).toContain("slot.joined");
  });
});
