import { describe, expect, it } from "vitest";
import {
  fromBase64url,
  lineId,
  messageId,
  Secret,
  silentLogger,
  toBase64url,
  unixMs,
  utf8,
} from "../../../src/base/index.ts";
import { systemCrypto } from "../../../src/base/system-crypto.ts";
import {
  boxEventOf,
  contentNotices,
  type HeldMessage,
  type NamePublication,
  type Notice,
  noticesFor,
  payloadOf,
  publicationEvent,
  smsEvent,
  WebhookFeed,
  wants,
} from "../../../src/core/index.ts";
import { openV1, sealV1 } from "../../../src/envelope/index.ts";
import { type BoxEvent, type LiveFrame, webhookPayload } from "../../../src/protocol/index.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";

const sms = { id: "a".repeat(32), at: 1_800_000_000_000, line: "blue", slot: "s1", rental: "b".repeat(32), seq: 7 };
const happened = (more: Partial<BoxEvent> = {}): BoxEvent => ({
  ...{ seq: 42, at: 5, level: "warn", code: "slot.down", slot: "s1", line: null, details: { reason: "modem.timeout" } },
  ...more,
});

describe("what webhooks hear", () => {
  it("of an SMS is metadata alone", () => {
    const event = smsEvent({ ...sms, body: "secret", from: "+15550100" } as typeof sms);
    expect(webhookPayload.parse(JSON.parse(payloadOf(event)))).toEqual({
      type: "sms.received",
      timestamp: "2027-01-15T08:00:00.000Z",
      data: { id: sms.id, line: "blue", slot: "s1", rental: sms.rental, seq: 7 },
    });
    expect(event.id).toBe(`sms-${sms.id}`);
  });

  it("of what happened is its code with its safe details", () => {
    expect(boxEventOf(happened())).toEqual({
      ...{ id: "event-42", type: "slot.down", at: 5 },
      data: { reason: "modem.timeout", level: "warn", slot: "s1", line: null },
    });
  });

  it.each(["slot.at_command", "join.open", "box.started", "hardware.found"])("is nothing of %s", (code) => {
    expect(boxEventOf(happened({ code }))).toBeNull();
  });

  it("of the chain is each step of a publication", () => {
    const wish = { name: "worm:box:1", purpose: "worm", operation: "new" };
    const publication = { id: "p1", state: "confirming", wish, txid: "t", confirmations: 1, changedAt: unixMs(9) };
    expect(publicationEvent(publication as unknown as NamePublication)).toMatchObject({
      ...{ id: "chain-p1-confirming", type: "chain.confirming", at: 9, data: { name: "worm:box:1", txid: "t" } },
    });
  });

  it.each([
    ["*", "slot.down", true],
    ["slot.*", "slot.down", true],
    ["slot.*", "slots.down", false],
    ["slot.*", "slot", false],
    ["slot.down", "slot.down", true],
    ["slot.down", "slot.down_again", false],
    ["sms.received", "slot.down", false],
  ])("%s wants %s: %s", (pattern, type, expected) => {
    expect(wants([pattern], type)).toBe(expected);
  });

  it("has an id that can be signed: without a dot", () => {
    for (const event of [smsEvent(sms), boxEventOf(happened())]) expect(event?.id).toMatch(/^[\w-]+$/);
  });

  it("goes to each hook that wants it, under one id", () => {
    const hooks = [
      { id: "a", events: ["sms.received", "*"] },
      { id: "b", events: ["slot.*"] },
      { id: "c", events: ["sms.*"] },
    ];
    expect(noticesFor(smsEvent(sms), hooks).map(({ id, target }) => [id, target])).toEqual([
      [`sms-${sms.id}`, "webhook:a"],
      [`sms-${sms.id}`, "webhook:c"],
    ]);
  });
});

describe("messages that nobody rents", () => {
  const random = new SeededRandom("content");
  const suite = systemCrypto;
  const box = new Secret(random.bytes(32));
  const hook = new Secret(random.bytes(32));
  const text = utf8('{"body":"for the owner"}');
  const envelope = sealV1({ suite, random, recipient: suite.x25519Public(box.reveal()), plaintext: text });
  const held: HeldMessage = {
    ...{ id: messageId("c".repeat(32)), lineId: lineId("blue"), storedAt: unixMs(7), envelope: toBase64url(envelope) },
  };
  const hooks = [
    { id: "a", lines: ["blue"], sealTo: toBase64url(suite.x25519Public(hook.reveal())) },
    { id: "b", lines: ["red"], sealTo: toBase64url(suite.x25519Public(random.bytes(32))) },
  ];
  const deps = { suite, random, secret: box };

  it("go to the hook that the line is for, and only its key opens them", () => {
    const [notice, ...others] = contentNotices(held, hooks, deps);
    expect([notice?.target, notice?.type, others]).toEqual(["webhook:a", "sms.content", []]);
    expect(notice?.body).not.toContain("owner");
    const { data } = webhookPayload.parse(JSON.parse(notice?.body ?? ""));
    const sealed = fromBase64url(String(data.envelope));
    expect(openV1({ suite, secret: hook, envelope: sealed })).toEqual(text);
    expect(() => openV1({ suite, secret: box, envelope: sealed })).toThrow();
  });

  it("are not even opened where no hook gets them", () => {
    const broken = { ...held, envelope: "AAAA" };
    expect(contentNotices({ ...broken, lineId: lineId("green") }, hooks, deps)).toEqual([]);
    expect(() => contentNotices(broken, hooks, deps)).toThrow();
  });
});

describe("the feed of webhooks", () => {
  function rig(hooks = [{ id: "a", events: ["*"] }], post?: () => Promise<void>) {
    const posted: Notice[] = [];
    const listeners = new Set<(frame: LiveFrame) => void>();
    const feed = new WebhookFeed({
      log: silentLogger,
      desk: {
        post: async (notices, urgent) => {
          expect(urgent).toBe(false);
          posted.push(...notices);
          await post?.();
        },
      },
      hooks: () => hooks,
      onFrame: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      content: { onHeld: () => () => {}, notices: () => [] },
      onPublication: null,
    });
    feed.start();
    const tell = (frame: LiveFrame) => {
      for (const listener of listeners) listener(frame);
    };
    return { feed, listeners, posted, tell };
  }

  it("posts SMS and events, and no other frame", () => {
    const { posted, tell } = rig();
    tell({ type: "sms", sms });
    tell({ type: "event", event: happened() });
    tell({ type: "rentals", lines: [], rentals: [] });
    expect(posted.map(({ type }) => type)).toEqual(["sms.received", "slot.down"]);
  });

  it("posts nothing without hooks, and from the moment that there is one to it", () => {
    const hooks: { id: string; events: string[] }[] = [];
    const { posted, tell } = rig(hooks);
    tell({ type: "sms", sms });
    expect(posted).toEqual([]);
    hooks.push({ id: "late", events: ["sms.received"] });
    tell({ type: "sms", sms });
    expect(posted.map(({ target }) => target)).toEqual(["webhook:late"]);
  });

  it("listens to nothing after the stop", () => {
    const { feed, listeners } = rig();
    feed.stop();
    feed.stop();
    expect(listeners.size).toBe(0);
  });

  it("does not mind a desk that fails", async () => {
    const { tell } = rig(undefined, () => Promise.reject(new TypeError("disk")));
    tell({ type: "sms", sms });
    await new Promise<void>((resolve) => setImmediate(resolve));
  });
});
