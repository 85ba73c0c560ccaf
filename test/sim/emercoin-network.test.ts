import { describe, expect, it } from "vitest";
import { millis } from "../../src/base/index.ts";
import { emercoinRig } from "./emercoin-rig.ts";

interface Shown {
  readonly value: string;
  readonly txid: string;
}

interface Status {
  readonly confirmations: number;
  readonly trusted?: boolean;
}

describe("a simulated Emercoin network", () => {
  it("begins with coins that can be spent and coinbases that cannot yet", async () => {
    const { ask } = await emercoinRig();
    const { mine } = await ask<{ mine: { trusted: number; immature: number } }>("getbalances");
    expect(mine.trusted).toBeGreaterThan(1000);
    expect(mine.immature).toBeGreaterThan(1000);
    expect(await ask<unknown[]>("listunspent")).toSatisfy((coins: unknown[]) => coins.length >= 100);
  });

  it("lets a coinbase be spent after 32 blocks, not before", async () => {
    const { sim, ask, fails } = await emercoinRig();
    const height = await ask<number>("getblockcount");
    const { tx } = await ask<{ tx: string[] }>("getblock", await ask("getblockhash", height));
    const to = await ask<string>("getnewaddress");
    const raw = await ask<string>("createrawtransaction", [{ txid: tx[0], vout: 0 }], [{ [to]: 1890.4 }]);
    const { hex } = await ask<{ hex: string }>("signrawtransactionwithwallet", raw);
    expect(await fails("sendrawtransaction", hex)).toMatch(
      /^-26 bad-txns-premature-spend-of-coinbase\/coinstake, tried to spend/,
    );
    sim.mine(30);
    expect(await fails("sendrawtransaction", hex)).toMatch(/at depth 31 \(code 16\)$/);
    sim.mine(1);
    expect(await ask("sendrawtransaction", hex)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("makes blocks by the clock when it is told to", async () => {
    const { clock, ask } = await emercoinRig({ blockTime: 60 });
    const height = await ask<number>("getblockcount");
    await clock.advance(millis(180_000));
    expect(await ask("getblockcount")).toBe(height + 3);
  });

  it("puts the transactions of blocks that a reorganisation takes off back into the mempool", async () => {
    const { sim, ask, fails } = await emercoinRig();
    const txid = await ask<string>("name_new", "ness:r", "v", 1);
    sim.mine(2);
    expect(await ask<Status>("gettransaction", txid)).toMatchObject({ confirmations: 2 });
    sim.reorg(2);
    expect(await fails("name_show", "ness:r")).toBe("-4 no result returned");
    expect(await ask("getrawmempool")).toEqual([txid]);
    expect(await ask<Status>("gettransaction", txid)).toMatchObject({ confirmations: 0, trusted: true });
    sim.mine(1);
    expect(await ask<Shown>("name_show", "ness:r")).toMatchObject({ txid });
  });

  it("loses transactions for good in a reorganisation that drops them; abandoned, they free their coins", async () => {
    const { sim, ask, fails } = await emercoinRig();
    const txid = await ask<string>("sendtoaddress", await ask("getnewaddress"), 5);
    sim.mine(1);
    sim.reorg(1, { drop: true, replace: 2 });
    expect(await ask("getrawmempool")).toEqual([]);
    expect(await ask<Status>("gettransaction", txid)).toMatchObject({ confirmations: 0, trusted: false });
    const held = await ask<number>("getbalance");
    await ask("abandontransaction", txid);
    expect(await fails("abandontransaction", txid)).toBe("-5 Transaction not eligible for abandonment");
    expect(await ask<number>("getbalance")).toBeGreaterThan(held + 5);
  });

  it("restores names to what they were before the blocks that are taken off", async () => {
    const { sim, ask } = await emercoinRig();
    await ask("name_new", "ness:old", "one", 1);
    sim.mine(1);
    await ask("name_update", "ness:old", "two", 5);
    sim.mine(1);
    sim.reorg(1);
    expect(await ask("name_show", "ness:old")).toMatchObject({ value: "one", expires_in: 175 });
    sim.mine(1);
    expect(await ask("name_show", "ness:old")).toMatchObject({ value: "two" });
  });

  it("tells the other node of transactions and blocks after the delay", async () => {
    const { sim, clock, ask } = await emercoinRig({ peers: 2 });
    const other = sim.nodes[1];
    sim.network.relayMs = 3000;
    const txid = await ask<string>("sendtoaddress", await ask("getnewaddress"), 1);
    expect(await other?.call("getrawmempool")).toEqual([]);
    await clock.advance(millis(3000));
    expect(await other?.call("getrawmempool")).toEqual([txid]);
    const height = sim.mine(1);
    expect(await other?.call("getblockcount")).toBe(height - 1);
    await clock.advance(millis(3000));
    expect(await other?.call("getblockcount")).toBe(height);
  });

  it("follows the longest chain once nodes that were cut off meet again", async () => {
    const { sim, ask } = await emercoinRig({ peers: 2 });
    sim.network.partitioned = true;
    const own = await ask<string>("name_new", "ness:race", "first", 1);
    sim.mine(1);
    await sim.nodes[1]?.call("name_new", ["ness:race", "second", 1]);
    sim.mine(3, { node: 1 });
    expect(await ask("name_show", "ness:race")).toMatchObject({ txid: own });
    sim.network.partitioned = false;
    expect(await ask("getbestblockhash")).toBe(await sim.nodes[1]?.call("getbestblockhash"));
    expect(await ask("name_show", "ness:race")).toMatchObject({ value: "second" });
    // The first one's transaction came back into the mempool: it will confirm, pay and have no effect.
    expect(await ask("getrawmempool")).toEqual([own]);
    sim.mine(1);
    expect(await ask<Status>("gettransaction", own)).toMatchObject({ confirmations: 1 });
    expect(await ask("name_show", "ness:race")).toMatchObject({ value: "second" });
  });

  it("shows a payment that another one displaced with confirmations below 0", async () => {
    const { sim, ask } = await emercoinRig({ peers: 2 });
    const coins = await ask<{ txid: string; vout: number; amount: number }[]>("listunspent");
    const coin = coins.find(({ amount }) => amount === 20);
    const spend = async (amount: number): Promise<string> => {
      const to = await ask<string>("getnewaddress");
      const raw = await ask<string>(
        "createrawtransaction",
        [{ txid: coin?.txid, vout: coin?.vout }],
        [{ [to]: amount }],
      );
      return (await ask<{ hex: string }>("signrawtransactionwithwallet", raw)).hex;
    };
    const [mine, rival] = [await spend(19.9999), await spend(19.9998)];
    sim.network.partitioned = true;
    const txid = await ask<string>("sendrawtransaction", mine);
    await sim.nodes[1]?.call("sendrawtransaction", [rival]);
    sim.mine(2, { node: 1 });
    sim.network.partitioned = false;
    expect(await ask<Status>("gettransaction", txid)).toMatchObject({ confirmations: -2 });
  });
});
