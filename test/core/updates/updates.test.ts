import { describe, expect, it } from "vitest";
import { AppError, hours, minutes, seconds, silentLogger } from "../../../src/base/index.ts";
import {
  type BundleFacts,
  type BundleShelf,
  EventLog,
  isWithin,
  outcomeOf,
  type StickBundle,
  type SystemSlots,
  type SystemState,
  stepTrial,
  TRIAL_LIMIT,
  type TrialFacts,
  trialStart,
  Updates,
  type UpdatesDeps,
} from "../../../src/core/index.ts";
import type { UpdateChannel } from "../../../src/protocol/index.ts";
import { rejectionOf } from "../../envelope/error-code.ts";
import { MemorySettings } from "../../sim/memory-settings.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

/** A card with two halves, as a machine behaves: what is on trial is gone at the next start unless it was kept. */
class FakeCard implements SystemSlots {
  bundle: BundleFacts = { version: "1.1.0", compatible: "numberbox-arm64" };
  booted = "A";
  primary = "A";
  failure: AppError | null = null;
  readonly done: string[] = [];
  hold: Promise<void> | null = null;

  async state(): Promise<SystemState> {
    return { booted: this.booted, trying: this.booted !== this.primary, compatible: "numberbox-arm64" };
  }

  async inspect(): Promise<BundleFacts> {
    if (this.failure !== null) throw this.failure;
    return this.bundle;
  }

  async install(file: string, onPercent: (percent: number) => void, signal: AbortSignal): Promise<void> {
    onPercent(40);
    await this.hold;
    signal.throwIfAborted();
    this.done.push(`install ${file}`);
  }

  async keep(): Promise<void> {
    this.primary = this.booted;
    this.done.push("keep");
  }

  async startNew(): Promise<void> {
    this.done.push("start new");
  }

  async giveUp(reason: string): Promise<void> {
    this.done.push(`give up: ${reason}`);
  }
}

class FakeShelf implements BundleShelf {
  readonly handedIn = "/handed-in";
  bytes = 0;
  stick: readonly StickBundle[] = [];

  fetched(version: string): string {
    return `/release-${version}`;
  }

  async accept(offset: number, content: AsyncIterable<Uint8Array>): Promise<{ readonly size: number }> {
    this.bytes = offset;
    for await (const chunk of content) this.bytes += chunk.length;
    return { size: this.bytes };
  }

  async size(): Promise<number> {
    return this.bytes;
  }

  async sticks(): Promise<readonly StickBundle[]> {
    return this.stick;
  }

  async clear(): Promise<void> {
    this.bytes = 0;
  }
}

const offered = (version: string): UpdateChannel => ({
  ...{ format: "numberbox-channel-1", serial: 3, issued_at: 0, expires_at: Number.MAX_SAFE_INTEGER },
  releases: [
    {
      ...{ version, compatible: "numberbox-arm64", published_at: 0, url: "b", size: 9, sha256: "00".repeat(32) },
      ...{ notes: { en: "Better." }, rollout: 1000 },
    },
  ],
});

interface WorldOptions {
  readonly version?: string;
  readonly card?: FakeCard;
  readonly store?: MemorySettings;
  readonly window?: UpdatesDeps["window"];
  readonly channel?: UpdateChannel | null;
}

function world({
  version = "1.0.0",
  card = new FakeCard(),
  store = new MemorySettings(),
  ...options
}: WorldOptions = {}) {
  const clock = new VirtualClock();
  const shelf = new FakeShelf();
  const facts: { now: TrialFacts } = { now: { store: true, slots: ["1", "2"], relay: true } };
  const events = new EventLog(clock, silentLogger);
  const fetched: string[] = [];
  const minute = { of: 0 };
  const channel = options.channel === undefined ? null : options.channel;
  const updates = new Updates({
    ...{ slots: card, shelf, version, store, clock, log: silentLogger, events, window: options.window ?? null },
    source:
      channel === null
        ? null
        : {
            url: "https://channel.example/box.json",
            channel: async () => new Uint8Array(),
            fetch: async ({ version: wanted }, _file, onPart) => {
              onPart(0.5);
              fetched.push(wanted);
            },
          },
    open: () => channel ?? offered("0.0.1"),
    placeOf: () => 0,
    minuteOfDay: () => minute.of,
    facts: async () => facts.now,
  });
  const codes = () => events.list({ after: 0, limit: 100 }).map(({ code }) => code);
  return { updates, clock, card, shelf, store, facts, codes, fetched, minute };
}

