// What every storage of a relay says of cursors that clients have kept.

import { expect, it } from "vitest";
import type { RelayStore } from "../../src/core/index.ts";
import type { Scene } from "./relay-scene.ts";

export interface CursorStage {
  readonly scene: Scene;
  readonly store: RelayStore;
  /** Ends the store and opens it again. */
  readonly reopen: () => Promise<RelayStore>;
}

export function cursorContract(stage: () => CursorStage): void {
  it("goes on behind cursors of runs that it knows, no further than each run came", async () => {
    const { scene, store, reopen } = stage();
    const first = await store.cursors.epoch();
    expect(await store.cursors.epoch()).toBe(first);
    await scene.forward([scene.message(1)]);
    const { next } = await store.mail.page(scene.key, { after: 0, limit: 9 });
    const again = await reopen();
    const second = await again.cursors.epoch();
    expect(second).not.toBe(first);
    await scene.forward([scene.message(2)], { store: again });
    const { next: later } = await again.mail.page(scene.key, { after: next, limit: 9 });
    const resume = (after: number, epoch: string | null) => again.cursors.resume("mail", { after, epoch });
    expect(await Promise.all([resume(next, first), resume(later, second), resume(later, null)])).toEqual([
      ...[next, later, later],
    ]);
    // The first run never gave this one: it was given by a time that was lost.
    expect(await resume(later, first)).toBe(next);
    expect(await Promise.all([resume(next, "a-lost-run"), resume(later + 1000, null)])).toEqual([0, 0]);
    expect(await again.cursors.resume("receipts", { after: 1, epoch: "a-lost-run" })).toBe(0);
  });
}
