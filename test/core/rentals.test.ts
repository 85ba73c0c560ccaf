import { beforeEach, describe, expect, it } from "vitest";
import { days, hours, millis, minutes, seconds, toBase64url, unixMs } from "../../src/base/index.ts";
import { type Rental, isOverAtRelay as relayIsOver, TrustedTime } from "../../src/core/index.ts";
import { openGrant, publicKeysToText, verifyGrant } from "../../src/envelope/index.ts";
import { type RentalGrant, rentalGrant } from "../../src/protocol/index.ts";
import { codeOf } from "../contract/box-store.ts";
import type { StoreFault } from "../sim/memory-store.ts";
import { CoreRig, lineOf, pduOf, provider, renter, renters, START, suite } from "./core-rig.ts";

let rig: CoreRig;

beforeEach(async () => {
  rig = new CoreRig();
  for (const n of [1, 2]) await rig.rentals.saveLine(lineOf(n));
});

const [, second = renter] = renters;

async function grantOf(rental: Rental): Promise<RentalGrant> {
  const pending = await rig.store.grantOf(rental.id);
  if (pending === null) throw new Error("no grant");
  return pending.grant;
}

/** Memory and disk say the same. */
async function expectAgreement(): Promise<void> {
  const loaded = rig.newRentals();
  await loaded.load();
  const byId = (all: readonly Rental[]): readonly Rental[] => [...all].sort((a, b) => a.id.localeCompare(b.id));
  expect(byId(rig.rentals.all())).toEqual(byId(loaded.all()));
  for (const line of loaded.lines()) expect(rig.rentals.active(line.id)).toEqual(loaded.active(line.id));
}

describe("lines", () => {
  it("keep their listing id for ever, and follow the configuration in everything else", async () => {
    const moved = { ...lineOf(1), slot: lineOf(2).slot, iccid: "8900000000000000001", listingId: lineOf(2).listingId };
    const saved = await rig.rentals.saveLine(moved);
    expect(saved).toEqual({ ...moved, listingId: lineOf(1).listingId });
    expect(rig.rentals.line(lineOf(1).id)).toEqual(saved);
    expect((await rig.store.lines())[0]).toEqual(saved);
  });

  it("that have not changed are not written again", async () => {
    const commits = rig.store.commits;
    await rig.rentals.saveLine(lineOf(1));
    expect(rig.store.commits).toBe(commits);
  });

  it("are as before when they could not be written", async () => {
    rig.store.failWrites("store.full");
    expect(await codeOf(rig.rentals.saveLine({ ...lineOf(1), iccid: "8900000000000000001" }))).toBe("store.full");
    expect(rig.rentals.line(lineOf(1).id)).toEqual(lineOf(1));
  });
});

