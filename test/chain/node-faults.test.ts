// The client over the simulated node when things go wrong between them: what may have happened happens once.

import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { millis, parseEmc, Secret, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { createEmercoinNode, type EmercoinNode, httpTransport } from "../../src/chain/index.ts";
import { type SimEmercoin, startSimEmercoin } from "../sim/emercoin/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { codeOf } from "./fake-rpc.ts";

let sim: SimEmercoin;
let node: EmercoinNode;

beforeEach(async () => {
  sim = await startSimEmercoin({ clock: systemClock, random: new SeededRandom("faults"), wallets: ["till"] });
  node = client("");
  onTestFinished(() => sim.stop());
});

function client(wallet: string, timeout = millis(5000)): EmercoinNode {
  const transport = httpTransport({ url: sim.url, credentials: async () => new Secret("emc:emc") });
  const made = createEmercoinNode({ transport: transport.send, clock: systemClock, wallet, timeout });
  onTestFinished(() => {
    made.stop();
    transport.close();
  });
  return made;
}

const value = utf8("v");

describe("a payment whose answer is lost", () => {
  it.each(["lost_answer", "lost_request"] as const)("(%s) is sent again and paid once", async (kind) => {
    const address = await client("till").newAddress("");
    const { hex, txid } = await node.fund([{ address, amount: parseEmc("2") }]);
    sim.faults.add({ kind, method: "sendrawtransaction" });
    expect(await codeOf(node.broadcast(hex))).toBe("emercoin.no_answer");
    expect(await node.broadcast(hex)).toBe(txid);
    sim.mine(1);
    expect(await node.broadcast(hex)).toBe(txid);
    expect((await client("till").receivedAt(address)).map(({ amount }) => amount)).toEqual([2_000_000]);
  });
});

describe("a name whose answer is lost", () => {
  it("is found in the mempool, and nothing was sent twice", async () => {
    const address = await node.newAddress("");
    sim.faults.add({ kind: "lost_answer", method: "name_new" });
    expect(await codeOf(node.newName({ name: "lost:a", value, days: 1, address }))).toBe("emercoin.no_answer");
    expect((await node.pendingNames()).map(({ name, mine }) => [name, mine])).toEqual([["lost:a", true]]);
  });

  it("is not there where the request was lost", async () => {
    const address = await node.newAddress("");
    sim.faults.add({ kind: "lost_request", method: "name_new" });
    expect(await codeOf(node.newName({ name: "lost:b", value, days: 1, address }))).toBe("emercoin.no_answer");
    expect(await node.pendingNames()).toEqual([]);
  });
});

describe("a node", () => {
  it("with a full queue is asked again, for writes too", async () => {
    sim.faults.add({ kind: "queue_full", count: 2 });
    expect(await node.newAddress("")).toMatch(/^emrt1/);
  });

  it("that loses the answer to a read is asked again", async () => {
    sim.faults.add({ kind: "lost_answer", method: "getblockcount" });
    expect(await node.height()).toBe(sim.nodes[0]?.state.chain.height);
  });

  it("that hangs is given up in time, and answers when it is back", async () => {
    const hasty = client("", millis(200));
    sim.faults.add({ kind: "hang", method: "getnewaddress" });
    expect(await codeOf(hasty.newAddress(""))).toBe("emercoin.no_answer");
    sim.faults.clear();
    expect(await hasty.newAddress("")).toMatch(/^emrt1/);
  });

  it("that restarts is away, then warms up, then has its wallet loaded again", async () => {
    const till = client("till");
    const before = (await till.status()).wallet?.confirmed;
    await sim.nodes[0]?.down();
    expect(await codeOf(till.height())).toBe("emercoin.unreachable");
    expect(await codeOf(till.newAddress(""))).toBe("emercoin.unreachable");
    await sim.nodes[0]?.up();
    sim.nodes[0]?.warmUp(60_000);
    expect(await codeOf(till.height())).toBe("emercoin.warming_up");
    sim.nodes[0]?.warmUp(0);
    expect((await till.status()).wallet).toMatchObject({ name: "till", confirmed: before });
  });

  it("takes many calls at a time without refusing one", async () => {
    const heights = await Promise.all(Array.from({ length: 200 }, () => node.height()));
    expect(new Set(heights).size).toBe(1);
    const addresses = await Promise.all(Array.from({ length: 60 }, () => node.newAddress("")));
    expect(new Set(addresses).size).toBe(60);
  });
});
