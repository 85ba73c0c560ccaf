import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days, seconds, toBase64url, utf8 } from "../../src/base/index.ts";
import { relayUrl } from "../../src/renter/index.ts";
import { type Rig, rigFor } from "./client-rig.ts";
import { FakeRelay, type Fault, hashOf } from "./fake-relay.ts";
import { grantOf, messageOf, provider, RENTAL, renter, shortMessageOf, stranger } from "./fixtures.ts";
import { MemoryFolder } from "./memory-folder.ts";

let relay: FakeRelay;
let rig: Rig;

beforeEach(async () => {
  relay = await FakeRelay.start();
  relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 0 }];
  rig = await rigFor(relay.url);
});
afterEach(() => relay.stop());

const sync = (): Promise<void> => rig.client.sync(rig.sink, rig.abort.signal);

describe("sync", () => {
  it("hands over what waits in the relay's order, stored, and acknowledges it with signed receipts", async () => {
    relay.push(await messageOf({ seq: 1, body: "one" }), await messageOf({ seq: 2, body: "two", version: 2 }));
    const hashes = relay.messages.map(hashOf);
    await sync();
    expect(rig.sink.entries.map((entry) => entry.payload)).toMatchObject([{ body: "one" }, { body: "two" }]);
    expect(rig.state.inbox.entries).toEqual(rig.sink.entries);
    expect(relay.acknowledged).toEqual(hashes);
    expect(rig.state.inbox.unsettled(relay.url)).toEqual([]);
  });

  it("acknowledges only after the sink has taken the messages", async () => {
    relay.push(await messageOf({ seq: 1 }));
    const seen: unknown[] = [];
    const messages = async (): Promise<void> => {
      seen.push(...relay.acknowledged, "handed over");
    };
    await rig.client.sync({ ...rig.sink, refused: () => {}, messages }, rig.abort.signal);
    expect(seen).toEqual(["handed over"]);
    expect(relay.acknowledged).toHaveLength(1);
  });

  it("makes receipts to the provider, from the renter", async () => {
    relay.push(await messageOf({ seq: 1 }));
    await sync();
    expect(rig.state.inbox.entries[0]?.receipt).toMatchObject({
      from: toBase64url(renter.verify),
      to: toBase64url(provider.verify),
      ts: "2026-01-01T00:00:00+00:00",
    });
  });

  it("reads page after page", async () => {
    for (let seq = 1; seq <= 230; seq++) relay.messages.push(await messageOf({ seq }));
    await sync();
    expect(rig.sink.seqs).toEqual(Array.from({ length: 230 }, (_, at) => at + 1));
    expect(relay.acknowledged).toHaveLength(230);
  });

  it("never lets a relay move its cursor back", async () => {
    relay.push(await messageOf({ seq: 1 }), await messageOf({ seq: 2 }));
    await sync();
    relay.failNext("sms", JSON.stringify({ messages: [], next: 0, more: true }));
    await sync();
    expect(rig.state.relay(relay.url).cursor).toBe(2);
  });

  it("stops at a relay whose pages do not advance", async () => {
    const messages = [await messageOf({ seq: 1 })];
    relay.failNext("sms", JSON.stringify({ messages, next: 0, more: true }));
    await sync();
    expect(relay.asked.filter((path) => path === "sms")).toHaveLength(1);
    expect(rig.sink.seqs).toEqual([1]);
  });

  it("finds what lies before its cursor at a relay that was restored from a backup", async () => {
    relay.push(await messageOf({ seq: 1, cursor: 50 }));
    await sync();
    relay.push(await messageOf({ seq: 2, cursor: 10 }));
    relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 2 }];
    await sync();
    expect(rig.sink.seqs).toEqual([1, 2]);
    expect(rig.state.relay(relay.url).cursor).toBe(50);
  });

  it("names a gap, the late message that fills a part of it, and a repeated number", async () => {
    relay.push(
      await messageOf({ seq: 1, cursor: 1 }),
      await messageOf({ seq: 5, cursor: 2 }),
      await messageOf({ seq: 3, cursor: 3 }),
      await messageOf({ seq: 3, cursor: 4, salt: "another" }),
    );
    await sync();
    expect(rig.sink.entries.map(({ seq, gap, repeats }) => ({ seq, gap, repeats }))).toEqual([
      { seq: 1, gap: null, repeats: false },
      { seq: 5, gap: { from: 2, to: 4 }, repeats: false },
      { seq: 3, gap: null, repeats: false },
      { seq: 3, gap: null, repeats: true },
    ]);
    expect(rig.state.inbox.missing(RENTAL, { from: 2, to: 4 })).toEqual([
      { from: 2, to: 2 },
      { from: 4, to: 4 },
    ]);
  });

  it("counts each rental on its own", async () => {
    const rentalId = "e".repeat(32);
    relay.rentals.push({ grant: grantOf({ rentalId }), state: "active", last_seq: 0 });
    relay.push(await messageOf({ seq: 1, cursor: 1 }), await messageOf({ seq: 1, cursor: 2, rentalId }));
    await sync();
    expect(rig.sink.entries.map(({ gap, repeats }) => [gap, repeats])).toEqual([
      [null, false],
      [null, false],
    ]);
  });

  it("reports a message that fails, never acknowledges it, and reads the others", async () => {
    const bad = await messageOf({ seq: 2 });
    relay.push(await messageOf({ seq: 1 }), { ...bad, ts: 1 }, await messageOf({ seq: 3 }));
    await sync();
    expect(rig.sink.codes).toEqual(["renter.bad_signature"]);
    expect(rig.sink.seqs).toEqual([1, 3]);
    expect(relay.acknowledged).not.toContain(hashOf(bad));
    expect(relay.messages).toHaveLength(1);
  });

  it("reads on behind a message that failed, and tries it again after login", async () => {
    const good = await messageOf({ seq: 1 });
    relay.push({ ...good, ts: 1 });
    await sync();
    await sync();
    expect(rig.sink.codes).toEqual(["renter.bad_signature"]);
    relay.messages.splice(0, 1, good);
    await rig.client.login(rig.sink, rig.abort.signal);
    await sync();
    expect(rig.sink.seqs).toEqual([1]);
  });

  it("takes the same envelope once, whatever id it comes with, and acknowledges it again", async () => {
    const short = shortMessageOf(utf8("text"));
    relay.push(short);
    await sync();
    relay.push({ ...short, id: "9".repeat(32), cursor: 2 });
    await sync();
    expect(rig.sink.entries).toHaveLength(1);
    expect(relay.acknowledged).toEqual([hashOf(short), hashOf(short)]);
  });

  it("asks for the rentals again when a message names one that it does not know", async () => {
    relay.rentals = [];
    await sync();
    relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 1 }];
    relay.push(await messageOf({ seq: 1 }));
    await sync();
    expect(rig.sink.seqs).toEqual([1]);
  });

  it("refuses a message of a rental that was not granted to this key", async () => {
    relay.rentals = [{ grant: grantOf({ to: stranger }), state: "active", last_seq: 1 }];
    relay.push(await messageOf({ seq: 1 }));
    await sync();
    expect(new Set(rig.sink.codes)).toEqual(new Set(["renter.foreign_grant", "renter.unknown_rental"]));
    expect(relay.acknowledged).toEqual([]);
  });

  it("raises the alarm when the relay swaps the provider, and takes none of the new one's messages until told to", async () => {
    await sync();
    relay.rentals = [{ grant: grantOf({ by: stranger, rev: 2 }), state: "active", last_seq: 1 }];
    relay.push(await messageOf({ seq: 1, by: stranger }));
    await sync();
    expect(rig.sink.codes).toEqual(["renter.provider_changed", "renter.header_mismatch"]);
    await rig.state.forgetProvider(grantOf().listing_id);
    await rig.client.login(rig.sink, rig.abort.signal);
    await sync();
    expect(rig.sink.seqs).toEqual([1]);
  });

  it("keeps a receipt that the relay refuses, with its code, and does not send it again", async () => {
    const message = await messageOf({ seq: 1 });
    relay.refuse.set(hashOf(message), "relay.unknown_message");
    relay.push(message);
    await sync();
    relay.messages.splice(0);
    await sync();
    expect(rig.state.inbox.outcomeOf(rig.state.inbox.entries[0]?.key ?? "")).toBe("relay.unknown_message");
    expect(relay.asked.filter((path) => path === "sms/ack")).toHaveLength(1);
  });

  it("sends the same receipt next time when acknowledging fails", async () => {
    relay.push(await messageOf({ seq: 1 }));
    relay.failNext("sms/ack", [500, { error: "x", code: "relay.internal" }]);
    await expect(sync()).rejects.toMatchObject({ code: "renter.relay_failed" });
    expect(rig.sink.seqs).toEqual([1]);
    await sync();
    expect(rig.sink.seqs).toEqual([1]);
    expect(relay.acknowledged).toHaveLength(1);
  });
});

