// Boxes against a farm of modems that was written in Python from vendors' manuals and field reports, by somebody who had not read our
// simulator: dialects, faults, hot plug, hangs and SIMs that move, over ptys and TCP.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LineView, SlotView } from "../../src/protocol/index.ts";
import { Field } from "./field.ts";
import { type FarmModem, ForeignFarm } from "./foreign-farm.ts";
import { providerKeyOf } from "./provider-key.ts";

const python = spawnSync("python3", ["--version"], { stdio: "ignore" }).status === 0;
const MODEMS = [
  "ec25",
  "bg96",
  "sim800",
  "sim7600",
  "e173",
  "me909",
  "mc7455",
  "mf190",
  "le910",
  "sara",
  "phs8",
  "bare",
  "l610",
];
const TCP = ["sim7600", "me909", "mc7455"];
const PIN = "4711";

interface Recorded {
  readonly pdu: string;
  readonly kind: string;
  readonly expect: {
    readonly type?: string;
    readonly sender?: string;
    readonly text?: string;
    readonly concat?: unknown;
    readonly multipart?: boolean;
  };
}

const FILE = fileURLToPath(new URL("../../../shared/vectors/peers/dev-sms-pdu.json", import.meta.url));
/** Whole texts that arrive; the file's README says which of its members are disputed. */
const RECORDED = (existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as readonly Recorded[]) : []).filter(
  ({ kind, expect: told }) =>
    kind === "decode" &&
    told.type === "SMS-DELIVER" &&
    told.text !== undefined &&
    told.sender !== undefined &&
    told.concat === undefined &&
    told.multipart !== true,
);
/** The file compares texts so. */
const lines = (text: string): string => text.replaceAll(/\r\n?/g, "\n").replace(/\0+$/, "");

