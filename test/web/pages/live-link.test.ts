import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../../src/base/index.ts";
import { LiveLink } from "../../../src/web/pages/live-link.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

/** As much of a WebSocket as the link touches. */
class FakeSocket {
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;
  closed = false;

  close(): void {
    this.closed = true;
  }

  say(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }

  end(code = 1006): void {
    this.onclose?.({ code });
  }
}

const EVENT = {
  type: "event",
  event: { seq: 1, at: 1, level: "info", code: "a.b", slot: null, line: null, details: {} },
};

function setup(options: { may?: boolean; alive?: boolean } = {}) {
  const clock = new VirtualClock();
  const sockets: FakeSocket[] = [];
  const frames: unknown[] = [];
  const links: string[] = [];
  const world = { may: options.may ?? true, alive: options.alive ?? true };
  const link = new LiveLink({
    clock,
    random: new SeededRandom("link"),
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    probe: async () => world.alive,
    mayReconnect: async () => world.may,
    onFrame: (frame) => frames.push(frame),
    onLink: (state) => links.push(state),
  });
  return { clock, sockets, frames, links, link, world };
}

describe("LiveLink", () => {
  it("is live from the first frame on and passes frames on", () => {
    const { sockets, frames, links, link } = setup();
    link.start();
    expect(links).toEqual([]);
    sockets[0]?.say(EVENT);
    expect([links, frames]).toEqual([["live"], [EVENT]]);
  });

  it("passes over what is no frame", () => {
    const { sockets, frames, link } = setup();
    link.start();
    for (const junk of ["{", '{"type":"party"}', "null"]) sockets[0]?.say(junk);
    expect(frames).toEqual([]);
  });

  it("reconnects after a loss, slower each time, and at once when asked", async () => {
    const { clock, sockets, links, link } = setup();
    link.start();
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      const before = sockets.length;
      sockets.at(-1)?.end();
      const from = clock.monotonic();
      while (sockets.length === before) await clock.advance(millis(100));
      waits.push(clock.monotonic() - from);
    }
    expect(links.at(-1)).toBe("broken");
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15_100);
    expect(waits[5]).toBeGreaterThan(waits[0] ?? 0);
    sockets.at(-1)?.end();
    const before = sockets.length;
    link.retryNow();
    expect(sockets).toHaveLength(before + 1);
  });

  it("gives up when the session is over", async () => {
    const { clock, sockets, link } = setup({ may: false });
    link.start();
    sockets[0]?.end(4401);
    await clock.advance(seconds(60));
    expect(sockets).toHaveLength(1);
  });

  it("does not wait for ever for a connection to open", async () => {
    const { clock, sockets, links, link } = setup();
    link.start();
    await clock.advance(seconds(10));
    expect(links).toEqual(["broken"]);
    expect(sockets[0]?.closed).toBe(true);
    await clock.advance(seconds(2));
    expect(sockets).toHaveLength(2);
  });

  it("asks after half a minute of silence whether the box is there, and reconnects if not", async () => {
    const { clock, sockets, links, link, world } = setup();
    link.start();
    sockets[0]?.say(EVENT);
    await clock.advance(seconds(90));
    expect(links).toEqual(["live"]);
    world.alive = false;
    await clock.advance(seconds(30));
    expect(links).toEqual(["live", "broken"]);
  });

  it("stays silent once stopped, and starts again", async () => {
    const { clock, sockets, frames, link } = setup();
    link.start();
    link.stop();
    sockets[0]?.say(EVENT);
    sockets[0]?.end();
    await clock.advance(seconds(60));
    expect([sockets.length, frames.length, sockets[0]?.closed]).toEqual([1, 0, true]);
    expect(clock.pending).toEqual([]);
    link.start();
    expect(sockets).toHaveLength(2);
  });

  it("hears nothing more from a connection it has replaced", async () => {
    const { clock, sockets, frames, link } = setup();
    link.start();
    await clock.advance(seconds(13));
    sockets[0]?.say(EVENT);
    expect(frames).toEqual([]);
  });
});
