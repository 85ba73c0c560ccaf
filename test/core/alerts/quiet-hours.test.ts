import { describe, expect, it } from "vitest";
import { unixMs } from "../../../src/base/index.ts";
import { quietAt } from "../../../src/core/index.ts";

const at = (text: string) => unixMs(Date.parse(text));
const night = (zone: string | null) => quietAt({ from: 22 * 60, to: 7 * 60, zone });

describe("quiet hours", () => {
  it("without any are never quiet", () => {
    expect(quietAt(null)(at("2026-01-01T03:00:00Z"))).toBe(false);
  });

  it.each([
    ["2026-01-15T20:59:59Z", false],
    ["2026-01-15T21:00:00Z", true],
    ["2026-01-15T23:30:00Z", true],
    ["2026-01-16T05:59:00Z", true],
    ["2026-01-16T06:00:00Z", false],
    ["2026-07-15T20:00:00Z", true],
    ["2026-07-15T04:59:00Z", true],
    ["2026-07-15T05:00:00Z", false],
  ])("from 22 to 7 in Madrid: %s is %s, in winter and in summer", (text, quiet) => {
    expect(night("Europe/Madrid")(at(text))).toBe(quiet);
  });

  it("follow the clocks in the nights in which they change", () => {
    // 2026-03-29: 01:59 becomes 03:00 (UTC+1 to UTC+2); 2026-10-25: 02:59 becomes 02:00.
    const quiet = night("Europe/Madrid");
    expect([quiet(at("2026-03-29T05:00:00Z")), quiet(at("2026-03-29T04:59:00Z"))]).toEqual([false, true]);
    expect([quiet(at("2026-10-25T05:59:00Z")), quiet(at("2026-10-25T06:00:00Z"))]).toEqual([true, false]);
    const hour = quietAt({ from: 2 * 60, to: 3 * 60, zone: "Europe/Madrid" });
    // The hour that does not exist, and the one that comes twice.
    expect(["00:30", "00:59", "01:00", "01:30"].filter((time) => hour(at(`2026-03-29T${time}:00Z`)))).toEqual([]);
    expect(
      ["23:59", "00:00", "00:30", "01:30", "01:59", "02:00"].filter((time) =>
        hour(at(`2026-10-2${time === "23:59" ? 4 : 5}T${time}:00Z`)),
      ),
    ).toEqual(["00:00", "00:30", "01:30", "01:59"]);
  });

  it("within a day need no midnight", () => {
    const siesta = quietAt({ from: 14 * 60, to: 17 * 60, zone: "UTC" });
    expect(["13:59", "14:00", "16:59", "17:00"].map((time) => siesta(at(`2026-01-01T${time}:00Z`)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("go by the machine's own zone where none is named", () => {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const time of ["00:00", "06:30", "12:00", "21:30"])
      expect(night(null)(at(`2026-01-01T${time}:00Z`))).toBe(night(here)(at(`2026-01-01T${time}:00Z`)));
  });
});
