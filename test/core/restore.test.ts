import { describe, expect, it } from "vitest";
import {
  days,
  hours,
  lineId,
  type RentalId,
  rentalId,
  silentLogger,
  toBase64url,
  unixMs,
} from "../../src/base/index.ts";
import { CatchUp, type CatchUpRelay, EventLog, type RestoreStore, TwinWatch } from "../../src/core/index.ts";
import { judgeGrant } from "../../src/core/restore/catch-up-rules.ts";
import type { RentalGrant } from "../../src/protocol/index.ts";
import { grantOf, LISTING, NOW, otherProvider, provider, suite } from "../relay/fixtures.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { sampleLine, sampleRental } from "../sim/store-samples.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

describe("a grant that a restored box finds at its relay", () => {
  const line = { ...sampleLine(1), listingId: LISTING as never };
  const grant = (changes: Partial<RentalGrant> = {}): RentalGrant => ({ ...grantOf(), rev: 2, ...changes });
  const expires = grantOf().expires_at;
  const local = {
    ...sampleRental(1, {}),
    id: rentalId(grantOf().rental_id),
    rev: 1,
    expiresAt: unixMs(expires * 1000),
    senderRules: { allow: [], deny: [] } as never,
  };
  const judge = (given: RentalGrant, known: typeof local | null = local, now = NOW) =>
    judgeGrant(given, { local: known, lines: [line], now });

  it("is no news with the same or an older rev", () => {
    expect(judge(grant({ rev: 1 })).kind).toBe("known");
    expect(judge(grant(), { ...local, rev: 3 }).kind).toBe("known");
  });

  it("makes a rental known by its listing, unless the box has no such line", () => {
    const verdict = judge(grant(), null);
    expect(verdict).toMatchObject({ kind: "adopt", rental: { lineId: line.id, state: "active", rev: 2 } });
    expect(judgeGrant(grant(), { local: null, lines: [], now: NOW }).kind).toBe("foreign");
    expect(judge(grant(), null, unixMs(expires * 1000 + hours(1)))).toMatchObject({
      rental: { state: "expired", endedAt: expires * 1000 },
    });
  });

  it("that ends before the rental was to end has ended it; whom the renter does not hear stays", () => {
    const early = judge(grant({ expires_at: expires - 3600 }));
    expect(early).toMatchObject({ kind: "adopt", rental: { state: "ended", expiresAt: local.expiresAt } });
    const paid = judge(grant({ credit: 7 }));
    expect(paid).toMatchObject({
      rental: { state: "active", credit: 7, senderRules: local.senderRules, lineId: local.lineId },
    });
  });
});

interface World {
  readonly order: string[];
  readonly sequences: Map<RentalId, number>;
  fails: number;
  grants: readonly { readonly grant: RentalGrant; readonly last_seq: number }[];
  relay: CatchUpRelay;
}

function rig(changes: Partial<CatchUpRelay> = {}) {
  const clock = new VirtualClock(NOW);
  const events = new EventLog(clock, silentLogger);
  const id = rentalId(grantOf().rental_id);
  const world: World = {
    order: [],
    sequences: new Map([[id, 2]]),
    fails: 0,
    grants: [{ grant: grantOf(), last_seq: 5 }],
    relay: {
      claim: async () => ({ status: "first" }),
      rentals: async () =>
        world.fails-- > 0
          ? { kind: "retry", code: "relay.unreachable" }
          : { rentals: [...world.grants], next: id, more: true },
      messages: async (_rental, after) => ({
        messages: after === 2 ? [{ id: "a".repeat(32), seq: 3, hash: "h", stored_at: NOW }] : [],
        next: after === 2 ? 3 : after,
        more: after === 2,
      }),
      ...changes,
    },
  };
  let mark: Awaited<ReturnType<RestoreStore["restoreMark"]>> = { backupAt: unixMs(NOW - days(1)), restoredAt: NOW };
  const rental = { ...sampleRental(1, {}), id, rev: 1 };
  const catchUp = new CatchUp({
    ...{ clock, events, suite, random: new SeededRandom("catch up"), log: silentLogger, now: () => NOW },
    provider: toBase64url(provider.verify),
    relay: {
      claim: (...args) => world.relay.claim(...args),
      rentals: (...args) => world.relay.rentals(...args),
      messages: (...args) => world.relay.messages(...args),
    },
    intake: {
      hold: () => void world.order.push("hold intake"),
      release: async () => void world.order.push("release intake"),
    },
    rentals: {
      ...{
        load: async () => {},
        get: () => rental,
        lines: () => [{ ...sampleLine(1), id: lineId("a") }],
        all: () => [rental],
      },
      hold: () => void world.order.push("hold rentals"),
      release: async () => void world.order.push("release rentals"),
    },
    store: {
      markRestored: async () => {},
      restoreMark: async () => mark,
      adoptRental: async () => {},
      lastSequences: async () => world.sequences,
      adoptMessages: async (of, messages, last) => {
        world.sequences.set(of, Math.max(world.sequences.get(of) ?? 0, last, ...messages.map(({ seq }) => seq)));
        return messages.length;
      },
      clearRestoreMark: async () => {
        world.order.push("mark gone");
        mark = null;
      },
    },
  });
  const codes = (): readonly string[] => events.list({ after: 0, limit: 99 }).map(({ code }) => code);
  const unmark = (): void => {
    mark = null;
  };
  return { clock, world, catchUp, codes, id, unmark };
}

