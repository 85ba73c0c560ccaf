// A relay under requests made from its own OpenAPI document: whatever is sent, each answer is one that the document names, none is a fault
// of the relay, none is late, and the memory that it all took is given back.

import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { silentLogger, toBase64url, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { authReply, challengeReply } from "../../src/protocol/index.ts";
import { startRelay } from "../../src/relay/index.ts";
import {
  DAY_S,
  grantOf,
  LISTING,
  messageOf,
  provider,
  RENTAL,
  receiptOf,
  renter,
  signWith,
  suite,
  verifyOf,
} from "../relay/fixtures.ts";
import { ChainOfNames, ORDER, recordOf, requestOf } from "../relay/market-fixtures.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { ask, Contract, heapAfterGc, operationsOf, requestsFor } from "./document-requests.ts";
import { isObject, type Json } from "./schema-arbitrary.ts";

const RUNS = 500;
const SEED = 8;
/** What the requests may leave behind: limits' counters, compiled schemas, the database's pages. */
const HEAP_GROWTH = 32 * 1024 * 1024;
const NAMES = [LISTING, RENTAL, ORDER, "0".repeat(32), "20260101", "2026-01-01", "A".repeat(43)];
const WIDE = 10_000_000;

/** A relay that sees a chain, with a listing, a rental, mail in it, and an order. */
async function relayWithEverything() {
  const chain = new ChainOfNames();
  chain.list();
  const limits = { requestsPerMinute: WIDE, authPerMinute: WIDE, failuresPerHour: WIDE, forwardsPerMinute: WIDE };
  const relay = await startRelay({
    ...{ listen: { host: "127.0.0.1", port: 0 }, dataFolder: tempFolder(), names: chain, version: "1" },
    providers: [{ verify: verifyOf(provider), name: "one" }],
    limits: { ...limits, readsPerMinute: WIDE, receiptsPerMinute: WIDE, rentsPerMinute: WIDE },
    ...{ clock: systemClock, random: systemRandom, crypto: suite, log: silentLogger },
  });
  onTestFinished(() => relay.stop());
  const json = { "content-type": "application/json" };
  const call = async (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    await ask(relay.url, method, path, { ...json, ...headers }, typeof body === "string" ? body : JSON.stringify(body));
  const tokenOf = async (who: typeof renter): Promise<string> => {
    const pubkey = verifyOf(who);
    const { challenge } = challengeReply.parse(JSON.parse((await call("POST", "/auth/challenge", { pubkey })).text));
    const signature = toBase64url(signWith(who)(utf8(challenge)));
    return authReply.parse(JSON.parse((await call("POST", "/auth", { pubkey, challenge, signature })).text)).token;
  };
  const tokens = [await tokenOf(renter), await tokenOf(provider)];
  await call("PUT", `/listings/${LISTING}/offchain`, recordOf().text);
  await call("POST", "/rent", requestOf(), { authorization: `Bearer ${tokens[0]}` });
  const now = Math.floor(systemClock.now() / 1000);
  await call("PUT", `/rentals/${RENTAL}`, grantOf({ expiresAt: now + 30 * DAY_S }));
  for (const seq of [1, 2, 3]) await call("POST", "/forward", messageOf({ seq }));
  const receipts = [receiptOf(messageOf({ seq: 1 }).envelope)];
  await call("POST", "/sms/ack", { receipts }, { authorization: `Bearer ${tokens[0]}` });
  const document: Json = JSON.parse((await ask(relay.url, "GET", "/openapi.json", {})).text);
  const signIn = async (): Promise<void> => {
    tokens.splice(0, 2, await tokenOf(renter), await tokenOf(provider));
  };
  return { url: relay.url, tokens, signIn, document };
}

describe("a relay under requests made from its document", () => {
  it("answers each as the document says, in time, and gives the memory back", { timeout: 300_000 }, async () => {
    const { url, tokens, signIn, document } = await relayWithEverything();
    const operations = operationsOf(document, "/ws");
    expect(operations.length).toBeGreaterThan(30);
    const options = { names: NAMES, base: "/v1" };
    const held = operations.filter(({ entry }) => !JSON.stringify(entry.parameters).includes('"wait"'));
    const requests = fc.tuple(
      fc.constantFrom(...operations, ...held).chain((each) => requestsFor(each, document, options)),
      fc.constantFrom(0, 1, 0, 1, "x".repeat(43), null),
    );
    const contract = new Contract(document, "relay.unknown_route");
    const faults = new Set<string>();
    const good = new Set<string>();
    let before = 0;
    let done = 0;
    for (const [sent, who] of fc.sample(requests, { numRuns: RUNS, seed: SEED })) {
      if (done === Math.floor(RUNS / 3)) before = heapAfterGc();
      const { method, path } = sent.operation;
      const token = typeof who === "number" ? (tokens[who] ?? null) : who;
      // Held open by the relay as long as it is told to: the document says so, and nobody has that time here.
      const quick = sent.path.replace(/wait=\d+/, "wait=0");
      try {
        const headers = { ...sent.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
        const got = await ask(url, method.toUpperCase(), quick, headers, sent.body);
        const fault = contract.fault(sent, got);
        if (fault !== null) faults.add(fault);
        if (got.status < 300) good.add(`${method} ${path}`);
        if (path.endsWith("/auth/revoke") && got.status === 200) await signIn();
      } catch (error) {
        faults.add(`${method} ${path}: ${error}`);
      }
      done += 1;
    }
    expect([...faults].sort()).toEqual([]);
    expect(heapAfterGc() - before).toBeLessThan(HEAP_GROWTH);
    // Not everything was refused.
    expect(good.size).toBeGreaterThan(operations.length / 3);
    expect((await ask(url, "GET", "/health", {})).status).toBe(200);
  });

  it("asks for a token wherever the document says so", async () => {
    const { url, document } = await relayWithEverything();
    const guarded = operationsOf(document, "/ws").filter(({ entry }) =>
      JSON.stringify(entry.security).includes("token"),
    );
    expect(guarded.length).toBeGreaterThan(10);
    for (const { method, path, entry } of guarded) {
      const got = await ask(url, method.toUpperCase(), path.replace(/\{\w+\}/g, "0".repeat(32)), {});
      expect([path, got.status, JSON.parse(got.text).code]).toEqual([path, 401, "relay.unauthorized"]);
      expect(isObject(entry.responses) && "401" in entry.responses).toBe(true);
    }
  });
});
