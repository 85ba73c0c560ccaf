// A box behind its relay passes the contract of edges: over the in-process server always, over the real drachtio-server where
// NUMBERBOX_TEST_DRACHTIO says where it is.

import { describe, it } from "vitest";
import { realServer } from "./drachtio-rig.ts";
import { edgeContract } from "./edge-contract.ts";
import { RelayRig } from "./relay-rig.ts";

edgeContract("relay, in-process server", () => RelayRig.open());

const real = realServer();
if (real === null) {
  describe.skip("relay, real server (NUMBERBOX_TEST_DRACHTIO=host:port:secret is not set)", () => {
    it("passes the contract of edges", () => {});
  });
} else edgeContract("relay, real server", () => RelayRig.open({ real }));
