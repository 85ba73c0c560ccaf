import { beforeEach, describe, expect, it } from "vitest";
import { minutes, seconds } from "../../src/base/index.ts";
import type { Intake, Rental } from "../../src/core/index.ts";
import { addPart, restoreGroups } from "../../src/core/reassembly.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { samplePart } from "../sim/store-samples.ts";
import { CoreRig, type PartOptions, partPdu, pduOf, pdusOf, renter, renters } from "./core-rig.ts";

let rig: CoreRig;
let rental: Rental;
let intake: Intake;
let place = 0;

beforeEach(async () => {
  rig = new CoreRig();
  const [first] = await rig.rent(1);
  if (first === undefined) throw new Error("no rental");
  rental = first;
  intake = await rig.intake();
});

async function give(...pdus: readonly Uint8Array[]): Promise<void> {
  for (const pdu of pdus) await intake.accept(rig.incoming(pdu, `SM:${place++}`));
}

const part = (number: number, text: string, more: Partial<PartOptions> = {}): Uint8Array =>
  partPdu({ ref: 7, total: 3, part: number, text, ...more });

describe("a concatenated message", () => {
  it.each([[[1, 2, 3]], [[3, 2, 1]], [[2, 3, 1]], [[3, 1, 2]]])(
    "whose parts come in the order %j is one message",
    async (order) => {
      await give(...order.map((number) => part(number, `<${number}>`)));
      expect(await rig.read(rental)).toMatchObject([{ body: "<1><2><3>", parts: 3, missing: [], seq: 1 }]);
      expect(await rig.store.openParts()).toEqual([]);
      expect(await rig.store.counters()).toMatchObject({ received: 1, duplicates: 0 });
    },
  );

  it("in one batch, parts mixed with other messages, comes out when its last part is there", async () => {
    const pdus = [part(2, "b"), pduOf({ body: "x" }), part(1, "a"), part(3, "c"), pduOf({ body: "y", second: 1 })];
    await Promise.all(pdus.map((pdu, at) => intake.accept(rig.incoming(pdu, `ME:${at}`))));
    expect(await rig.bodies(rental)).toEqual(["x", "abc", "y"]);
    expect(rig.committed).toHaveLength(1);
  });

  it("whose parts the network repeats is one message", async () => {
    await give(part(1, "a"), part(1, "a"), part(2, "b"), part(2, "b", { second: 5 }), part(1, "a"), part(3, "c"));
    expect(await rig.bodies(rental)).toEqual(["abc"]);
    expect(await rig.store.counters()).toMatchObject({ received: 1, duplicates: 3 });
  });

  it("with parts missing is delivered as it is after the timeout, and says which", async () => {
    await give(part(3, "c"), part(1, "a"));
    await rig.clock.advance(minutes(9));
    expect(await rig.read(rental)).toEqual([]);
    await rig.clock.advance(minutes(2));
    expect(await rig.read(rental)).toMatchObject([{ body: "ac", parts: 3, missing: [2] }]);
    expect(rig.allEvents().at(-1)).toMatchObject({ code: "sms.partial", details: { messages: 1 } });
  });

  it("is told as partial once, also when the first commit of it fails", async () => {
    await give(part(1, "a"));
    await rig.clock.advance(minutes(9));
    rig.store.failWrites("store.full");
    await rig.clock.advance(minutes(2));
    expect(rig.eventCodes()).not.toContain("sms.partial");
    rig.store.failWrites(null);
    await rig.clock.advance(seconds(10));
    expect(rig.eventCodes().filter((code) => code === "sms.partial")).toHaveLength(1);
    expect(await rig.read(rental)).toMatchObject([{ body: "a", missing: [2, 3] }]);
  });

  it("does not wait until a year that the clock took back", async () => {
    rig.clock.jump(minutes(60 * 24 * 365));
    rig.time.evidence(rig.clock.now());
    await give(part(1, "a"));
    rig.clock.jump(minutes(-60 * 24 * 365));
    rig.time.evidence(rig.clock.now());
    await rig.clock.advance(seconds(3));
    expect(await rig.read(rental)).toMatchObject([{ body: "a", missing: [2, 3] }]);
  });

  it("with the reference of an incomplete one and another text leaves that one as it is and begins anew", async () => {
    await give(part(1, "old 1"), part(2, "old 2"), part(1, "new 1", { second: 60 }));
    expect(await rig.read(rental)).toMatchObject([{ body: "old 1old 2", missing: [3] }]);
    await give(part(3, "new 3", { second: 60 }), part(2, "new 2", { second: 60 }));
    expect(await rig.bodies(rental)).toEqual(["old 1old 2", "new 1new 2new 3"]);
    expect(await rig.store.openParts()).toEqual([]);
  });

  it("may be followed by another with the same reference in the same batch", async () => {
    const pdus = [part(1, "a"), part(2, "b"), part(1, "A"), part(2, "B"), part(3, "C"), part(1, "x")];
    await Promise.all(pdus.map((pdu, at) => intake.accept(rig.incoming(pdu, `ME:${at}`))));
    expect(await rig.bodies(rental)).toEqual(["ab", "ABC"]);
    expect(await rig.store.openParts()).toHaveLength(1);
  });

  it("is told from one of another sender, of another width, of another total and on another line", async () => {
    const other = new CoreRig();
    const [one, two] = await other.rent(2);
    if (one === undefined || two === undefined) throw new Error("no rentals");
    const running = await other.intake();
    const kinds: readonly { readonly name: string; readonly line?: number; readonly more: Partial<PartOptions> }[] = [
      { name: "A", more: {} },
      { name: "B", more: { from: "+15550188" } },
      { name: "C", more: { from: "BANK" } },
      { name: "D", more: { bits: 16 } },
      { name: "E", more: { ref: 8 } },
      { name: "F", line: 2, more: {} },
    ];
    for (const number of [3, 1, 2]) {
      for (const { name, line, more } of kinds)
        await running.accept(other.incoming(part(number, `${name}${number}`, more), `SM:${place++}`, line));
    }
    const whole = (name: string): string => `${name}1${name}2${name}3`;
    expect(await other.bodies(one)).toEqual(["A", "B", "C", "D", "E"].map(whole));
    expect(await other.bodies(two, renters[1])).toEqual([whole("F")]);
  });

  it.each([8, 16] as const)("of 255 parts with a %i-bit reference in random order is one message", async (bits) => {
    const random = new SeededRandom(`shuffle ${bits}`);
    const pdus = Array.from({ length: 255 }, (_, i) =>
      partPdu({ ref: 200, total: 255, part: i + 1, bits, text: `${i + 1},` }),
    );
    for (let i = pdus.length - 1; i > 0; i--) {
      const j = random.int(0, i);
      [pdus[i], pdus[j]] = [pdus[j] ?? new Uint8Array(), pdus[i] ?? new Uint8Array()];
    }
    await Promise.all(pdus.map((pdu, at) => intake.accept(rig.incoming(pdu, `ME:${at}`))));
    const body = Array.from({ length: 255 }, (_, i) => `${i + 1},`).join("");
    expect(await rig.read(rental)).toMatchObject([{ body, parts: 255, missing: [] }]);
  });

  it("whose parts cut a surrogate pair is whole; without the other half a replacement character stands there", async () => {
    await give(part(1, "one \ud83d"), part(3, " end"), part(2, "\ude00 two"));
    expect(await rig.bodies(rental)).toEqual(["one 😀 two end"]);
    await give(part(1, "one \ud83d", { ref: 9 }), part(3, " end", { ref: 9 }));
    await rig.clock.advance(minutes(11));
    expect((await rig.bodies(rental))[1]).toBe("one \ufffd end");
  });

  it("survives a restart between its parts, and parts read again afterwards are duplicates", async () => {
    await intake.accept(rig.incoming(part(2, "b"), "SM:200"));
    intake = await rig.intake();
    expect((await intake.accept(rig.incoming(part(2, "b"), "SM:200"))).kind).toBe("duplicate");
    await give(part(1, "a"));
    intake = await rig.intake();
    await give(part(3, "c"));
    expect(await rig.bodies(rental)).toEqual(["abc"]);
  });

  it("that waits is flushed after a restart as well, counted from its first part", async () => {
    await give(part(2, "b"));
    await rig.clock.advance(minutes(9));
    await intake.stop();
    intake = await rig.intake();
    await rig.clock.advance(minutes(2));
    expect(await rig.read(rental)).toMatchObject([{ body: "b", missing: [1, 3] }]);
  });

  it("is joined from its octets when it holds octets", async () => {
    const data = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
    await give(...pdusOf({ data, ports: { dst: 2948, src: 9200 } }).reverse());
    expect(await rig.read(rental)).toMatchObject([{ body: "", body_hex: Buffer.from(data).toString("hex"), parts: 3 }]);
  });

  it("of octets and text keeps the text's octets", async () => {
    const [one] = pdusOf({ data: new Uint8Array(200).fill(0xab), concatRef: 7 });
    await give(one ?? new Uint8Array(), partPdu({ ref: 7, total: 2, part: 2, text: "é" }));
    const [message] = await rig.read(rental);
    expect(message).toMatchObject({ body: "é", parts: 2 });
    expect(message?.type === "sms" ? message.body_hex?.slice(-6) : "").toBe("abc3a9");
  });

  it("for a line without a rental is kept whole for the owner", async () => {
    await rig.rentals.end(rental.id);
    await give(part(1, "a"), part(2, "b"), part(3, "c"));
    expect(rig.store.held).toHaveLength(1);
    expect(await rig.store.counters()).toMatchObject({ unrented: 1, received: 1 });
  });

  it("goes to whoever rents the line when it is complete", async () => {
    await give(part(1, "a"), part(2, "b"));
    await rig.rentals.end(rental.id);
    const next = await rig.grant(1, renter);
    await give(part(3, "c"));
    expect(await rig.read(rental)).toEqual([]);
    expect(await rig.bodies(next)).toEqual(["abc"]);
  });
});

