import { describe, expect, it } from "vitest";
import { orphans, withoutProbes } from "../../../src/voice/asterisk/sweep.ts";

const channel = (id: string, app = "", data = "") => ({
  id,
  name: `PJSIP/${id}`,
  state: "Up",
  dialplan: { exten: "", app_name: app, app_data: data },
});

describe("the sweep", () => {
  const found = {
    channels: [
      channel("nb-1-m"),
      channel("1700000.1", "Stasis", "numberbox,dial"),
      channel("1700000.2", "Stasis", "other,dial"),
      channel("1700000.3", "Dial", "numberbox"),
    ],
    bridges: ["nb-1-b", "someone's"],
  };

  it("takes all that is ours at a start, and nothing of anyone else's", () => {
    expect(orphans(found, new Set(), null)).toEqual({ channels: ["nb-1-m", "1700000.1"], bridges: ["nb-1-b"] });
  });

  it("leaves the edge's question alone the first time, and takes one that is stuck", () => {
    const probe = { channels: [channel("nb-edge-1")], bridges: [] };
    const first = orphans(probe, new Set(), null);
    expect(withoutProbes(first).channels).toEqual([]);
    expect(orphans(probe, new Set(), first).channels).toEqual(["nb-edge-1"]);
  });

  it("leaves what belongs to a call, and what was not there the last time", () => {
    const known = new Set(["1700000.1"]);
    expect(orphans(found, known, { channels: [], bridges: [] })).toEqual({ channels: [], bridges: [] });
    expect(orphans(found, known, { channels: ["nb-1-m", "1700000.1"], bridges: ["nb-1-b"] })).toEqual({
      channels: ["nb-1-m"],
      bridges: ["nb-1-b"],
    });
  });
});
