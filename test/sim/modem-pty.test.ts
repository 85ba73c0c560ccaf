// The whole way of the bytes on a real box: the box's serial link (serialport package), kernel pty, socat, TCP, simulated modem.

import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { seconds, silentLogger, withDeadline } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import type { CliIo } from "../../src/bin/cli-io.ts";
import { createOpenLink } from "../../src/modem/index.ts";
import { PcmPump } from "../../src/modem/voice/pcm-pump.ts";
import { runSimulateModems, type SimBoardHandle, startSimBoard, ToneMeter, writeTone } from "./modem/index.ts";
import { SeededRandom } from "./seeded-random.ts";

const missing = ["socat", "setpriv"].filter((program) => spawnSync(program, ["-V"]).error !== undefined);
const title =
  missing.length === 0 ? "a modem on a pty" : `a modem on a pty (skipped: ${missing.join(", ")} not installed)`;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "numberbox-test-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function start(): Promise<SimBoardHandle> {
  const options = {
    slots: 2,
    listen: "pty",
    dir: temporaryFolder(),
    seed: 1,
    clock: systemClock,
    log: silentLogger,
  } as const;
  const handle = await startSimBoard(options);
  cleanups.push(() => handle.stop());
  return handle;
}

interface Host {
  /** Writes and resolves with the bytes since then once they hold `end`. */
  ask(text: string, end: string): Promise<string>;
  readonly gone: Promise<void>;
  close(): Promise<void>;
}

/** Opens a pty as soon as it is there: a pty that a host has just closed takes a moment to be made anew. */
async function open(path: string | undefined): Promise<Host> {
  const openPort = createOpenLink({});
  const link = await vi.waitFor(() => openPort(path ?? "", new AbortController().signal), { timeout: 30_000 });
  cleanups.push(() => link.close());
  let text = "";
  let check = (): void => {};
  link.onData((bytes) => {
    text += Buffer.from(bytes).toString("latin1");
    check();
  });
  const gone = new Promise<void>((resolve) => link.onClose(resolve));
  return {
    gone,
    close: () => link.close(),
    ask: async (written, end) => {
      text = "";
      const answer = new Promise<string>((resolve) => {
        check = () => {
          if (text.includes(end)) resolve(text);
        };
      });
      if (written !== "") await link.write(Buffer.from(written));
      return await withDeadline(answer, { clock: systemClock, timeout: seconds(10), what: `answer with ${end}` });
    },
  };
}

