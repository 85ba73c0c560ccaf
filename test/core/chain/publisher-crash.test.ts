// The box dies at every single call that the publisher makes of node and disk, before or after the call took effect, and starts again.
// Whatever the moment: one operation in the chain, paid for once.

import { describe, expect, it } from "vitest";
import { minutes } from "../../../src/base/index.ts";
import type { NameOperation } from "../../../src/core/index.ts";
import { bytes } from "./fake-chain.ts";
import { PublisherRig, wishOf } from "./publisher-rig.ts";

const NAME = "ness:test:a";

/** Lets `calls` calls through; the next one is the last thing that this process does. */
class Mortal {
  #left: number;
  readonly #applied: boolean;
  dead = false;

  constructor(calls: number, applied: boolean) {
    this.#left = calls;
    this.#applied = applied;
  }

  of<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, key) => {
        const value: unknown = Reflect.get(object, key, object);
        return typeof value === "function"
          ? (...args: unknown[]) => this.#call(() => value.apply(object, args))
          : value;
      },
    });
  }

  #call(work: () => unknown): unknown {
    if (this.dead) return new Promise(() => {});
    if (this.#left-- > 0) return work();
    this.dead = true;
    if (this.#applied) void work();
    return new Promise(() => {});
  }
}

interface Life {
  readonly operation: NameOperation;
  readonly calls: number;
  readonly applied: boolean;
  /** Whether blocks are found while the box is down. */
  readonly minedWhileDown: boolean;
}

/** Whether the process died at all. */
async function live({
  operation,
  calls,
  applied,
  minedWhileDown,
}: Life): Promise<{ died: boolean; rig: PublisherRig }> {
  const rig = new PublisherRig();
  if (operation !== "new") await rig.chain.register(NAME, "v1");
  const mortal = new Mortal(calls, applied);
  const first = await rig.open({ chain: mortal.of(rig.chain), disk: mortal.of(rig.disk) });
  void first.submit(wishOf({ operation, value: bytes(operation === "delete" ? "" : "v2") })).catch(() => {});
  for (let round = 0; round < 5 && !mortal.dead; round++) await rig.mine(1);
  if (minedWhileDown) rig.chain.mine(2);
  const second = await rig.open();
  if (second.list().length === 0)
    await second.submit(wishOf({ operation, value: bytes(operation === "delete" ? "" : "v2") }));
  await rig.clock.advance(minutes(1));
  await rig.mine(6);
  await second.stop();
  return { died: mortal.dead, rig };
}

describe.each(["new", "update", "delete"] as const)("a box that dies while it publishes (%s)", (operation) => {
  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])(
    "at any call (taken effect: %s, blocks meanwhile: %s) leaves one operation, paid once",
    async (applied, minedWhileDown) => {
      const before = operation === "new" ? 0 : 1;
      let deaths = 0;
      // The first call is `load`.
      for (let calls = 1; ; calls++) {
        const { died, rig } = await live({ operation, calls, applied, minedWhileDown });
        const [row, ...more] = [...rig.disk.rows.values()];
        expect(more, `call ${calls}`).toEqual([]);
        expect(row?.state, `call ${calls}`).toBe("done");
        expect(rig.chain.paid.length, `call ${calls}`).toBe(before + 1);
        expect(rig.chain.effective(NAME).length, `call ${calls}`).toBe(before + 1);
        if (!died) break;
        deaths++;
      }
      expect(deaths).toBeGreaterThan(15);
    },
  );
});