describe.skipIf(!python)(`a farm of foreign modems${python ? "" : " (skipped: needs python3)"}`, () => {
  let farm: ForeignFarm;
  let field: Field;
  /** Modems whose SMS are compared in order. */
  const compared = new Set(MODEMS);

  const numberOf = (name: string): string => `+49151${1_000_000 + MODEMS.indexOf(name)}`;
  const slots = async (): Promise<readonly SlotView[]> =>
    ((await field.api("slots")) as { slots: readonly SlotView[] }).slots;

  /** Looks until `good`, or `tries` looks were not enough: then the last look is what the test compares. */
  async function until(good: () => Promise<boolean>, tries = 240): Promise<boolean> {
    for (let look = 0; look < tries; look++) {
      if (await good()) return true;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return false;
  }

  const allReady = (): Promise<boolean> => until(async () => (await slots()).every(({ state }) => state === "ready"));

  async function drained(): Promise<readonly FarmModem[]> {
    await until(async () => (await farm.ask({ do: "state" })).every(({ waiting, stored }) => waiting + stored === 0));
    await until(async () => ((await field.api("overview")) as { outbox: { depth: number } }).outbox.depth === 0);
    return await farm.ask({ do: "state" });
  }

  /** What each SIM's network gave out and what the renter has of its number, in the order of the network. */
  async function expectEachOnce(lineOf: (name: string) => string = (name) => name): Promise<void> {
    const modems = await drained();
    const inbox = (await field.inbox()).filter(({ type }) => type === "sms");
    for (const { name, given } of modems.filter((modem) => compared.has(modem.name))) {
      const got = inbox
        .filter(({ to }) => to === numberOf(lineOf(name)))
        .map(({ from, body }) => ({ from, text: body }));
      expect(got, name).toEqual(given);
    }
  }

  beforeAll(async () => {
    const dir = join(tmpdir(), `foreign-farm-${process.pid}`);
    farm = await ForeignFarm.start({ dir, modems: MODEMS, tcp: TCP, unplugged: true });
    field = await Field.open({
      slots: 1,
      seed: "foreign",
      others: {
        slots: farm.modems.map(({ name, port }) => ({ id: name, port })),
        lines: farm.modems.map(({ name }) => ({ id: `l-${name}`, number: numberOf(name), slot: name })),
      },
    });
    await field.startBox();
    await field.startRelay(await providerKeyOf(field.boxData));
    await field.rentAll();
    await farm.ask({ do: "plug" });
  });

  afterAll(async () => {
    await field.close();
    field.remove();
    await farm.stop();
  });

  it("comes into service, each modem with its own words, and shows what each says of itself", async () => {
    const locked = async (): Promise<boolean> =>
      (await slots()).some(({ id, problem }) => id === "le910" && problem?.code === "sim.pin_required");
    expect(await until(locked)).toBe(true);
    await field.api("slots/le910/sim/pin", { method: "POST", body: JSON.stringify({ pin: PIN }) });
    expect(await allReady()).toBe(true);
    const views = new Map((await slots()).map((view) => [view.id, view]));
    for (const { name, truth } of await farm.ask({ do: "state" })) {
      const { mcc_mnc, technology, firmware, memories, ...plain } = truth;
      const view = views.get(name);
      expect(view, name).toMatchObject({ ...plain, line: { id: `l-${name}` }, recovery: { rung: null } });
      expect(mcc_mnc, name).toContain(view?.mcc_mnc);
      expect(technology, name).toContain(view?.technology);
      expect(firmware, name).toContain(view?.firmware);
      expect(
        Object.values(memories).map(([, total]) => total),
        name,
      ).toContain(view?.sms_storage?.total);
    }
  });

  it("gives each SMS to the renter once and in order, whatever the modems do meanwhile", async () => {
    for (let round = 0; round < 14; round++) await farm.ask({ do: "rain" });
    await expectEachOnce();
    for (const { id, last_sms_at } of await slots()) if (MODEMS.includes(id)) expect(last_sms_at, id).not.toBeNull();
  });

  it("comes back when ports vanish and return, with SIMs that have changed places: each line goes with its SIM", async () => {
    for (const modem of ["ec25", "phs8", "mc7455"]) await farm.ask({ do: "unplug", modem });
    const gone = async (): Promise<boolean> => (await slots()).filter(({ state }) => state === "down").length === 3;
    expect(await until(gone)).toBe(true);
    await farm.ask({ do: "swap", modem: "ec25", with: "phs8" });
    for (const modem of ["ec25", "phs8", "mc7455"]) await farm.ask({ do: "rain", modem });
    for (const modem of ["ec25", "phs8", "mc7455"]) await farm.ask({ do: "plug", modem });
    expect(await allReady()).toBe(true);
    const other: Readonly<Record<string, string>> = { ec25: "phs8", phs8: "ec25" };
    const { lines } = (await field.api("lines")) as { lines: readonly LineView[] };
    for (const { id, slot } of lines) {
      const name = id.slice("l-".length);
      if (MODEMS.includes(name)) expect(slot, id).toBe(other[name] ?? name);
    }
    await expectEachOnce((name) => other[name] ?? name);
  });

  it.skipIf(RECORDED.length === 0)("delivers the PDUs of other projects' tests, each as what it says", async () => {
    for (const { pdu, expect: told } of RECORDED)
      await farm.ask({ do: "sms", modem: "l610", pdu, from: told.sender, text: told.text });
    const given = (await drained()).find(({ name }) => name === "l610")?.given.slice(-RECORDED.length) ?? [];
    const inbox = (await field.inbox()).filter(({ type, to }) => type === "sms" && to === numberOf("l610"));
    const got = inbox.slice(-RECORDED.length).map(({ from, body }) => `${from} ${lines(body)}`);
    expect(got.sort()).toEqual(given.map(({ from, text }) => `${from} ${lines(text)}`).sort());
    // They are older than what the farm made up, and so not in the order of its list.
    compared.delete("l610");
  });

  it("loses and doubles nothing when the box is killed while it reads", async () => {
    await farm.ask({ do: "rain", count: 3 });
    await field.killBox();
    await farm.ask({ do: "rain" });
    await field.startBox();
    const other: Readonly<Record<string, string>> = { ec25: "phs8", phs8: "ec25" };
    await expectEachOnce((name) => other[name] ?? name);
  });
});
