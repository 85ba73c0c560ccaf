import { describe, expect, it } from "vitest";
import { hours, minutes, seconds } from "../../src/base/index.ts";
import { addressKey, SignInGuard } from "../../src/web/server/sign-in-guard.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const limits = { freeAttempts: 5, attemptDelayMax: minutes(15), attemptMemory: hours(24), attemptAddresses: 4 };

function setup() {
  const clock = new VirtualClock();
  const guard = new SignInGuard({ clock, limits });
  /** Seconds an attempt has to wait; 0 when it is allowed. */
  const attempt = (address: string): number => {
    try {
      guard.begin(address);
      return 0;
    } catch (error) {
      return (error as { context: { retry_after_s: number } }).context.retry_after_s;
    }
  };
  return { clock, guard, attempt };
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
