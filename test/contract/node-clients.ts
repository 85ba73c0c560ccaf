// Clients of a node for the suites that run over the simulated node and over a real one.

import { Secret } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createEmercoinNode, httpTransport } from "../../src/chain/index.ts";
import { startSimEmercoin } from "../sim/emercoin/index.ts";
import { mine, realNodeUrl } from "../sim/real-node.ts";
import type { NodeUnderTest } from "./emercoin-node.ts";

interface Reached {
  /** With user and password. */
  readonly url: string;
  /** Of a second node of the network. */
  readonly peerUrl: string | undefined;
  readonly mine: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function clientsOf({ url, peerUrl, mine: blocks, stop }: Reached): NodeUnderTest {
  const open = (text: string) => {
    const { origin, username, password } = new URL(text);
    const credentials = new Secret(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    return httpTransport({ url: origin, credentials: async () => credentials });
  };
  const transport = open(url);
  const peer = peerUrl === undefined ? null : open(peerUrl);
  const client = (send: typeof transport.send, wallet: string) =>
    createEmercoinNode({ transport: send, clock: systemClock, wallet });
  return {
    client: (wallet) => client(transport.send, wallet ?? ""),
    peer: peer === null ? null : client(peer.send, ""),
    mine: blocks,
    stop: async () => {
      transport.close();
      peer?.close();
      await stop();
    },
  };
}

/** The node that the environment names. */
export async function openRealNode(): Promise<NodeUnderTest> {
  const peerUrl = process.env.NUMBERBOX_TEST_EMERCOIN_URL2;
  return clientsOf({ url: realNodeUrl ?? "", peerUrl, mine, stop: async () => {} });
}

export async function openSimNode(): Promise<NodeUnderTest> {
  const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom, peers: 2 });
  // As in a real network, where each hears of the other's transactions a little later.
  sim.network.relayMs = 50;
  const [url = "", peerUrl] = sim.nodes.map((node) => node.url.replace("://", `://${sim.user}:${sim.password}@`));
  const blocks = async (count: number): Promise<void> => {
    sim.mine(count);
  };
  return clientsOf({ url, peerUrl, mine: blocks, stop: () => sim.stop() });
}
