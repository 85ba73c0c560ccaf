import { describe } from "vitest";
import { Secret } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createEmercoinNode, httpTransport } from "../../src/chain/index.ts";
import { startSimEmercoin } from "../sim/emercoin/index.ts";
import { mine, noRealNode, realNodeUrl } from "../sim/real-node.ts";
import { emercoinNodeContract, type NodeUnderTest } from "./emercoin-node.ts";

interface Reached {
  /** With user and password. */
  readonly url: string;
  readonly peerUrl: string | undefined;
  readonly mine: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

function clientsOf({ url, peerUrl, mine: blocks, stop }: Reached): NodeUnderTest {
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

describe.skipIf(noRealNode !== "")(`the real node${noRealNode}`, () => {
  emercoinNodeContract("Emercoin 0.8.6", async () =>
    clientsOf({
      url: realNodeUrl ?? "",
      peerUrl: process.env.NUMBERBOX_TEST_EMERCOIN_URL2,
      mine,
      stop: async () => {},
    }),
  );
});

emercoinNodeContract("the simulated node", async () => {
  const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom, peers: 2 });
  // As on the real network, where both hear of the other's transactions too late.
  sim.network.relayMs = 50;
  const [url = "", peerUrl] = sim.nodes.map((node) => node.url.replace("://", "://emc:emc@"));
  return clientsOf({
    ...{ url, peerUrl },
    mine: async (count) => {
      sim.mine(count);
    },
    stop: () => sim.stop(),
  });
});
