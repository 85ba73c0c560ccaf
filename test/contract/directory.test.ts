import { describe } from "vitest";
import { noEmerDns } from "../sim/emer-dns.ts";
import { noRealNode } from "../sim/real-node.ts";
import { directoryContract } from "./directory.ts";
import { openRealNode, openSimNode } from "./node-clients.ts";

directoryContract("numbers and hosts in the chain of the simulated node", openSimNode, false);

describe.skipIf(noRealNode !== "")(`on a real node${noRealNode}`, () => {
  directoryContract(`numbers and hosts in its chain, asked by UDP${noEmerDns}`, openRealNode, noEmerDns === "");
});
