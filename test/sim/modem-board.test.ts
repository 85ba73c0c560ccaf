import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { millis, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import type { CliIo } from "../../src/bin/cli-io.ts";
import {
  runSimulateModems,
  SimBoard,
  type SimBoardHandle,
  type StartOptions,
  simLinkOpener,
  startSimBoard,
} from "./modem/index.ts";
import { splitLines } from "./modem-rig.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: Partial<StartOptions> = {}): Promise<SimBoardHandle> {
  const base = { slots: 2, listen: "tcp", seed: "board", clock: new VirtualClock(), log: silentLogger } as const;
  const handle = await startSimBoard({ ...base, ...options });
  cleanups.push(() => handle.stop());
  return handle;
}

function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "numberbox-test-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

interface Host {
  readonly socket: Socket;
  /** Resolves with all bytes so far as soon as they end with `end`. */
  until(end: string): Promise<string>;
  readonly closed: Promise<void>;
}

function dial(port: string | undefined): Host {
  const url = new URL(port ?? "");
  const socket = connect(Number(url.port), url.hostname);
  let text = "";
  let check = (): void => {};
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
    check();
  });
  socket.on("error", () => {});
  cleanups.push(() => void socket.destroy());
  return {
    socket,
    closed: new Promise((resolve) => socket.once("close", () => resolve())),
    until: (end) =>
      new Promise((resolve) => {
        check = () => {
          if (text.endsWith(end)) resolve(text);
        };
        check();
      }),
  };
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

