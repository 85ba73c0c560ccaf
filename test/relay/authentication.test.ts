// Tokens: given for a signed challenge only, used once, bound to host and key, gone after a day.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hours, minutes, toBase64url, utf8 } from "../../src/base/index.ts";
import { challengeReply, maySignChallenge, parseChallenge, relayProblem } from "../../src/protocol/index.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { provider, renter, signWith, stranger, suite, tampered, verifyOf } from "./fixtures.ts";
import { ChainOfNames } from "./market-fixtures.ts";
import { type CallResult, RelayRig, verdictOf } from "./relay-rig.ts";

describe("authentication", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
  });
  afterEach(() => rig.stop());

  const pubkey = verifyOf(renter);
  const signed = (text: string, who = renter): string => toBase64url(signWith(who)(utf8(text)));
  const auth = (body: object): Promise<CallResult> => rig.call("POST", "/auth", { body });
  async function challenge(): Promise<string> {
    const answer = await rig.call("POST", "/auth/challenge", { body: { pubkey } });
    return (answer.body as { challenge: string }).challenge;
  }

  it("challenges with a text that names host, purpose, key, nonce and expiry", async () => {
    const text = await challenge();
    const parsed = parseChallenge(text);
    expect(parsed).toMatchObject({ host: new URL(rig.url).host, pubkey });
    expect(text).toContain("purpose=login");
    expect(maySignChallenge(text, { url: rig.url, pubkey })).toBe(true);
    expect(maySignChallenge(text, { url: "https://other.example", pubkey })).toBe(false);
    expect(maySignChallenge(text, { url: rig.url, pubkey: verifyOf(stranger) })).toBe(false);
  });

  it("names the configured host, whatever the client asked for", async () => {
    const named = await RelayRig.start({ publicHost: "Relay.Example:8443" });
    const answer = await named.call("POST", "/auth/challenge", { body: { pubkey } });
    expect(parseChallenge((answer.body as { challenge: string }).challenge)?.host).toBe("relay.example:8443");
    await named.stop();
  });

  it("names the one of its own addresses that the client asked for, and never another", async () => {
    const hostAt = async (relay: RelayRig, headers = {}): Promise<string | undefined> => {
      const answer = await relay.call("POST", "/auth/challenge", { body: { pubkey }, headers });
      return parseChallenge((answer.body as { challenge: string }).challenge)?.host;
    };
    const own = await RelayRig.start({ publicUrls: ["https://a.example", new URL(rig.url).origin] });
    expect(await hostAt(own)).toBe("a.example");
    const port = Number(new URL(own.url).port);
    await own.stop();
    const both = await RelayRig.start({ publicHost: "relay.example", publicUrls: [`http://127.0.0.1:${port}`] });
    expect(await hostAt(both)).toBe("relay.example");
    await both.halt();
    await both.open(port);
    expect(await hostAt(both)).toBe(`127.0.0.1:${port}`);
    expect((await both.call("GET", "/info")).body).toMatchObject({ endpoints: [`http://127.0.0.1:${port}`] });
    await both.stop();
  });

  it("answers 401 with a fresh challenge when none was signed, and that one works", async () => {
    const refused = await auth({ pubkey });
    expect(verdictOf(refused)).toBe("401 relay.challenge_required");
    const text = relayProblem.parse(refused.body).challenge ?? "";
    const answer = await auth({ pubkey, challenge: text, signature: signed(text) });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ token_type: "Bearer" });
  });

  it("takes a challenge once", async () => {
    const text = await challenge();
    const request = { pubkey, challenge: text, signature: signed(text) };
    expect((await auth(request)).status).toBe(200);
    const again = await auth(request);
    expect(verdictOf(again)).toBe("401 relay.bad_challenge");
    expect(relayProblem.parse(again.body).challenge).not.toBe(text);
  });

  it("refuses an expired challenge, one of another key, one it never made and one that was changed", async () => {
    const text = await challenge();
    const other = { pubkey: verifyOf(stranger), challenge: text, signature: signed(text, stranger) };
    expect(verdictOf(await auth(other))).toBe("401 relay.bad_challenge");
    const forged = text.replace(/ mac=.*/, "");
    expect(verdictOf(await auth({ pubkey, challenge: forged, signature: signed(forged) }))).toBe(
      "401 relay.bad_challenge",
    );
    const later = text.replace(/expires=\d+/, (was) => `expires=${Number(was.slice(8)) + 1000}`);
    expect(verdictOf(await auth({ pubkey, challenge: later, signature: signed(later) }))).toBe(
      "401 relay.bad_challenge",
    );
    await rig.clock.advance(minutes(6));
    expect(verdictOf(await auth({ pubkey, challenge: text, signature: signed(text) }))).toBe("401 relay.bad_challenge");
  });

  it("refuses a signature of another key or over another text", async () => {
    const text = await challenge();
    for (const signature of [signed(text, stranger), signed(`${text} `), tampered(signed(text))]) {
      expect(verdictOf(await auth({ pubkey, challenge: text, signature }))).toBe("401 relay.bad_login");
    }
  });

  it("answers 400 to a key that is none", async () => {
    for (const key of ["", "x".repeat(43), `${pubkey}=`]) {
      const answer = await rig.call("POST", "/auth/challenge", { body: { pubkey: key } });
      expect(verdictOf(answer)).toBe("400 relay.bad_body");
    }
  });

  it("ends a token after 24 hours and refuses unknown and missing ones", async () => {
    const token = await rig.login(renter);
    expect((await rig.call("GET", "/sms", { token })).status).toBe(200);
    expect(verdictOf(await rig.call("GET", "/sms"))).toBe("401 relay.unauthorized");
    expect(verdictOf(await rig.call("GET", "/sms", { token: tampered(token) }))).toBe("401 relay.unauthorized");
    expect(verdictOf(await rig.call("GET", "/sms", { headers: { authorization: token } }))).toBe(
      "401 relay.unauthorized",
    );
    await rig.clock.advance(hours(24));
    expect(verdictOf(await rig.call("GET", "/sms", { token }))).toBe("401 relay.unauthorized");
  });

  it("ends a token, or all of its key, when who has it says so, and no other key's", async () => {
    const [first, second, theirs] = [await rig.login(renter), await rig.login(renter), await rig.login(stranger)];
    const statuses = async () =>
      (await Promise.all([first, second, theirs].map((token) => rig.call("GET", "/sms", { token })))).map(
        ({ status }) => status,
      );
    const revoke = (token: string, body: object = {}) => rig.call("POST", "/auth/revoke", { token, body });
    expect((await revoke(first)).body).toEqual({ status: "revoked" });
    expect(await statuses()).toEqual([401, 200, 200]);
    expect(verdictOf(await revoke(first))).toBe("401 relay.unauthorized");
    expect(verdictOf(await revoke(first, { all: true }))).toBe("401 relay.unauthorized");
    expect(verdictOf(await revoke(second, { everything: true }))).toBe("400 relay.bad_body");
    const third = await rig.login(renter);
    expect((await revoke(second, { all: true })).status).toBe(200);
    expect((await rig.call("GET", "/sms", { token: third })).status).toBe(401);
    expect(await statuses()).toEqual([401, 401, 200]);
    expect((await rig.call("GET", "/sms", { token: await rig.login(renter) })).status).toBe(200);
  });

  it("keeps tokens over a restart, as hashes only", async () => {
    const token = await rig.login(renter);
    await rig.halt();
    const files = ["relay.sqlite", "relay.sqlite-wal"].map((name) => readFile(join(rig.folder, name)).catch(() => ""));
    for (const bytes of await Promise.all(files)) expect(bytes.includes(token)).toBe(false);
    await rig.open();
    expect((await rig.call("GET", "/sms", { token })).status).toBe(200);
  });

  it("forgets its own challenges at a restart", async () => {
    const text = await challenge();
    await rig.stop();
    rig = await RelayRig.start({ random: { bytes: (length) => suite.sha256(utf8("other")).slice(0, length) } });
    const again = await auth({ pubkey, challenge: text, signature: signed(text) });
    expect(verdictOf(again)).toBe("401 relay.bad_challenge");
  });

  it("refuses a token in the query", async () => {
    const token = await rig.login(renter);
    expect(verdictOf(await rig.call("GET", `/sms?token=${token}`, { token }))).toBe("400 relay.bad_query");
  });
});

