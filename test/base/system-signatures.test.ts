// Signatures in a thread: each gets its own answer, and a thread that is not what it should be costs nobody his.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../src/base/index.ts";
import { createSystemCrypto, systemCrypto } from "../../src/base/system-crypto.ts";
import { doJobs, encodeJobs, type SignatureJob } from "../../src/base/system-signature-jobs.ts";

const seeds = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
const keys = seeds.map((seed) => systemCrypto.ed25519Public(seed));

interface Case {
  readonly seed: Uint8Array;
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: string;
}

/** Messages from none to some thousand bytes, of three signers. */
const cases: readonly Case[] = Array.from({ length: 200 }, (_, at) => {
  const [seed = new Uint8Array(), key = new Uint8Array()] = [seeds[at % 3], keys[at % 3]];
  const message = utf8("m".repeat(at * 17));
  return { seed, key, message, signature: toHex(systemCrypto.ed25519Sign(seed, message)) };
});
const fromHexText = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

/** Signs and verifies all at once; every seventh signature is another one's. */
async function doAll(suite: ReturnType<typeof createSystemCrypto>): Promise<void> {
  const answers = await Promise.all(
    cases.map(async ({ seed, key, message, signature }, at) => {
      const shown = at % 7 === 0 ? (cases[(at + 1) % cases.length]?.signature ?? "") : signature;
      const verified = suite.ed25519VerifyAside(key, message, fromHexText(shown));
      return [toHex(await suite.ed25519SignAside(seed, message)), await verified] as const;
    }),
  );
  expect(answers).toEqual(cases.map(({ signature }, at) => [signature, at % 7 !== 0]));
}

const BROKEN: readonly (readonly [string, () => Worker])[] = [
  [
    "dies as it is asked",
    () => new Worker('require("worker_threads").parentPort.once("message", () => process.exit(1))', { eval: true }),
  ],
  ["throws as it begins", () => new Worker('throw new Error("no")', { eval: true })],
  [
    "answers something else",
    () =>
      new Worker('const { parentPort: p } = require("worker_threads"); p.on("message", () => p.postMessage("yes"))', {
        eval: true,
      }),
  ],
  [
    "cannot be started",
    () => {
      throw new Error("no room");
    },
  ],
];

describe("the thread of signatures", () => {
  it("gives each its own answer, as often as it is asked", async () => {
    const suite = createSystemCrypto(undefined, 4);
    for (let round = 0; round < 3; round++) await doAll(suite);
  });

  it("is one for all that is asked, and is not started before", async () => {
    let started = 0;
    const suite = createSystemCrypto(() => {
      started++;
      return new Worker(new URL("../../src/base/system-signature-worker.ts", import.meta.url));
    }, 4);
    expect(suite.ed25519Verify(keys[0] ?? new Uint8Array(), utf8("m"), new Uint8Array(64))).toBe(false);
    expect(started).toBe(0);
    await doAll(suite);
    await doAll(suite);
    expect(started).toBe(1);
  });

  it.each(BROKEN)("that %s leaves nothing undone", async (_what, start) => {
    let started = 0;
    const suite = createSystemCrypto(() => {
      started++;
      return start();
    }, 4);
    for (let round = 0; round < 6; round++) await doAll(suite);
    // It is given up after some tries; one that only talks nonsense lives on.
    expect(started).toBeLessThanOrEqual(3);
  });

  it("is not started where it would take its time from the event loop", async () => {
    const suite = createSystemCrypto(() => {
      throw new Error("not asked for");
    }, 2);
    await doAll(suite);
    await expect(suite.ed25519SignAside(new Uint8Array(31), utf8("m"))).rejects.toMatchObject({
      code: "crypto.bad_length",
    });
  });

  it("without it lets others have their turns while many signatures are verified", async () => {
    const suite = createSystemCrypto(undefined, 2);
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    const all = cases.map(({ key, message, signature }) =>
      suite.ed25519VerifyAside(key, message, fromHexText(signature)),
    );
    expect(await Promise.all(all)).not.toContain(false);
    done = true;
    expect(turns).toBeGreaterThan(cases.length / 4);
  });

  it("wipes what it was given, seeds included", () => {
    const jobs: readonly SignatureJob[] = cases
      .slice(0, 5)
      .map(({ seed, message }) => ({ kind: "sign", seed, message }));
    const bytes = encodeJobs(jobs);
    const answers = doJobs(systemCrypto, bytes);
    expect(toHex(answers)).toBe(
      cases
        .slice(0, 5)
        .map(({ signature }) => signature)
        .join(""),
    );
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it("lets a program wait for an answer, and end when it waits for none", () => {
    const file = join(fileURLToPath(new URL("../../src/base/", import.meta.url)), "system-crypto.ts");
    const program = `import { createSystemCrypto } from ${JSON.stringify(file)};
      const suite = createSystemCrypto(undefined, 4);
      console.log((await suite.ed25519SignAside(new Uint8Array(32), new Uint8Array(0))).length);`;
    const ran = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, "64\n", ""]);
  });
});