async function handedIn(at: ReturnType<typeof world>): Promise<void> {
  await at.updates.accept(
    0,
    (async function* () {
      yield new Uint8Array(100);
    })(),
  );
}

describe("an update by hand", () => {
  it("is checked, written beside the running system, started on trial, and kept when all works again", async () => {
    const at = world();
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    expect(await at.updates.view()).toMatchObject({ phase: "installed", target: "1.1.0", handed_in: 0 });
    await at.updates.restart("ada");
    expect(at.card.done).toEqual(["install /handed-in", "start new"]);
    await at.updates.stop();

    at.card.booted = "B";
    const next = world({ version: "1.1.0", card: at.card, store: at.store });
    next.facts.now = { store: true, slots: ["1"], relay: false };
    await next.updates.start();
    await next.clock.advance(seconds(30));
    expect(await next.updates.view()).toMatchObject({ phase: "trying", waits_for: ["relay", "2"], slot: "B" });
    next.facts.now = { store: true, slots: ["1", "2"], relay: true };
    await next.clock.advance(seconds(90));
    expect(next.card.done.at(-1)).toBe("keep");
    const view = await next.updates.view();
    expect(view).toMatchObject({ phase: "idle", history: [{ version: "1.1.0", from: "1.0.0", result: "confirmed" }] });
    expect(next.codes()).toEqual(["update.confirmed"]);
    await next.updates.stop();
  });

  it("goes back by itself when a modem does not come back", async () => {
    const at = world();
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    await at.updates.restart("ada");
    await at.updates.stop();
    at.card.booted = "B";
    const next = world({ version: "1.1.0", card: at.card, store: at.store });
    next.facts.now = { store: true, slots: ["1"], relay: true };
    await next.updates.start();
    await next.clock.advance(TRIAL_LIMIT);
    await next.clock.advance(minutes(1));
    expect(next.card.done.at(-1)).toBe("give up: not up again: 2");
    expect(next.card.primary).toBe("A");
    await next.updates.stop();

    next.card.booted = "A";
    const again = world({ card: next.card, store: at.store });
    await again.updates.start();
    expect(await again.updates.view()).toMatchObject({
      phase: "idle",
      history: [{ version: "1.1.0", result: "rolled_back", problem: "update.not_well" }],
    });
    await again.updates.stop();
  });

  it("is known to have gone back when the new system never came up", async () => {
    const at = world();
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    await at.updates.restart("ada");
    await at.updates.stop();
    const again = world({ card: at.card, store: at.store });
    await again.updates.start();
    expect((await again.updates.view()).history).toMatchObject([
      { version: "1.1.0", result: "rolled_back", problem: "update.not_started" },
    ]);
    expect(again.codes()).toEqual(["update.rolled_back"]);
    await again.updates.stop();
  });

  it.each([
    ["update.downgrade", { version: "0.9.0", compatible: "numberbox-arm64" }, null],
    ["update.same_version", { version: "1.0.0", compatible: "numberbox-arm64" }, null],
    ["update.other_hardware", { version: "2.0.0", compatible: "numberbox-amd64" }, null],
    ["update.bad_version", { version: "new", compatible: "numberbox-arm64" }, null],
    ["update.bad_signature", null, new AppError("update.bad_signature", "changed")],
  ])("is refused with %s, and the box serves on", async (code, bundle, failure) => {
    const at = world();
    if (bundle !== null) at.card.bundle = bundle;
    at.card.failure = failure;
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    expect(await at.updates.view()).toMatchObject({ phase: "idle", problem: code });
    expect(at.card.done).toEqual([]);
    expect(at.codes()).toEqual(["update.begun", "update.failed"]);
    expect(await rejectionOf(at.updates.restart("ada"))).toBe("update.none_installed");
    await at.updates.stop();
  });

  it("is one at a time; stopping the box amid it ends it", async () => {
    const at = world();
    let release = (): void => {};
    at.card.hold = new Promise((resolve) => {
      release = resolve;
    });
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    expect(await at.updates.view()).toMatchObject({ phase: "installing", percent: 40 });
    expect(await rejectionOf(at.updates.install({ source: "upload" }, "eve"))).toBe("update.busy");
    expect(await rejectionOf(handedIn(at))).toBe("update.busy");
    const stopping = at.updates.stop();
    release();
    await stopping;
    expect(at.card.done).toEqual([]);
  });

  it("needs a bundle, and a system of ours", async () => {
    const at = world();
    await at.updates.start();
    expect(await rejectionOf(at.updates.install({ source: "upload" }, "ada"))).toBe("update.none_handed_in");
    expect(await rejectionOf(at.updates.install({ source: "stick", id: "0".repeat(16) }, "ada"))).toBe(
      "update.none_handed_in",
    );
    expect(await rejectionOf(at.updates.check())).toBe("update.no_channel");
    at.shelf.stick = [{ id: "0".repeat(16), name: "b.raucb", size: 5, stick: "STICK", path: "/media/b.raucb" }];
    await at.updates.install({ source: "stick", id: "0".repeat(16) }, "ada");
    await at.clock.flush();
    expect(at.card.done).toEqual(["install /media/b.raucb"]);
    await at.updates.stop();
  });
});

