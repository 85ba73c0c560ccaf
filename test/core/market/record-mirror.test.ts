// Records on their way to a relay.

import { describe, expect, it } from "vitest";
import { hasCode, hours, listingId, minutes, utf8 } from "../../../src/base/index.ts";
import { type MarketOutcome, RecordMirror } from "../../../src/core/index.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const ID = listingId("a1b2c3d4e5f64a7b");
const record = utf8("{}");
const retry: MarketOutcome = { kind: "retry", code: "relay.not_committed" };

function mirrorWith(outcomes: readonly MarketOutcome[]) {
  const clock = new VirtualClock();
  let asked = 0;
  const relay = {
    putRecord: async (): Promise<MarketOutcome> => outcomes[Math.min(asked++, outcomes.length - 1)] ?? retry,
  };
  const mirror = new RecordMirror({ relay: () => relay, clock, random: new SeededRandom("mirror") });
  return { clock, mirror, asked: () => asked };
}

describe("a record on its way to a relay", () => {
  it("is offered until the relay's node shows the commitment, and once only at a time", async () => {
    const { clock, mirror, asked } = mirrorWith([retry, retry, { kind: "taken" }]);
    const [first, second] = [mirror.put(ID, record), mirror.put(ID, record)];
    await clock.advance(minutes(2));
    await Promise.all([first, second]);
    expect(asked()).toBe(3);
  });

  it("is given up when the relay refuses it, or after two hours", async () => {
    const refused = mirrorWith([{ kind: "refused", code: "relay.bad_signature" }]);
    const fault = await refused.mirror.put(ID, record).catch((error: unknown) => error);
    expect(hasCode(fault, "market.not_mirrored")).toBe(true);
    const never = mirrorWith([retry]);
    const late = never.mirror.put(ID, record).catch((error: unknown) => error);
    await never.clock.advance(hours(3));
    expect(hasCode(await late, "market.not_mirrored")).toBe(true);
  });

  it("ends at once when the box stops", async () => {
    const { mirror } = mirrorWith([retry]);
    const put = mirror.put(ID, record).catch((error: unknown) => error);
    await mirror.stop();
    expect(hasCode(await put, "base.stopped")).toBe(true);
  });
});
