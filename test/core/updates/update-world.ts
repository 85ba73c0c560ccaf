// A box with a card of two halves, a shelf for bundles and a channel, all simulated.

import { type AppError, silentLogger } from "../../../src/base/index.ts";
import {
  type BundleFacts,
  type BundleShelf,
  EventLog,
  type StickBundle,
  type SystemSlots,
  type SystemState,
  type TrialFacts,
  Updates,
  type UpdatesDeps,
} from "../../../src/core/index.ts";
import type { UpdateChannel } from "../../../src/protocol/index.ts";
import { MemorySettings } from "../../sim/memory-settings.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

/** A card with two halves, as a machine behaves: what is on trial is gone at the next start unless it was kept. */
export class FakeCard implements SystemSlots {
  bundle: BundleFacts = { version: "1.1.0", compatible: "numberbox-arm64" };
  booted = "A";
  primary = "A";
  failure: AppError | null = null;
  readonly done: string[] = [];
  hold: Promise<void> | null = null;
  /** Of the machine, which a restart of the box's program leaves as it is. */
  boot = "first start";
  startFailure: AppError | null = null;
  giveUpFailure: AppError | null = null;

  async state(): Promise<SystemState> {
    const { booted, primary, boot } = this;
    return { booted, trying: booted !== primary, compatible: "numberbox-arm64", boot };
  }

  /** The machine starts anew, from `half`. */
  restarted(half: string): void {
    this.booted = half;
    this.boot = `${this.boot}, then ${half}`;
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
    if (this.startFailure !== null) throw this.startFailure;
    this.done.push("start new");
  }

  async giveUp(reason: string): Promise<void> {
    if (this.giveUpFailure !== null) throw this.giveUpFailure;
    this.done.push(`give up: ${reason}`);
  }
}

export class FakeShelf implements BundleShelf {
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

export const offered = (version: string): UpdateChannel => ({
  ...{ format: "numberbox-channel-1", serial: 3, issued_at: 0, expires_at: Number.MAX_SAFE_INTEGER },
  releases: [
    {
      ...{ version, compatible: "numberbox-arm64", published_at: 0, url: "b", size: 9, sha256: "00".repeat(32) },
      ...{ notes: { en: "Better." }, rollout: 1000 },
    },
  ],
});

export interface WorldOptions {
  readonly version?: string;
  readonly card?: FakeCard;
  readonly store?: MemorySettings;
  readonly window?: UpdatesDeps["window"];
  readonly channel?: UpdateChannel | null;
  /** What a server does when it is asked for the channel. */
  readonly ask?: (signal: AbortSignal) => Promise<Uint8Array>;
  readonly fetch?: () => Promise<void>;
  readonly trust?: string;
  /** Of the channel's edition that is known, each time that it is asked. */
  readonly onSerial?: (serial: number) => void;
}

export function world({
  version = "1.0.0",
  card = new FakeCard(),
  store = new MemorySettings(),
  ...options
}: WorldOptions = {}) {
  const clock = new VirtualClock();
  const shelf = new FakeShelf();
  const facts: { now: TrialFacts; hang: boolean } = {
    hang: false,
    now: { store: true, slots: ["1", "2"], relay: true, network: "all" },
  };
  const events = new EventLog(clock, silentLogger);
  const fetched: string[] = [];
  const minute = { of: 0 };
  /** What the server has; another one from the next question on. */
  const published = { now: options.channel === undefined ? null : options.channel };
  const updates = new Updates({
    ...{ slots: card, shelf, version, store, clock, log: silentLogger, events, window: options.window ?? null },
    source:
      published.now === null
        ? null
        : {
            url: "https://channel.example/box.json",
            channel: options.ask ?? (async () => new Uint8Array()),
            fetch: async ({ version: wanted }, _file, onPart) => {
              onPart(0.5);
              await options.fetch?.();
              fetched.push(wanted);
            },
          },
    open: (_bytes, serial) => {
      options.onSerial?.(serial);
      return published.now ?? offered("0.0.1");
    },
    trust: options.trust ?? "theirs",
    placeOf: () => 0,
    minuteOfDay: () => minute.of,
    facts: () => (facts.hang ? new Promise(() => {}) : Promise.resolve(facts.now)),
  });
  const codes = () => events.list({ after: 0, limit: 100 }).map(({ code }) => code);
  return { updates, clock, card, shelf, store, facts, codes, fetched, minute, published };
}

export async function handedIn(at: ReturnType<typeof world>): Promise<void> {
  await at.updates.accept(
    0,
    (async function* () {
      yield new Uint8Array(100);
    })(),
  );
}

/** A box on which a new system lies ready. */
export async function installed(options: WorldOptions = {}): Promise<ReturnType<typeof world>> {
  const at = world(options);
  await at.updates.start();
  await handedIn(at);
  await at.updates.install({ source: "upload" }, "ada");
  await at.clock.flush();
  return at;
}