describe("a stored part that was damaged on disk", () => {
  async function damage(number: number): Promise<void> {
    const [stored] = (await rig.store.openParts()).filter((row) => row.part === number);
    if (stored === undefined) throw new Error("no such part");
    await intake.stop();
    const sealed = stored.sealed.slice();
    sealed[30] = (sealed[30] ?? 0) ^ 1;
    await rig.store.commitIntake({
      seen: [],
      outbox: [],
      parts: [{ ...stored, sealed }],
      closedGroups: [],
      held: [],
      deleted: [],
      denied: [],
      counts: {},
    });
    intake = await rig.intake();
  }

  it("counts as missing, and the rest of the message still arrives", async () => {
    await give(part(1, "a"), part(2, "b"));
    await damage(1);
    await give(part(3, "c"));
    expect(await rig.read(rental)).toMatchObject([{ body: "bc", parts: 3, missing: [1] }]);
    expect(await rig.store.counters()).toMatchObject({ received: 1, undecodable: 1 });
  });

  it("is replaced by its repetition, beginning the message anew", async () => {
    await give(part(1, "a"));
    await damage(1);
    await give(part(1, "a"), part(2, "b"), part(3, "c"));
    expect(await rig.bodies(rental)).toEqual(["abc"]);
  });

  it("and was all there was leaves nothing behind", async () => {
    await give(part(1, "a"));
    await damage(1);
    await rig.clock.advance(minutes(11));
    expect(await rig.read(rental)).toEqual([]);
    expect(await rig.store.openParts()).toEqual([]);
    expect(await rig.store.counters()).toMatchObject({ received: 0, undecodable: 1 });
  });
});

