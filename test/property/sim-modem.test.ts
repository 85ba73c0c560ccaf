import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ModemRig, splitLines } from "../sim/modem-rig.ts";

const FAULTS = ["split", "garbage", "nul", "stall", "late", "reset", "error", "half-pdu", "urc-misplaced"] as const;

/** Bytes as a host might send them: noise, commands, and pieces of commands. */
const hostText = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  fc.constantFrom(
    "AT",
    "\r",
    "A/",
    "+CMGL=4",
    "+CMGS=20\r",
    "\x1a",
    "\x1b",
    "ATE1\r",
    "AT+CNMI=2,2;+CSMS=1\r",
    '"',
    ";",
  ),
);

describe("the simulated modem under any input", () => {
  it("never throws, and answers again once a host has cleared the line", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostText, { maxLength: 20 }), async (writes) => {
        const rig = new ModemRig();
        rig.modem.sendSms({ from: "1", body: "x" });
        for (const text of writes) await rig.send(text);
        await rig.during(60_000);
        rig.modem.settings.registers.set(3, 13).set(4, 10);
        await rig.send("\x1b\r");
        await rig.during(60_000);
        expect(splitLines(await rig.send("ATE0Q0V1\r")).at(-1)).toBe("OK");
      }),
      { numRuns: 300 },
    );
  });

  it("gives the same bytes for the same input in any pieces", async () => {
    const whole = "ATE0\r\nAT+CREG?;+CPMS?\rAT+CMGL=4\rA/AT+CMGS=5\rabc\x1aAT+NOSUCH\r";
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 10 }), async (cuts) => {
        const rig = new ModemRig();
        rig.modem.sendSms({ from: "1", body: "x" });
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
        for (const [i, place] of places.entries()) await rig.send(whole.slice(place, places[i + 1] ?? place));
        const reference = new ModemRig();
        reference.modem.sendSms({ from: "1", body: "x" });
        await reference.send(whole);
        expect(rig.output).toBe(reference.output);
      }),
      { numRuns: 200 },
    );
  });

  it("loses no message under any faults: what the network took is queued, stored or deleted by the host", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...FAULTS), { maxLength: 4 }), fc.nat(1000), async (kinds, seed) => {
        const rig = new ModemRig({ seed });
        for (const kind of kinds) rig.modem.faults.add({ kind, probability: 0.3 });
        for (let i = 0; i < 50; i++) {
          rig.modem.sendSms({ from: "1", body: `${i}` });
          await rig.send(i % 3 === 0 ? `AT+CMGD=${i % 30}\r` : "AT+CMGL=0\r");
          await rig.during(700);
        }
        const { modem } = rig;
        const held = modem.sms.queue.length + (modem.card?.store.used ?? 0);
        expect(held + modem.journal.count("deleted")).toBe(50);
      }),
      { numRuns: 60 },
    );
  });
});
