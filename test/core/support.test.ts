import { describe, expect, it } from "vitest";
import { AppError, silentLogger } from "../../src/base/index.ts";
import { LogRing, maskData, maskText, supportBundle } from "../../src/core/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

/** What must be in nothing that leaves the box. */
const CANARIES = [
  ...["+15550100123", "+49 170 1234567", "8944500102030405067", "262019876543210", "356938035643809"],
  ...[
    "0EqyMnQrtKs6E2i9RhXk5tAiSrcaAWuvhSCjMsl3hzc",
    "0123456789abcdef0123456789abcdef",
    "hunter2-words",
    "Your code is 4711",
  ],
];

describe("what is shown to whoever helps", () => {
  it("holds no number, key or password, wherever it stands", () => {
    const given = {
      lines: CANARIES.map((number, at) => ({ id: `line-${at}`, number })),
      web: { url: "https://owner:hunter2-words@box.example/x?token=hunter2-words", password: "hunter2-words" },
      slots: [
        {
          iccid: "8944500102030405067",
          imei: "356938035643809",
          state: "ready",
          signal: -71,
          body: "Your code is 4711",
        },
      ],
      events: CANARIES.slice(0, 7).map((text) => ({ reason: `refused ${text}, then again` })),
      keys: ["0EqyMnQrtKs6E2i9RhXk5tAiSrcaAWuvhSCjMsl3hzc"],
    };
    const shown = JSON.stringify(maskData(given));
    for (const canary of CANARIES) expect(shown).not.toContain(canary);
    expect(shown).toContain('"state":"ready","signal":-71');
    expect(shown).toContain("box.example");
  });

  it("can still be read", () => {
    for (const text of [
      "relay.unreachable",
      "usb:1-1.4",
      "2026-07-14T10:15:00.000Z",
      "http://127.0.0.1:8080/x",
      "Quectel EC25",
    ])
      expect(maskText(text)).toBe(text);
    expect(maskData({ unlock: { passphrase_file: "/etc/numberbox/pass" } })).toEqual({
      unlock: { passphrase_file: "/etc/numberbox/pass" },
    });
  });

  it("has every part, and says which one cannot be had", async () => {
    const fails = (): never => {
      throw new AppError("store.corrupt", "broken");
    };
    const bundle = await supportBundle(
      [
        { id: "doctor", read: fails },
        { id: "versions", read: () => ({ node: "24" }) },
      ],
      7,
    );
    expect(bundle).toEqual({
      made_at: 7,
      parts: [
        { id: "doctor", content: { not_available: "store.corrupt" } },
        { id: "versions", content: { node: "24" } },
      ],
    });
  });
});

describe("the newest lines of the log", () => {
  it("are bounded, masked, and found by level and place", () => {
    const ring = new LogRing(new VirtualClock());
    const log = ring.over(silentLogger).child({ slot: "1" });
    for (let n = 0; n < 1500; n++) log[n % 2 === 0 ? "debug" : "warn"]("tick", { n, from: "+15550100123" });
    const all = ring.list({ after: 0, limit: 5000, level: "debug" });
    expect(all.length).toBe(1000);
    expect(all.at(-1)).toMatchObject({ seq: 1500, event: "tick", fields: { slot: "1", n: 1499, from: "+…" } });
    expect(ring.list({ after: 1490, limit: 3, level: "warn" }).map(({ seq }) => seq)).toEqual([1496, 1498, 1500]);
    expect(JSON.stringify(all)).not.toContain("5550100");
  });
});
