import { beforeEach, describe, expect, it } from "vitest";
import { hours, unixMs } from "../../src/base/index.ts";
import { judge } from "../../src/core/dedupe.ts";
import type { Intake, Rental } from "../../src/core/index.ts";
import type { SeenPdu } from "../../src/core/model.ts";
import { sampleSeen } from "../sim/store-samples.ts";
import { CoreRig, pduOf, START } from "./core-rig.ts";

const seen = (location: string | null, deleted: boolean, occurrence = 0, at = START): SeenPdu =>
  sampleSeen(1, { location, deleted, occurrence, at });

describe("judge", () => {
  it.each([
    ["no row", [], "SM:1", "new", 0],
    ["the same place", [seen("SM:1", false)], "SM:1", "duplicate", 0],
    ["the same place, emptied since", [seen("SM:1", true)], "SM:1", "new", 1],
    ["another place", [seen("SM:2", false)], "SM:1", "new", 1],
    ["another storage, emptied since", [seen("ME:1", true)], "SM:1", "new", 1],
    ["another place, emptied since", [seen("SM:2", true)], "SM:1", "new", 1],
    ["a direct delivery, now stored", [seen(null, true)], "SM:1", "new", 1],
    ["a stored one, now direct", [seen("SM:1", false)], null, "new", 1],
    ["a direct delivery, again direct", [seen(null, true)], null, "duplicate", 0],
    ["a direct delivery of an old row", [seen(null, false)], null, "duplicate", 0],
    [
      "several, one at this place",
      [seen("SM:1", true), seen("SM:2", true, 1), seen("SM:1", false, 2)],
      "SM:1",
      "duplicate",
      2,
    ],
    ["several, none at this place now", [seen("SM:1", true), seen("SM:2", false, 4)], "SM:1", "new", 5],
    ["no row of a session", [], "smpp/b/1", "new", 0],
    ["a message of the same session", [seen("smpp/b/1", false)], "smpp/b/2", "new", 1],
    ["the same place of a session", [seen("smpp/b/1", false)], "smpp/b/1", "duplicate", 0],
    ["the same place of a session, confirmed", [seen("smpp/b/1", true)], "smpp/b/1", "duplicate", 0],
    ["another session's message, confirmed", [seen("smpp/a/1", true)], "smpp/b/1", "new", 1],
    ["a stored message of a modem", [seen("SM:1", false)], "smpp/b/1", "new", 1],
    ["a direct delivery, now of a session", [seen(null, true)], "smpp/b/1", "new", 1],
    ["a session's message, now stored", [seen("smpp/a/1", false)], "SM:1", "new", 1],
  ] as const)("by %s", (_name, rows, location, kind, occurrence) => {
    const verdict = judge(rows, location, START);
    expect(verdict).toEqual({ kind, occurrence, ...(kind === "new" ? {} : { moved: null }) });
  });

  it.each([
    ["another session's message", [seen("smpp/a/1", false)], 0],
    ["one of two of another session", [seen("smpp/a/1", false), seen("smpp/a/2", false, 1)], 0],
    ["the one of two that waits", [seen("smpp/a/1", true), seen("smpp/a/2", false, 1)], 1],
    ["the one of two that has not moved yet", [seen("smpp/b/1", false), seen("smpp/a/2", false, 1)], 1],
    ["one of an older session still", [seen("smpp/a/1", true), seen("smpp/0/9", false, 1)], 1],
    ["one that is almost a day old", [seen("smpp/a/1", false, 0, unixMs(START - hours(24) + 1))], 0],
    ["one from before the clock was set back", [seen("smpp/a/1", false, 0, unixMs(START + hours(23)))], 0],
  ] as const)(
    "takes a session's message that waits for its confirmation for redelivered, and moves it: %s",
    (_name, rows, occurrence) => {
      const row = rows.find((one) => one.occurrence === occurrence);
      expect(judge(rows, "smpp/b/7", START)).toEqual({
        kind: "duplicate",
        occurrence,
        moved: { ...row, location: "smpp/b/7", at: START },
      });
    },
  );

  it.each([
    ["the same number", [seen("SM:3", false)], 0],
    ["another number", [seen("SM:9", false)], 0],
    ["the one of two that waits", [seen("SM:1", true), seen("SM:2", false, 1)], 1],
    ["the one of two that has not moved yet", [seen("ME:1", false), seen("SM:2", false, 1)], 1],
  ] as const)(
    "takes what waits in one memory and shows in another for the same message, and moves it: %s",
    (_name, rows, occurrence) => {
      const row = rows.find((one) => one.occurrence === occurrence);
      expect(judge(rows, "ME:3", START)).toEqual({
        kind: "duplicate",
        occurrence,
        moved: { ...row, location: "ME:3", at: START },
      });
    },
  );

  it("counts what waited a day for its confirmation as lost to the gateway", () => {
    const old = seen("smpp/a/1", false, 0, unixMs(START - hours(24)));
    expect(judge([old], "smpp/b/1", START)).toEqual({ kind: "new", occurrence: 1 });
  });
});

describe("redelivery by a gateway", () => {
  let rig: CoreRig;
  let rental: Rental;
  let intake: Intake;

  beforeEach(async () => {
    rig = new CoreRig();
    const [first] = await rig.rent(1);
    if (first === undefined) throw new Error("no rental");
    rental = first;
    intake = await rig.intake();
  });

  const offer = (place: string) => intake.accept(rig.incoming(pduOf({ body: "x" }), place));

  it("of two equal messages whose responses were lost gives both once, also after restarts", async () => {
    await offer("smpp/a/1");
    await offer("smpp/a/2");
    intake = await rig.intake();
    const again = [await offer("smpp/b/1"), await offer("smpp/b/2")];
    expect(again).toMatchObject([
      { kind: "duplicate", ticket: { occurrence: 0 } },
      { kind: "duplicate", ticket: { occurrence: 1 } },
    ]);
    expect((await offer("smpp/b/3")).kind).toBe("stored");
    intake = await rig.intake();
    const third = await Promise.all(["smpp/c/1", "smpp/c/2", "smpp/c/3", "smpp/c/4"].map(offer));
    expect(third.map(({ kind }) => kind)).toEqual(["duplicate", "duplicate", "duplicate", "stored"]);
    expect(await rig.bodies(rental)).toEqual(["x", "x", "x", "x"]);
  });

  it("ends with the confirmation: equal bytes are then another message", async () => {
    await offer("smpp/a/1");
    const { ticket } = await offer("smpp/b/1");
    intake.deleted(ticket);
    expect((await offer("smpp/c/1")).kind).toBe("stored");
    expect(await rig.bodies(rental)).toEqual(["x", "x"]);
  });

  it("is stored with the message's new place, so that a commit that fails takes nothing", async () => {
    await offer("smpp/a/1");
    rig.store.failWrites("store.full");
    await expect(offer("smpp/b/1")).rejects.toMatchObject({ code: "store.full" });
    rig.store.failWrites(null);
    await rig.clock.advance(hours(1));
    expect(await offer("smpp/b/1")).toMatchObject({ kind: "duplicate", ticket: { occurrence: 0 } });
    const [row] = rig.committed.at(-1)?.seen ?? [];
    expect(row).toMatchObject({ location: "smpp/b/1", deleted: false, occurrence: 0 });
  });
});