async function call(handle: SimBoardHandle, request: string, body?: unknown): Promise<Reply> {
  const [method = "", path = ""] = request.split(" ");
  const init =
    body === undefined ? { method } : { method, body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await fetch(`${handle.controlUrl}${path}`, init);
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}

function luhnHolds(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, char, i) => {
    const digit = Number(char) * (i % 2 === 0 ? 1 : 2);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
}

describe("a board", () => {
  const board = new SimBoard({
    slots: 32,
    seed: 1,
    clock: new VirtualClock(),
    log: silentLogger,
    numbers: ["+15550199001"],
  });

  it("gives each of 32 modems identities of its own, with check digits, in test ranges", () => {
    for (const modem of board.modems) {
      expect(modem.identity.imei).toMatch(/^00100100\d{7}$/);
      expect(modem.card?.identity.iccid).toMatch(/^89999\d{14}$/);
      expect(modem.card?.identity.imsi).toMatch(/^00101\d{10}$/);
      expect(luhnHolds(modem.identity.imei)).toBe(true);
      expect(luhnHolds(modem.card?.identity.iccid ?? "")).toBe(true);
    }
    const identities = board.modems.flatMap(({ identity, card }) => [
      identity.imei,
      card?.identity.iccid,
      card?.identity.imsi,
    ]);
    expect(new Set(identities).size).toBe(96);
  });

  it("takes the caller's numbers and makes up the others", () => {
    expect(board.modem(1).card?.identity.number).toBe("+15550199001");
    expect(board.modem(2).card?.identity.number).toBe("+15550100002");
  });

  it("knows no slot 0 and none above its size", () => {
    for (const slot of [0, 33]) {
      expect(() => board.modem(slot)).toThrowError(expect.objectContaining({ code: "sim.unknown_slot" }));
    }
  });

  it.each([0, 33, 1.5])("cannot have %s slots", (slots) => {
    const make = () => new SimBoard({ slots, seed: 1, clock: new VirtualClock(), log: silentLogger });
    expect(make).toThrowError(expect.objectContaining({ code: "sim.bad_slots" }));
  });
});

describe("modems over TCP", () => {
  it("offers each slot on its own port", async () => {
    const handle = await start();
    for (const [place, port] of handle.ports.entries()) {
      const host = dial(port);
      host.socket.write("ATE0;+CNUM\r");
      expect(await host.until("OK\r\n")).toContain(`+1555010000${place + 1}`);
    }
  });

  it("takes a host back after it was cut off, and gives the line to the newest host", async () => {
    const handle = await start();
    const first = dial(handle.ports[0]);
    first.socket.write("ATE0\r");
    await first.until("OK\r\n");
    first.socket.resetAndDestroy();
    const second = dial(handle.ports[0]);
    second.socket.write("AT\r");
    expect(await second.until("OK\r\n")).toBe("\r\nOK\r\n");
    const third = dial(handle.ports[0]);
    await second.closed;
    third.socket.write("AT\r");
    expect(await third.until("OK\r\n")).toBe("\r\nOK\r\n");
  });

  it("hangs up when the modem is unplugged, and on whoever connects meanwhile", async () => {
    const clock = new VirtualClock();
    const handle = await start({ clock });
    const host = dial(handle.ports[0]);
    host.socket.write("AT\r");
    await host.until("OK\r\n");
    handle.modem(1).unplug();
    await host.closed;
    await dial(handle.ports[0]).closed;
    handle.modem(1).plug();
    await clock.advance(millis(2_000));
    const again = dial(handle.ports[0]);
    again.socket.write("AT\r");
    expect(await again.until("OK\r\n")).toContain("OK");
  });

  it("delivers what a modem said right before it left the bus", async () => {
    const handle = await start();
    const host = dial(handle.ports[0]);
    host.socket.write("ATE0\r");
    await host.until("OK\r\n");
    handle.modem(1).urc("+LAST: 1");
    handle.modem(1).unplug();
    await host.closed;
    expect(await host.until("+LAST: 1\r\n")).toContain("+LAST: 1");
  });

  it("says which port it cannot have, and leaves nothing running", async () => {
    const handle = await start({ slots: 1 });
    const taken = Number(new URL(handle.ports[0] ?? "").port);
    await expect(start({ slots: 1, basePort: taken })).rejects.toMatchObject({ code: "sim.listen_failed" });
  });

  it("needs a folder for ptys", async () => {
    await expect(start({ listen: "pty" })).rejects.toMatchObject({ code: "sim.no_dir" });
  });
});

describe("the control port", () => {
  it("sends a text to a slot and answers with its id and parts", async () => {
    const handle = await start();
    const reply = await call(handle, "POST /slots/2/sms", { from: "+15550100", body: "x".repeat(200) });
    expect(reply).toMatchObject({ status: 202, body: { id: "sms-2-1", ids: ["sms-2-1"], parts: 2 } });
    expect(handle.modem(2).card?.store.used).toBe(2);
  });

  it("sends a text several times as messages that differ, and a PDU as true copies", async () => {
    const handle = await start();
    const text = await call(handle, "POST /slots/1/sms", { from: "Bank", body: "code", repeat: 3 });
    expect(text.body).toMatchObject({ ids: ["sms-1-1", "sms-1-2", "sms-1-3"], parts: 1 });
    const pdu = "0004048155550000621010000000000162";
    await call(handle, "POST /slots/1/sms", { pdu, repeat: 2 });
    const pdus =
      handle
        .modem(1)
        .card?.store.entries()
        .map(([, sms]) => Buffer.from(sms.pdu).toString("hex")) ?? [];
    expect(new Set(pdus.slice(0, 3)).size).toBe(3);
    expect(pdus.slice(3)).toEqual([pdu, pdu]);
  });

  it.each(["1", "slot1", "slot-01"])("knows slot 1 as %s", async (name) => {
    const handle = await start();
    expect((await call(handle, `POST /slots/${name}/sms`, { from: "1", body: "x" })).body.id).toBe("sms-1-1");
  });

  it("shows slots, journals and faults without ever showing a text or a sender", async () => {
    const handle = await start();
    await call(handle, "POST /slots/1/sms", { from: "+15559876543", body: "canary text" });
    const slots = await call(handle, "GET /slots");
    expect(slots.body.slots).toMatchObject([
      {
        slot: 1,
        number: "+15550100001",
        state: "on",
        attached: false,
        registration: "home",
        storage: { SM: { used: 1, total: 30 }, ME: { used: 0, total: 50 } },
        queued: 0,
        counters: { received: 1, stored: 1, deleted: 0 },
      },
      { slot: 2, storage: { SM: { used: 0 } } },
    ]);
    const journal = await call(handle, "GET /slots/1/journal?after=1");
    expect(journal.body.entries).toMatchObject([{ seq: 2, event: "stored", id: "sms-1-1", memory: "SM", index: 1 }]);
    expect(slots.text + journal.text).not.toMatch(/canary|9876543/);
  });

  it("gives a modem faults, lists them and takes them away", async () => {
    const handle = await start();
    expect(await call(handle, "POST /slots/1/faults", { kind: "full" })).toMatchObject({ status: 201 });
    await call(handle, "POST /slots/1/sms", { from: "1", body: "x" });
    const listed = await call(handle, "POST /slots/1/faults", { kind: "split", max: 2, times: 3 });
    expect(listed.body.faults).toEqual([{ kind: "full" }, { kind: "split", max: 2, ms: 0, probability: 1, times: 3 }]);
    expect((await call(handle, "GET /slots/1/faults")).body).toEqual(listed.body);
    expect(handle.modem(1).sms.queue).toHaveLength(1);
    expect((await call(handle, "DELETE /slots/1/faults")).body.faults).toEqual([]);
    expect(handle.modem(1).sms.queue).toEqual([]);
  });

  it("resets, unplugs and plugs a modem, and sets its signal and registration", async () => {
    const handle = await start();
    expect(await call(handle, "POST /slots/1/reset")).toMatchObject({ status: 202, body: { state: "booting" } });
    expect(await call(handle, "POST /slots/1/unplug")).toMatchObject({ status: 200, body: { state: "unplugged" } });
    expect(await call(handle, "POST /slots/1/plug")).toMatchObject({ status: 202, body: { state: "booting" } });
    const signal = await call(handle, "POST /slots/2/signal", { rssi: 5, registration: "roaming" });
    expect(signal).toMatchObject({ status: 200, body: { rssi: 5, registration: "roaming" } });
  });

  it.each([
    ["POST /slots/1/sms", { from: "+15550100" }, 400, "sim.bad_request"],
    ["POST /slots/1/sms", { from: "+15550100", body: "x", extra: 1 }, 400, "sim.bad_request"],
    ["POST /slots/1/sms", { from: "+15550100", body: "x", repeat: 0 }, 400, "sim.bad_request"],
    ["POST /slots/1/sms", { from: "a name that is far too long", body: "x" }, 400, "sim.bad_request"],
    ["POST /slots/1/sms", { from: "long alpha 12", body: "x" }, 400, "pdu.bad_address"],
    ["POST /slots/1/sms", { pdu: "0" }, 400, "sim.bad_request"],
    ["POST /slots/1/sms", { pdu: "zz" }, 400, "sim.bad_request"],
    ["POST /slots/1/sms", "not json", 400, "sim.bad_request"],
    ["POST /slots/1/sms", undefined, 400, "sim.bad_request"],
    ["POST /slots/1/sms", "x".repeat(300_000), 413, "sim.too_large"],
    ["POST /slots/3/sms", { from: "1", body: "x" }, 404, "sim.unknown_slot"],
    ["POST /slots/0/sms", { from: "1", body: "x" }, 404, "sim.unknown_slot"],
    ["POST /slots/one/sms", { from: "1", body: "x" }, 404, "sim.unknown_slot"],
    ["GET /slots/1/journal?after=x", undefined, 400, "sim.bad_request"],
    ["POST /slots/1/faults", { kind: "nosuch" }, 400, "sim.bad_request"],
    ["POST /slots/1/faults", { kind: "split", max: -1 }, 400, "sim.bad_request"],
    ["POST /slots/1/signal", { rssi: 32 }, 400, "sim.bad_request"],
    ["GET /slots/1/sms", undefined, 405, "sim.method"],
    ["POST /slots", {}, 405, "sim.method"],
    ["GET /slots/1/nosuch", undefined, 404, "sim.not_found"],
    ["GET /", undefined, 404, "sim.not_found"],
  ])("answers %s with %j by %i %s and a hint", async (request, body, status, code) => {
    const handle = await start();
    const reply = await call(handle, request, body);
    expect(reply).toMatchObject({ status, body: { code, message: expect.any(String), hint: expect.any(String) } });
    expect(handle.board.modems.every((modem) => modem.journal.entries().length === 0)).toBe(true);
  });
});

describe("`simulate modems`", () => {
  it("prints each slot's number and port, the control port and how to send an SMS, then ends with its signal", async () => {
    const out: string[] = [];
    const io: CliIo = {
      out: (text) => void out.push(text),
      err: () => {},
      readInput: async () => new Uint8Array(),
      env: {},
      clock: new VirtualClock(),
      random: new SeededRandom(1),
      log: silentLogger,
      signal: AbortSignal.abort(),
    };
    expect(await runSimulateModems({ slots: 2, listen: "tcp", json: false }, io)).toBe(0);
    const lines = out.join("").split("\n");
    expect(lines[0]).toMatch(/^slot 1 {2}\+15550100001 {2}tcp:\/\/127\.0\.0\.1:\d+$/);
    expect(lines[2]).toMatch(/^control http:\/\/127\.0\.0\.1:\d+ {2}\(seed [0-9a-f]{8}\)$/);
    expect(lines[4]).toMatch(/^ {2}curl .*\/slots\/1\/sms$/);
  });
});

describe("kept SIM contents", () => {
  it("come back at the next start: read and unread, the queue, and ids that do not repeat", async () => {
    const persistTo = join(temporaryFolder(), "sim.json");
    const first = await start({ slots: 1, listen: "inprocess", persistTo });
    await call(first, "POST /slots/1/sms", { from: "1", body: "x", repeat: 40 });
    const link = first.link(1);
    await link.write(Buffer.from("AT+CMGR=1;+CMGD=2\r"));
    await first.stop();

    const second = await start({ slots: 1, listen: "inprocess", persistTo });
    const modem = second.modem(1);
    expect(
      modem.card?.store
        .entries()
        .slice(0, 3)
        .map(([index, sms]) => [index, sms.id, sms.status]),
    ).toEqual([
      [1, "sms-1-1", 1],
      [2, "sms-1-31", 0],
      [3, "sms-1-3", 0],
    ]);
    expect(modem.sms.queue.map((sms) => sms.id)).toEqual(Array.from({ length: 9 }, (_, i) => `sms-1-${i + 32}`));
    expect(modem.card?.store.get(3)?.pdu).toEqual(first.modem(1).card?.store.get(3)?.pdu);
    expect((await call(second, "POST /slots/1/sms", { from: "1", body: "x" })).body.id).toBe("sms-1-41");
  });

  it("are on the disk before the control port answers", async () => {
    const persistTo = join(temporaryFolder(), "sim.json");
    const handle = await start({ slots: 1, listen: "inprocess", persistTo });
    await call(handle, "POST /slots/1/sms", { from: "1", body: "x" });
    expect(JSON.parse(readFileSync(persistTo, "utf8")).slots[0].card).toMatchObject([{ index: 1, id: "sms-1-1" }]);
  });

  it("stay out of a card with another number", async () => {
    const persistTo = join(temporaryFolder(), "sim.json");
    const first = await start({ slots: 1, listen: "inprocess", persistTo });
    await call(first, "POST /slots/1/sms", { from: "1", body: "x" });
    await first.stop();
    const second = await start({ slots: 1, listen: "inprocess", persistTo, numbers: ["+15550100777"] });
    expect(second.modem(1).card?.store.used).toBe(0);
  });

  it.each(["{", "{}", '{"v":2,"slots":[]}'])("are refused with a hint when the file holds %s", async (text) => {
    const persistTo = join(temporaryFolder(), "sim.json");
    writeFileSync(persistTo, text);
    const failed = start({ slots: 1, listen: "inprocess", persistTo });
    await expect(failed).rejects.toMatchObject({ code: "sim.bad_snapshot", hint: expect.stringContaining("Delete") });
  });
});

describe("a host in the same process", () => {
  it("talks through a link, without a port", async () => {
    const handle = await start({ listen: "inprocess", clock: systemClock });
    expect(handle.ports).toEqual(["sim://slot/1", "sim://slot/2"]);
    const link = handle.link(2);
    const answer = new Promise<string>((resolve) => link.onData((bytes) => resolve(Buffer.from(bytes).toString())));
    await link.write(Buffer.from("ATE0;+CNUM\r"));
    expect(splitLines(await answer)).toContain('+CNUM: ,"+15550100002",145');
    await link.close();
    await expect(link.write(Buffer.from("AT\r"))).rejects.toMatchObject({ code: "modem.closed" });
  });

  it("opens sim:// ports as the box does, and finds an unplugged modem missing", async () => {
    const handle = await start({ listen: "inprocess" });
    const open = simLinkOpener(handle.board);
    const { signal } = new AbortController();
    const link = await open(handle.ports[0] ?? "", signal);
    const closed = new Promise<void>((resolve) => link.onClose(resolve));
    handle.modem(1).unplug();
    await closed;
    await expect(open("sim://slot/1", signal)).rejects.toMatchObject({ code: "modem.no_such_port", retryable: true });
    await expect(open("sim://slot/9", signal)).rejects.toMatchObject({ code: "sim.unknown_slot" });
    await expect(open("sim://one", signal)).rejects.toMatchObject({ code: "modem.bad_port" });
  });
});
