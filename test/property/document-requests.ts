// Requests made from an OpenAPI document, and what an answer breaks of it. For the box and for the relay.

import { request as send } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import { hostile, isObject, type Json, lookUp, near, valid } from "./schema-arbitrary.ts";

/** No answer takes longer, whatever it asks of a modem or the chain. */
const DEADLINE_MS = 30_000;

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly entry: Json;
}

export interface Sent {
  readonly operation: Operation;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
}

export interface Got {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers: string;
}

export function ask(
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

/** `besides`: addresses that are no operations. */
export function operationsOf(document: Json, besides: string): readonly Operation[] {
  return Object.entries(isObject(document.paths) ? document.paths : {}).flatMap(([path, methods]) =>
    Object.entries(isObject(methods) ? methods : {}).flatMap(([method, entry]) =>
      isObject(entry) && path !== besides ? [{ method, path, entry }] : [],
    ),
  );
}

const placeOf = (names: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...names) },
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

export interface RequestOptions {
  /** What may stand in an address, besides what never should. */
  readonly names: readonly string[];
  /** In front of every path. */
  readonly base: string;
}

/** Requests for an operation: such as a client may send, such as it nearly may, and such as nobody should. */
export function requestsFor(
  operation: Operation,
  document: Json,
  { names: known, base }: RequestOptions,
): fc.Arbitrary<Sent> {
  const { path, entry } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([whole]) => whole);
  const places = fc.array(placeOf(known), { minLength: names.length, maxLength: names.length });
  const key = fc.option(fc.constantFrom("k1", "k2", "", "x".repeat(65)), { freq: 6, nil: null });
  return fc
    .tuple(places, queryOf(entry, document), bodyOf(entry, document), key)
    .map(([values, query, sent, idempotency]) => {
      const where = names.reduce((text, name, n) => text.replace(name, () => encoded(values[n] ?? "x")), path);
      const more: Record<string, string> = idempotency === null ? {} : { "idempotency-key": idempotency };
      return {
        operation,
        path: `${base}${where}${query === "" ? "" : `?${query}`}`,
        headers: { ...sent.headers, ...more },
        body: sent.body,
      };
    });
}

/** What an answer breaks of the document, in words; null for nothing. */
export class Contract {
  readonly #document: Json;
  /** The code of an address that is not there. */
  readonly #noRoute: string;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: Json, noRoute: string) {
    this.#noRoute = noRoute;
    this.#document = document;
    this.#ajv.addSchema({ $id: "it", ...document }, "it");
  }

  fault({ operation: { method, path, entry } }: Sent, { status, type, text }: Got): string | null {
    const route = `${method} ${path}`;
    const responses = isObject(entry.responses) ? entry.responses : {};
    const code = /"code":"([^"]+)"/.exec(text)?.[1] ?? "";
    // A place that leads to another route, as `..` does.
    if (code === this.#noRoute) return null;
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
    const check = this.#check(`it${base}/content/${escaped(type).replace("+", "%2B")}/schema`);
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

export function heapAfterGc(): number {
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  gc();
  return process.memoryUsage().heapUsed;
}
