import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError, days, hours, minutes, silentLogger, type UnixMs, unixMs } from "../../src/base/index.ts";
import {
  type BackupDestination,
  Backups,
  type BackupsDeps,
  EventLog,
  nextRun,
  obsolete,
  readBackupName,
  retryAfter,
  zoneOffset,
} from "../../src/core/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { MemoryBoxStore } from "../sim/memory-store.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const NOON = unixMs(Date.UTC(2026, 6, 14, 12));
const nameAt = (at: number, who = "provider"): string =>
  `numberbox-${who}-${new Date(at).toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15)}.nbbackup`;

describe("when a backup is due", () => {
  const none = { lastSuccess: null, lastAttempt: null, failures: 0 };
  const at = { now: NOON, offset: () => 120 };

  it("is at its time of day by the clock on the wall, once", () => {
    const daily = { kind: "daily", minute: 3 * 60 + 30 } as const;
    // 03:30 local is 01:30 UTC.
    const due = Date.UTC(2026, 6, 14, 1, 30);
    expect(nextRun(daily, none, at)).toBe(due);
    expect(nextRun(daily, { ...none, lastSuccess: unixMs(due + 1) }, at)).toBe(due + days(1));
    expect(nextRun(daily, { ...none, lastSuccess: unixMs(due - 1) }, at)).toBe(due);
  });

  const madrid = zoneOffset("Europe/Madrid");
  const utc = (...parts: [number, number, number, number, number]) => unixMs(Date.UTC(...parts));

  it.each([
    // The clocks are put forward at 2:00, so that 2:30 is not there; and back at 3:00, so that it is there twice.
    ["02:00", 120, utc(2026, 2, 28, 12, 0), utc(2026, 2, 29, 1, 0)],
    ["02:30", 150, utc(2026, 2, 28, 12, 0), utc(2026, 2, 29, 1, 30)],
    ["04:00", 240, utc(2026, 2, 28, 12, 0), utc(2026, 2, 29, 2, 0)],
    ["02:30", 150, utc(2026, 9, 24, 12, 0), utc(2026, 9, 25, 1, 30)],
    ["04:00", 240, utc(2026, 9, 24, 12, 0), utc(2026, 9, 25, 3, 0)],
  ])("is at %s of the owner's zone in the night of another offset", (_name, minute, now, due) => {
    const record = { ...none, lastSuccess: now };
    expect(nextRun({ kind: "daily", minute }, record, { now, offset: madrid })).toBe(due);
  });

  it("is once a day in every zone and at every moment", () => {
    const zones = ["UTC", "Europe/Madrid", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"];
    const offsets = zones.map(zoneOffset);
    fc.assert(
      fc.property(
        fc.nat(zones.length - 1),
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
        fc.nat(1439),
        (zone, moment, minute) => {
          const [now, offset] = [unixMs(moment), offsets[zone] ?? madrid];
          const daily = { kind: "daily", minute } as const;
          const last = nextRun(daily, none, { now, offset });
          const next = nextRun(daily, { ...none, lastSuccess: now }, { now, offset });
          expect(last).toBeLessThanOrEqual(now);
          expect(next).toBeGreaterThan(now);
          expect(Math.abs(next - last - days(1))).toBeLessThanOrEqual(hours(1));
          const shown = (((last / 60_000 + offset(last)) % 1440) + 1440) % 1440;
          // But for the hour that is not there.
          if (offset(unixMs(last - hours(2))) === offset(unixMs(last + hours(2)))) expect(shown).toBe(minute);
        },
      ),
    );
  });

  it("is a span after the last that worked; what failed is tried again ever later", () => {
    const every = { kind: "every", every: hours(6) } as const;
    expect(nextRun(every, none, at)).toBeLessThanOrEqual(NOON);
    expect(nextRun(every, { ...none, lastSuccess: NOON }, at)).toBe(NOON + hours(6));
    const failed = { lastSuccess: unixMs(NOON - days(2)), lastAttempt: NOON, failures: 3 };
    expect(nextRun(every, failed, at)).toBe(NOON + minutes(20));
    expect([1, 2, 30].map(retryAfter)).toEqual([minutes(5), minutes(10), hours(6)]);
  });
});

describe("which old backups go", () => {
  const keep = { daily: 7, weekly: 4, monthly: 6 };
  const year = Array.from({ length: 400 }, (_, n) => nameAt(NOON - n * days(1)));

  it("leaves the newest of days, weeks and months", () => {
    const gone = new Set(obsolete(year, nameAt(NOON), keep));
    const left = year.filter((name) => !gone.has(name));
    expect(left.length).toBeLessThanOrEqual(17);
    expect(left.slice(0, 7)).toEqual(year.slice(0, 7));
    expect(left.length).toBeGreaterThan(13);
  });

  it("never touches the one just made, another box's, or other files", () => {
    const names = [
      ...year,
      nameAt(NOON, "other"),
      "holiday.jpg",
      "numberbox-provider-20260714-101500.nbbackup.partial",
    ];
    const oldest = nameAt(NOON - days(399));
    const gone = obsolete(names, oldest, keep);
    expect(gone).not.toContain(oldest);
    expect(gone.every((name) => readBackupName(name)?.identity === "provider")).toBe(true);
    expect(obsolete(names, "holiday.jpg", keep)).toEqual([]);
  });

  it("leaves something of whatever was there", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 2_000_000_000 })), (seconds) => {
        const names = seconds.map((second) => nameAt(second * 1000));
        const [newest] = names;
        if (newest === undefined) return;
        const gone = obsolete(names, newest, { daily: 1, weekly: 0, monthly: 0 });
        expect(gone).not.toContain(newest);
        expect(gone.length).toBeLessThan(names.length);
      }),
    );
  });
});

