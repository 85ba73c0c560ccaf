// The contract of SIP edges over the PJSIP of a real Asterisk.

import { afterAll, describe, it } from "vitest";
import { asteriskTree } from "../sim/asterisk/asterisk-process.ts";
import { AsteriskRig, SharedAsterisk } from "./asterisk-rig.ts";
import { edgeContract } from "./edge-contract.ts";

if (asteriskTree === null) {
  describe("the edge of Asterisk itself", () => {
    it.skip("needs Asterisk 22, which is not in the cache of the tests");
  });
} else {
  const shared = new SharedAsterisk();
  edgeContract("the edge of Asterisk itself", () => AsteriskRig.open(shared));
  afterAll(() => shared.stop());
}
