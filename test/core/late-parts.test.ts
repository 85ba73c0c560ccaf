// A message that was delivered incomplete, and the parts of it that come afterwards.

import { beforeEach, describe, expect, it } from "vitest";
import { days, hours, type Millis, minutes, seconds } from "../../src/base/index.ts";
import type { Intake, Rental } from "../../src/core/index.ts";
import { intake as commitOf } from "../sim/store-samples.ts";
import { CoreRig, openHeld, type PartOptions, partPdu, renter } from "./core-rig.ts";

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

/** So much later, as a relay confirms. */
async function later(span: Millis): Promise<void> {
  rig.clock.jump(span);
  rig.time.evidence(rig.clock.now());
  await rig.clock.advance(seconds(5));
}

const part = (number: number, text: string, more: Partial<PartOptions> = {}): Uint8Array =>
  partPdu({ ref: 7, total: 3, part: number, text, ...more });

/** Parts 1 and 2 are here and were delivered without the third. */
async function incomplete(more: Partial<PartOptions> = {}): Promise<string> {
  await give(part(1, "a", more), part(2, "b", more));
  await rig.clock.advance(minutes(11));
  const [message] = await rig.messages(rental);
  if (message === undefined) throw new Error("nothing was delivered");
  expect(message.payload).toMatchObject({ body: "ab", missing: [3] });
  expect(message.payload).not.toHaveProperty("replaces");
  return message.id;
}

describe("a late part", () => {
  it("that completes a message delivers it whole, in place of the incomplete one, also after restarts", async () => {
    const id = await incomplete();
    intake = await rig.intake();
    await later(days(6));
    intake = await rig.intake();
    await give(part(3, "c"));
    expect((await rig.messages(rental))[1]).toMatchObject({
      payload: { body: "abc", parts: 3, missing: [], replaces: id, seq: 2 },
    });
    expect(await rig.store.openParts()).toEqual([]);
    await rig.clock.advance(hours(1));
    expect(await rig.read(rental)).toHaveLength(2);
  });

  it("that leaves holes waits for the others once more, and is then delivered with what is there", async () => {
    await give(part(1, "a", { total: 4 }));
    await rig.clock.advance(minutes(11));
    await give(part(3, "c", { total: 4 }));
    await rig.clock.advance(minutes(9));
    expect(await rig.bodies(rental)).toEqual(["a"]);
    intake = await rig.intake();
    await rig.clock.advance(minutes(2));
    const [first, second] = await rig.messages(rental);
    expect(second?.payload).toMatchObject({ body: "ac", missing: [2, 4], replaces: first?.id });
    await rig.clock.advance(hours(2));
    await give(part(4, "d", { total: 4 }), part(2, "b", { total: 4 }));
    expect((await rig.messages(rental))[2]?.payload).toMatchObject({ body: "abcd", missing: [], replaces: second?.id });
  });

  it("that the network repeats is a duplicate", async () => {
    await incomplete();
    await give(part(2, "b"), part(2, "b", { second: 5 }));
    await rig.clock.advance(minutes(11));
    expect(await rig.read(rental)).toHaveLength(1);
    expect(await rig.store.counters()).toMatchObject({ received: 1, duplicates: 2 });
  });

  it("is a message by itself once its time is over, and the old parts are gone from the disk", async () => {
    await incomplete();
    expect(await rig.store.openParts()).toHaveLength(2);
    await later(days(7));
    expect(await rig.store.openParts()).toEqual([]);
    await give(part(3, "c"));
    await rig.clock.advance(minutes(11));
    const [, second] = await rig.read(rental);
    expect(second).toMatchObject({ body: "c", missing: [1, 2] });
    expect(second).not.toHaveProperty("replaces");
  });

  it("is a message by itself where nothing is kept", async () => {
    intake = await rig.intake({ lateParts: seconds(0) });
    await incomplete();
    expect(await rig.store.openParts()).toEqual([]);
    await give(part(3, "c"));
    await rig.clock.advance(minutes(11));
    expect(await rig.bodies(rental)).toEqual(["ab", "c"]);
  });

  it("joins once more after a commit of it has failed", async () => {
    const id = await incomplete();
    rig.store.failWrites("store.full");
    await expect(intake.accept(rig.incoming(part(3, "c"), "SM:900"))).rejects.toMatchObject({ code: "store.full" });
    rig.store.failWrites(null);
    await rig.clock.advance(seconds(10));
    await intake.accept(rig.incoming(part(3, "c"), "SM:900"));
    expect((await rig.messages(rental))[1]?.payload).toMatchObject({ body: "abc", replaces: id });
  });

  it("of a message whose other parts were damaged on disk since adds what it has", async () => {
    const id = await incomplete();
    const [stored] = await rig.store.openParts();
    if (stored === undefined) throw new Error("no part");
    await intake.stop();
    await rig.store.commitIntake(commitOf({ parts: [{ ...stored, sealed: new Uint8Array(40) }] }));
    intake = await rig.intake();
    await give(part(3, "c"));
    expect((await rig.messages(rental))[1]?.payload).toMatchObject({ body: "bc", missing: [1], replaces: id });
  });

  it("for a line without a rental is joined for the owner, or dropped with the rest", async () => {
    await rig.rentals.end(rental.id);
    await give(part(1, "a"), part(2, "b"));
    await rig.clock.advance(minutes(11));
    await give(part(3, "c"));
    const [first, second] = rig.store.held;
    expect(openHeld(second?.envelope ?? "")).toMatchObject({ body: "abc", replaces: first?.id });
    intake = await rig.intake({ unrented: "drop" });
    await give(part(1, "a", { ref: 9 }));
    await rig.clock.advance(minutes(11));
    expect(await rig.store.openParts()).toEqual([]);
  });

  it("never brings the next renter what the one before was given", async () => {
    await incomplete();
    await rig.rentals.end(rental.id);
    const next = await rig.grant(1, renter);
    await give(part(3, "c"));
    await rig.clock.advance(minutes(11));
    const [message] = await rig.read(next);
    expect(message).toMatchObject({ body: "c", missing: [1, 2] });
    expect(message).not.toHaveProperty("replaces");
    expect(await rig.read(rental)).toHaveLength(1);
  });

  it("that came before the line changed hands goes to the next renter alone", async () => {
    await give(part(1, "a", { total: 4 }));
    await rig.clock.advance(minutes(11));
    await give(part(2, "b", { total: 4 }));
    await rig.rentals.end(rental.id);
    const next = await rig.grant(1, renter);
    await rig.clock.advance(minutes(11));
    expect(await rig.bodies(next)).toEqual(["b"]);
  });
});

