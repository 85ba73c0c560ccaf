import { describe } from "vitest";
import { noRealNode } from "../sim/real-node.ts";
import { emercoinNodeContract } from "./emercoin-node.ts";
import { openRealNode, openSimNode } from "./node-clients.ts";

describe.skipIf(noRealNode !== "")(`the real node${noRealNode}`, () => {
  emercoinNodeContract("Emercoin 0.8.6", openRealNode);
});

emercoinNodeContract("the simulated node", openSimNode);
