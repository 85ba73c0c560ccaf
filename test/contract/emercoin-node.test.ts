import { describe } from "vitest";
import { Secret } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createEmercoinNode, httpTransport } from "../../src/chain/index.ts";
import { startSimEmercoin } from "../sim/emercoin/index.ts";
import { mine, noRealNode, realNodeUrl } from "../sim/real-node.ts";
import { emercoinNodeContract, type NodeUnderTest } from "./emercoin-node.ts";

function clientsOf(url: string, blocks: (count: number) => Promise<void>, stop: () => Promise<void>): NodeUnderTest {
  const { origin, username, password } = new URL(url);
  const credentials = new Secret(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const transport = httpTransport({ url: origin, credentials: async () => credentials });
  return {
    client: (wallet) => createEmercoinNode({ transport: transport.send, clock: systemClock, wallet: wallet ?? "" }),
    mine: blocks,
    stop: async () => {
      transport.close();
      await stop();
    },
  };
}

describe.skipIf(noRealNode !== "")(`the real node${noRealNode}`, () => {
  emercoinNodeContract("Emercoin 0.8.6", async () => clientsOf(realNodeUrl ?? "", mine, async () => {}));
});

emercoinNodeContract("the simulated node", async () => {
  const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  const url = new URL(sim.url);
  url.username = "emc";
  url.password = "emc";
  return clientsOf(
    url.href,
    async (count) => {
      await sim.mine(count);
    },
    () => sim.stop(),
  );
});
