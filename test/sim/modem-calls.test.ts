// The simulated modem's calls and their sound, as a host sees them on the line.
import { afterEach, describe, expect, it } from "vitest";
import { millis, seconds, silentLogger } from "../../src/base/index.ts";
import { createOpenLink, type OpenLink } from "../../src/modem/index.ts";
import { CallRig } from "../modem/voice/call-rig.ts";
import { type SimBoardHandle, startSimBoard, ToneMeter, writeTone } from "./modem/index.ts";
import { quietRig, splitLines } from "./modem-rig.ts";
import { VirtualClock } from "./virtual-clock.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe("an incoming call", () => {
  it("rings until it is answered, is listed in its states, and is over after a hang-up", async () => {
    const rig = await quietRig();
    await rig.lines("AT+CLIP=1\r");
    rig.modem.calls.incoming("+15550111");
    expect(splitLines(await rig.during(0))).toEqual(["RING", '+CLIP: "+15550111",145,"",,"",0']);
    expect(await rig.lines("AT+CLCC\r")).toEqual(['+CLCC: 1,1,4,0,0,"+15550111",145', "OK"]);
    expect(splitLines(await rig.during(4_000))[0]).toBe("RING");
    expect(await rig.lines("ATA\r")).toEqual(["OK"]);
    expect(await rig.lines("AT+CLCC\r")).toEqual(['+CLCC: 1,1,0,0,0,"+15550111",145', "OK"]);
    expect(await rig.during(10_000)).toBe("");
    expect(await rig.lines("AT+VTS=5;+VTS=#\r")).toEqual(["OK"]);
    expect(await rig.lines("AT+CHUP\r")).toEqual(["OK"]);
    expect(await rig.lines("AT+CLCC\r")).toEqual(["OK"]);
    expect(rig.modem.calls.tones.join("")).toBe("5#");
    expect(await rig.lines("AT+VTS=5\r")).toEqual(["ERROR"]);
  });

  it("with a withheld number has none; its end is told; an answer after it fails", async () => {
    const rig = await quietRig();
    rig.modem.calls.incoming(null);
    expect(await rig.lines("AT+CLCC\r")).toEqual(["RING", '+CLCC: 1,1,4,0,0,"",128', "OK"]);
    rig.modem.calls.end();
    expect(splitLines(await rig.during(0))).toEqual(["NO CARRIER"]);
    expect(await rig.lines("ATA\r")).toEqual(["NO CARRIER"]);
  });

  it("during another waits, and is refused with AT+CHLD=0, or hears busy where waiting is off", async () => {
    const rig = await quietRig();
    rig.modem.calls.incoming("+15550111");
    await rig.lines("ATA\r");
    rig.modem.calls.incoming("+15550122");
    expect((await rig.lines("AT+CLCC\r")).at(-2)).toBe('+CLCC: 2,1,5,0,0,"+15550122",145');
    await rig.lines("AT+CHLD=0\r");
    expect(rig.modem.calls.list).toHaveLength(1);
    await rig.lines("AT+CCWA=0,0,1\r");
    expect(rig.modem.calls.incoming("+15550122")).toBeNull();
    expect(rig.modem.calls.turnedAway).toBe(2);
  });

  it("does not reach a modem that is off the air, and ends with its power", async () => {
    const rig = await quietRig();
    rig.modem.radio.grant(2);
    expect(rig.modem.calls.incoming("+15550111")).toBeNull();
    rig.modem.radio.grant(1);
    expect(rig.modem.calls.incoming("+15550111")).not.toBeNull();
    rig.modem.reset();
    expect(rig.modem.calls.list).toEqual([]);
  });
});

describe("dialling", () => {
  it.each([
    ["answer", '+CLCC: 1,0,0,0,0,"+15550111",145'],
    ["busy", "BUSY"],
    ["no_answer", "NO ANSWER"],
    ["unreachable", "NO CARRIER"],
  ] as const)("a number that is to %s", async (outcome, line) => {
    const rig = await quietRig();
    rig.modem.calls.plan = { outcome };
    expect(await rig.lines("ATD+15550111;\r")).toEqual(["OK"]);
    expect((await rig.lines("AT+CLCC\r"))[0]).toBe('+CLCC: 1,0,2,0,0,"+15550111",145');
    const said = splitLines(await rig.during(2_000));
    expect([...said, ...(await rig.lines("AT+CLCC\r"))]).toContain(line);
  });

  it("that waits for the other side is broken off by any character", async () => {
    const rig = await quietRig();
    rig.modem.calls.plan = { outcome: "manual" };
    rig.modem.calls.habits.dialWaits = true;
    expect(await rig.send("ATD+15550111;\r")).toBe("");
    expect(await rig.during(5_000)).toBe("");
    await rig.send("\r");
    expect(splitLines(await rig.during(1_000))[0]).toBe("NO CARRIER");
    expect(await rig.lines("AT+CLCC\r")).toEqual(["OK"]);
  });

  it("without a semicolon is a data call, of which there are none", async () => {
    const rig = await quietRig();
    rig.modem.calls.plan = { outcome: "answer" };
    expect(await rig.lines("ATD+15550111\r")).toEqual(["NO CARRIER"]);
    expect(rig.modem.calls.dialled).toEqual([]);
  });
});