describe("the token", () => {
  it("is kept over restarts while it lasts", async () => {
    const disk = new Map();
    const first = await rigFor(relay.url, new MemoryFolder(disk));
    await first.client.sync(first.sink, first.abort.signal);
    const second = await rigFor(relay.url, new MemoryFolder(disk));
    await second.client.sync(second.sink, second.abort.signal);
    expect(relay.asked.filter((path) => path === "auth")).toHaveLength(1);
  });

  it("is renewed by the next process when it is about to end", async () => {
    relay.tokenLife = 120;
    const disk = new Map();
    const first = await rigFor(relay.url, new MemoryFolder(disk));
    await first.client.sync(first.sink, first.abort.signal);
    const second = await rigFor(relay.url, new MemoryFolder(disk));
    await second.clock.advance(seconds(61));
    await second.client.sync(second.sink, second.abort.signal);
    expect(relay.asked.filter((path) => path === "auth")).toHaveLength(2);
  });

  it("is asked for once although the own clock runs days ahead", async () => {
    rig.clock.jump(days(3));
    relay.push(await messageOf({ seq: 1 }));
    await sync();
    expect(relay.asked.filter((path) => path === "auth")).toHaveLength(1);
  });

  it("is renewed by itself when the relay has forgotten it", async () => {
    await sync();
    relay.forgetTokens();
    relay.push(await messageOf({ seq: 1 }));
    await sync();
    expect(rig.sink.seqs).toEqual([1]);
  });

  it("is given up when the relay refuses a new one too", async () => {
    relay.failNext("rentals", [401, { error: "no", code: "relay.unauthorized" }], [401, "no JSON of ours"]);
    await expect(sync()).rejects.toMatchObject({ code: "renter.unauthorized" });
  });

  it("is never asked for by signing what is made for another host", async () => {
    relay.challengeHost = "relay.example";
    await expect(sync()).rejects.toMatchObject({ code: "renter.bad_challenge" });
    expect(relay.asked).toEqual(["auth/challenge"]);
  });

  it("is never asked for by signing what is no challenge", async () => {
    relay.failNext("auth/challenge", [200, { challenge: '{"msg_hash":"x","to":"y"}', expires: 1 }]);
    await expect(sync()).rejects.toMatchObject({ code: "renter.bad_challenge" });
  });
});

