// How the drachtio edge keeps its connection: with a server that is a few lines, and a clock that moves when told to.

import { describe, expect, it } from "vitest";
import { AppError, minutes, seconds } from "../../../src/base/index.ts";
import { DrachtioEdge, type SipConnection } from "../../../src/voice/drachtio/index.ts";
import { RecordingLogger } from "../../core/core-rig.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

class FakeConnection implements SipConnection {
  readonly version = "v0";
  answers = true;
  pings = 0;
  isClosed = false;
  readonly #listeners: (() => void)[] = [];

  onClosed(listener: () => void): () => void {
    this.#listeners.push(listener);
    return () => {};
  }
  onRequest(): void {}
  invite(): never {
    throw new Error("nobody calls");
  }
  accept(): Promise<null> {
    return Promise.resolve(null);
  }
  hangUp(): void {}
  ping(): Promise<boolean> {
    this.pings++;
    return Promise.resolve(this.answers);
  }
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const listener of this.#listeners) listener();
  }
}

function rig() {
  const clock = new VirtualClock();
  const log = new RecordingLogger();
  const connections: FakeConnection[] = [];
  const state: { failure: AppError | null; attempts: number } = { failure: null, attempts: 0 };
  const edge = new DrachtioEdge({
    connect: () => {
      state.attempts++;
      if (state.failure !== null) return Promise.reject(state.failure);
      const connection = new FakeConnection();
      connections.push(connection);
      return Promise.resolve(connection);
    },
    ...{ realm: "box.example", domain: "box.example", clock, random: new SeededRandom("edge"), log },
    anchor: { host: "127.0.0.1", port: 5070 },
    sip: { host: "127.0.0.1", port: 5080 },
  });
  const stop = new AbortController();
  return { clock, connections, edge, log, state, stop };
}

describe("the connection to drachtio-server", () => {
  it("is up when it is there, and is asked for a sign of life", async () => {
    const { clock, connections, edge, stop } = rig();
    expect(edge.up()).toMatchObject({ up: false, code: "voice.edge_starting" });
    await edge.start(stop.signal);
    expect(edge.up()).toEqual({ up: true });
    await clock.advance(minutes(1));
    expect(connections[0]?.pings).toBe(4);
    await edge.stop();
    expect(connections[0]?.isClosed).toBe(true);
    expect(clock.pending).toEqual([]);
  });

  it("is made anew when no sign of life comes", async () => {
    const { clock, connections, edge, stop } = rig();
    await edge.start(stop.signal);
    const ups: number[] = [];
    edge.onUp(() => ups.push(connections.length));
    const [first] = connections;
    if (first !== undefined) first.answers = false;
    await clock.advance(seconds(14));
    expect(first?.isClosed).toBe(false);
    await clock.advance(seconds(2));
    expect(first?.isClosed).toBe(true);
    expect(ups).toEqual([2]);
    expect(edge.up()).toEqual({ up: true });
    await edge.stop();
  });

  it("is tried every two seconds, says why once, and is up by itself as soon as the server is", async () => {
    const { clock, edge, log, state, stop } = rig();
    state.failure = new AppError("voice.edge_down", "no", { retryable: true });
    const started = edge.start(stop.signal);
    await clock.advance(minutes(5));
    expect(edge.up()).toMatchObject({ up: false, code: "voice.edge_down" });
    expect(state.attempts).toBeGreaterThan(150);
    expect(state.attempts).toBeLessThan(310);
    expect(log.lines.filter((line) => line.includes("voice_edge_down"))).toHaveLength(1);
    state.failure = null;
    await clock.advance(seconds(2));
    expect(edge.up()).toEqual({ up: true });
    await started;
    await edge.stop();
  });

  it("is tried more seldom while the secret is refused", async () => {
    const { clock, edge, log, state, stop } = rig();
    state.failure = new AppError("voice.edge_secret", "no", { retryable: true });
    const started = edge.start(stop.signal);
    await clock.advance(minutes(5));
    expect(state.attempts).toBeGreaterThan(25);
    expect(state.attempts).toBeLessThan(75);
    expect(log.lines.filter((line) => line.includes("voice_edge_down"))).toHaveLength(1);
    state.failure = null;
    await clock.advance(seconds(10));
    await started;
    await edge.stop();
  });

  it("says when it is the secret that is wrong", async () => {
    const { clock, edge, state, stop } = rig();
    state.failure = new AppError("voice.edge_secret", "no", { retryable: true });
    const started = edge.start(stop.signal);
    started.catch(() => {});
    await clock.advance(seconds(1));
    expect(edge.up()).toMatchObject({ code: "voice.edge_secret", hint: expect.stringContaining("secret") });
    stop.abort();
    await expect(started).rejects.toMatchObject({ code: "base.stopped" });
    await edge.stop();
    expect(clock.pending).toEqual([]);
    await expect(edge.start(new AbortController().signal)).rejects.toMatchObject({ code: "base.stopped" });
  });
});