describe("grant", () => {
  it("rents a line by its id or its number, from now on for the days asked", async () => {
    const rental = await rig.grant(1, renter);
    expect(rental).toMatchObject({
      lineId: "line-1",
      listingId: lineOf(1).listingId,
      startsAt: START,
      expiresAt: START + days(30),
      state: "active",
      endedAt: null,
      rev: 1,
    });
    const request = { line: lineOf(2).number, renter: publicKeysToText(second), days: 1, credit: 3 };
    expect((await rig.rentals.grant({ ...request, envelope_version: 2 })).envelopeVersion).toBe(2);
    expect(rig.rentals.active(lineOf(1).id)).toEqual(rental);
    expect(rig.allEvents()[0]).toMatchObject({ code: "rental.granted", line: "line-1", details: { days: 30 } });
    await expectAgreement();
  });

  it("is signed by the provider, and tells the number to the renter alone", async () => {
    const grant = await grantOf(await rig.grant(1, renter));
    expect(rentalGrant.parse(grant)).toEqual(grant);
    expect(verifyGrant(suite, provider.verify, grant)).toBe(true);
    expect(grant).toMatchObject({ provider: toBase64url(provider.verify), rev: 1, starts_at: START / 1000 });
    expect(openGrant(suite, renter.seed, grant)).toEqual({
      number: lineOf(1).number,
      terms: { envelope_version: 1, sender_policy: { presets: [], custom: false } },
    });
    expect(() => openGrant(suite, second.seed, grant)).toThrowError(
      expect.objectContaining({ code: "envelope.cannot_open" }),
    );
    expect(JSON.stringify(grant)).not.toContain(lineOf(1).number.slice(1));
  });

  it("tells who must hand it to the relay, after it is durable", async () => {
    const told: string[] = [];
    const rentals = rig.newRentals((rental) => told.push(rental.id));
    await rentals.load();
    const release = rig.store.stallWrites();
    const granted = rentals.grant({
      line: "line-1",
      renter: publicKeysToText(renter),
      days: 1,
      envelope_version: 1,
      credit: null,
    });
    await rig.clock.flush();
    expect(told).toEqual([]);
    release();
    expect(told).toEqual([(await granted).id]);
  });

  it.each([
    ["an unknown line", { line: "line-9" }, "rental.unknown_line"],
    ["a key that is none", { renter: { verify: "AAAA", encrypt: "BBBB" } }, "rental.bad_keys"],
    [
      "an encrypt key that anybody could open (of low order)",
      { renter: { verify: toBase64url(renter.verify), encrypt: toBase64url(new Uint8Array(32)) } },
      "rental.bad_keys",
    ],
  ])("refuses %s", async (_name, change, code) => {
    const request = { line: "line-1", renter: publicKeysToText(renter), days: 1, credit: null };
    expect(await codeOf(rig.rentals.grant({ ...request, envelope_version: 1, ...change }))).toBe(code);
    expect(rig.rentals.all()).toEqual([]);
  });

  it("refuses a line that is rented, to anybody", async () => {
    await rig.grant(1, renter);
    expect(await codeOf(rig.grant(1, second))).toBe("rental.line_rented");
    expect(await codeOf(rig.grant(1, renter))).toBe("rental.line_rented");
    expect((await rig.grant(2, second)).lineId).toBe("line-2");
  });

  it("gives a line once, however many ask at the same time", async () => {
    const release = rig.store.stallWrites();
    const codes = [renter, second, renter, second].map((who) => codeOf(rig.grant(1, who)));
    await rig.clock.flush();
    release();
    expect((await Promise.all(codes)).sort()).toEqual([
      "no error",
      "rental.line_rented",
      "rental.line_rented",
      "rental.line_rented",
    ]);
    await expectAgreement();
  });

  it("lets a line rest between renters, but not for the last one himself", async () => {
    const { id } = await rig.grant(1, renter);
    await rig.rentals.end(id);
    expect(await codeOf(rig.grant(1, second))).toBe("rental.line_resting");
    const again = await rig.grant(1, renter);
    await rig.rentals.end(again.id);
    await rig.clock.advance(millis(minutes(600) - 1));
    expect(await codeOf(rig.grant(1, second))).toBe("rental.line_resting");
    await rig.clock.advance(millis(1));
    await rig.grant(1, second);
  });

  it("waits for a clock that can be trusted: the paid days begin now", async () => {
    rig.clock.jump(days(-9000));
    rig.time.observe();
    const error: unknown = await rig.grant(1, renter).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "rental.clock_in_doubt", retryable: true });
    rig.time.evidence(START);
    expect((await rig.grant(1, renter)).startsAt).toBe(START);
  });
});

describe("end", () => {
  it("ends a rental now, with a grant of a higher rev that is over", async () => {
    const rental = await rig.grant(1, renter);
    await rig.clock.advance(hours(5));
    const over = await rig.rentals.end(rental.id);
    expect(over).toMatchObject({ state: "ended", endedAt: START + hours(5), rev: 2 });
    expect(rig.rentals.active(lineOf(1).id)).toBeNull();
    const grant = await grantOf(rental);
    expect(grant).toMatchObject({ rev: 2, expires_at: (START + hours(5)) / 1000 });
    expect(verifyGrant(suite, provider.verify, grant)).toBe(true);
    expect(openGrant(suite, renter.seed, grant).number).toBe(lineOf(1).number);
    expect(rig.eventCodes()).toEqual(["rental.granted", "rental.ended"]);
    await expectAgreement();
  });

  it("refuses an unknown rental, and one that is over", async () => {
    const rental = await rig.grant(1, renter);
    await rig.rentals.end(rental.id);
    expect(await codeOf(rig.rentals.end(rental.id))).toBe("rental.not_active");
    expect(await codeOf(rig.newRentals().end(rental.id))).toBe("rental.unknown");
  });

  it("asked for twice at the same time, or while it runs out, makes one new rev", async () => {
    const rental = await rig.grant(1, renter);
    const release = rig.store.stallWrites();
    const first = codeOf(rig.rentals.end(rental.id));
    const again = codeOf(rig.rentals.end(rental.id));
    await rig.clock.advance(days(31));
    const tick = rig.rentals.tick();
    release();
    expect([await first, await again]).toEqual(["no error", "rental.not_active"]);
    await tick;
    expect(rig.rentals.get(rental.id)).toMatchObject({ state: "ended", rev: 2 });
    expect(rig.eventCodes()).toEqual(["rental.granted", "rental.ended"]);
    await expectAgreement();
  });

  it("leaves to the renter what came in its last second: the relay takes it", async () => {
    const rental = await rig.grant(1, renter);
    const intake = await rig.intake();
    await rig.clock.advance(millis(10_300));
    await intake.accept(rig.incoming(pduOf({ body: "last" })));
    await rig.clock.advance(millis(600));
    await rig.rentals.end(rental.id);
    const [row] = await rig.store.nextMessages(rental.id, 1);
    const { expires_at } = await grantOf(rental);
    expect(relayIsOver(expires_at, row?.message.ts ?? Number.NaN, unixMs(rig.clock.now() + minutes(5)))).toBe(false);
  });
});