class MemoryPlace implements BackupDestination {
  readonly id: string;
  readonly place = "memory";
  readonly files = new Map<string, Uint8Array>();
  fails: AppError | null = null;
  flips = false;

  constructor(id: string) {
    this.id = id;
  }

  async put({ name, content }: Parameters<BackupDestination["put"]>[0]): Promise<void> {
    if (this.fails !== null) throw this.fails;
    for await (const bytes of content()) this.files.set(name, this.flips ? bytes.map((byte) => byte ^ 1) : bytes);
  }

  async list() {
    return [...this.files].map(([name, { length: size }]) => ({ name, size }));
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    yield this.files.get(name) ?? new Uint8Array(0);
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }
}

function rig(changes: Partial<BackupsDeps> = {}, store = new MemoryBoxStore()) {
  const clock = new VirtualClock(NOON);
  const events = new EventLog(clock, silentLogger);
  const [a, b] = [new MemoryPlace("a"), new MemoryPlace("b")];
  let disposed = 0;
  const backups = new Backups({
    ...{ clock, events, store, log: silentLogger, offset: () => 0, keep: { daily: 2, weekly: 0, monthly: 0 } },
    ...{ destinations: [a, b], schedule: { kind: "every", every: hours(24) } as const, now: (): UnixMs => clock.now() },
    source: {
      make: async () => ({
        ...{ name: nameAt(clock.now()), size: 3, sha256: "1,2,3", createdAt: clock.now() },
        content: async function* () {
          yield Uint8Array.of(1, 2, 3);
        },
        dispose: async () => void disposed++,
      }),
      digest: async (content) => {
        let text = "";
        for await (const bytes of content) text += bytes.join(",");
        return text;
      },
    },
    ...changes,
  });
  const codes = (): readonly string[] =>
    events.list({ after: 0, limit: 99 }).map(({ code, details }) => `${code} ${details.destination}`);
  return { clock, backups, a, b, codes, store, disposed: () => disposed };
}

describe("scheduled backups", () => {
  it("go to every place, are read back, and leave only what is to be kept", async () => {
    const { clock, backups, a, b, codes, disposed } = rig();
    await backups.load();
    backups.start();
    for (let day = 0; day < 4; day++) await clock.advance(days(1));
    expect([a.files.size, b.files.size]).toEqual([2, 2]);
    expect(codes().slice(0, 2)).toEqual(["backup.done a", "backup.done b"]);
    expect(disposed()).toBeGreaterThanOrEqual(4);
    expect(backups.status().destinations[0]).toMatchObject({ id: "a", problem: null, failures: 0, lastSize: 3 });
    await clock.settle(backups.stop());
  });

  it("tell by when the place that waits longest must have had one, whatever it tried since", async () => {
    const { clock, backups, b } = rig();
    await backups.load();
    // Nothing was tried yet, so nothing is late.
    expect(backups.facts()).toEqual({ lastAt: null, dueAt: null });
    backups.start();
    await clock.advance(minutes(2));
    const { lastAt, dueAt } = backups.facts();
    expect([lastAt, dueAt]).toEqual([NOON + minutes(1), NOON + minutes(1) + days(2)]);
    b.fails = new AppError("backup.unreachable", "not now", { retryable: true });
    await clock.advance(days(3));
    expect(backups.facts()).toEqual({ lastAt, dueAt });
    expect(clock.now()).toBeGreaterThan(dueAt ?? 0);
    await clock.settle(backups.stop());
    expect(rig({ schedule: null }).backups.facts().dueAt).toBeNull();
  });

  it("that fail at one place are tried there again, and nowhere else; a restart forgets nothing", async () => {
    const { clock, backups, a, b, codes, store } = rig();
    b.fails = new AppError("backup.unreachable", "not now", { retryable: true });
    await backups.load();
    backups.start();
    await clock.advance(minutes(7));
    expect([a.files.size, b.files.size]).toEqual([1, 0]);
    expect(codes()).toEqual(["backup.done a", "backup.failed b", "backup.failed b"]);
    await clock.settle(backups.stop());
    const again = rig({}, store);
    await again.backups.load();
    expect(again.backups.status().destinations[1]).toMatchObject({ failures: 2, problem: "backup.unreachable" });
    again.backups.start();
    await again.clock.advance(hours(1));
    expect([again.a.files.size, again.b.files.size]).toEqual([0, 1]);
    await again.clock.settle(again.backups.stop());
  });

  it("that come back changed count as failed, and old ones stay", async () => {
    const { clock, backups, a, codes } = rig();
    const old = nameAt(NOON - days(30));
    a.files.set(old, Uint8Array.of(9));
    a.flips = true;
    await backups.load();
    backups.run();
    expect(codeOf(() => backups.run())).toBe("backup.running");
    await clock.flush(50);
    expect(codes()).toContain("backup.failed a");
    expect(backups.status().destinations[0]?.problem).toBe("backup.not_verified");
    expect([...a.files.keys()]).toEqual([old]);
  });

  it("that cannot be made fail everywhere, and without places none is begun", async () => {
    const { clock, backups, codes } = rig({
      source: { make: () => Promise.reject(new AppError("backup.no_secret", "no file")), digest: async () => "" },
    });
    backups.run();
    await clock.flush(50);
    expect(codes()).toEqual(["backup.failed a", "backup.failed b"]);
    expect(codeOf(() => rig({ destinations: [] }).backups.run())).toBe("backup.no_destination");
  });
});
