// Clients of a node for the suites that run over the simulated node and over a real one.

import { Secret } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createEmercoinNode, httpTransport } from "../../src/chain/index.ts";
import { startSimEmercoin } from "../sim/emercoin/index.ts";
import { mine, realNodeUrl } from "../sim/real-node.ts";
import type { NodeUnderTest } from "./emercoin-node.ts";

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

/** The node that the environment names. */
export async function openRealNode(): Promise<NodeUnderTest> {
  return clientsOf(realNodeUrl ?? "", mine, async () => {});
}

export async function openSimNode(): Promise<NodeUnderTest> {
  const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  const url = new URL(sim.url);
  url.username = sim.user;
  url.password = sim.password;
  const blocks = async (count: number): Promise<void> => {
    await sim.mine(count);
  };
  return clientsOf(url.href, blocks, () => sim.stop());
}