describe("catching up", () => {
  it("holds everything, asks until the relay answers, and goes on behind what it knows", async () => {
    const { world, catchUp, clock, codes, id } = rig();
    world.fails = 3;
    expect(await catchUp.begin()).toBe(true);
    const done = new Promise<void>((resolve) => catchUp.start(resolve));
    await clock.settle(done);
    expect(world.order).toEqual(["hold intake", "hold rentals", "mark gone", "release intake", "release rentals"]);
    // Also those of which the relay has forgotten the message: 4 and 5.
    expect(world.sequences.get(id)).toBe(5);
    expect(codes()).toEqual(["restore.catching_up", "restore.waiting", "restore.caught_up"]);
  });

  it("believes no grant that the box has not signed", async () => {
    const { world, catchUp, clock, id } = rig();
    world.grants = [{ grant: { ...grantOf(), provider: toBase64url(otherProvider.verify) }, last_seq: 99 }];
    await catchUp.begin();
    await clock.settle(new Promise<void>((resolve) => catchUp.start(resolve)));
    expect(world.sequences.get(id)).toBe(2);
  });

  it("leaves numbers out where the relay is too old to tell, and says so", async () => {
    const { world, catchUp, clock, codes, id } = rig({
      rentals: async () => ({ kind: "retry", code: "relay.unknown_route" }),
    });
    await catchUp.begin();
    await clock.settle(new Promise<void>((resolve) => catchUp.start(resolve)));
    expect(world.sequences.get(id)).toBe(100_002);
    expect(codes()).toContain("restore.skipped_ahead");
  });

  it("does nothing without a mark, and leaves the mark when it is stopped", async () => {
    const { world, catchUp, clock, unmark } = rig({
      rentals: async () => ({ kind: "retry", code: "relay.unreachable" }),
    });
    await catchUp.begin();
    let called = false;
    catchUp.start(() => {
      called = true;
    });
    await clock.flush(20);
    await clock.settle(catchUp.stop());
    expect([called, world.order]).toEqual([false, ["hold intake", "hold rentals"]]);
    unmark();
    expect(await catchUp.begin()).toBe(false);
  });
});

describe("the watch for a twin", () => {
  function watch(claims: readonly Awaited<ReturnType<CatchUpRelay["claim"]>>[]) {
    const clock = new VirtualClock(NOW);
    const events = new EventLog(clock, silentLogger);
    const settings = new Map<string, string>();
    const left = [...claims];
    const told: string[] = [];
    const twins = new TwinWatch({
      ...{ clock, events, random: new SeededRandom("twin"), log: silentLogger },
      store: {
        getSetting: async (key) => settings.get(key) ?? null,
        setSetting: async (key, value) => void settings.set(key, value),
      },
      relay: {
        claim: async (instance) => {
          told.push(instance);
          return left.shift() ?? { status: "same" };
        },
      },
    });
    return { clock, twins, told, codes: () => events.list({ after: 0, limit: 9 }).map(({ code }) => code) };
  }

  it("tells once when another box takes the identity, and again when that happens again", async () => {
    const { twins, told, codes, clock } = watch([{ kind: "retry", code: "relay.unreachable" }, { status: "replaced" }]);
    twins.saw("f".repeat(32));
    twins.start();
    await clock.advance(days(1));
    const own = told[1] ?? "";
    expect(told).toEqual([own, own]);
    for (const box of [own, undefined, "e".repeat(32), "e".repeat(32), own, "e".repeat(32)]) twins.saw(box);
    expect(codes()).toEqual(["box.took_over", "box.superseded", "box.superseded"]);
    expect(twins.superseded).toBe(true);
    await clock.settle(twins.stop());
  });

  it("asks a relay that does not know of it once", async () => {
    const { twins, told, clock } = watch([{ kind: "retry", code: "relay.unknown_route" }]);
    twins.start();
    await clock.advance(days(1));
    expect(told.length).toBe(1);
  });
});
