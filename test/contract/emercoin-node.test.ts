import { describe } from "vitest";
import { Secret } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { createEmercoinNode, httpTransport } from "../../src/chain/index.ts";
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