describe("an address that is no relay's", () => {
  it.each<[string, Fault]>([
    ["a console's 404", [404, { code: "web.not_found", title: "x" }]],
    ["a page with 405", [405, "<html>"]],
    ["a page", "<html>"],
    ["JSON of another kind", "{}"],
  ])("%s is told as such", async (_name, fault) => {
    relay.failNext("auth/challenge", fault);
    await expect(sync()).rejects.toMatchObject({
      code: "renter.not_a_relay",
      retryable: false,
      hint: expect.stringContaining("console"),
    });
  });

  it.each<[string, Fault, string]>([
    ["a relay's own refusal", [404, { error: "x", code: "relay.unknown_route" }], "renter.relay_refused"],
    ["a proxy's page for a relay that is down", [502, "<html>"], "renter.relay_failed"],
    ["a proxy's rate limit", [429, "<html>"], "renter.relay_busy"],
  ])("is not what %s makes of it", async (_name, fault, code) => {
    relay.failNext("auth/challenge", fault);
    await expect(sync()).rejects.toMatchObject({ code });
  });
});

describe("faults of the relay", () => {
  it.each<[string, Fault, string, boolean]>([
    ["a torn connection", "reset", "renter.relay_unreachable", true],
    ["status 500", [500, { error: "x", code: "relay.internal" }], "renter.relay_failed", true],
    ["a proxy's page", [502, "<html>"], "renter.relay_failed", true],
    ["a rate limit", [429, { error: "x", code: "relay.rate_limited" }], "renter.relay_busy", true],
    ["a refusal", [404, { error: "x", code: "relay.unknown_route" }], "renter.relay_refused", false],
    ["no JSON", "<html>", "renter.bad_reply", false],
    ["JSON of another kind", '{"messages":1}', "renter.bad_reply", false],
  ])("%s is a coded error and loses nothing", async (_name, fault, code, retryable) => {
    relay.push(await messageOf({ seq: 1 }));
    relay.failNext("sms", fault);
    await expect(sync()).rejects.toMatchObject({ code, retryable });
    await sync();
    expect(rig.sink.seqs).toEqual([1]);
  });

  it("a redirect is not followed", async () => {
    const elsewhere = createServer((_request, response) => response.writeHead(307, { location: relay.url }).end());
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const { port } = elsewhere.address() as AddressInfo;
    const { client, sink, abort } = await rigFor(`http://127.0.0.1:${port}`);
    await expect(client.sync(sink, abort.signal)).rejects.toMatchObject({
      code: "renter.relay_refused",
      context: { status: 307 },
    });
    expect(relay.asked).toEqual([]);
    elsewhere.close();
  });

  it("a relay that never answers is given up after the deadline", async () => {
    relay.failNext("sms", "hang");
    const failed = expect(sync()).rejects.toMatchObject({
      code: "renter.relay_unreachable",
      context: { reason: "no answer in time" },
    });
    await relay.until(() => relay.asked.includes("sms"));
    await rig.clock.advance(seconds(20));
    await failed;
    expect(rig.clock.pending).toEqual([]);
  });

  it("a relay that is not there is unreachable, with the reason", async () => {
    await relay.stop();
    await expect(sync()).rejects.toMatchObject({
      code: "renter.relay_unreachable",
      context: { reason: "ECONNREFUSED" },
    });
    relay = await FakeRelay.start();
  });

  it("an answer without end is cut off", async () => {
    relay.failNext("rentals", `{"rentals":[]${" ".repeat(33 * 1024 * 1024)}}`);
    await expect(sync()).rejects.toMatchObject({ code: "renter.bad_reply" });
  });

  it("its own words reach an error only in a form that is safe on a terminal", async () => {
    relay.failNext("rentals", [400, { error: "\u001b[2J", code: "\u009bx" }]);
    await expect(sync()).rejects.toMatchObject({ message: expect.not.stringMatching(/\p{Cc}/u) });
  });

  it("aborting ends a request at once", async () => {
    relay.failNext("sms", "hang");
    const ended = expect(sync()).rejects.toMatchObject({ code: "base.stopped" });
    await relay.until(() => relay.asked.includes("sms"));
    rig.abort.abort();
    await ended;
  });
});

describe("relayUrl", () => {
  it("gives one form without a trailing slash, and keeps a path", () => {
    expect(relayUrl("HTTP://127.0.0.1:80/")).toBe("http://127.0.0.1");
    expect(relayUrl("https://gw.example/relay/")).toBe("https://gw.example/relay");
  });

  it.each(["", "gw.example", "ftp://gw.example", "https://u:p@gw.example", "https://gw.example/?x=1", "https://gw/#x"])(
    "refuses %j",
    (text) => {
      expect(() => relayUrl(text)).toThrow(expect.objectContaining({ code: "renter.bad_relay_url" }));
    },
  );
});
