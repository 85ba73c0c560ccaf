// A real Emercoin node in regtest, where the environment names one: the tests' client of it, and blocks on demand.

import { execFile } from "node:child_process";
import { mkdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { millis, Secret } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { createEmercoinNode, type EmercoinNode, httpTransport } from "../../src/chain/index.ts";

const run = promisify(execFile);

/** With user and password; undefined where no node is named. */
export const realNodeUrl = process.env.NUMBERBOX_TEST_EMERCOIN_URL;
const mineCommand = process.env.NUMBERBOX_TEST_EMERCOIN_MINE;
/** Empty where tests with a real node can run. */
export const noRealNode =
  realNodeUrl === undefined || mineCommand === undefined
    ? " (skipped: needs NUMBERBOX_TEST_EMERCOIN_URL and NUMBERBOX_TEST_EMERCOIN_MINE)"
    : "";

/** The client, until the test ends. */
export function realNode(): EmercoinNode {
  const { origin, username, password } = new URL(realNodeUrl ?? "");
  const credentials = new Secret(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const transport = httpTransport({ url: origin, credentials: async () => credentials });
  // The default wallet, also while other tests have theirs loaded.
  const node = createEmercoinNode({ transport: transport.send, clock: systemClock, wallet: "" });
  onTestFinished(() => {
    node.stop();
    transport.close();
  });
  return node;
}

/** Held while blocks are made: test files run beside each other, and two who mine at once would refuse each other's blocks. */
const LOCK = join(tmpdir(), "numberbox-test-mining.lock");
/** Longer than anybody mines; a lock that is older was left by a killed run. */
const STALE_MS = 120_000;

async function locked<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      await mkdir(LOCK);
      break;
    } catch {
      const age = await stat(LOCK).then(
        ({ mtimeMs }) => systemClock.now() - mtimeMs,
        () => 0,
      );
      if (age > STALE_MS) await rm(LOCK, { recursive: true, force: true });
      await systemClock.sleep(millis(50), "mining");
    }
  }
  try {
    return await work();
  } finally {
    await rm(LOCK, { recursive: true, force: true });
  }
}

export async function mine(blocks: number): Promise<void> {
  await locked(() => run("sh", ["-c", `${mineCommand} ${blocks}`], { timeout: 60_000 }));
}
