// Reads JSON request bodies under limits that hold before anything is parsed: one for each body, one for all together.

import type { IncomingMessage } from "node:http";
import { type AppError, fromUtf8, seconds } from "../../base/index.ts";
import { limited, refusal } from "./problems.ts";

// What lies beyond the limit is read and dropped up to here, so that a client that has sent it all gets to read the answer.
const MAX_DRAINED = 4 * 1024 * 1024;

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

function checkHeaders(request: IncomingMessage, limit: number): AppError | null {
  const encoding = request.headers["content-encoding"];
  if (!JSON_TYPE.test(request.headers["content-type"] ?? "") || (encoding !== undefined && encoding !== "identity")) {
    return refusal("relay.bad_type", "the request's body must be plain application/json");
  }
  const declared = Number(request.headers["content-length"] ?? 0);
  return declared > limit ? tooLarge(limit) : null;
}

const tooLarge = (limit: number): AppError => refusal("relay.too_large", `the body is larger than ${limit} bytes`);

/** Reads and drops the rest of a refused request; ends the connection of a client that goes on and on. */
function drain(request: IncomingMessage): void {
  let drained = 0;
  request.on("data", (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > MAX_DRAINED) request.destroy();
  });
  request.resume();
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

function parseJson(chunks: readonly Buffer[]): unknown {
  try {
    return JSON.parse(fromUtf8(joined(chunks)));
  } catch {
    throw refusal("relay.bad_json", "the body is not one JSON document in UTF-8");
  }
}

const aborted = (): AppError => refusal("relay.aborted", "the client went away");

export interface BodyLimits {
  /** Bytes of all bodies together. */
  readonly all: number;
  /** Bytes of the bodies of one network address. */
  readonly perAddress: number;
  readonly addressOf: (request: IncomingMessage) => string;
}

export class BodyReader {
  readonly #limits: BodyLimits;
  /** Bytes in memory. */
  #held = 0;
  readonly #heldBy = new Map<string, number>();

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** Bytes in memory now. */
  get held(): number {
    return this.#held;
  }

  /**
   * The parsed body of at most `limit` bytes. Rejects with `relay.bad_type`, `relay.too_large`, `relay.bad_json`,
   * `relay.overloaded` when all requests together hold too much, `relay.rate_limited` when one address does, or `relay.aborted` when the client went away. The server's
   * `requestTimeout` is the deadline.
   */
  read(request: IncomingMessage, limit: number): Promise<unknown> {
    return this.#read(request, limit, parseJson);
  }

  /** The same, before it is parsed. */
  bytes(request: IncomingMessage, limit: number): Promise<Uint8Array> {
    return this.#read(request, limit, joined);
  }

  #read<T>(request: IncomingMessage, limit: number, parse: (chunks: readonly Buffer[]) => T): Promise<T> {
    const fault = checkHeaders(request, limit);
    if (fault === null) return this.#collect(request, limit, parse);
    drain(request);
    return Promise.reject(fault);
  }

  #collect<T>(request: IncomingMessage, limit: number, parse: (chunks: readonly Buffer[]) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const address = this.#limits.addressOf(request);
      let size = 0;
      const onEnd = (): void => {
        try {
          resolve(parse(chunks));
        } catch (error) {
          reject(error);
        }
      };
      const onData = (chunk: Buffer): void => {
        size += chunk.length;
        const full = this.#hold(address, chunk.length);
        chunks.push(chunk);
        if (size <= limit && full === null) return;
        request.off("data", onData).off("end", onEnd);
        chunks.length = 0;
        drain(request);
        reject(size > limit ? tooLarge(limit) : full);
      };
      request
        .on("data", onData)
        .once("end", onEnd)
        .once("error", () => reject(aborted()));
      // Comes when the request is done with, whichever way it ended.
      request.once("close", () => {
        this.#hold(address, -size);
        if (!request.complete) reject(aborted());
      });
    });
  }

  /** Counts bytes that came, or went when negative; the refusal when there are too many now. */
  #hold(address: string, bytes: number): AppError | null {
    this.#held += bytes;
    const ofAddress = (this.#heldBy.get(address) ?? 0) + bytes;
    if (ofAddress === 0) this.#heldBy.delete(address);
    else this.#heldBy.set(address, ofAddress);
    const wait = seconds(1);
    if (this.#held > this.#limits.all)
      return limited("relay.overloaded", "bodies", { message: "too much comes in at once", wait });
    if (ofAddress <= this.#limits.perAddress) return null;
    const message = "too much comes in at once from this address";
    return limited("relay.rate_limited", "bodies_of_address", { message, wait });
  }
}
