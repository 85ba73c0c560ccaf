// A whole box under requests made from its own OpenAPI document: whatever is sent, each answer is one that the document names, none is
// a fault of the box, none is late, and the memory that it all took is given back.

import { writeFileSync } from "node:fs";
import { request as send } from "node:http";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createApiToken, setPassword } from "../../src/web/index.ts";
import { openBox, ready } from "../app/box-rig.ts";
import { startSimEmercoin } from "../sim/emercoin/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { hostile, isObject, type Json, lookUp, near, valid } from "./schema-arbitrary.ts";

const RUNS = 500;
const SEED = 5;
/** No answer takes longer, whatever it asks of a modem or the chain. */
const DEADLINE_MS = 30_000;
/** What the requests may leave behind: caches, compiled schemas, the database's pages. */
const HEAP_GROWTH = 48 * 1024 * 1024;

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly entry: Json;
}

interface Sent {
  readonly operation: Operation;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
}

interface Got {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers: string;
}

function ask(
  base: string,
  method: string,
  path: string,
  headers: Sent["headers"],
  body: Sent["body"] = null,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    // Without it a DELETE's body would be taken for the next request.
    const length = body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = send(
      { hostname, port, method, path, headers: { ...headers, ...length }, agent: false, timeout: DEADLINE_MS },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const { date: _date, ...kept } = response.headers;
          const type = String(response.headers["content-type"] ?? "").split(";")[0] ?? "";
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, type, text, headers: JSON.stringify(kept) });
        });
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", reject);
    sent.end(body ?? undefined);
  });
}

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

function operationsOf(document: Json): readonly Operation[] {
  return Object.entries(isObject(document.paths) ? document.paths : {}).flatMap(([path, methods]) =>
    Object.entries(isObject(methods) ? methods : {}).flatMap(([method, entry]) =>
      isObject(entry) && path !== "/live" ? [{ method, path, entry }] : [],
    ),
  );
}

/** Names that this box has, among others that it has not. */
const place = fc.oneof(
  fc.constantFrom("1", "2", "line-1", "line-2", "owner", "0".repeat(32), "20260101", "sms_only"),
  fc.string({ minLength: 1, maxLength: 60, unit: "binary" }),
  fc.constantFrom("..", ".", "%", "%zz", "a/b", "\u0000", "x".repeat(3000), "__proto__", "constructor"),
);
const encoded = (name: string): string => (/%zz|^%$/.test(name) ? name : encodeURIComponent(name.toWellFormed()));

function queryOf(entry: Json, document: Json): fc.Arbitrary<string> {
  const parameters = (Array.isArray(entry.parameters) ? entry.parameters : []).filter(
    (each): each is Json => isObject(each) && each.in === "query",
  );
  const model = Object.fromEntries(parameters.map((each) => [String(each.name), valid(each.schema, document)]));
  const good = fc.record(model, { requiredKeys: [] }).map((values) => {
    const pairs = Object.entries(values).map(([name, value]) => [name, String(value).toWellFormed()]);
    return new URLSearchParams(pairs).toString();
  });
  return fc.oneof(
    { weight: 4, arbitrary: good },
    fc.webQueryParameters(),
    fc.constantFrom("after=1&after=2", "limit[]=1", "a=%ff"),
  );
}

const TYPES = [
  "application/json",
  "application/json; charset=utf-16",
  "text/plain",
  "application/x-www-form-urlencoded",
  "",
];

