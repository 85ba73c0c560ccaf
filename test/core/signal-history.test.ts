import { describe, expect, it } from "vitest";
import { minutes, slotId, type UnixMs } from "../../src/base/index.ts";
import { SignalHistory } from "../../src/core/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

function rig(levels: Record<string, number | null>) {
  const clock = new VirtualClock();
  const slots = () => Object.entries(levels).map(([id, signalDbm]) => ({ id: slotId(id), signalDbm }));
  const history = new SignalHistory({ clock, now: (): UnixMs => clock.now(), slots });
  history.start();
  return { clock, history, levels };
}

describe("the history of signal", () => {
  it("takes one level a minute, and none where the slot tells none", async () => {
    const { clock, history, levels } = rig({ "1": -70 });
    await clock.advance(minutes(2));
    levels["1"] = null;
    await clock.advance(minutes(1));
    levels["1"] = -81.4;
    await clock.advance(minutes(1));
    expect(history.of(slotId("1"))).toEqual({
      ...{ slot: "1", until: clock.now(), every_ms: 60_000 },
      dbm: [-70, -70, null, -81],
    });
  });

  it("takes no level that no modem can tell", async () => {
    const { clock, history, levels } = rig({ "1": 0 });
    await clock.advance(minutes(1));
    levels["1"] = -201;
    await clock.advance(minutes(1));
    levels["1"] = -140;
    await clock.advance(minutes(1));
    expect(history.of(slotId("1")).dbm).toEqual([null, null, -140]);
  });

  it("keeps a day and no more", async () => {
    const { clock, history, levels } = rig({ "1": -90 });
    await clock.advance(minutes(1));
    levels["1"] = -60;
    await clock.advance(minutes(1439));
    expect(history.of(slotId("1")).dbm).toHaveLength(1440);
    expect(history.of(slotId("1")).dbm[0]).toBe(-90);
    await clock.advance(minutes(1));
    expect(history.of(slotId("1")).dbm).toHaveLength(1440);
    expect(history.of(slotId("1")).dbm[0]).toBe(-60);
  });

  it("tells of all slots the worst of each span, the newest span whole", async () => {
    const { clock, history, levels } = rig({ "1": -70, "2": null });
    for (const dbm of [-95, -70, -71, null, -60]) {
      levels["1"] = dbm;
      await clock.advance(minutes(1));
    }
    // 480 points of a day are three minutes each.
    expect(history.all(480).slots).toEqual([
      { slot: "1", until: clock.now(), every_ms: 180_000, dbm: [-95, -71] },
      { slot: "2", until: clock.now(), every_ms: 180_000, dbm: [null, null] },
    ]);
    expect(history.all(1440).slots[0]?.dbm).toEqual([-95, -70, -71, null, -60]);
    expect(history.all(1).slots[0]?.dbm).toEqual([-95]);
  });

  it("forgets a slot that is gone, and begins anew with one that joins", async () => {
    const { clock, history, levels } = rig({ "1": -70, "2": -80 });
    await clock.advance(minutes(2));
    delete levels["2"];
    expect(codeOf(() => history.of(slotId("2")))).toBe("slot.unknown");
    await clock.advance(minutes(1));
    levels["2"] = -66;
    expect(history.of(slotId("2")).dbm).toEqual([]);
    await clock.advance(minutes(1));
    expect(history.of(slotId("2")).dbm).toEqual([-66]);
    expect(history.of(slotId("1")).dbm).toHaveLength(4);
  });

  it("takes nothing more once it has stopped", async () => {
    const { clock, history } = rig({ "1": -70 });
    await clock.advance(minutes(1));
    history.stop();
    await clock.advance(minutes(5));
    expect(history.of(slotId("1")).dbm).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });
});
