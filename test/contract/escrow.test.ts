import { describe } from "vitest";
import { noRealNode } from "../sim/real-node.ts";
import { escrowContract } from "./escrow.ts";
import { openRealNode, openSimNode } from "./node-clients.ts";

describe.skipIf(noRealNode !== "")(`over the real node${noRealNode}`, () => {
  escrowContract("an escrow on Emercoin 0.8.6", openRealNode);
});

escrowContract("an escrow on the simulated node", openSimNode);