function bodyOf(entry: Json, document: Json): fc.Arbitrary<Pick<Sent, "body" | "headers">> {
  const { requestBody } = entry;
  if (!isObject(requestBody)) return fc.constant({ body: null, headers: {} });
  const content = isObject(requestBody.content) ? requestBody.content : {};
  const { schema } = isObject(content["application/json"]) ? content["application/json"] : {};
  const json = fc.oneof(
    { weight: 4, arbitrary: valid(schema, document) },
    { weight: 4, arbitrary: near(schema, document) },
    hostile,
  );
  const texts = json.map((value) => JSON.stringify(value) ?? "");
  const bytes: fc.Arbitrary<string | Uint8Array> = fc.oneof(
    { weight: 8, arbitrary: texts },
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom("", "{", "[", `${"[".repeat(30_000)}`, '{"a":1,"a":2}', "\ufeff{}", `"${"y".repeat(80_000)}"`),
  );
  const type = fc.oneof({ weight: 9, arbitrary: fc.constant("application/json") }, fc.constantFrom(...TYPES));
  return fc.tuple(bytes, type).map(([body, kind]) => ({ body, headers: kind === "" ? {} : { "content-type": kind } }));
}

function requestsFor(operation: Operation, document: Json): fc.Arbitrary<Sent> {
  const { path, entry } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([whole]) => whole);
  const places = fc.array(place, { minLength: names.length, maxLength: names.length });
  const key = fc.option(fc.constantFrom("k1", "k2", "", "x".repeat(65)), { freq: 6, nil: null });
  return fc
    .tuple(places, queryOf(entry, document), bodyOf(entry, document), key)
    .map(([values, query, sent, idempotency]) => {
      const where = names.reduce((text, name, n) => text.replace(name, () => encoded(values[n] ?? "x")), path);
      const more: Record<string, string> = idempotency === null ? {} : { "idempotency-key": idempotency };
      return {
        operation,
        path: `/api/v1${where}${query === "" ? "" : `?${query}`}`,
        headers: { ...sent.headers, ...more },
        body: sent.body,
      };
    });
}

/** What an answer breaks of the document, in words; null for nothing. */
class Contract {
  readonly #document: Json;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: Json) {
    this.#document = document;
    this.#ajv.addSchema({ $id: "box", ...document }, "box");
  }

  fault({ operation: { method, path, entry } }: Sent, { status, type, text }: Got): string | null {
    const route = `${method} ${path}`;
    const responses = isObject(entry.responses) ? entry.responses : {};
    const code = /"code":"([^"]+)"/.exec(text)?.[1] ?? "";
    // A place that leads to another route, as `..` does.
    if (code === "web.not_found") return null;
    const found = responses[status];
    if (status === 500) return `${route}: 500 ${code}`;
    if (!isObject(found)) return `${route}: status ${status} ${code} is not in the document`;
    const pointer = typeof found.$ref === "string" ? found.$ref : null;
    const response = pointer === null ? found : lookUp(this.#document, pointer);
    const content = isObject(response.content) ? response.content : null;
    if (content === null) return text === "" ? null : `${route}: ${status} has a body`;
    if (content[type] === undefined) return `${route}: ${status} is ${type}`;
    if (!type.endsWith("json")) return null;
    const escaped = (part: string): string =>
      part.replaceAll("~", "~0").replaceAll("/", "~1").replace(/[{}]/g, encodeURIComponent);
    const base = pointer ?? `#/paths/${escaped(path)}/${method}/responses/${status}`;
    const check = this.#check(`box${base}/content/${escaped(type).replace("+", "%2B")}/schema`);
    if (check(JSON.parse(text))) return null;
    const [first] = check.errors ?? [];
    return `${route}: ${status} ${code} ${first?.instancePath} ${first?.message}`;
  }

  #check(id: string): ValidateFunction {
    const known = this.#compiled.get(id) ?? this.#ajv.compile({ $ref: id });
    this.#compiled.set(id, known);
    return known;
  }
}

function heapAfterGc(): number {
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  gc();
  return process.memoryUsage().heapUsed;
}

describe("a box under requests made from its document", () => {
  it("answers each as the document says, in time, and gives the memory back", { timeout: 600_000 }, async () => {
    const { url, headers, document } = await boxWithEverything();
    const operations = operationsOf(document);
    const requests = fc.constantFrom(...operations).chain((each) => requestsFor(each, document));
    const contract = new Contract(document);
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
    const guarded = operationsOf(document).filter(({ entry }) => typeof entry["x-scope"] === "string");
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
