import { describe, expect, it } from "vitest";
import { hours, minutes, seconds, silentLogger } from "../../src/base/index.ts";
import { addressKey, SignInGuard } from "../../src/web/server/sign-in-guard.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const limits = {
  ...{ freeAttempts: 5, attemptDelayMax: minutes(15), attemptMemory: hours(24), attemptAddresses: 4 },
  ...{ accountAttempts: 20, accountDelayMax: seconds(30), guardWrite: seconds(10) },
};

function setup(settings = new MemorySettings(), more: Partial<typeof limits> = {}) {
  const clock = new VirtualClock();
  const guard = new SignInGuard({ clock, settings, log: silentLogger, limits: { ...limits, ...more } });
  /** Seconds an attempt has to wait; 0 when it is allowed. */
  const attempt = (address: string, account?: string): number => {
    try {
      guard.begin(address, account);
      return 0;
    } catch (error) {
      return (error as { context: { retry_after_s: number } }).context.retry_after_s;
    }
  };
  return { clock, guard, attempt, settings };
}

describe("SignInGuard", () => {
  it("lets five attempts through at once and then makes each further one wait twice as long, up to 15 minutes", async () => {
    const { clock, attempt } = setup();
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) expect(attempt("10.0.0.9")).toBe(0);
    for (let i = 0; i < 13; i++) {
      const wait = attempt("10.0.0.9");
      waits.push(wait);
      await clock.advance(seconds(wait));
      expect(attempt("10.0.0.9")).toBe(0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it("never delays another address: a stranger cannot lock the owner out", () => {
    const { attempt } = setup();
    for (let i = 0; i < 50; i++) attempt("10.0.0.9");
    expect(attempt("10.0.0.10")).toBe(0);
  });

  it("starts afresh after a right password, and after a day without an attempt", async () => {
    const { clock, guard, attempt } = setup();
    for (let i = 0; i < 5; i++) attempt("10.0.0.9");
    guard.succeeded("10.0.0.9");
    expect(attempt("10.0.0.9")).toBe(0);
    for (let i = 0; i < 20; i++) attempt("10.0.0.9");
    await clock.advance(hours(24));
    for (let i = 0; i < 5; i++) expect(attempt("10.0.0.9")).toBe(0);
  });

  it("does not count attempts that were refused unread", async () => {
    const { clock, attempt } = setup();
    for (let i = 0; i < 5; i++) attempt("10.0.0.9");
    for (let i = 0; i < 100; i++) expect(attempt("10.0.0.9")).toBe(1);
    await clock.advance(seconds(1));
    expect(attempt("10.0.0.9")).toBe(0);
  });

  it("forgets the address unseen longest when too many come", () => {
    const { attempt } = setup();
    for (let i = 0; i < 5; i++) attempt("10.0.0.1");
    expect(attempt("10.0.0.1")).toBe(1);
    for (const last of [2, 3, 4, 5]) attempt(`10.0.0.${last}`);
    expect(attempt("10.0.0.1")).toBe(0);
  });
});

describe("SignInGuard over a restart", () => {
  it("goes on with the waits of addresses that guessed before", async () => {
    const before = setup();
    for (let i = 0; i < 5; i++) before.attempt("10.0.0.9");
    for (let i = 0; i < 6; i++) {
      await before.clock.advance(seconds(before.attempt("10.0.0.9")));
      before.attempt("10.0.0.9");
    }
    expect(before.attempt("10.0.0.9")).toBe(64);
    await before.clock.advance(seconds(14));
    await before.guard.stop();
    const after = setup(before.settings);
    await after.guard.load();
    expect(after.attempt("10.0.0.9")).toBe(50);
    expect(after.attempt("10.0.0.10")).toBe(0);
  });

  it("writes at most every ten seconds however fast the guesses come, and never more than a setting holds", async () => {
    const { clock, attempt, settings } = setup(new MemorySettings(), { attemptAddresses: 10_000 });
    let writes = 0;
    const write = settings.setSetting.bind(settings);
    settings.setSetting = (key, value) => {
      writes++;
      expect(value.length).toBeLessThan(60_000);
      return write(key, value);
    };
    for (let second = 0; second < 60; second++) {
      for (let i = 0; i < 100; i++) attempt(`10.${second}.0.${i}`, `user-${i}-${"x".repeat(60)}`);
      await clock.advance(seconds(1));
    }
    expect(writes).toBeGreaterThan(0);
    expect(writes).toBeLessThanOrEqual(6);
  });

  it("starts afresh when what was counted cannot be read", async () => {
    const { guard, attempt, settings } = setup();
    await settings.setSetting("web.sign_in_guard", "{");
    await guard.load();
    expect(attempt("10.0.0.9")).toBe(0);
  });
});

describe("SignInGuard for an account that is guessed at from many addresses", () => {
  function besieged() {
    const f = setup(new MemorySettings(), { attemptAddresses: 1000 });
    f.guard.begin("192.168.1.7", "owner");
    f.guard.succeeded("192.168.1.7", "owner");
    for (let i = 0; i < 40; i++) f.attempt(`10.0.1.${i}`, "owner");
    return f;
  }

  it("makes strangers' addresses wait before each guess, by up to 30 seconds", async () => {
    const { clock, attempt } = besieged();
    for (let i = 0; i < 30; i++) {
      const address = `10.0.2.${i}`;
      const wait = attempt(address, "owner");
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(30);
      await clock.advance(seconds(wait));
      expect(attempt(address, "owner")).toBe(0);
    }
    expect(attempt("10.0.3.1", "owner")).toBe(30);
  });

  it("lets the owner in at once where he signed in before, and elsewhere after his own wait however many guess meanwhile", async () => {
    const { clock, attempt } = besieged();
    expect(attempt("192.168.1.7", "owner")).toBe(0);
    const wait = attempt("192.168.1.8", "owner");
    expect(wait).toBeGreaterThan(0);
    for (let second = 0; second < wait; second++) {
      for (let i = 0; i < 20; i++) attempt(`10.0.${second + 4}.${i}`, "owner");
      await clock.advance(seconds(1));
    }
    expect(attempt("192.168.1.8", "owner")).toBe(0);
  });

  it("delays no other account", () => {
    const { attempt } = besieged();
    expect(attempt("10.0.9.1", "anna")).toBe(0);
  });
});

describe("addressKey", () => {
  it.each([
    ["192.168.1.7", "192.168.1.7"],
    ["::ffff:192.168.1.7", "192.168.1.7"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:DB8::2:0:0:9", "2001:db8:0:0"],
    ["unknown", "unknown"],
  ])("takes %s as %s", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
