import { describe, expect, it } from "vitest";
import { emercoinRig } from "./emercoin-rig.ts";

interface Row {
  readonly name: string;
  readonly value: string;
  readonly registered_at: number;
}

describe("names of a simulated Emercoin node", () => {
  it("are paid for as the formula says: by days, size and kind", async () => {
    const { sim, ask } = await emercoinRig();
    const fee = async (txid: string): Promise<number> => (await ask<{ fee: number }>("gettransaction", txid)).fee;
    expect(await fee(await ask("name_new", "ness:a", "v", 1))).toBe(-0.0044);
    expect(await fee(await ask("name_new", "ness:b", "v", 30))).toBe(-0.0046);
    expect(await fee(await ask("name_new", "ness:c", "v".repeat(20_480), 1))).toBe(-0.0204);
    sim.mine(1);
    // The coin in the name covers part of the fee, and CreateTransaction then adds the least fee to the rest.
    expect(await fee(await ask("name_update", "ness:a", "w", 0))).toBe(-0.0002);
    expect(await fee(await ask("name_delete", "ness:b"))).toBe(-0.0002);
  });

  it("move to a fresh address with each update that names none, and stay with one that does", async () => {
    const { sim, ask } = await emercoinRig();
    await ask("name_new", "ness:o", "v", 1);
    sim.mine(1);
    const owner = async (): Promise<string> => (await ask<{ address: string }>("name_show", "ness:o")).address;
    const first = await owner();
    await ask("name_update", "ness:o", "w", 0, first);
    sim.mine(1);
    expect(await owner()).toBe(first);
    await ask("name_update", "ness:o", "x", 0);
    sim.mine(1);
    expect(await owner()).not.toBe(first);
  });

  it("keep the pending mark of an operation that came too late until the node restarts", async () => {
    const { sim, ask, fails } = await emercoinRig({ http: true });
    await ask("name_new", "ness:late", "v", 1);
    sim.mine(1);
    sim.mine(175);
    const late = await ask<string>("name_update", "ness:late", "too late", 10);
    sim.mine(1);
    expect(await ask("gettransaction", late)).toMatchObject({ confirmations: 1 });
    expect(await ask("name_show", "ness:late")).toMatchObject({ value: "v", expired: true });
    expect(await ask("name_mempool")).toEqual([]);
    expect(await fails("name_new", "ness:late", "again", 1)).toMatch(/^-32603 there are 1 pending operations/);
    await sim.nodes[0]?.crash();
    expect(await ask("name_new", "ness:late", "again", 1)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("belong to whoever is mined first; the loser confirms, pays and has no effect", async () => {
    const { sim, ask } = await emercoinRig({ peers: 2 });
    sim.network.partitioned = true;
    const [a, b] = sim.nodes;
    const own = await a?.call("name_new", ["ness:race", "a", 1]);
    const other = await b?.call("name_new", ["ness:race", "b", 1]);
    sim.mine(1);
    sim.network.partitioned = false;
    sim.mine(1, { node: 1 });
    expect(await b?.call("gettransaction", [other])).toMatchObject({ confirmations: 1, fee: -0.0044 });
    expect(await ask("name_show", "ness:race")).toMatchObject({ txid: own });
  });

  it("cannot be written by a locked wallet, nor for more than 0.1 EMC, nor with reserved coins: unkown error", async () => {
    const { sim, ask, fails } = await emercoinRig();
    expect(await fails("name_new", "ness:e", "v", 365_000)).toBe("-32603 unkown error");
    const coins = await ask<{ txid: string; vout: number }[]>("listunspent", 0);
    await ask(
      "lockunspent",
      false,
      coins.map(({ txid, vout }) => ({ txid, vout })),
    );
    expect(await fails("name_new", "ness:e", "v", 1)).toBe("-32603 unkown error");
    await ask("lockunspent", true);
    await ask("encryptwallet", "pw");
    expect(await fails("name_new", "ness:e", "v", 1)).toBe("-32603 unkown error");
    await ask("walletpassphrase", "pw", 60);
    expect(await ask("name_new", "ness:e", "v", 1)).toMatch(/^[0-9a-f]{64}$/);
    expect(sim.nodes[0]?.state.mempool.entries.size).toBe(1);
  });

  it("are walked by length and bytes, in pages that never overlap", async () => {
    const { sim, ask } = await emercoinRig();
    const names = Array.from({ length: 2500 }, (_, at) => `ness:sms:${at}`);
    sim.plant(names.map((name) => ({ name, value: `{"n":"${name}"}`, days: 30 })));
    const seen: string[] = [];
    for (let from = 0; ; from += 1000) {
      const page = await ask<Row[]>("name_filter", "^ness:sms:", 0, from, 1000, "", "base64");
      seen.push(...page.map(({ name }) => name));
      if (page.length < 1000) break;
    }
    expect(seen.toSorted()).toEqual(names.toSorted());
    expect(seen[0]).toBe("ness:sms:0");
    expect(await ask("name_filter", "^ness:sms:", 0, 0, 0, "stat")).toMatchObject({ count: 0 });
  });

  it("answer every name command with -10 during the initial download", async () => {
    const { sim, fails } = await emercoinRig();
    const [node] = sim.nodes;
    if (node !== undefined) node.state.downloading = true;
    const calls = [["name_show", "x"], ["name_filter"], ["name_new", "x", "y", 1], ["name_list"]] as const;
    for (const [method, ...params] of calls) {
      expect(await fails(method, ...params)).toBe("-10 Emercoin is downloading blocks...");
    }
  });
});
