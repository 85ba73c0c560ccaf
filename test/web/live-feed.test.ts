import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hours, millis, seconds } from "../../src/base/index.ts";
import { setPassword } from "../../src/web/index.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

const INTERVAL = millis(250);
const PING = seconds(20);

let f: WebFixture;
beforeEach(async () => {
  f = await startFixture();
});
afterEach(() => f.stop());

async function page(): Promise<Record<string, string>> {
  const { cookie = "" } = await f.signIn();
  return { cookie, origin: f.web.url };
}

describe("joining the live feed", () => {
  it("begins with a snapshot of everything, newest events included", async () => {
    for (let i = 0; i < 130; i++) f.box.record({ level: "info", code: "slot.ready", slot: "s1" });
    const frame = await f.live(await page()).snapshot();
    if (frame.type !== "snapshot") throw new Error("no snapshot");
    expect(frame.slots).toHaveLength(8);
    expect(frame.lines).toHaveLength(8);
    expect(frame.events.map((event) => event.seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 31));
  });

  it("admits a program by bearer token without an Origin", async () => {
    expect((await f.live(await f.token("read")).snapshot()).type).toBe("snapshot");
  });

  it.each([
    ["a stranger", async () => ({ origin: f.web.url }), 401],
    ["a session without Origin", async () => ({ cookie: (await page()).cookie ?? "" }), 403],
    ["another site's page", async () => ({ ...(await page()), origin: "http://evil.example" }), 403],
    ["a host that is not the box", async () => ({ ...(await f.token("read")), host: "evil.example" }), 421],
    ["a token that may only write", () => f.token("operate", "manage"), 403],
    ["a made-up token", async () => ({ authorization: `Bearer nbx_${"A".repeat(43)}` }), 401],
  ])("refuses %s", async (_who, headers: () => Promise<Record<string, string>>, status) => {
    expect(await f.live(await headers()).ended).toBe(status);
  });

  it("refuses an upgrade at another path", async () => {
    const answer = await f.call("GET", "/api/v1/other", {
      headers: {
        ...(await f.token("read")),
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-key": `${"x".repeat(22)}==`,
        "sec-websocket-version": "13",
      },
    });
    expect([answer.status, answer.json?.code]).toEqual([404, "web.not_found"]);
  });

  it("refuses viewers beyond the limit", async () => {
    await f.stop();
    f = await startFixture({ limits: { liveClients: 2 } });
    const headers = await f.token("read");
    await Promise.all([f.live(headers).snapshot(), f.live(headers).snapshot()]);
    expect(await f.live(headers).ended).toBe(503);
  });

  it("cuts off a viewer that talks too much", async () => {
    const viewer = f.live(await f.token("read"));
    await viewer.snapshot();
    viewer.socket.send("x".repeat(5000));
    expect(await viewer.ended).toBe(1009);
  });
});

