// What every storage of a relay says of all that was accepted.

import { expect, it } from "vitest";
import { days, unixMs } from "../../src/base/index.ts";
import type { RelayStore } from "../../src/core/index.ts";
import { hashOf, NOW } from "../relay/fixtures.ts";
import { Scene } from "./relay-scene.ts";

export interface AcceptedStage {
  readonly scene: Scene;
  readonly store: RelayStore;
}

export function acceptedContract(stage: () => AcceptedStage): void {
  it("has everything that was accepted in a span of time, with its envelope or without", async () => {
    const { scene, store } = stage();
    const day = unixMs(NOW - days(scene.number + 10));
    const all = [1, 2, 3].map((seq) => scene.message(seq));
    await scene.forward(all, { now: day });
    await scene.acknowledge(all.slice(0, 1));
    const span = { from: day, to: unixMs(day + 1) };
    const { rows, next } = await store.accepted.slice({ after: null, ...span, rentalId: scene.rentalId });
    expect(next).toBe(null);
    expect(rows.map(({ hash }) => hash).sort()).toEqual(all.map(({ envelope }) => hashOf(envelope)).sort());
    expect(rows[0]).toMatchObject({ listingId: scene.listingId, at: day });
    const [found] = await store.accepted.about(hashOf(all[0]?.envelope ?? ""), span);
    expect(found).toMatchObject({ listingId: scene.listingId, at: day });
  });

  it("finds what was accepted of one rental at once, however much of others came before it", async () => {
    const { scene, store } = stage();
    const day = unixMs(NOW - days(scene.number + 10));
    const stranger = new Scene(store);
    await stranger.register();
    await stranger.forward(
      Array.from({ length: 300 }, (_, at) => stranger.message(at + 1)),
      { now: day },
    );
    const own = [1, 2].map((seq) => scene.message(seq));
    await scene.forward(own, { now: unixMs(day + 1) });
    await scene.acknowledge(own.slice(0, 1));
    const hashes = own.map(({ envelope }) => hashOf(envelope)).sort();
    for (const span of [
      { from: day, to: unixMs(day + 2) },
      { from: unixMs(0), to: unixMs(Number.MAX_SAFE_INTEGER) },
    ]) {
      const { rows, next } = await store.accepted.slice({ after: null, ...span, rentalId: scene.rentalId });
      expect([rows.map(({ hash }) => hash).sort(), next]).toEqual([hashes, null]);
    }
    const none = { from: unixMs(day + 2), to: unixMs(day + 3) };
    const { rows } = await store.accepted.slice({ after: null, ...none, rentalId: scene.rentalId });
    expect(rows).toEqual([]);
  });
}
