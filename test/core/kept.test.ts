import { describe, expect, it } from "vitest";
import { AppError, days, lineId, messageId, seconds, toBase64url, unixMs, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { EventLog, KeptMessages, keptOpener } from "../../src/core/index.ts";
import { createIdentity, encodePayload, sealV1 } from "../../src/envelope/index.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { RecordingLogger } from "./core-rig.ts";

const random = new SeededRandom("kept");
const identity = createIdentity(random, systemCrypto, "box");
const stranger = createIdentity(random, systemCrypto, "other");
const MINE = lineId("mine");
const LET = lineId("let");

function sealed(body: string, to = identity): string {
  const plaintext = encodePayload({
    ...{ v: 1, type: "sms", from: "+15550100", to: "+15550199", body, sent_at: null, received_ms: 7, parts: 1 },
    ...{ missing: [], class: null, listing_id: null, rental_id: null, seq: 0 },
  });
  return toBase64url(sealV1({ suite: systemCrypto, random, recipient: to.encrypt, plaintext }));
}

interface Held {
  readonly line: typeof MINE;
  readonly at: number;
  readonly envelope: string;
}

function rig(held: readonly Held[], ownLines = [MINE], settings = new MemorySettings()) {
  const clock = new VirtualClock();
  const log = new RecordingLogger();
  const events = new EventLog(clock, log);
  const rows = held.map(({ line, at, envelope }, n) => ({
    ...{ cursor: n + 1, id: messageId(String(n).padStart(32, "0")), lineId: line, storedAt: unixMs(at), envelope },
  }));
  const store = {
    getSetting: (key: string) => settings.getSetting(key),
    setSetting: (key: string, value: string) => settings.setSetting(key, value),
    keptRows: async ({ line, after, limit }: { line: string | null; after: number; limit: number }) =>
      rows.filter((row) => row.cursor > after && (line === null || row.lineId === line)).slice(0, limit),
    keptRow: async (id: string) => rows.find((row) => row.id === id) ?? null,
  };
  const open = keptOpener({ suite: systemCrypto, identity });
  const kept = new KeptMessages({ store, open, ownLines, events, now: () => clock.now() });
  return { kept, clock, log, settings, audit: () => events.list({ after: 0, limit: 100 }) };
}

const ALL = { line: null, after: 0, limit: 100 };
const later = unixMs(Date.UTC(2026, 0, 2));

describe("kept messages", () => {
  it("are opened for a line of the owner's own, and closed for every other", async () => {
    const { kept } = rig([
      { line: MINE, at: later, envelope: sealed("for me") },
      { line: LET, at: later, envelope: sealed("for the last renter") },
    ]);
    kept.start();
    const { messages, next } = await kept.list(ALL, "owner");
    expect(messages).toMatchObject([
      {
        line: MINE,
        own: true,
        content: { type: "sms", from: "+15550100", body: "for me", received_ms: 7 },
        problem: null,
      },
      { line: LET, own: false, content: null, problem: null },
    ]);
    expect(JSON.stringify(messages)).not.toContain("last renter");
    expect(next).toBe(2);
  });

  it("of the time before a line became the owner's own stay closed, also after a restart", async () => {
    const before = { line: MINE, at: Date.UTC(2025, 5, 1), envelope: sealed("somebody's code") };
    const first = rig([before, { line: MINE, at: later, envelope: sealed("mine") }]);
    first.kept.start();
    await first.kept.list(ALL, "owner");
    const again = rig([before, { line: MINE, at: later, envelope: sealed("mine") }], [MINE], first.settings);
    await again.clock.advance(days(40));
    again.kept.start();
    const { messages } = await again.kept.list(ALL, "owner");
    expect(messages.map(({ content }) => content?.body ?? null)).toEqual([null, "mine"]);
  });

  it("let and taken back, a line counts anew", async () => {
    const first = rig([]);
    first.kept.start();
    await first.kept.list(ALL, "owner");
    const rented = rig([], [], first.settings);
    rented.kept.start();
    await rented.kept.list(ALL, "owner");
    const back = rig([{ line: MINE, at: later, envelope: sealed("of the renter's time") }], [MINE], first.settings);
    await back.clock.advance(days(40));
    back.kept.start();
    expect((await back.kept.list(ALL, "owner")).messages).toMatchObject([{ content: null }]);
  });

  it("tell by a code what cannot be opened", async () => {
    const { kept } = rig([
      { line: MINE, at: later, envelope: sealed("x", stranger) },
      { line: MINE, at: later, envelope: "AAAA" },
      {
        line: MINE,
        at: later,
        envelope: toBase64url(
          sealV1({ suite: systemCrypto, random, recipient: identity.encrypt, plaintext: utf8("plain") }),
        ),
      },
    ]);
    kept.start();
    const { messages } = await kept.list(ALL, "owner");
    expect(messages.map(({ problem }) => problem)).toEqual([
      "envelope.cannot_open",
      "envelope.too_short",
      "kept.other_form",
    ]);
  });

  it("each reading is an event with counts and who read, and nothing of the messages", async () => {
    const { kept, audit, log } = rig([
      { line: MINE, at: later, envelope: sealed("secret 4471") },
      { line: LET, at: later, envelope: sealed("other") },
    ]);
    kept.start();
    await kept.list(ALL, "token:phone");
    await kept.list({ ...ALL, line: LET }, "owner");
    await kept.one(messageId("0".repeat(32)), "owner");
    expect(audit().map(({ code, details }) => [code, details])).toEqual([
      ["kept.read", { messages: 1, lines: 1, by: "token:phone" }],
      ["kept.read", { messages: 1, lines: 1, by: "owner" }],
    ]);
    expect(JSON.stringify(audit()) + log.lines.join()).not.toMatch(/4471|15550100/);
  });

  it("refuse an id that there is not", async () => {
    const { kept } = rig([]);
    kept.start();
    await expect(kept.one(messageId("f".repeat(32)), "owner")).rejects.toThrowError(AppError);
  });

  it("forget a setting that cannot be read: a line is the owner's from now on", async () => {
    const settings = new MemorySettings();
    await settings.setSetting("kept.own_since", "{broken");
    const { kept, clock } = rig([{ line: MINE, at: clock0() - 1, envelope: sealed("old") }], [MINE], settings);
    await clock.advance(seconds(1));
    kept.start();
    expect((await kept.list(ALL, "owner")).messages).toMatchObject([{ content: null, own: true }]);
  });
});

const clock0 = (): number => new VirtualClock().now();
