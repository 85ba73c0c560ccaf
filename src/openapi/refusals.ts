// Refusals of a document, by status: those of one operation, and those that are the same wherever they stand.

import { isSame, type Json } from "./json.ts";

export interface RefusalsOptions {
  /** Null for a code that has none: it counts as 500. */
  readonly statusOf: (code: string) => number | null;
  /** What a status is called, as `Not Found`; undefined for one without a name. */
  readonly nameOf: (status: number) => string | undefined;
  readonly contentType: string;
  /** Codes that every operation can answer with. */
  readonly every: readonly string[];
}

/** Statuses that tell when to try again. */
const RETRY = new Set([429, 503]);

type ByStatus = ReadonlyMap<number, readonly string[]>;

export class Refusals {
  readonly #options: RefusalsOptions;
  readonly #common: ByStatus;

  constructor(options: RefusalsOptions) {
    this.#options = options;
    this.#common = this.#byStatus(options.every);
  }

  /** Components that `responses` refers to. The document has a schema `Problem` and a header `RetryAfter`. */
  common(): Json {
    return Object.fromEntries(
      [...this.#common].map(([status, codes]) => [this.#key(status), this.#response(status, codes)]),
    );
  }

  /** One response per status, with the codes that come under it. */
  responses(codes: readonly string[]): Json {
    const entries = [...this.#byStatus(codes)].map(([status, each]) => {
      const isCommon = isSame(this.#common.get(status), each);
      const response = isCommon
        ? { $ref: `#/components/responses/${this.#key(status)}` }
        : this.#response(status, each);
      return [status, response];
    });
    return Object.fromEntries(entries);
  }

  #key(status: number): string {
    return (this.#options.nameOf(status) ?? "Refused").replace(/[^A-Za-z]/g, "");
  }

  #response(status: number, codes: readonly string[]): Json {
    const { nameOf, contentType } = this.#options;
    return {
      description: `${nameOf(status) ?? "Refused"}: ${codes.map((code) => `\`${code}\``).join(", ")}`,
      ...(RETRY.has(status) ? { headers: { "Retry-After": { $ref: "#/components/headers/RetryAfter" } } } : {}),
      content: {
        [contentType]: {
          schema: { $ref: "#/components/schemas/Problem", type: "object", properties: { code: { enum: codes } } },
        },
      },
    };
  }

  #byStatus(codes: readonly string[]): ByStatus {
    const found = new Map<number, string[]>();
    for (const code of [...codes].sort()) {
      const status = this.#options.statusOf(code) ?? 500;
      found.set(status, [...(found.get(status) ?? []), code]);
    }
    return new Map([...found].sort(([a], [b]) => a - b));
  }
}
