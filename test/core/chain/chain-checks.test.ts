import { describe, expect, it } from "vitest";
import { AppError, microEmc, parseEmc } from "../../../src/base/index.ts";
import { chainCheck, createDoctor, type NodeStatus, type WalletStatus } from "../../../src/core/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { openGate } from "./publisher-rig.ts";

const wallet: WalletStatus = {
  ...{ name: "", lock: "unencrypted", confirmed: parseEmc("5") },
  ...{ unconfirmed: microEmc(0), immature: microEmc(0) },
};
const sound: NodeStatus = {
  ...{ network: "main", version: "v0.8.6.0-c8c9d3fca", height: 700_000, headers: 700_000, tip: "00", synced: true },
  ...{ peers: 8, wallet },
};

async function findings(over: Partial<NodeStatus>, more: { ready?: boolean; name?: () => Promise<null> } = {}) {
  const { ready = false, name = async () => null } = more;
  const node = { status: async () => ({ ...sound, ...over }), name, lastPowReward: async () => parseEmc("10") };
  const check = chainCheck({ node, gate: { ...openGate, ready } });
  const { findings: all } = await createDoctor({ clock: new VirtualClock(), checks: [check] }).examine();
  for (const { verdict, hint } of all) if (verdict !== "ok") expect(hint).toMatch(/\.$/);
  return all.filter(({ verdict }) => verdict !== "ok").map(({ verdict, code }) => `${verdict} ${code}`);
}

describe("the doctor's look at the Emercoin node", () => {
  it("finds nothing wrong with a sound one", async () => {
    expect(await findings({})).toEqual([]);
    expect(await findings({ version: "v0.8.10.0" })).toEqual([]);
    expect(await findings({ version: "v1.0.0" })).toEqual([]);
    expect(await findings({ wallet: { ...wallet, lock: "unlocked" } })).toEqual([]);
    expect(await findings({ wallet: { ...wallet, lock: "locked" } }, { ready: true })).toEqual([]);
  });

  it.each([
    ["an old version", { version: "v0.8.5.0" }, "fail emercoin.old_node"],
    ["a test network", { network: "test" as const }, "warn emercoin.not_main"],
    ["a download", { synced: false, height: 3 }, "fail emercoin.syncing"],
    ["loneliness", { peers: 0 }, "warn emercoin.no_peers"],
    ["no wallet", { wallet: null }, "fail emercoin.no_wallet"],
    ["a locked wallet", { wallet: { ...wallet, lock: "locked" as const } }, "warn emercoin.locked"],
    ["a wallet for minting", { wallet: { ...wallet, lock: "minting" as const } }, "warn emercoin.minting_only"],
    ["an empty wallet", { wallet: { ...wallet, confirmed: microEmc(99) } }, "warn emercoin.no_funds"],
  ])("names %s", async (_name, over, found) => {
    expect(await findings(over)).toEqual([found]);
  });

  it("fails by the node's own code where it is away or reads no names", async () => {
    const missing = async (): Promise<null> => {
      throw new AppError("emercoin.rpc_error", "no index", { hint: "Look." });
    };
    expect(await findings({}, { name: missing })).toEqual(["fail emercoin.rpc_error"]);
  });
});