describe.skipIf(missing.length > 0)(title, () => {
  it("talks to the serialport library byte for byte, and reads an SMS", async () => {
    const handle = await start();
    const host = await open(handle.ports[0]);
    expect(await host.ask("ATE0\r", "OK\r\n")).toBe("ATE0\r\r\nOK\r\n");
    expect(await host.ask("AT+CNMI=2,1\r", "OK\r\n")).toBe("\r\nOK\r\n");
    handle.modem(1).sendSms({ from: "+15550111", body: "hello" });
    expect(await host.ask("", "+CMTI")).toContain('+CMTI: "SM",1');
    const listed = await host.ask("AT+CMGL=4\r", "OK\r\n");
    expect(listed).toMatch(/^\r\n\+CMGL: 1,0,,\d+\r\n[0-9A-F]+\r\n\r\nOK\r\n$/);
  });

  it("is there again after its host went away, with nothing stale in it", async () => {
    const handle = await start();
    const path = handle.ports[0] ?? "";
    const first = await open(path);
    await first.ask("ATE0;+CREG=1\r", "OK\r\n");
    const madeAt = (): bigint => lstatSync(path, { bigint: true }).ctimeNs;
    const made = madeAt();
    await first.close();
    await vi.waitFor(() => expect(madeAt()).not.toBe(made), { timeout: 30_000 });
    handle.modem(1).radio.grant(5);
    const second = await open(path);
    expect(await second.ask("AT\r", "OK\r\n")).toBe("\r\nOK\r\n");
  });

  it("disappears when its modem is unplugged and comes back when it is plugged in", async () => {
    const handle = await start();
    const host = await open(handle.ports[0]);
    await host.ask("AT\r", "OK\r\n");
    handle.modem(1).unplug();
    // A host notices by the hang-up or, at the latest, by its next write.
    await vi.waitFor(() => expect(existsSync(handle.ports[0] ?? "")).toBe(false), { timeout: 30_000 });
    await host.ask("AT\r", "OK\r\n").catch(() => {});
    await withDeadline(host.gone, { clock: systemClock, timeout: seconds(10), what: "loss of the pty" });
    handle.modem(1).plug();
    const again = await open(handle.ports[0]);
    expect(await again.ask("", "RDY")).toContain("RDY");
    expect(await again.ask("AT\r", "OK\r\n")).toContain("OK");
  });

  it("leaves no link behind when the board stops", async () => {
    const handle = await start();
    expect(handle.ports.every((path) => existsSync(path))).toBe(true);
    await handle.stop();
    expect(handle.ports.some((path) => existsSync(path))).toBe(false);
  });

  it("carries the sound of a call both ways, a frame for a frame", async () => {
    const handle = await start();
    const { calls, audio } = handle.modem(1);
    const openPort = createOpenLink({});
    const path = handle.audioPorts[0] ?? "";
    const link = await vi.waitFor(() => openPort(path, new AbortController().signal), { timeout: 30_000 });
    cleanups.push(() => link.close());
    const pump = new PcmPump({ clock: systemClock, log: silentLogger });
    pump.attach(link);
    cleanups.push(() => pump.detach());
    const meter = new ToneMeter(() => systemClock.monotonic());
    const sound = pump.open();
    const frame = new Int16Array(160);
    let phase = 0;
    const heard = new Promise<void>((resolve) => {
      sound.audio.exchange((said) => {
        meter.push(said);
        if (meter.frames === 60) resolve();
        phase = writeTone(frame, { hz: 700, dbfs: -20 }, phase);
        return new Uint8Array(frame.buffer);
      });
    });
    await vi.waitFor(() => expect(audio.attached).toBe(true), { timeout: 30_000 });
    audio.habits.says = { hz: 1_000, dbfs: -12 };
    audio.habits.pieces = 77;
    calls.plan = { outcome: "manual" };
    calls.pickUp(calls.dial("+15550111"));
    await withDeadline(heard, { clock: systemClock, timeout: seconds(20), what: "sixty frames" });
    calls.end();
    await vi.waitFor(() => expect(audio.heard.frames).toBe(sound.audio.counts().said), { timeout: 30_000 });
    expect(meter.tone(1_000)).toBeCloseTo(-12, 1);
    expect(audio.heard.tone(700)).toBeCloseTo(-20, 1);
    sound.close();
  });

  it("is what `simulate modems --listen pty` prints, until it is told to stop", async () => {
    const out: string[] = [];
    const abort = new AbortController();
    const printed = Promise.withResolvers<void>();
    const io: CliIo = {
      out: (text) => {
        out.push(text);
        printed.resolve();
      },
      err: () => {},
      readInput: async () => new Uint8Array(),
      env: {},
      clock: systemClock,
      random: new SeededRandom(1),
      log: silentLogger,
      signal: abort.signal,
    };
    const run = runSimulateModems({ slots: 1, listen: "pty", json: true }, io);
    await printed.promise;
    const { slots, simulator_url: url } = JSON.parse(out.join(""));
    expect(slots).toEqual([
      { slot: 1, number: "+15550100001", model: "generic", port: expect.stringContaining("slot-1") },
    ]);
    expect((await fetch(`${url}/slots`)).status).toBe(200);
    const host = await open(slots[0].port);
    await host.ask("AT\r", "OK\r\n");
    await host.close();
    abort.abort();
    expect(await run).toBe(0);
    expect(existsSync(slots[0].port)).toBe(false);
  });
});
