import { describe, expect, it } from "vitest";
import { RecentIds } from "../../../src/voice/asterisk/recent-ids.ts";

describe("recent ids", () => {
  it("are new once, and again only after 256 others", () => {
    const recent = new RecentIds();
    expect([recent.isNew("a"), recent.isNew("a")]).toEqual([true, false]);
    for (let n = 0; n < 255; n++) expect(recent.isNew(`other ${n}`)).toBe(true);
    expect(recent.isNew("a")).toBe(false);
    expect(recent.isNew("one more")).toBe(true);
    expect(recent.isNew("a")).toBe(true);
  });
});
