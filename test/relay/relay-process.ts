// Runs a relay as a process of its own, for tests that kill it: `node relay-process.ts FOLDER PORT`. Prints its URL.

import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { startRelay } from "../../src/relay/index.ts";
import { provider, verifyOf } from "./fixtures.ts";

const [folder = "", port = "0"] = process.argv.slice(2);
const relay = await startRelay({
  listen: { host: "127.0.0.1", port: Number(port) },
  dataFolder: folder,
  providers: [{ verify: verifyOf(provider), name: "one" }],
  limits: {
    forwardsPerMinute: 1_000_000,
    repeatsPerMinute: 1_000_000,
    requestsPerMinute: 1_000_000,
    authPerMinute: 1_000,
  },
  version: "0.0.0",
  clock: systemClock,
  random: systemRandom,
  crypto: systemCrypto,
  log: silentLogger,
});
console.log(relay.url);
process.on("SIGTERM", () => void relay.stop());
