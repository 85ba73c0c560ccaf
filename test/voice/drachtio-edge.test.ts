// The drachtio edge passes the contract of edges: over the in-process server always, over the real drachtio-server where
// NUMBERBOX_TEST_DRACHTIO says where it is: host:port:secret, and its SIP port where that is not 5060 (host:port:secret:sip-port).

import { describe, it } from "vitest";
import { DrachtioRig, type RealServer } from "./drachtio-rig.ts";
import { edgeContract } from "./edge-contract.ts";

function realServer(): RealServer | null {
  const [host, adminPort, secret, sipPort = "5060"] = (process.env.NUMBERBOX_TEST_DRACHTIO ?? "").split(":");
  if (host === undefined || host === "" || adminPort === undefined || secret === undefined) return null;
  return { host, adminPort: Number(adminPort), secret, sipPort: Number(sipPort) };
}

edgeContract("drachtio, in-process server", () => DrachtioRig.open());

const real = realServer();
if (real === null) {
  describe.skip("drachtio, real server (NUMBERBOX_TEST_DRACHTIO=host:port:secret is not set)", () => {
    it("passes the contract of edges", () => {});
  });
} else edgeContract("drachtio, real server", () => DrachtioRig.open({ real }));