describe("a store that fails", () => {
  it.each<StoreFault>(["store.full", "store.busy", "store.io"])(
    "with %s leaves memory and disk agreeing, and the next try succeeds",
    async (fault) => {
      const before = await rig.grant(1, renter);
      rig.store.failWrites(fault);
      expect(await codeOf(rig.grant(2, second))).toBe(fault);
      expect(await codeOf(rig.rentals.end(before.id))).toBe(fault);
      expect(rig.rentals.active(lineOf(1).id)).toEqual(before);
      await rig.clock.advance(days(40));
      await rig.rentals.tick();
      expect(rig.rentals.get(before.id)).toEqual(before);
      expect(rig.log.lines.some((line) => line.startsWith("warn rental_tick_failed"))).toBe(true);
      await expectAgreement();
      rig.store.failWrites(null);
      await rig.rentals.tick();
      expect(rig.rentals.get(before.id)?.state).toBe("expired");
      await rig.grant(2, second);
      await expectAgreement();
      expect(rig.eventCodes()).toEqual(["rental.granted", "rental.expired", "rental.granted"]);
    },
  );
});

describe("expiry", () => {
  it("comes with the first tick after the time, with a grant of a higher rev", async () => {
    const rental = await rig.grant(1, renter);
    await rig.clock.advance(millis(days(30) - 1));
    await rig.rentals.tick();
    expect(rig.rentals.get(rental.id)?.state).toBe("active");
    await rig.clock.advance(millis(1));
    await rig.rentals.tick();
    await rig.rentals.tick();
    expect(rig.rentals.get(rental.id)).toMatchObject({ state: "expired", endedAt: START + days(30), rev: 2 });
    expect(await grantOf(rental)).toMatchObject({ rev: 2, expires_at: (START + days(30)) / 1000 });
    expect(rig.eventCodes()).toEqual(["rental.granted", "rental.expired"]);
  });

  it("lets nothing through between the time and the tick: the relay would refuse it", async () => {
    await rig.grant(1, renter);
    await rig.clock.advance(millis(days(30) - 1));
    expect(rig.rentals.active(lineOf(1).id)).not.toBeNull();
    await rig.clock.advance(millis(1));
    expect(rig.rentals.active(lineOf(1).id)).toBeNull();
  });

  it("never comes by a clock that jumps years, until somebody confirms it", async () => {
    const rental = await rig.grant(1, renter);
    rig.clock.jump(days(10_000));
    rig.time.observe();
    await rig.rentals.tick();
    expect(rig.rentals.active(lineOf(1).id)).toEqual(rental);
    rig.time.evidence(unixMs(START + days(10_000)));
    await rig.rentals.tick();
    expect(rig.rentals.get(rental.id)?.state).toBe("expired");
  });

  it("does not come by a clock that jumped when the true time is told", async () => {
    const rental = await rig.grant(1, renter);
    rig.clock.jump(days(10_000));
    rig.time.evidence(unixMs(START + seconds(10)));
    for (let i = 0; i < 3; i++) {
      await rig.clock.advance(minutes(1));
      rig.time.observe();
      await rig.rentals.tick();
    }
    expect(rig.rentals.active(lineOf(1).id)).toEqual(rental);
    expect(rig.time.confidence).toBe("trusted");
  });

  it("comes by the relay's time even while the system clock stays wrong", async () => {
    const rental = await rig.grant(1, renter);
    rig.clock.jump(days(-20_000));
    rig.time.observe();
    rig.time.evidence(unixMs(START + days(29)));
    await rig.clock.advance(days(1));
    rig.time.observe();
    await rig.rentals.tick();
    expect(rig.rentals.get(rental.id)?.state).toBe("expired");
  });

  it.each([
    ["in the past", -9000],
    ["fifty years ahead", 18_250],
  ])("does not come by a boot with a clock %s", async (_name, shift) => {
    const rental = await rig.grant(1, renter);
    rig.clock.jump(days(shift));
    const next = new CoreRigAfterBoot(rig);
    await next.rentals.load();
    await next.rentals.tick();
    expect(next.rentals.active(lineOf(1).id)).toEqual(rental);
    next.time.evidence(unixMs(START + days(1)));
    await next.rentals.tick();
    expect(next.rentals.active(lineOf(1).id)).toEqual(rental);
    next.time.evidence(unixMs(START + days(1)));
    expect(next.time.now()).toBe(START + days(1));
  });
});

/** The box after a restart: it remembers the last trusted time, `START`. */
class CoreRigAfterBoot {
  readonly time: TrustedTime;
  readonly rentals: CoreRig["rentals"];

  constructor(before: CoreRig) {
    this.time = new TrustedTime(before.clock, START);
    this.rentals = before.newRentals(() => {}, this.time);
  }
}
