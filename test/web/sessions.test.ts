import { describe, expect, it } from "vitest";
import { days, hours, millis, minutes, silentLogger } from "../../src/base/index.ts";
import { Sessions } from "../../src/web/server/sessions.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const limits = { sessionIdle: hours(12), sessionAge: days(30), sessions: 3 };

function setup(settings = new MemorySettings(), clock = new VirtualClock()) {
  const random = new SeededRandom("sessions");
  return { settings, clock, sessions: new Sessions({ settings, clock, random, log: silentLogger, limits }) };
}

describe("Sessions", () => {
  it("keeps a session in use open, and ends it after 12 idle hours", async () => {
    const { clock, sessions } = setup();
    const token = await sessions.create("p1");
    for (let i = 0; i < 5; i++) {
      await clock.advance(hours(11));
      expect(sessions.touch(token, "p1")).toBe(true);
    }
    await clock.advance(hours(12));
    expect(sessions.touch(token, "p1")).toBe(false);
  });

  it("ends a session after 30 days however busy it is", async () => {
    const { clock, sessions } = setup();
    const token = await sessions.create("p1");
    for (let i = 0; i < 59; i++) {
      await clock.advance(hours(12 - 0.01));
      sessions.touch(token, "p1");
    }
    await clock.advance(hours(11.9));
    expect(sessions.touch(token, "p1")).toBe(true);
    await clock.advance(hours(1));
    expect(sessions.touch(token, "p1")).toBe(false);
  });

  it("ends all sessions with a new password", async () => {
    const { sessions } = setup();
    const token = await sessions.create("p1");
    expect(sessions.touch(token, "p2")).toBe(false);
  });

  it("survives a restart of the box, storing hashes only", async () => {
    const { settings, clock, sessions } = setup();
    const token = await sessions.create("p1");
    expect([...settings.values.values()].join()).not.toContain(token);
    const again = setup(settings, clock).sessions;
    await again.load();
    expect(again.touch(token, "p1")).toBe(true);
  });

  it("forgets a signed-out session for good", async () => {
    const { settings, clock, sessions } = setup();
    const token = await sessions.create("p1");
    await sessions.remove(token);
    const again = setup(settings, clock).sessions;
    await again.load();
    expect(sessions.touch(token, "p1")).toBe(false);
    expect(again.touch(token, "p1")).toBe(false);
  });

  it("drops the session unused longest when there are too many", async () => {
    const { clock, sessions } = setup();
    const tokens: string[] = [];
    for (let i = 0; i < 4; i++) {
      tokens.push(await sessions.create("p1"));
      await clock.advance(minutes(1));
    }
    expect(tokens.map((token) => sessions.touch(token, "p1"))).toEqual([false, true, true, true]);
  });

  it("starts without sessions when the stored list cannot be read", async () => {
    const { settings, sessions } = setup();
    await settings.setSetting("web.sessions", "[{]");
    await sessions.load();
    const token = await sessions.create("p1");
    expect(sessions.touch(token, "p1")).toBe(true);
  });

  it("writes the use of a session at most every ten minutes", async () => {
    const { settings, clock, sessions } = setup();
    const token = await sessions.create("p1");
    let writes = 0;
    const write = settings.setSetting.bind(settings);
    settings.setSetting = (key, value) => {
      writes++;
      return write(key, value);
    };
    for (let i = 0; i < 60; i++) {
      await clock.advance(minutes(1));
      sessions.touch(token, "p1");
    }
    expect(writes).toBeGreaterThan(0);
    expect(writes).toBeLessThanOrEqual(7);
  });

  it("keeps a session when the wall clock is set back", async () => {
    const { clock, sessions } = setup();
    const token = await sessions.create("p1");
    clock.jump(millis(-days(400)));
    expect(sessions.touch(token, "p1")).toBe(true);
  });
});
