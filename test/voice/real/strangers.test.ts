// SIPp as the scanners of the internet: nothing dials, nobody is locked out, and Asterisk does not grow.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asteriskTree } from "../../sim/asterisk/asterisk-process.ts";
import { hasBaresip } from "../../sim/asterisk/baresip.ts";
import { CallStage, PASSWORD } from "../../sim/asterisk/call-stage.ts";
import { hasSipp, sipp } from "../../sim/asterisk/sipp.ts";
import { account, event, VoiceRig } from "../../sim/asterisk/voice-rig.ts";

const able = asteriskTree !== null && hasBaresip && hasSipp;
const why = able ? "" : " (needs Asterisk 22, baresip and SIPp: skipped)";

describe.skipIf(!able)(`strangers at Asterisk's own edge${why}`, () => {
  let rig: VoiceRig;
  let stage: CallStage;
  let dialled = 0;

  beforeAll(async () => {
    rig = await VoiceRig.start(23_500);
    stage = new CallStage(rig);
    await rig.up();
    await rig.accounts([account("plain", PASSWORD)]);
    rig.box.gateway.onDial(() => dialled++);
  }, 60_000);

  afterAll(async () => {
    await rig?.stop();
  });

  /** MiB that Asterisk has in memory. */
  function memory(): number {
    const status = readFileSync(`/proc/${rig.asterisk.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  }

  // One that exists, and those that scanners try.
  const users = ["plain", "admin", "100", "nobody"];

  it("dial nothing with 1,000 calls and 10,000 wrong passwords, and a renter's phone still works", async () => {
    const at = { users, port: rig.sipPort };
    const first = await sipp("wrong-password-is-challenged-again", { ...at, calls: 5000, rate: 1000 });
    expect(first.code, first.out).toBe(0);
    const calls = await sipp("invite-is-challenged", { ...at, calls: 1000, rate: 300 });
    expect(calls.code, calls.out).toBe(0);
    const before = memory();
    const again = await sipp("wrong-password-is-challenged-again", { ...at, calls: 5000, rate: 1000 });
    expect(again.code, again.out).toBe(0);
    expect(memory() - before).toBeLessThan(10);
    expect(dialled).toBe(0);
    expect(rig.box.gateway.bindings()).toEqual([]);
    expect(await rig.left()).toEqual({ channels: 0, bridges: 0 });
    const phone = await stage.phone("plain");
    const modem = stage.modem();
    const { leg, events } = stage.ring("plain");
    await event(events, "answered");
    await leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    await stage.clear();
  });
});
