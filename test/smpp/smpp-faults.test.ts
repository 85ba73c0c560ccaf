import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../src/base/index.ts";
import { BROUGHT_AGAIN_WITHIN } from "../../src/smpp/answers.ts";
import { type SessionFault, textMessage } from "../sim/smsc/index.ts";
import { SmppRig } from "./smpp-rig.ts";

const texts = (count: number): string[] => Array.from({ length: count }, (_, at) => `message ${at + 1}`);

describe("sessions that end in the middle of a window: every message arrives once", () => {
  const ends: readonly (readonly [name: string, faults: readonly SessionFault[]])[] = [
    ["by an unbind", [3, 8, 15].map((after) => ({ kind: "unbind", after }))],
    [
      "by an unbind after which answers count no more",
      [3, 8, 15].map((after) => ({ kind: "unbind", after, deaf: true })),
    ],
    ["by a hang-up", [1, 5, 12].map((after) => ({ kind: "drop", after }))],
    ["inside a message", [2, 7].map((after) => ({ kind: "cut", after }))],
    ["by something that is no SMPP", [{ kind: "garbage", after: 4 }]],
    ["by a length that cannot be", [{ kind: "huge_length", after: 4 }]],
  ];
  for (const [name, faults] of ends) {
    it(name, async () => {
      const rig = new SmppRig();
      rig.smsc.faults.push(...faults);
      rig.smsc.send(...texts(60).map((text) => textMessage(text)));
      rig.slot.start();
      await rig.drained();
      expect([...rig.bodies].sort()).toEqual(texts(60).sort());
      expect(rig.smsc.acknowledged.length).toBe(60);
      expect(rig.smsc.binds.length).toBe(faults.length + 1);
      await rig.stop();
    });
  }

  it("and equal texts as often as they were sent, while the disk is slow", async () => {
    const rig = new SmppRig();
    rig.smsc.faults.push({ kind: "unbind", after: 6, deaf: true }, { kind: "drop", after: 9 });
    rig.smsc.send(...Array.from({ length: 20 }, (_, at) => textMessage(at % 2 === 0 ? "even" : "odd")));
    rig.intake.hold();
    rig.slot.start();
    await rig.clock.advance(seconds(1));
    rig.intake.release();
    await rig.drained();
    expect([...rig.bodies].sort()).toEqual([...Array(10).fill("even"), ...Array(10).fill("odd")]);
    await rig.stop();
  });
});

describe("a gateway that unbinds", () => {
  it("gets the answers of all that is under way before its goodbye is answered", async () => {
    const rig = new SmppRig();
    rig.smsc.faults.push({ kind: "unbind", after: 5 });
    rig.intake.hold();
    rig.smsc.send(...texts(8).map((text) => textMessage(text)));
    await rig.start();
    await rig.clock.advance(seconds(1));
    expect(rig.status).toMatchObject({ state: "down", step: "finishing" });
    rig.intake.release();
    await rig.clock.flush();
    expect(rig.smsc.acknowledged.length).toBe(5);
    expect(rig.codes).toEqual(["slot.ready", "slot.down smpp.unbound"]);
    await rig.drained();
    expect([...rig.smsc.sent.values()]).toEqual(Array(8).fill(1));
    await rig.stop();
  });

  it("is answered after two seconds even when the intake hangs, and nothing is doubled", async () => {
    const rig = new SmppRig();
    rig.smsc.faults.push({ kind: "unbind", after: 5 });
    rig.intake.hold();
    rig.smsc.send(...texts(5).map((text) => textMessage(text)), textMessage("behind"));
    await rig.start();
    await rig.clock.advance(seconds(4));
    expect(rig.smsc.connections).toBe(2);
    rig.intake.release();
    await rig.drained();
    expect([...rig.bodies].sort()).toEqual(["behind", ...texts(5)]);
    expect(rig.intake.duplicates).toBe(5);
    await rig.stop();
  });
});

describe("a silent gateway", () => {
  it("that answers no enquire_link is left and bound to again", async () => {
    const rig = new SmppRig();
    rig.smsc.faults.push({ kind: "mute" });
    await rig.start();
    await rig.clock.advance(seconds(40));
    expect(rig.codes).toEqual(["slot.ready", "slot.down smpp.silent"]);
    await rig.until(() => rig.status.state === "ready");
    expect(rig.smsc.binds.length).toBe(2);
    await rig.stop();
  });
});

describe("answers that may never have arrived", () => {
  it("stay in doubt until the gateway had an hour to bring the messages again; then the same text is a new message", async () => {
    const rig = new SmppRig();
    rig.smsc.faults.push({ kind: "mute" });
    rig.smsc.send(textMessage("balance low"), textMessage("other"));
    await rig.start();
    await rig.until(() => rig.codes.includes("slot.down smpp.silent"));
    await rig.until(() => rig.status.state === "ready");
    expect(rig.smsc.acknowledged.length).toBe(2);
    await rig.clock.advance(millis(BROUGHT_AGAIN_WITHIN - 1000));
    expect(rig.intake.confirmed).toEqual([]);
    await rig.clock.advance(seconds(1));
    expect(rig.intake.confirmed.length).toBe(2);
    rig.smsc.send(textMessage("balance low"));
    await rig.drained();
    expect(rig.bodies).toEqual(["balance low", "other", "balance low"]);
    await rig.stop();
  });
});

describe("an end by us", () => {
  it("finishes what is under way, answers it, unbinds and closes", async () => {
    const rig = new SmppRig();
    await rig.start();
    rig.intake.hold();
    rig.smsc.send(...texts(3).map((text) => textMessage(text)));
    await rig.clock.flush();
    const stopping = rig.slot.stop();
    rig.intake.release();
    await rig.clock.settle(stopping, seconds(3));
    expect(rig.smsc.acknowledged.length).toBe(3);
    expect(rig.smsc.unbinds).toBe(1);
    await rig.stop();
  });

  it("takes at most three seconds when the intake hangs", async () => {
    const rig = new SmppRig();
    await rig.start();
    rig.intake.hold();
    rig.smsc.send(textMessage("stuck"));
    await rig.clock.flush();
    await rig.stop();
    expect(rig.smsc.acknowledged).toEqual([]);
  });

  it("before the start, while connecting and while waiting ends at once", async () => {
    const idle = new SmppRig();
    await idle.stop();
    const opening = new SmppRig({ openGateway: () => () => new Promise(() => {}) });
    opening.slot.start();
    await opening.stop();
    const waiting = new SmppRig({ smsc: { systemId: "other" } });
    waiting.slot.start();
    await waiting.clock.advance(seconds(1));
    expect(waiting.status.step).toBe("waiting");
    await waiting.stop();
  });
});
