import { describe, expect, it } from "vitest";
import { relayLimits } from "../../src/relay/server/options.ts";

describe("relayLimits", () => {
  it("lets one address send at least what its provider may forward", () => {
    expect(relayLimits().requestsPerMinute).toBe(12_000);
    expect(relayLimits({ forwardsPerMinute: 60 }).requestsPerMinute).toBe(12_000);
    expect(relayLimits({ forwardsPerMinute: 600_000 }).requestsPerMinute).toBe(1_200_000);
    expect(relayLimits({ requestsPerMinute: 5 })).toMatchObject({ requestsPerMinute: 5, forwardsPerMinute: 6_000 });
  });
});