describe("the tone meter", () => {
  it("finds a tone's level and nothing beside it", () => {
    let now = 0;
    const meter = new ToneMeter(() => now);
    const frame = new Int16Array(160);
    let phase = 0;
    for (let i = 0; i < 60; i++, now += 20) {
      phase = writeTone(frame, { hz: 1_000, dbfs: -18 }, phase);
      meter.push(new Uint8Array(frame.buffer.slice(0)));
    }
    expect(meter.tone(1_000)).toBeCloseTo(-18, 1);
    expect(meter.level()).toBeCloseTo(-18, 1);
    expect(meter.tone(700)).toBeLessThan(-60);
    expect(meter).toMatchObject({ frames: 60, gaps: 0, longestGap: 20 });
    now += 100;
    meter.push(new Uint8Array(320));
    expect(meter).toMatchObject({ gaps: 1, longestGap: 120 });
  });
});

async function board(): Promise<{ clock: VirtualClock; handle: SimBoardHandle }> {
  const clock = new VirtualClock();
  const twins = ["quectel-ec25"] as const;
  const handle = await startSimBoard({ slots: 1, listen: "tcp", seed: "calls", clock, log: silentLogger, twins });
  cleanups.push(() => handle.stop());
  return { clock, handle };
}

describe("a board over TCP", () => {
  it("carries the sound of a call, an echo included, through a slot's own ports", async () => {
    const { clock, handle } = await board();
    const open = createOpenLink({});
    const places = new Map([
      ["sim://slot/1", handle.ports[0] ?? ""],
      ["sim://slot/1/audio", handle.audioPorts[0] ?? ""],
    ]);
    const openLink: OpenLink = (port, signal) => open(places.get(port) ?? port, signal);
    const rig = new CallRig({ clock, openLink: () => openLink, voice: { audio: handle.audioPorts[0] ?? "" } });
    const modem = handle.modem(1);
    rig.runner.start();
    await rig.ready();
    // The port opens in real time, whatever the virtual clock says.
    while (rig.runner.voice.ability() !== "audio") await clock.flush(1);
    modem.calls.plan = { outcome: "answer", ms: 500 };
    modem.audio.habits.says = "echo";
    const heard = await rig.dial();
    await rig.told(heard, "connected");
    const meter = new ToneMeter(() => clock.monotonic());
    const frame = new Int16Array(160);
    let phase = 0;
    heard.call.audio.exchange((said) => {
      meter.push(said);
      phase = writeTone(frame, { hz: 500, dbfs: -10 }, phase);
      return new Uint8Array(frame.buffer);
    });
    for (let i = 0; i < 150; i++) {
      const { frames } = modem.audio.heard;
      await clock.advance(millis(20));
      for (let j = 0; j < 1_000 && modem.audio.heard.frames === frames; j++) await clock.flush(1);
    }
    expect(modem.audio.heard.tone(500)).toBeCloseTo(-10, 0);
    expect(meter.tone(500)).toBeCloseTo(-10, 0);
    await rig.clock.settle(heard.call.hangUp());
    await clock.settle(rig.runner.stop(), seconds(10));
  });

  it("is called, answered and measured over its control port", async () => {
    const { handle } = await board();
    const post = async (what: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> => {
      const url = `${handle.controlUrl}/slots/1/${what}`;
      const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const ringing = await post("calls", { from: "+15550111" });
    expect(ringing).toMatchObject({
      status: 202,
      body: { rings: true, calls: [{ direction: "in", state: "incoming" }] },
    });
    expect(JSON.stringify(ringing)).not.toContain("5550111");
    expect(await post("calls", { action: "hang_up" })).toMatchObject({ status: 200, body: { ended: ["hung_up"] } });
    expect(await post("calls", { action: "answer" })).toMatchObject({ status: 409, body: { code: "sim.no_call" } });
    expect(await post("dialling", { outcome: "manual" })).toMatchObject({ status: 200 });
    handle.modem(1).calls.dial("+15550111");
    expect(await post("calls", { action: "alert" })).toMatchObject({ body: { calls: [{ state: "alerting" }] } });
    expect(await post("calls", { action: "answer" })).toMatchObject({ body: { calls: [{ state: "active" }] } });
    expect(await post("sound", { says: { hz: 1_000 }, drift: 0.01, burst: 2, pieces: 64, stall_ms: 0 })).toMatchObject({
      body: { sound: { attached: false } },
    });
    expect(handle.modem(1).audio.habits).toEqual({
      says: { hz: 1_000, dbfs: -12 },
      ...{ drift: 0.01, burst: 2, pieces: 64 },
    });
    for (const bad of [{}, { from: "x" }, { action: "explode" }, { key: "E" }])
      expect((await post("calls", bad)).status).toBe(400);
    const listed = await fetch(`${handle.controlUrl}/slots/1/calls`);
    expect(await listed.json()).toMatchObject({ slot: 1, dialled: 1, turned_away: 0 });
  });
});
