import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { relayLimits } from "../../src/relay/server/options.ts";

describe("the relay's unit", () => {
  it("may open more files than the relay's own limits let it hold connections", () => {
    const unit = readFileSync(new URL("../../systemd/units/numberbox-relay.service", import.meta.url), "utf8");
    const files = Number(/^LimitNOFILE=(\d+)$/m.exec(unit)?.[1]);
    const { connections } = relayLimits();
    // Database, logs and connections to a node or a cluster come on top.
    expect(files).toBeGreaterThan(connections + 1000);
  });
});
