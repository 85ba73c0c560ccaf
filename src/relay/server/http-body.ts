// Reads one JSON request body under a size limit that holds before anything is parsed.

import type { IncomingMessage } from "node:http";
import { type AppError, fromUtf8 } from "../../base/index.ts";
import { refusal } from "./problems.ts";

// What lies beyond the limit is read and dropped up to here, so that a client that has sent it all gets to read the answer.
const MAX_DRAINED = 4 * 1024 * 1024;

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

function checkHeaders(request: IncomingMessage, limit: number): AppError | null {
  const encoding = request.headers["content-encoding"];
  if (!JSON_TYPE.test(request.headers["content-type"] ?? "") || (encoding !== undefined && encoding !== "identity")) {
    return refusal("relay.bad_type", "the request's body must be plain application/json");
  }
  const declared = Number(request.headers["content-length"] ?? 0);
  return declared > limit ? refusal("relay.too_large", `the body is larger than ${limit} bytes`) : null;
}

/** Reads and drops the rest of a refused request; ends the connection of a client that goes on and on. */
function drain(request: IncomingMessage): void {
  let drained = 0;
  request.on("data", (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > MAX_DRAINED) request.destroy();
  });
  request.resume();
}

function parseJson(chunks: readonly Buffer[]): unknown {
  try {
    const [first] = chunks;
    return JSON.parse(fromUtf8(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)));
  } catch {
    throw refusal("relay.bad_json", "the body is not one JSON document in UTF-8");
  }
}

/**
 * The parsed body. Rejects with `relay.bad_type`, `relay.too_large`, `relay.bad_json`, or `relay.aborted` when the client went away.
 * The server's `requestTimeout` is the deadline.
 */
export function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fault = checkHeaders(request, limit);
    if (fault !== null) {
      drain(request);
      reject(fault);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limit) return;
      request.off("data", onData);
      chunks.length = 0;
      drain(request);
      reject(refusal("relay.too_large", `the body is larger than ${limit} bytes`));
    };
    request.on("data", onData);
    request.once("end", () => {
      try {
        resolve(parseJson(chunks));
      } catch (error) {
        reject(error);
      }
    });
    // Comes after the end as well: an error is made only if there was none.
    request.once("close", () => {
      if (!request.complete) reject(refusal("relay.aborted", "the client went away"));
    });
    request.once("error", () => reject(refusal("relay.aborted", "the client went away")));
  });
}
