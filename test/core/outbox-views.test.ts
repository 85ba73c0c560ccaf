import { describe, expect, it } from "vitest";
import { lineId, millis, seconds, unixMs } from "../../src/base/index.ts";
import {
  createOutboxViews,
  type LinkState,
  linkStart,
  type RentalWait,
  type WaitingRental,
} from "../../src/core/index.ts";
import { rentalIdOf } from "../sim/store-samples.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const row = (n: number): WaitingRental => ({
  ...{ rentalId: rentalIdOf(n), lineId: lineId(`line-${n}`), waiting: n, oldest: unixMs(n), firstSeq: 1 },
});
const idle: RentalWait = { serving: false, attempts: 0, until: null, reason: null };

function views(waits: readonly RentalWait[], link: LinkState, clock = new VirtualClock()) {
  const rows = waits.map((_, index) => row(index + 1));
  const waitOf = (id: string) => waits[rows.findIndex(({ rentalId }) => rentalId === id)] ?? idle;
  const store = {
    depth: async () => ({ waiting: 6, oldest: unixMs(1), refused: 2 }),
    waitingRentals: async (_after: string | null, limit: number) => rows.slice(0, limit),
    refusedMessages: async () => [],
  };
  return createOutboxViews({ store, forwarder: { link, waitOf }, clock, now: () => 1_000_000 });
}

describe("the view of the outbox", () => {
  it("tells what is sent, what waits its turn, and what is held until when and why", async () => {
    const clock = new VirtualClock();
    const until = clock.monotonic() + seconds(5);
    const held = { serving: false, attempts: 3, until, reason: "relay.quota" };
    const over = { ...held, until: clock.monotonic() };
    const view = await views([{ ...idle, serving: true }, idle, held, over], linkStart, clock).outbox({
      after: null,
      limit: 9,
    });
    expect(view).toMatchObject({ waiting: 6, oldest_at: 1, refused: 2, next: null });
    expect(view.rentals.map(({ state, attempts, next_at, reason }) => [state, attempts, next_at, reason])).toEqual([
      ["sending", 0, null, null],
      ["queued", 0, null, null],
      ["held", 3, 1_005_000, "relay.quota"],
      ["queued", 3, null, "relay.quota"],
    ]);
  });

  it("tells when a relay that is down is asked again", async () => {
    const clock = new VirtualClock();
    const notBefore = millis(clock.monotonic() + seconds(60));
    const link: LinkState = { kind: "down", failures: 4, notBefore, code: "relay.unreachable" };
    const { relay } = await views([], link, clock).outbox({ after: null, limit: 9 });
    expect(relay).toEqual({ state: "down", failures: 4, next_at: 1_060_000, code: "relay.unreachable" });
  });

  it("names the next page while there may be one", async () => {
    const view = await views([idle, idle, idle], linkStart).outbox({ after: null, limit: 2 });
    expect(view.next).toBe(rentalIdOf(2));
  });
});
