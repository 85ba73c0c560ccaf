import { describe, expect, it } from "vitest";
import { type Millis, millis, minutes, seconds } from "../../src/base/index.ts";
import { LINK_BACKOFF, type LinkInput, type LinkState, linkStart, stepLink } from "../../src/core/index.ts";

const failed = (now: number, more: Partial<Extract<LinkInput, { type: "failed" }>> = {}): LinkInput => ({
  type: "failed",
  code: "relay.unreachable",
  now: millis(now),
  fraction: 0,
  after: null,
  ...more,
});
const up: LinkState = { kind: "up", failures: 0, notBefore: millis(0), code: null };
const down: LinkState = { kind: "down", failures: 3, notBefore: millis(4000), code: "relay.timeout" };

describe("stepLink", () => {
  it.each([
    ["connecting", linkStart],
    ["up", up],
    ["down", down],
  ])("%s: an answer makes it up and forgets the failures", (_name, state) => {
    expect(stepLink(state, { type: "answered" })).toEqual(up);
  });

  it.each([
    ["connecting", linkStart, 1, 500],
    ["up", up, 1, 500],
    ["down and waited for", { ...down, notBefore: millis(1000) }, 4, 4000],
  ])("%s: a failure makes it down and waits", (_name, state, failures, wait) => {
    expect(stepLink(state, failed(1000))).toEqual({
      kind: "down",
      failures,
      notBefore: 1000 + wait,
      code: "relay.unreachable",
    });
  });

  it("counts the failures of many rentals in one outage once", () => {
    expect(stepLink(down, failed(3999))).toBe(down);
  });

  it("waits at most two minutes, at least half of that, by its own policy", () => {
    const long = { ...down, failures: 40, notBefore: millis(0) };
    expect(stepLink(long, failed(0)).notBefore).toBe(LINK_BACKOFF.max / 2);
    expect(stepLink(long, failed(0, { fraction: 0.999999 })).notBefore).toBeLessThanOrEqual(LINK_BACKOFF.max);
  });

  it.each<[string, Millis, Millis]>([
    ["longer than its own", seconds(30), seconds(30)],
    ["shorter than its own", millis(10), millis(500)],
    ["absurd", minutes(100_000), minutes(15)],
  ])("heeds the relay's own wish: %s", (_name, after, expected) => {
    expect(stepLink(up, failed(0, { after })).notBefore).toBe(expected);
  });
});
