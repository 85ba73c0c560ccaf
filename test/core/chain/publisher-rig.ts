// One chain and one disk, on which one process after another may run the publisher.

import { AppError, microEmc, seconds, silentLogger } from "../../../src/base/index.ts";
import {
  createNamePublisher,
  type NameWish,
  type PublicationStore,
  type RunningPublisher,
  type StoredPublication,
  type WalletGate,
} from "../../../src/core/index.ts";
import { MemoryPublicationStore } from "../../sim/memory-publications.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { bytes, FakeChain } from "./fake-chain.ts";

export const POLL = seconds(15);

export const openGate: WalletGate = {
  ready: true,
  remember: async () => {},
  forget: () => {},
  unlocked: (_what, work) => work(),
};

export function wishOf(over: Partial<NameWish> = {}): NameWish {
  return {
    purpose: "listing",
    operation: "new",
    name: "ness:test:a",
    value: bytes("v1"),
    days: 30,
    address: null,
    ...over,
  };
}

export class PublisherRig {
  readonly clock = new VirtualClock();
  readonly chain = new FakeChain();
  readonly disk = new MemoryPublicationStore();
  readonly random = new SeededRandom("publisher");

  /** A process of its own: what it has in memory is lost with it. */
  async open(
    over: { readonly chain?: FakeChain; readonly disk?: PublicationStore; readonly gate?: WalletGate } = {},
  ): Promise<RunningPublisher> {
    const publisher = createNamePublisher({
      node: over.chain ?? this.chain,
      gate: over.gate ?? openGate,
      store: over.disk ?? this.disk,
      clock: this.clock,
      random: this.random,
      log: silentLogger,
      now: () => this.clock.now(),
      lint: (wish) => {
        if (new TextDecoder().decode(wish.value).includes("private"))
          throw new AppError("lint.private_key", "no keys on chain");
      },
      nameFee: ({ operation }) => microEmc(operation === "new" ? 4400 : 100),
      rules: { confirmations: 3, margin: 20 },
      pollEvery: POLL,
    });
    await publisher.load();
    publisher.start();
    return publisher;
  }

  async tick(times = 1): Promise<void> {
    for (let i = 0; i < times; i++) await this.clock.advance(POLL);
  }

  /** Mines a block and lets the publisher look, several times. */
  async mine(blocks: number): Promise<void> {
    for (let i = 0; i < blocks; i++) {
      this.chain.mine();
      await this.tick();
    }
  }

  stored(id: string): StoredPublication {
    const found = this.disk.rows.get(id);
    if (found === undefined) throw new Error("nothing stored");
    return found;
  }
}
