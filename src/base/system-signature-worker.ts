// The thread of signatures.

import { parentPort } from "node:worker_threads";
import { createSystemCrypto } from "./system-crypto.ts";
import { asBatch, doJobs, type SignatureBatch } from "./system-signature-jobs.ts";

const suite = createSystemCrypto();

parentPort?.on("message", (asked: unknown) => {
  const batch = asBatch(asked);
  if (batch === null) return;
  const bytes = doJobs(suite, batch.bytes);
  parentPort?.postMessage({ number: batch.number, bytes } satisfies SignatureBatch, [bytes.buffer]);
});
