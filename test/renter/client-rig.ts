// A client with its state, its sink and a fake relay, as most tests need it.

import { type AppError, type Millis, silentLogger } from "../../src/base/index.ts";
import {
  createRenterClient,
  type Folder,
  type FollowSink,
  type InboxEntry,
  type OpenWire,
  platformWire,
  type RenterClient,
  RenterState,
  renterTimeouts,
} from "../../src/renter/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { NOW, renter, suite } from "./fixtures.ts";
import { MemoryFolder } from "./memory-folder.ts";

/** What a client handed over. */
export class RecordingSink implements FollowSink {
  readonly entries: InboxEntry[] = [];
  readonly errors: AppError[] = [];
  readonly downs: { readonly error: AppError; readonly retryIn: Millis }[] = [];
  ups = 0;
  readonly #watchers = new Set<() => void>();

  async messages(entries: readonly InboxEntry[]): Promise<void> {
    this.entries.push(...entries);
    this.#changed();
  }

  refused(error: AppError): void {
    this.errors.push(error);
    this.#changed();
  }

  up(): void {
    this.ups++;
    this.#changed();
  }

  down(error: AppError, retryIn: Millis): void {
    this.downs.push({ error, retryIn });
    this.#changed();
  }

  get seqs(): readonly (number | null)[] {
    return this.entries.map((entry) => entry.seq);
  }

  get codes(): readonly string[] {
    return this.errors.map((error) => error.code);
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  #changed(): void {
    for (const look of [...this.#watchers]) look();
  }
}

export interface Rig {
  readonly clock: VirtualClock;
  readonly state: RenterState;
  readonly client: RenterClient;
  readonly sink: RecordingSink;
  readonly abort: AbortController;
}

export function openState(folder: Folder = new MemoryFolder()): Promise<RenterState> {
  const random = new SeededRandom("state");
  return RenterState.open({ folder, seed: renter.seed, suite, random, log: silentLogger, mode: "readWrite" });
}

export async function rigFor(relayUrl: string, folder?: Folder, openWire: OpenWire = platformWire): Promise<Rig> {
  const clock = new VirtualClock(NOW);
  const state = await openState(folder);
  const client = createRenterClient({
    relayUrl,
    identity: renter,
    crypto: suite,
    clock,
    random: new SeededRandom("client"),
    log: silentLogger,
    state,
    timeouts: renterTimeouts,
    openWire,
  });
  return { clock, state, client, sink: new RecordingSink(), abort: new AbortController() };
}