describe("a channel", () => {
  it("is asked by itself, and what it offers is shown but not taken", async () => {
    const at = world({ channel: offered("1.1.0") });
    await at.updates.start();
    await at.clock.advance(hours(1));
    expect(await at.updates.view()).toMatchObject({ phase: "idle", channel: { offer: { version: "1.1.0" } } });
    expect(at.fetched).toEqual([]);
    expect(await rejectionOf(at.updates.install({ source: "channel", version: "9.0.0" }, "ada"))).toBe(
      "update.not_offered",
    );
    await at.updates.stop();
  });

  it("is followed in the owner's hours: fetched, written, started; and not again when it failed", async () => {
    const at = world({ channel: offered("1.1.0"), window: { from: 180, to: 300 } });
    await at.updates.start();
    at.minute.of = 179;
    await at.clock.advance(minutes(10));
    expect(at.fetched).toEqual([]);
    at.minute.of = 180;
    await at.clock.advance(minutes(11));
    expect(at.fetched).toEqual(["1.1.0"]);
    expect(at.card.done).toEqual(["install /release-1.1.0", "start new"]);
    await at.updates.stop();
    const again = world({ channel: offered("1.1.0"), window: { from: 180, to: 300 }, store: at.store });
    await again.updates.start();
    again.minute.of = 200;
    await again.clock.advance(hours(1));
    expect(again.fetched).toEqual([]);
    await again.updates.stop();
  });
});

describe("the rules of a trial", () => {
  const pending = { slots: ["1"], relay: true };
  const well: TrialFacts = { store: true, slots: ["1", "9"], relay: true };
  const step = (state: typeof trialStart, facts: TrialFacts, now: number) =>
    stepTrial(state, pending, { facts, now: minutes(now), startedAt: minutes(0) });

  it("keep what is well for a minute without a break", () => {
    let at = step(trialStart, well, 0);
    expect(at.verdict).toBe("wait");
    at = step(at.state, { ...well, relay: false }, 0.5);
    expect(at).toMatchObject({ verdict: "wait", waitsFor: ["relay"] });
    at = step(at.state, well, 0.6);
    expect(step(at.state, well, 1.5).verdict).toBe("wait");
    expect(step(at.state, well, 1.6).verdict).toBe("keep");
  });

  it("give up what is not well in time, and never what only lacks what was away before", () => {
    expect(step(trialStart, { ...well, store: false }, 10).verdict).toBe("give_up");
    expect(
      stepTrial(
        trialStart,
        { slots: [], relay: false },
        { facts: { ...well, relay: false, slots: [] }, now: minutes(20), startedAt: minutes(0) },
      ).verdict,
    ).toBe("wait");
  });

  it("know by version and half what a start means", () => {
    const record = { version: "2.0.0", from: "1.0.0", at: 0, slots: [], relay: false };
    expect(outcomeOf(null, { version: "1.0.0", trying: false })).toBe("none");
    expect(outcomeOf(record, { version: "2.0.0", trying: true })).toBe("trying");
    expect(outcomeOf(record, { version: "2.0.0", trying: false })).toBe("confirmed");
    expect(outcomeOf(record, { version: "1.0.0", trying: false })).toBe("rolled_back");
    // Told by what runs, not by what it calls itself: unwatched, the trial would end in going back.
    expect(outcomeOf(record, { version: "1.0.0", trying: true })).toBe("trying");
  });

  it("take hours over midnight", () => {
    const night = { from: 23 * 60, to: 2 * 60 };
    expect([0, 60, 119, 120, 22 * 60, 23 * 60].map((minute) => isWithin(night, minute))).toEqual([
      ...[true, true, true],
      ...[false, false, true],
    ]);
  });
});
