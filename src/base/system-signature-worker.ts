// The thread of signatures.

import { parentPort } from "node:worker_threads";
import { createSystemCrypto } from "./system-crypto.ts";
import { doJobs } from "./system-signature-jobs.ts";

const suite = createSystemCrypto();

parentPort?.on("message", (asked: unknown) => {
  if (!(asked instanceof Uint8Array)) return;
  const answers = doJobs(suite, asked);
  parentPort?.postMessage(answers, [answers.buffer]);
});