describe("authentication by a WORM record", () => {
  it("is for whoever has the key that the chain names", async () => {
    const chain = new ChainOfNames();
    const rig = await RelayRig.start({ names: chain });
    const auth = (body: object) => rig.call("POST", "/auth", { body });
    const asked = async (worm: string) =>
      challengeReply.parse((await rig.call("POST", "/auth/challenge", { body: { worm } })).body);
    for (const worm of ["provider123", "worm:user:ness:provider123"]) {
      const { challenge, pubkey } = await asked(worm);
      expect(pubkey).toBe(verifyOf(provider));
      const signature = toBase64url(signWith(provider)(utf8(challenge)));
      const { token } = (await auth({ worm, challenge, signature })).body as { token: string };
      expect((await rig.call("GET", "/provider/rentals", { token })).status).toBe(200);
    }
    const { challenge } = await asked("provider123");
    const forged = toBase64url(signWith(stranger)(utf8(challenge)));
    expect(verdictOf(await auth({ worm: "provider123", challenge, signature: forged }))).toBe("401 relay.bad_login");
    const fresh = relayProblem.parse((await auth({ worm: "provider123" })).body);
    expect([fresh.code, parseChallenge(fresh.challenge ?? "")?.pubkey]).toEqual([
      "relay.challenge_required",
      verifyOf(provider),
    ]);
    expect(verdictOf(await auth({ worm: "nobody" }))).toBe("404 relay.unknown_worm");
    const nobody = { worm: "nobody", challenge, signature: forged };
    expect(verdictOf(await auth(nobody))).toBe("404 relay.unknown_worm");
    chain.put("worm:user:ness:broken", utf8("<worm/>"));
    expect(verdictOf(await rig.call("POST", "/auth/challenge", { body: { worm: "broken" } }))).toBe(
      "404 relay.unknown_worm",
    );
    await rig.stop();
  });

  it("needs a relay that sees the chain", async () => {
    const log = new RecordingLogger();
    const rig = await RelayRig.start({ log });
    const answer = await rig.call("POST", "/auth/challenge", { body: { worm: "provider123" } });
    expect([verdictOf(answer), answer.headers.get("retry-after")]).toEqual(["503 relay.no_chain", "600"]);
    // Anybody can ask for it, and fill the log of a relay that has no chain.
    expect(log.lines.filter((line) => line.includes("relay_request_failed"))).toEqual([]);
    await rig.stop();
  });
});