describe("the reference of an incomplete message, used again", () => {
  const hour = { second: 3600 };

  it("an hour later is another message, although its number is the missing one", async () => {
    await incomplete();
    await give(part(3, "C", hour), part(1, "A", hour), part(2, "B", hour));
    expect(await rig.bodies(rental)).toEqual(["ab", "ABC"]);
    expect((await rig.read(rental))[1]).not.toHaveProperty("replaces");
    expect(await rig.store.openParts()).toEqual([]);
  });

  it("an hour later is another message also while the first still waits", async () => {
    await give(part(1, "a"), part(2, "b"), part(3, "C", hour));
    expect(await rig.read(rental)).toMatchObject([{ body: "ab", missing: [3] }]);
    await give(part(1, "A", hour), part(2, "B", hour));
    expect(await rig.bodies(rental)).toEqual(["ab", "ABC"]);
  });

  it("an hour later with the same text is another message", async () => {
    await incomplete();
    await give(part(1, "a", hour), part(2, "b", hour), part(3, "c", hour));
    expect(await rig.bodies(rental)).toEqual(["ab", "abc"]);
  });

  it("at once is another message when a number is taken by another text", async () => {
    await incomplete();
    await give(part(2, "B"), part(1, "A"), part(3, "C"));
    expect(await rig.bodies(rental)).toEqual(["ab", "ABC"]);
  });

  it("delivers the late parts that wait when another message takes their place", async () => {
    await give(part(1, "a", { total: 4 }));
    await rig.clock.advance(minutes(11));
    await give(part(2, "b", { total: 4 }), part(1, "A", { total: 4, ...hour }));
    const [first, second] = await rig.messages(rental);
    expect(second?.payload).toMatchObject({ body: "ab", missing: [3, 4], replaces: first?.id });
    await rig.clock.advance(minutes(11));
    const third = (await rig.read(rental))[2];
    expect(third).toMatchObject({ body: "A" });
    expect(third).not.toHaveProperty("replaces");
  });

  it("by parts that follow one another slowly is one message, however long it takes", async () => {
    const times = [0, 1500, 3000];
    await give(...times.map((second, at) => part(at + 1, `${at}`, { second })));
    expect(await rig.bodies(rental)).toEqual(["012"]);
  });

  it("without a time to go by joins what waits, and begins anew where the message was delivered", async () => {
    const timeless = (number: number, text: string): Uint8Array => {
      const pdu = part(number, text);
      pdu.fill(0xff, 10, 17);
      return pdu;
    };
    await give(timeless(1, "a"), timeless(2, "b"), timeless(3, "c"));
    await give(timeless(1, "d"), timeless(2, "e"));
    await rig.clock.advance(minutes(11));
    await give(timeless(3, "f"));
    await rig.clock.advance(minutes(11));
    expect(await rig.bodies(rental)).toEqual(["abc", "de", "f"]);
  });
});

describe("what is kept for late parts", () => {
  it("is bounded: the oldest of a line's messages go first", async () => {
    for (let ref = 0; ref < 70; ref++) {
      await give(part(1, `${ref}`, { ref, second: ref }));
      await rig.clock.advance(seconds(1));
    }
    await rig.clock.advance(minutes(12));
    expect(await rig.store.openParts()).toHaveLength(64);
    await give(part(2, "+", { ref: 69, total: 3, second: 69 }), part(2, "+", { ref: 0, second: 0 }));
    await rig.clock.advance(minutes(11));
    expect((await rig.bodies(rental)).slice(-2).sort()).toEqual(["+", "69+"]);
  });

  it("costs no commit while nothing is due", async () => {
    await incomplete();
    const before = rig.store.commits;
    await rig.clock.advance(minutes(30));
    expect(rig.store.commits).toBeLessThanOrEqual(before + 1);
  });
});
