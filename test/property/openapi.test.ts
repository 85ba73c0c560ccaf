// A whole box under requests made from its own OpenAPI document: whatever is sent, each answer is one that the document names, none is
// a fault of the box, none is late, and the memory that it all took is given back.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createApiToken, setPassword } from "../../src/web/index.ts";
import { openBox, ready } from "../app/box-rig.ts";
import { startSimEmercoin } from "../sim/emercoin/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { ask, Contract, heapAfterGc, operationsOf, requestsFor } from "./document-requests.ts";
import { isObject, type Json } from "./schema-arbitrary.ts";

const RUNS = 500;
const SEED = 5;
/** What the requests may leave behind: caches, compiled schemas, the database's pages. */
const HEAP_GROWTH = 48 * 1024 * 1024;

/** A box with everything: two simulated modems, a simulated node with coins, listings, numbers, escrows. */
async function boxWithEverything() {
  const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  onTestFinished(() => sim.stop());
  const folder = tempFolder();
  writeFileSync(join(folder, "rpc"), sim.password);
  const emercoin = { url: sim.url, user: sim.user, password_file: "rpc", wallet: "", poll_every: "1s" };
  const pricing = { per_sms: "0.001", rental_daily: "0.01" };
  const sections = { emercoin, listing: { tiers: { sms_only: { pricing } } }, enum: { enabled: true } };
  const { box } = await openBox({ folder, sections });
  await ready(box);
  const settings = box.store;
  await setPassword({ settings, random: systemRandom, password: "seven quiet otters" });
  const scopes = ["read", "operate", "manage", "content"] as const;
  const token = await createApiToken({ settings, random: systemRandom, name: "property", scopes });
  const headers = { authorization: `Bearer ${token}` };
  const answer = await ask(box.consoleUrl, "GET", "/api/v1/openapi.json", headers);
  const document: Json = JSON.parse(answer.text);
  return { box, url: box.consoleUrl, headers, document };
}

/** Names that this box has, among others that it has not. */
const NAMES = ["1", "2", "line-1", "line-2", "owner", "0".repeat(32), "20260101", "sms_only"];

describe("a box under requests made from its document", () => {
  it("answers each as the document says, in time, and gives the memory back", { timeout: 600_000 }, async () => {
    const { url, headers, document } = await boxWithEverything();
    const operations = operationsOf(document, "/live");
    const requests = fc
      .constantFrom(...operations)
      .chain((each) => requestsFor(each, document, { names: NAMES, base: "/api/v1" }));
    const contract = new Contract(document, "web.not_found");
    const codeless = operations.filter(
      ({ entry }) => isObject(entry.responses) && !JSON.stringify(entry.responses[500]).includes("$ref"),
    );
    expect(codeless.map(({ method, path, entry }) => [method, path, (entry.responses as Json)[500]])).toEqual([]);
    const faults = new Set<string>();
    let before = 0;
    let done = 0;
    for (const sent of fc.sample(requests, { numRuns: RUNS, seed: SEED })) {
      if (done === Math.floor(RUNS / 3)) before = heapAfterGc();
      try {
        const more = { ...sent.headers, ...headers, "x-numberbox": "1" };
        const got = await ask(url, sent.operation.method.toUpperCase(), sent.path, more, sent.body);
        const fault = contract.fault(sent, got);
        if (fault !== null) faults.add(fault);
      } catch (error) {
        faults.add(`${sent.operation.method} ${sent.operation.path}: ${error}`);
      }
      done += 1;
    }
    expect([...faults].sort()).toEqual([]);
    expect(heapAfterGc() - before).toBeLessThan(HEAP_GROWTH);
  });

  it("tells a stranger that a Numberbox is there, and nothing else", { timeout: 120_000 }, async () => {
    const { url, document } = await boxWithEverything();
    const guarded = operationsOf(document, "/live").filter(({ entry }) => typeof entry["x-scope"] === "string");
    const unknown = await ask(url, "GET", "/api/v1/no-such-thing", {});
    expect([unknown.status, JSON.parse(unknown.text).code]).toEqual([401, "web.sign_in_needed"]);
    let refused = 0;
    for (const { method, path } of guarded) {
      const got = await ask(url, method.toUpperCase(), `/api/v1${path.replace(/\{\w+\}/g, "1")}`, {});
      // Byte for byte what an address answers that is not there, until the stranger has asked too often.
      if (got.status === 429) continue;
      expect([path, got]).toEqual([path, unknown]);
      refused += 1;
    }
    expect(refused).toBeGreaterThan(Math.min(80, guarded.length / 2));
    const health = await ask(url, "GET", "/health", {});
    expect(health.text).toBe('{"status":"ok"}');
    for (const { headers } of [health, unknown])
      expect(headers).not.toMatch(/express|node|server"|powered|\d+\.\d+\.\d+/i);
  });
});
