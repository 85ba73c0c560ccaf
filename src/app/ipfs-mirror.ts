// Listings' records in IPFS, through any HTTP API like Kubo's. What goes there are the C1 bytes: the block's identifier then follows from
// the commitment in the chain (reference/ness-ecosystem.md section 5.2), and nobody has to be told it.

import { z } from "zod";
import {
  AppError,
  type Clock,
  type CryptoSuite,
  concatBytes,
  isAppError,
  seconds,
  utf8,
  withDeadline,
} from "../base/index.ts";
import type { ListingMirrors } from "../core/index.ts";
import { parseWith } from "../protocol/index.ts";
import { cidOf, commitmentOf, parseListingRecord } from "../registry/index.ts";

export interface IpfsMirrorOptions {
  /** The API's address, such as `http://127.0.0.1:5001`. */
  readonly url: string;
  readonly suite: CryptoSuite;
  readonly clock: Clock;
}

const PATH = "/api/v0/block/put?cid-codec=raw&mhtype=sha2-256&pin=true";
const TIMEOUT = seconds(60);
const answer = z.object({ Key: z.string() });

function unreachable(cause: unknown): AppError {
  return new AppError("ipfs.unreachable", "the IPFS node does not take the record", {
    hint: "Check that it runs and that `listing.ipfs.url` is the address of its API.",
    retryable: true,
    cause,
  });
}

/** Canonical JSON of ASCII never holds this line. */
const BOUNDARY = "numberbox-record-boundary";

/** Made whole: a FormData is streamed, and its stream fails unheard when the connection does. */
function multipart(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="data"; filename="record"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return new Uint8Array(concatBytes(utf8(head), bytes, utf8(`\r\n--${BOUNDARY}--\r\n`)));
}

async function send(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<unknown> {
  const headers = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  const response = await fetch(`${url.replace(/\/+$/, "")}${PATH}`, {
    ...{ method: "POST", headers, signal },
    body: multipart(bytes),
  });
  if (!response.ok) throw unreachable(response.status);
  return await response.json();
}

/** `put` rejects with `ipfs.unreachable` (retryable) or `ipfs.other_block`. Putting a block again is harmless. */
export function ipfsMirror({ url, suite, clock }: IpfsMirrorOptions): ListingMirrors {
  return {
    put: async (_id, file) => {
      const record = parseListingRecord(file);
      const cid = cidOf(commitmentOf(suite, record));
      const abort = new AbortController();
      try {
        const sent = send(url, record.bytes, abort.signal);
        const reply = await withDeadline(sent, { clock, timeout: TIMEOUT, what: "the IPFS node" });
        const { Key: key } = parseWith(answer, reply, "ipfs.bad_reply", "the IPFS node's answer");
        if (key !== cid) {
          throw new AppError("ipfs.other_block", "the IPFS node stored another block than was sent", {
            hint: "Use a node that keeps raw blocks with SHA-256, as Kubo does.",
          });
        }
      } catch (error) {
        throw isAppError(error) ? error : unreachable(error);
      } finally {
        abort.abort();
      }
    },
  };
}
