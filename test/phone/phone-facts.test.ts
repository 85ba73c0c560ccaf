import { describe, expect, it } from "vitest";
import { AppError, minutes, seconds } from "../../src/base/index.ts";
import { PhoneFacts, patience } from "../../src/phone/phone-facts.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const health = { appVersion: "1", battery: null, transport: null, technology: null };

describe("patience with a phone", () => {
  it("is five minutes at least, an hour at most, and two and a half pings between", () => {
    expect([null, minutes(1), minutes(10), minutes(60)].map(patience)).toEqual([
      minutes(5),
      minutes(5),
      minutes(25),
      minutes(60),
    ]);
  });
});

describe("a phone", () => {
  it("waits for its first word for ever, is ready with it, and down after a silence", async () => {
    const clock = new VirtualClock();
    const facts = new PhoneFacts(clock, false);
    await clock.advance(minutes(600));
    expect(facts.judge()).toBe(false);
    expect([facts.state, facts.problem]).toEqual(["waiting", null]);
    facts.isPaired = true;
    facts.heard();
    expect(facts.judge()).toBe(true);
    expect([facts.state, facts.since]).toEqual(["ready", clock.now()]);
    await clock.advance(minutes(5));
    expect(facts.judge()).toBe(false);
    await clock.advance(seconds(1));
    expect(facts.judge()).toBe(true);
    expect(facts.state).toBe("down");
    expect(facts.problem).toMatchObject({ code: "phone.silent" });
  });

  it("that pings every quarter of an hour is not down in between", async () => {
    const clock = new VirtualClock();
    const facts = new PhoneFacts(clock, true);
    for (let n = 0; n < 2; n++) {
      facts.heard();
      facts.ping(null);
      // Twice, as the app does at times.
      facts.ping(health);
      await clock.advance(minutes(15));
    }
    facts.judge();
    expect(facts.state).toBe("ready");
    await clock.advance(minutes(23));
    facts.judge();
    expect(facts.state).toBe("down");
  });

  it("that was paired before gets five minutes after a start of the box", async () => {
    const clock = new VirtualClock();
    const facts = new PhoneFacts(clock, true);
    facts.judge();
    expect(facts.state).toBe("waiting");
    await clock.advance(minutes(6));
    facts.judge();
    expect(facts.state).toBe("down");
  });

  it("warns of an empty battery, of no network, and that it is not quite set up", () => {
    const facts = new PhoneFacts(new VirtualClock(), false);
    facts.heard();
    facts.judge();
    expect(facts.warnings.map(({ code }) => code)).toEqual(["phone.no_webhook_yet"]);
    facts.health = { ...health, battery: { percent: 14, charging: false }, transport: "none" };
    expect(facts.warnings.map(({ code }) => code)).toEqual(["phone.battery_low", "phone.no_network"]);
    facts.health = { ...health, battery: { percent: 14, charging: true } };
    facts.apiProblem = new AppError("phone.bad_credentials", "no");
    expect(facts.warnings.map(({ code }) => code)).toEqual(["phone.bad_credentials"]);
    expect(facts.problem).toBeNull();
  });
});
