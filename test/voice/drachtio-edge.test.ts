// The drachtio edge passes the contract of edges: over the in-process server always, over the real drachtio-server where
// NUMBERBOX_TEST_DRACHTIO says where it is.

import { describe, it } from "vitest";
import { DrachtioRig, realServer } from "./drachtio-rig.ts";
import { edgeContract } from "./edge-contract.ts";

edgeContract("drachtio, in-process server", () => DrachtioRig.open());

const real = realServer();
if (real === null) {
  describe.skip("drachtio, real server (NUMBERBOX_TEST_DRACHTIO=host:port:secret is not set)", () => {
    it("passes the contract of edges", () => {});
  });
} else edgeContract("drachtio, real server", () => DrachtioRig.open({ real }));
