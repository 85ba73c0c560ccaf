// An SMPP gateway in front of the intake, under random schedules of crashes, lost sessions and failing disks: it sends again, in a new
// session, exactly what it got no response for, and every message arrives once.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../../src/base/index.ts";
import type { Intake, Rental } from "../../src/core/index.ts";
import { CoreRig, ProcessStore, pduOf } from "../core/core-rig.ts";

type Step =
  /** Equal texts are sent on purpose: `text` is one of a few. */
  | { readonly type: "send"; readonly text: number }
  /** The box takes what the gateway has sent; the responses get through, or the connection breaks before they do. */
  | { readonly type: "deliver"; readonly responded: boolean }
  | { readonly type: "drop" }
  /** The process ends hard: in its next commit, before or after the disk has it, or between two. */
  | { readonly type: "crash"; readonly when: "now" | "before" | "after" }
  | { readonly type: "disk" }
  | { readonly type: "wait" };

interface Sent {
  readonly text: string;
  /** Its place in the session of now; null when it must be sent (again). */
  place: string | null;
}

class Gateway {
  readonly rig = new CoreRig();
  readonly #waiting: Sent[] = [];
  readonly #expected: string[] = [];
  /**
   * Texts whose confirmation a crash may have lost. Whether an equal one in a later session is a new message cannot be known then, so
   * none is sent.
   */
  readonly #doubtful = new Set<string>();
  /** Texts confirmed to the box that the disk may not have yet. */
  readonly #fresh = new Set<string>();
  #disk = new ProcessStore(this.rig.store);
  #intake: Intake | null = null;
  #rental: Rental | undefined;
  #session = 0;
  #number = 0;
  #count = 0;

  async begin(): Promise<void> {
    [this.#rental] = await this.rig.rent(1);
    await this.#boot();
  }

  async step(step: Step): Promise<void> {
    switch (step.type) {
      case "send":
        return this.#send(step.text);
      case "deliver":
        return this.#deliver(step.responded);
      case "drop":
        return this.#drop();
      case "crash":
        return this.#crash(step.when);
      case "disk":
        this.rig.store.failWrites("store.full");
        await this.#deliver(true);
        this.rig.store.failWrites(null);
        return this.rig.clock.advance(seconds(10));
      case "wait":
        await this.rig.clock.advance(minutes(1));
        this.#fresh.clear();
    }
  }

  /** Lets everything through and compares what arrived with what was sent. */
  async settle(): Promise<{ readonly got: readonly string[]; readonly sent: readonly string[] }> {
    this.#drop();
    await this.#deliver(true);
    const got = this.#rental === undefined ? [] : await this.rig.bodies(this.#rental);
    return { got: [...got].sort(), sent: [...this.#expected].sort() };
  }

  #send(number: number): void {
    const text = this.#doubtful.has(`t${number}`) ? `t${number}.${this.#count++}` : `t${number}`;
    this.#expected.push(text);
    this.#waiting.push({ text, place: null });
  }

  async #deliver(responded: boolean): Promise<void> {
    for (const sent of this.#waiting) sent.place ??= `smpp/s${this.#session}/${this.#number++}`;
    const [intake, disk] = [this.#intake, this.#disk];
    if (intake === null || disk.dead) return;
    const offers = this.#waiting.slice().map(async (sent) => {
      const pdu = pduOf({ body: sent.text });
      const { ticket } = await intake.accept(this.rig.incoming(pdu, sent.place));
      if (!responded || disk.dead) return;
      this.#waiting.splice(this.#waiting.indexOf(sent), 1);
      this.#fresh.add(sent.text);
      intake.deleted(ticket);
    });
    await Promise.race([Promise.allSettled(offers), this.rig.clock.flush(60)]);
    if (!responded) this.#drop();
  }

  #drop(): void {
    this.#session++;
    for (const sent of this.#waiting) sent.place = null;
  }

  async #crash(when: "now" | "before" | "after"): Promise<void> {
    // The same doubt, of one that waits already.
    if (this.#waiting.some(({ text }) => this.#fresh.has(text))) await this.step({ type: "wait" });
    if (when !== "now") {
      this.#disk.dieInCommit(0, when === "after");
      await this.#deliver(true);
    }
    for (const text of this.#fresh) this.#doubtful.add(text);
    this.#fresh.clear();
    await this.#boot();
  }

  async #boot(): Promise<void> {
    this.#disk.die();
    this.#drop();
    this.#disk = new ProcessStore(this.rig.store);
    this.#intake = await this.rig.intake({ store: this.#disk, maxBatch: 5 });
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("send" as const), text: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("deliver" as const), responded: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ type: "drop" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("crash" as const),
      when: fc.constantFrom("now" as const, "before" as const, "after" as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "disk" as const }) },
  { weight: 2, arbitrary: fc.constant({ type: "wait" as const }) },
);

describe("a gateway that redelivers what got no response", () => {
  it("brings every message exactly once, equal ones included", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const gateway = new Gateway();
        await gateway.begin();
        for (const one of steps) await gateway.step(one);
        const { got, sent } = await gateway.settle();
        expect(got).toEqual(sent);
      }),
      { numRuns: 150 },
    );
  });
});
