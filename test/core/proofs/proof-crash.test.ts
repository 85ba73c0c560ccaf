// The box dies at every write of a day's way into the chain, before and after the write counts, and starts again on what is left.

import { describe, expect, it } from "vitest";
import { days, millis } from "../../../src/base/index.ts";
import type { ProofDate, ProofDay, TreeBlock } from "../../../src/core/index.ts";
import { FakeChain, FakePublisher } from "../../sim/fake-names.ts";
import { MemoryTrees } from "./memory-trees.ts";
import { ProofRig } from "./proof-rig.ts";
import { DATE, receiptsOf } from "./receipt-samples.ts";

type Moment = "before" | "after";

/** Dies at one write: it and every later one reject, until the box starts again. */
class DyingTrees extends MemoryTrees {
  #writes = 0;
  #dead = false;
  readonly #diesAt: number;
  readonly #moment: Moment;

  constructor(diesAt: number, moment: Moment) {
    super();
    this.#diesAt = diesAt;
    this.#moment = moment;
  }

  /** Whether the death has come: when none does, all writes were tried. */
  get died(): boolean {
    return this.#writes >= this.#diesAt;
  }

  get dead(): boolean {
    return this.#dead;
  }

  restart(): void {
    this.#dead = false;
  }

  override saveDay(day: ProofDay): Promise<void> {
    return this.#write(() => super.saveDay(day));
  }

  override clearTree(date: ProofDate): Promise<void> {
    return this.#write(() => super.clearTree(date));
  }

  override saveBlocks(date: ProofDate, run: number, blocks: readonly TreeBlock[]): Promise<void> {
    return this.#write(() => super.saveBlocks(date, run, blocks));
  }

  override finishTree(day: ProofDay): Promise<void> {
    return this.#write(() => super.finishTree(day));
  }

  async #write(write: () => Promise<void>): Promise<void> {
    if (this.#dead) throw new Error("the box is dead");
    this.#dead = ++this.#writes === this.#diesAt;
    if (!this.#dead || this.#moment === "after") await write();
    if (this.#dead) throw new Error("the box died");
  }
}

/** A day from its beginning to its anchor, through one death. */
async function live(store: DyingTrees) {
  const chain = new FakeChain();
  const publisher = new FakePublisher(chain);
  const receipts = receiptsOf(300);
  const open = async (): Promise<ProofRig> => {
    const rig = new ProofRig({ store, chain, publisher, receipts, suffix: "auto" });
    await rig.service.load();
    return rig;
  };
  let rig = await open();
  const until = async (done: () => Promise<boolean>): Promise<void> => {
    for (let round = 0; round < 10 && !(await done()); round++) {
      // The daily work tells a failed step to the log only: whether it died, the disk knows.
      await rig.service.tick().catch(() => {});
      if (!store.dead) continue;
      store.restart();
      const now = rig.clock.now();
      rig = await open();
      rig.clock.jump(millis(now - rig.clock.now()));
    }
  };
  await until(async () => (await store.days()).length > 0);
  rig.pass(millis(days(1) / 2));
  await until(async () => publisher.all.length > 0);
  publisher.confirm();
  await until(async () => (await store.day(DATE))?.state === "anchored");
  return { day: await store.day(DATE), publisher };
}

describe.each(["before", "after"] as const)("a box that dies %s a write counts", (moment) => {
  it("anchors each day once and with the one root, whichever write it was", async () => {
    const { day: undisturbed } = await live(new DyingTrees(1_000, moment));
    expect(undisturbed).toMatchObject({ state: "anchored", count: 300 });
    let deaths = 0;
    for (let diesAt = 1; ; diesAt++) {
      const store = new DyingTrees(diesAt, moment);
      const { day, publisher } = await live(store);
      if (!store.died) break;
      deaths++;
      expect(day).toMatchObject({ state: "anchored", root: undisturbed?.root, txid: publisher.all[0]?.txid });
      expect(publisher.all).toHaveLength(1);
    }
    expect(deaths).toBeGreaterThanOrEqual(6);
  });
});
