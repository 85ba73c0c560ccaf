import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { type Logger, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { RelayListener } from "../../src/core/index.ts";
import { openJetStreamStore } from "../../src/jetstream/index.ts";
import { relaySchema } from "../../src/relay/server/schema.ts";
import { SqliteRelayStore } from "../../src/relay/server/sqlite-store.ts";
import { openSqlite } from "../../src/sqlite/index.ts";
import { hasNats, NatsServers } from "../sim/nats/nats-servers.ts";
import { relayStoreContract, type StoreUnderTest } from "./relay-store.ts";

const NOBODY: RelayListener = { stored: () => false, requested: () => {}, answered: () => {}, granted: () => {} };
const log: Logger = silentLogger;

relayStoreContract(
  "SQLite",
  async (): Promise<StoreUnderTest> => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-relay-store-"));
    return {
      open: async (listener = {}) => {
        const file = join(folder, "relay.sqlite");
        const database = await openSqlite({ file, clock: systemClock, log, ...relaySchema });
        const store = new SqliteRelayStore(database, systemRandom);
        store.listen({ ...NOBODY, ...listener });
        return store;
      },
      stop: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
  false,
);

describe.skipIf(!hasNats)("at a real server", () => {
  relayStoreContract(
    "NATS JetStream",
    async (): Promise<StoreUnderTest> => {
      const servers = await NatsServers.start(1);
      return {
        open: async (listener = {}) => {
          const store = await openJetStreamStore({
            servers: servers.urls,
            login: { kind: "none" },
            tls: null,
            prefix: "contract",
            replicas: 1,
            placementTags: [],
            clock: systemClock,
            random: systemRandom,
            crypto: systemCrypto,
            log,
          });
          store.listen({ ...NOBODY, ...listener });
          return store;
        },
        stop: () => servers.stop(),
      };
    },
    true,
  );
});
