import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { millis, silentLogger, unixMs } from "../../src/base/index.ts";
import type {
  Alert,
  AlertStore,
  DeliveryAttempt,
  NoticeChanges,
  NoticeStore,
  QueuedNotice,
} from "../../src/core/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { MemoryAlerts } from "../sim/memory-alerts.ts";
import { MemoryNotices } from "../sim/memory-notices.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

async function openReal() {
  const file = join(tempFolder(), "box.db");
  const store = await openBoxStore({ file, clock: new VirtualClock(), log: silentLogger });
  onTestFinished(() => store.close());
  return store;
}

const alert = (n: number, more: Partial<Alert> = {}): Alert => ({
  ...{
    id: `${n}`.padStart(16, "0"),
    rule: "slot_down",
    subject: "s1",
    severity: "warning",
    raisedAt: unixMs(n * 1000),
  },
  ...{ clearedAt: null, toldAt: null, tells: 0, acknowledgedAt: null, snoozedUntil: null, flapping: false },
  ...{ value: true, details: { reason: "modem.timeout", n: 3 } },
  ...more,
});

const alertStores: readonly (readonly [string, () => Promise<AlertStore>])[] = [
  ["MemoryAlerts", async () => new MemoryAlerts()],
  ["the box's store", async () => (await openReal()).alerts],
];

for (const [name, open] of alertStores) {
  describe(`alerts in ${name}`, () => {
    it("come back whole", async () => {
      const store = await open();
      const told = { toldAt: unixMs(5), tells: 2, acknowledgedAt: unixMs(6), snoozedUntil: unixMs(7) };
      const full = alert(1, { ...told, clearedAt: unixMs(8), flapping: true, value: -107.5, severity: "critical" });
      await store.saveAlerts([{ alert: full, open: true }]);
      expect(await store.openAlerts()).toEqual([full]);
    });

    it("are open until they are not, and stay in the history", async () => {
      const store = await open();
      await store.saveAlerts([1, 2, 3].map((n) => ({ alert: alert(n), open: true })));
      await store.saveAlerts([{ alert: alert(2, { clearedAt: unixMs(9) }), open: false }]);
      expect((await store.openAlerts()).map(({ raisedAt }) => raisedAt)).toEqual([1000, 3000]);
      expect((await store.alertHistory(null, 10)).map(({ raisedAt }) => raisedAt)).toEqual([3000, 2000, 1000]);
      expect((await store.alertHistory(unixMs(3000), 1)).map(({ clearedAt }) => clearedAt)).toEqual([9]);
    });

    it("go when they are over and many newer ones are", async () => {
      const store = await open();
      const all = Array.from({ length: 30 }, (_, n) => ({ alert: alert(n), open: n % 10 === 0 }));
      await store.saveAlerts(all);
      await store.pruneAlerts(5);
      const left = (await store.alertHistory(null, 100)).map(({ raisedAt }) => raisedAt / 1000);
      expect(left).toEqual([29, 28, 27, 26, 25, 20, 10, 0]);
    });
  });
}

const notice = (id: string, more: Partial<QueuedNotice> = {}): QueuedNotice => ({
  ...{ id, target: "channel:a", type: "alert.raised", at: unixMs(10), body: '{"n":1}', attempts: 0, dueAt: unixMs(10) },
  ...more,
});
const tried = (n: number, target = "channel:a"): DeliveryAttempt => ({
  ...{
    target,
    notice: `n${n}`,
    type: "alert.raised",
    at: unixMs(n),
    result: "sent",
    status: 200,
    duration: millis(12),
  },
});
const nothing: NoticeChanges = { added: [], delayed: [], removed: [], targets: [], attempts: [], forgotten: [] };

const noticeStores: readonly (readonly [string, () => Promise<NoticeStore>])[] = [
  ["MemoryNotices", async () => new MemoryNotices()],
  ["the box's store", async () => (await openReal()).notices],
];

for (const [name, open] of noticeStores) {
  describe(`notices in ${name}`, () => {
    it("come back whole and in their order", async () => {
      const store = await open();
      const all = [notice("z"), notice("a", { attempts: 3, dueAt: unixMs(99) }), notice("z", { target: "webhook:b" })];
      await store.saveNotices({ ...nothing, added: all }, 100);
      expect((await store.loadNotices()).queued).toEqual(all);
    });

    it("are stored once for each target", async () => {
      const store = await open();
      await store.saveNotices({ ...nothing, added: [notice("a", { attempts: 2 })] }, 100);
      await store.saveNotices({ ...nothing, added: [notice("a"), notice("b")] }, 100);
      expect((await store.loadNotices()).queued.map(({ id, attempts }) => [id, attempts])).toEqual([
        ["a", 2],
        ["b", 0],
      ]);
    });

    it("are put off and removed", async () => {
      const store = await open();
      await store.saveNotices({ ...nothing, added: [notice("a"), notice("b"), notice("c")] }, 100);
      const later = notice("b", { attempts: 1, dueAt: unixMs(50) });
      await store.saveNotices({ ...nothing, delayed: [later], removed: [{ target: "channel:a", id: "a" }] }, 100);
      expect((await store.loadNotices()).queued).toEqual([later, notice("c")]);
    });

    it("keep what is known of their targets", async () => {
      const store = await open();
      const failing = { failures: 3, failingSince: unixMs(1), pausedUntil: unixMs(2), disabled: null };
      const off = {
        failures: 9,
        failingSince: unixMs(1),
        pausedUntil: null,
        disabled: { at: unixMs(3), code: "notify.gone" },
      };
      await store.saveNotices({ ...nothing, targets: [{ target: "a", state: off }] }, 100);
      await store.saveNotices(
        {
          ...nothing,
          targets: [
            { target: "a", state: failing },
            { target: "b", state: off },
          ],
        },
        100,
      );
      expect([...(await store.loadNotices()).targets].sort()).toEqual([
        ["a", failing],
        ["b", off],
      ]);
    });

    it("keep the newest attempts of each target", async () => {
      const store = await open();
      await store.saveNotices({ ...nothing, attempts: [tried(1), tried(2), tried(1, "webhook:b")] }, 2);
      const failed = { ...tried(3), result: "notify.http_500", status: null };
      await store.saveNotices({ ...nothing, attempts: [failed] }, 2);
      expect((await store.loadNotices()).attempts).toEqual([tried(2), tried(1, "webhook:b"), failed]);
    });

    it("go with everything that is known of a target that is forgotten, and nothing else does", async () => {
      const store = await open();
      const state = { failures: 3, failingSince: unixMs(1), pausedUntil: unixMs(2), disabled: null };
      const both = ["channel:a", "webhook:b"];
      await store.saveNotices(
        {
          ...nothing,
          added: both.map((target) => notice("n", { target })),
          targets: both.map((target) => ({ target, state })),
          attempts: both.map((target) => tried(1, target)),
        },
        100,
      );
      await store.saveNotices({ ...nothing, forgotten: ["channel:a"], added: [notice("new")] }, 100);
      const { queued, targets, attempts } = await store.loadNotices();
      expect(queued.map(({ target, id }) => `${target} ${id}`)).toEqual(["webhook:b n", "channel:a new"]);
      expect([[...targets.keys()], attempts.map(({ target }) => target)]).toEqual([["webhook:b"], ["webhook:b"]]);
    });
  });
}