describe("a message that cannot be sealed", () => {
  /** Refuses to seal texts that begin with "bad" until told otherwise. */
  async function stubborn(): Promise<() => void> {
    const sealer = rig.sealer();
    let broken = true;
    intake = await rig.intake({
      sealer: {
        ...sealer,
        sealMessage: async (request) => {
          if (broken && request.content.type === "sms" && request.content.body.startsWith("bad")) throw new Error("no");
          return await sealer.sealMessage(request);
        },
      },
    });
    return () => {
      broken = false;
    };
  }

  it("when its time is over stays, alone, and neither holds up others nor pauses the intake", async () => {
    const mend = await stubborn();
    await give(part(1, "bad"), part(1, "good", { ref: 8 }));
    await rig.clock.advance(minutes(11));
    await give(pduOf({ body: "next" }));
    expect(await rig.bodies(rental)).toEqual(["good", "next"]);
    expect(rig.eventCodes()).not.toContain("intake.paused");
    expect(rig.log.lines.some((line) => line.startsWith("error partial_message_left"))).toBe(true);
    mend();
    await rig.clock.advance(seconds(3));
    expect(await rig.bodies(rental)).toEqual(["good", "next", "bad"]);
  });

  it("leaves its last part in the modem", async () => {
    const mend = await stubborn();
    await give(part(1, "bad"), part(2, "b"));
    await expect(intake.accept(rig.incoming(part(3, "c"), "SM:900"))).rejects.toMatchObject({ code: "intake.failed" });
    mend();
    expect((await intake.accept(rig.incoming(part(3, "c"), "SM:900"))).kind).toBe("stored");
    expect(await rig.bodies(rental)).toEqual(["badbc"]);
  });
});

describe("addPart", () => {
  it("leaves the groups that it was given as they were", () => {
    const before = restoreGroups([samplePart(1, 1)]);
    addPart(before, samplePart(1, 2));
    addPart(before, samplePart(2, 1));
    expect([...before.values()].map((group) => group.parts.size)).toEqual([1]);
  });

  it("counts the age of a message from the first part that came, also when that is not the first in number", () => {
    const groups = restoreGroups([samplePart(1, 2), samplePart(1, 1)]);
    expect([...groups.values()][0]?.waitingSince).toBe(samplePart(1, 2).receivedAt);
  });
});