describe("following the live feed", () => {
  it("sends the newest state of a slot at most four times a second, and every event", async () => {
    const viewer = f.live(await f.token("read"));
    await viewer.snapshot();
    for (let ms = 0; ms < 1000; ms += 10) {
      f.box.setSlot("s1", { signal_dbm: -60 - (ms % 40), received: ms });
      f.box.record({ level: "info", code: "slot.ready", slot: "s1" });
      await f.clock.advance(millis(10));
    }
    await f.clock.advance(INTERVAL);
    await viewer.until((frame) => frame.type === "slot" && frame.slot.received === 990);
    expect(viewer.of("slot").length).toBeLessThanOrEqual(5);
    await viewer.until((frame) => frame.type === "event" && frame.event.seq === 100);
    expect(viewer.of("event")).toHaveLength(100);
  });

  it("tells every viewer the same", async () => {
    const headers = await f.token("read");
    const viewers = [f.live(headers), f.live(headers), f.live(headers)];
    await Promise.all(viewers.map((viewer) => viewer.snapshot()));
    f.box.receive("s2");
    await f.clock.advance(INTERVAL);
    for (const viewer of viewers) {
      const frame = await viewer.until((candidate) => candidate.type === "overview");
      expect(frame).toMatchObject({ overview: { outbox: { depth: 6 } } });
    }
  });

  it("loses nothing that changes while the snapshot is made", async () => {
    const viewer = f.live(await f.token("read"));
    const lines = f.box.lines.bind(f.box);
    let changed = false;
    f.box.lines = async () => {
      const before = await lines();
      if (!changed) {
        changed = true;
        const copy = [...before];
        await f.box.grant({
          line: "line-3",
          renter: { verify: "A".repeat(43), encrypt: "B".repeat(43) },
          days: 1,
          envelope_version: 1,
          credit: null,
        });
        return copy;
      }
      return before;
    };
    await viewer.snapshot();
    await f.clock.advance(INTERVAL);
    await viewer.until(
      (frame) =>
        frame.type === "rentals" && frame.lines.some((line) => line.id === "line-3" && line.state === "rented"),
    );
  });

  it("drops frames for a viewer that does not read, and sends it a new snapshot once it does", async () => {
    const viewer = f.live(await f.token("read"));
    await viewer.snapshot();
    viewer.socket.pause();
    const filler = "x".repeat(50_000);
    for (let i = 0; i < 400; i++) f.box.record({ level: "info", code: "test.filler", details: { filler } });
    await f.clock.advance(INTERVAL);
    f.box.setSlot("s1", { received: 4711 });
    await f.clock.advance(INTERVAL);
    viewer.socket.resume();
    const deadline = 2000;
    for (let i = 0; i < deadline && viewer.of("snapshot").length < 2; i++) {
      f.box.setSlot("s2", { received: i });
      await f.clock.advance(INTERVAL);
    }
    const again = viewer.of("snapshot")[1];
    if (again?.type !== "snapshot") throw new Error("no second snapshot");
    expect(again.slots.find((slot) => slot.id === "s1")?.received).toBe(4711);
    expect(viewer.of("slot").some((frame) => frame.type === "slot" && frame.slot.received === 4711)).toBe(false);
  });

  it("drops a frame that breaks the contract and goes on", async () => {
    const viewer = f.live(await f.token("read"));
    await viewer.snapshot();
    f.box.setSlot("s1", { state: "on fire" as never });
    f.box.setSlot("s2", { received: 4711 });
    await f.clock.advance(INTERVAL);
    await viewer.until((frame) => frame.type === "slot" && frame.slot.id === "s2");
    expect(viewer.of("slot")).toHaveLength(1);
  });

  it("closes with 1011 when the box does not tell its state in time", async () => {
    f.box.overview = () => new Promise(() => {});
    const viewer = f.live(await f.token("read"));
    while (!f.clock.pending.includes("snapshot of the box")) await f.clock.flush(1);
    await f.clock.advance(seconds(10));
    expect(await viewer.ended).toBe(1011);
  });

  it("closes with 1011 when the box cannot show its state", async () => {
    f.box.overview = () => Promise.reject(new Error("locked"));
    expect(await f.live(await f.token("read")).ended).toBe(1011);
  });
});

describe("leaving the live feed", () => {
  it("closes with 4401 at the next ping after the session ended", async () => {
    const headers = await page();
    const viewer = f.live(headers);
    await viewer.snapshot();
    await f.call("DELETE", "/api/v1/session", { headers: { ...headers, "x-numberbox": "1" } });
    await f.clock.advance(PING);
    expect(await viewer.ended).toBe(4401);
  });

  it("closes with 4401 after a new password", async () => {
    const viewer = f.live(await page());
    await viewer.snapshot();
    await setPassword({ settings: f.settings, random: f.random, password: "nine loud herons" });
    await f.clock.advance(PING);
    expect(await viewer.ended).toBe(4401);
  });

  it("keeps the session of an open page alive, however long nobody clicks", async () => {
    const headers = await page();
    const viewer = f.live(headers);
    await viewer.snapshot();
    let pings = 0;
    viewer.socket.on("ping", () => pings++);
    for (let passed = 0; passed < hours(13); passed += PING * 90) {
      // Only every 90th ping is waited for: the virtual clock would outrun the pongs.
      const before = pings;
      await f.clock.advance(PING);
      while (pings === before) await f.clock.flush(1);
      await f.clock.flush(20);
      f.clock.jump(millis(PING * 89));
    }
    expect((await f.call("GET", "/api/v1/session", { headers })).json).toMatchObject({ state: "signed_in" });
  });

  it("cuts off a viewer that answers no ping for a whole round", async () => {
    const viewer = f.live(await f.token("read"));
    await viewer.snapshot();
    viewer.socket.pause();
    await f.clock.advance(PING);
    await f.clock.advance(PING);
    viewer.socket.resume();
    expect(await viewer.ended).toBe(1006);
  });

  it("says good-bye with 1001 when the box stops", async () => {
    const viewer = f.live(await f.token("read"));
    await viewer.snapshot();
    await f.web.stop();
    expect(await viewer.ended).toBe(1001);
  });

  it("does not wait for ever for a viewer that never says good-bye", async () => {
    const viewer = f.live(await f.token("read"));
    await viewer.snapshot();
    viewer.socket.pause();
    await f.clock.settle(f.web.stop());
    expect(f.box.listeners).toBe(0);
  });
});
