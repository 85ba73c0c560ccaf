// What every Emercoin node does, as the box relies on it. Run over the simulated node, and over a real one where the environment names
// it. Nothing assumes an empty chain: others may use the real one at the same time.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { fromHex, fromUtf8, microEmc, parseEmc, Secret, silentLogger, toHex, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createWalletGate, type EmercoinNode } from "../../src/chain/index.ts";
import type { NameRecord } from "../../src/core/index.ts";
import {
  buildTicket,
  type Chap,
  decodeTransaction,
  multisigDescriptor,
  multisigOutput,
  nameFee,
  parseAddress,
  parseChap,
  scriptOfAddress,
  transactionHex,
  txid as txidOf,
} from "../../src/emercoin/index.ts";
import { nobleCoin } from "../../src/envelope/index.ts";

export interface NodeUnderTest {
  /** A client of the wallet of that name; undefined for the node's own. */
  client(wallet?: string): EmercoinNode;
  /** A second node of the same network, with coins of its own; null where there is none. */
  readonly peer: EmercoinNode | null;
  mine(blocks: number): Promise<void>;
  stop(): Promise<void>;
}

const unique = (): string => toHex(systemRandom.bytes(6));
const coded = (code: string) => expect.objectContaining({ code });
const TOO_MUCH = parseEmc("9000000000");
const anything = z.unknown();
const PATIENCE = { timeout: 45_000, interval: 200 };

export function emercoinNodeContract(name: string, open: () => Promise<NodeUnderTest>): void {
  describe(name, () => {
    let under: NodeUnderTest;
    let node: EmercoinNode;
    beforeAll(async () => {
      under = await open();
      node = under.client();
    });
    /** A new wallet of the node with one confirmed EMC. */
    const funded = async (wallet: string): Promise<EmercoinNode> => {
      await node.session.write("createwallet", [wallet], { reply: anything });
      const other = under.client(wallet);
      const address = await other.newAddress("fund");
      await node.broadcast((await node.fund([{ address, amount: parseEmc("1") }])).hex);
      await under.mine(1);
      return other;
    };
    afterAll(() => under?.stop());

    /** The node takes no name here from a client that has told its wallet already. */
    const unload = async (other: EmercoinNode): Promise<void> => {
      await other.session.write("unloadwallet", [], { reply: anything });
    };

    describe("tells", () => {
      it("its network, version, height and wallet", async () => {
        const status = await node.status();
        expect(status).toMatchObject({ network: "regtest", synced: true, wallet: { name: "", lock: "unencrypted" } });
        expect(status.version).toMatch(/^v0\.8\./);
        expect(status.height).toBeGreaterThan(32);
        expect(status.wallet?.confirmed).toBeGreaterThan(parseEmc("100"));
        expect(await node.blockHash(status.height)).toBe(status.tip);
        expect(await node.blockHash(status.height + 1_000_000)).toBeNull();
        expect(await node.lastPowReward()).toBeGreaterThan(0);
      });

      it("null for what it does not know", async () => {
        expect(await node.name(`contract:${unique()}`)).toBeNull();
        expect(await node.nameHistory(`contract:${unique()}`)).toEqual([]);
        expect(await node.transaction("00".repeat(32))).toBeNull();
        expect(await node.unspent({ txid: "00".repeat(32), vout: 0 })).toBeNull();
        expect(await node.owns("no address")).toBe(false);
      });
    });

    describe("names", () => {
      const value = utf8('a value: é \u{1f4e8} "quoted"\n');
      const register = async (days = 1): Promise<NameRecord> => {
        const id = `contract:${unique()}`;
        await node.newName({ name: id, value, days, address: await node.newAddress("contract") });
        await under.mine(1);
        const record = await node.name(id);
        if (record === null) throw new Error("not registered");
        return record;
      };

      it("are invisible while they wait, and then belong to the address that was given", async () => {
        const id = `contract:${unique()}`;
        const address = await node.newAddress("contract");
        const txid = await node.newName({ name: id, value, days: 2, address });
        expect(await node.name(id)).toBeNull();
        const waiting = (await node.pendingNames()).find((each) => each.name === id);
        expect(waiting).toEqual({ name: id, txid, operation: "new", address, value, days: 2, mine: true });
        await expect(node.newName({ name: id, value, days: 1, address })).rejects.toThrow(
          coded("emercoin.name_pending"),
        );
        await under.mine(1);
        const { height } = await node.status();
        expect(await node.name(id)).toMatchObject({ txid, address, value, state: "active", expiresAt: height + 350 });
        expect((await node.pendingNames()).some((each) => each.name === id)).toBe(false);
      });

      it("keep their owner when the owner is given again, and add their days", async () => {
        const { name: id, address, expiresAt } = await register();
        const txid = await node.updateName({ name: id, value: utf8("second"), days: 3, address });
        await under.mine(1);
        const record = await node.name(id);
        expect(record).toMatchObject({ txid, address, expiresAt: expiresAt + 525 });
        expect(fromUtf8(record?.value ?? new Uint8Array())).toBe("second");
        const history = await node.nameHistory(id);
        expect(history.map(({ operation, days }) => [operation, days])).toEqual([
          ["new", 1],
          ["update", 3],
        ]);
      });

      it("can be deleted and taken anew; their history tells", async () => {
        const { name: id, address } = await register();
        await node.deleteName(id);
        await under.mine(1);
        expect(await node.name(id)).toMatchObject({ state: "deleted", value: new Uint8Array(0) });
        await expect(node.updateName({ name: id, value, days: 1, address })).rejects.toThrow(
          coded("emercoin.name_inactive"),
        );
        await expect(node.deleteName(id)).rejects.toThrow(coded("emercoin.name_inactive"));
        await node.newName({ name: id, value, days: 1, address });
        await under.mine(1);
        expect(await node.name(id)).toMatchObject({ state: "active" });
        expect((await node.nameHistory(id)).map(({ operation }) => operation)).toEqual(["new", "delete", "new"]);
      });

      it("expire 175 blocks a day after their registration, and an update after that has no effect", async () => {
        const { name: id, address, expiresAt } = await register();
        const { height } = await node.status();
        await under.mine(expiresAt - height);
        expect(await node.name(id)).toMatchObject({ state: "expired" });
        await under.mine(1);
        await expect(node.updateName({ name: id, value, days: 1, address })).rejects.toThrow(
          coded("emercoin.name_inactive"),
        );
        const rows = await node.names({ pattern: `^${id}$`, from: 0, count: 10 });
        expect(rows.map((row) => row.expiresIn <= 0)).toEqual([true]);
      });

      it("are walked in pages in the order of the database", async () => {
        const stem = `contract:${unique()}`;
        const address = await node.newAddress("contract");
        for (const end of ["bb", "a", "ba"]) await node.newName({ name: `${stem}:${end}`, value, days: 1, address });
        await under.mine(1);
        const page = async (from: number, count: number) =>
          (await node.names({ pattern: `^${stem}:`, from, count }))
            .map((row) => row.name.slice(stem.length + 1))
            .sort();
        expect(await page(0, 10)).toEqual(["a", "ba", "bb"]);
        expect(await page(0, 1)).toEqual(["a"]);
        expect(await page(1, 2)).toEqual(["ba", "bb"]);
        expect(await page(3, 2)).toEqual([]);
      });

      it("refuse what is taken, foreign or malformed", async () => {
        const { name: id, address } = await register();
        await expect(node.newName({ name: id, value, days: 1, address })).rejects.toThrow(
          coded("emercoin.name_exists"),
        );
        await expect(node.newName({ name: id, value: new Uint8Array(0), days: 1, address })).rejects.toThrow(
          coded("emercoin.bad_name"),
        );
        await expect(node.newName({ name: `${id}x`, value, days: 0, address })).rejects.toThrow(
          coded("emercoin.bad_name"),
        );
        await expect(node.newName({ name: `${id}é`, value, days: 1, address })).rejects.toThrow(
          coded("emercoin.bad_name"),
        );
        await expect(node.newName({ name: `${id}x`, value, days: 1, address: "nowhere" })).rejects.toThrow(
          coded("emercoin.bad_address"),
        );
      });

      it("carry any bytes", async () => {
        const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
        const id = `contract:${unique()}`;
        await node.newName({ name: id, value: bytes, days: 1, address: await node.newAddress("contract") });
        expect((await node.pendingNames()).find((each) => each.name === id)?.value).toEqual(bytes);
        await under.mine(1);
        expect((await node.name(id))?.value).toEqual(bytes);
        expect((await node.nameHistory(id)).map((each) => each.value)).toEqual([bytes]);
        const rows = await node.names({ pattern: `^${id}$`, from: 0, count: 1 });
        expect(rows.map((row) => row.value)).toEqual([bytes]);
      });

      it("of another wallet can only be looked at", async () => {
        const { name: id } = await register();
        const other = await funded(`contract-${unique()}`);
        const address = await other.newAddress("contract");
        await expect(other.updateName({ name: id, value, days: 1, address })).rejects.toThrow(
          coded("emercoin.name_foreign"),
        );
        await expect(other.deleteName(id)).rejects.toThrow(coded("emercoin.name_foreign"));
        expect(await other.name(id)).toEqual(await node.name(id));
        await unload(other);
      });

      it("wanted on two nodes at a time go to one; the other pays for nothing and is not told", async (context) => {
        const { peer } = under;
        if (peer === null) return context.skip("needs a second node");
        const id = `contract:${unique()}`;
        const gift = { address: await peer.newAddress("contract"), amount: parseEmc("1") };
        await node.broadcast((await node.fund([gift])).hex);
        await under.mine(1);
        await vi.waitFor(async () => expect(await peer.coins(1)).not.toEqual([]), PATIENCE);
        const want = async (on: EmercoinNode) =>
          on.newName({ name: id, value, days: 1, address: await on.newAddress("contract") });
        const [ours, theirs] = await Promise.all([want(node), want(peer)]);
        expect(ours).not.toBe(theirs);
        await expect(want(node)).rejects.toThrow(coded("emercoin.name_pending"));
        await under.mine(2);
        const { height } = await node.status();
        await vi.waitFor(async () => expect(await peer.height()).toBeGreaterThanOrEqual(height), PATIENCE);
        const record = await node.name(id);
        expect([ours, theirs]).toContain(record?.txid);
        expect((await peer.name(id))?.txid).toBe(record?.txid);
        expect((await node.nameHistory(id)).filter(({ operation }) => operation === "new")).toHaveLength(1);
      });

      it("cost what the formula says", async () => {
        const id = `contract:${unique()}`;
        const powReward = await node.lastPowReward();
        const address = await node.newAddress("contract");
        const txid = await node.newName({ name: id, value, days: 30, address });
        const tx = decodeTransaction((await node.transaction(txid))?.hex ?? "");
        const spent = await Promise.all(
          tx.inputs.map(async (input) => {
            const before = decodeTransaction((await node.transaction(input.txid))?.hex ?? "");
            return before.outputs[input.vout]?.amount ?? microEmc(0);
          }),
        );
        const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
        const paid = sum(spent) - sum(tx.outputs.map(({ amount }) => amount));
        const fee = nameFee({
          operation: "new",
          days: 30,
          nameBytes: utf8(id).length,
          valueBytes: value.length,
          lastPowReward: powReward,
        });
        expect(paid).toBe(fee);
        await under.mine(1);
      });
    });

    describe("coins", () => {
      it("are sent in two steps, as often as one likes, and arrive once", async () => {
        const address = await node.newAddress("contract");
        const funded = await node.fund([{ address, amount: parseEmc("1.25") }]);
        expect(funded.fee).toBe(100);
        expect(await node.transaction(funded.txid)).toBeNull();
        const reserved = await node.reserved();
        for (const input of funded.inputs) expect(reserved).toContainEqual(input);
        expect([await node.broadcast(funded.hex), await node.broadcast(funded.hex)]).toEqual([
          funded.txid,
          funded.txid,
        ]);
        expect((await node.transaction(funded.txid))?.confirmations).toBe(0);
        await under.mine(1);
        expect(await node.broadcast(funded.hex)).toBe(funded.txid);
        expect((await node.transaction(funded.txid))?.confirmations).toBeGreaterThanOrEqual(1);
        const received = await node.receivedAt(address);
        expect(received.map(({ txid, amount }) => [txid, amount])).toEqual([[funded.txid, 1_250_000]]);
        const found = await node.unspentAt(address);
        expect(found.map(({ txid, amount }) => [txid, amount])).toEqual([[funded.txid, 1_250_000]]);
        expect(await node.unspent(found[0] ?? { txid: "", vout: 0 })).toMatchObject({ amount: 1_250_000, address });
      });

      it("are released when nothing is sent", async () => {
        const { inputs } = await node.fund([{ address: await node.newAddress("contract"), amount: parseEmc("0.5") }]);
        await node.release(inputs);
        const reserved = await node.reserved();
        for (const input of inputs) expect(reserved).not.toContainEqual(input);
        await node.release(inputs);
      });

      it("that were spent otherwise are refused by their code", async () => {
        const address = await node.newAddress("contract");
        const first = await node.fund([{ address, amount: parseEmc("0.5") }]);
        await node.release(first.inputs);
        const tx = decodeTransaction(first.hex);
        const other = transactionHex({
          ...tx,
          inputs: tx.inputs.map((each) => ({ ...each, witness: [], scriptSig: new Uint8Array(0) })),
          lockTime: 1,
        });
        const signed = await node.signTransaction(other);
        await node.broadcast(first.hex);
        await expect(node.broadcast(signed.hex)).rejects.toThrow(coded("emercoin.inputs_spent"));
      });

      it("that nobody has, and amounts that nobody can send, are refused", async () => {
        const address = await node.newAddress("contract");
        await expect(node.fund([{ address, amount: TOO_MUCH }])).rejects.toThrow(coded("emercoin.no_funds"));
        await expect(node.fund([{ address: "nowhere", amount: microEmc(1000) }])).rejects.toThrow(
          coded("emercoin.bad_address"),
        );
        await expect(node.broadcast("00")).rejects.toThrow(coded("emercoin.bad_transaction"));
      });

      it("have addresses that sign messages", async () => {
        for (const type of ["bech32", "legacy"] as const) {
          const address = await node.newAddress("contract", type);
          expect(await node.owns(address)).toBe(true);
          expect(await node.publicKeyOf(address)).toMatch(/^0[23][0-9a-f]{64}$/);
          const signature = await node.signMessage(address, "hello");
          expect(await node.verifyMessage(address, signature, "hello")).toBe(true);
          expect(await node.verifyMessage(address, signature, "hallo")).toBe(false);
          expect(await node.verifyMessage(address, "no signature!", "hello")).toBe(false);
        }
      });
    });

    describe("RANDPAY", () => {
      /** A ticket for `chap`, bet on its `offset`-th hash, signed by the node's wallet. */
      const ticket = async (chap: Chap, offset: number): Promise<string> => {
        const coins = await node.coins(1);
        const coin = coins.find(({ amount, address }) => amount > chap.amount + 10_000 && address !== null);
        if (coin === undefined) throw new Error("no coin for a ticket");
        const change = scriptOfAddress(parseAddress(nobleCoin, await node.newAddress("change"), "regtest"));
        // Not before what is spent: a block's clock may be ahead.
        const { time: before } = decodeTransaction((await node.transaction(coin.txid))?.hex ?? "");
        const time = Math.max(before, Math.floor(systemClock.now() / 1000));
        const tx = buildTicket({ chap, offset, coins: [coin], changeScript: change, time });
        return (await node.signTransaction(transactionHex(tx))).hex;
      };

      it("with risk 1 always wins, pays once, and the same ticket is no good twice", async () => {
        const chap = parseChap(await node.makeChap(parseEmc("0.5"), 1, 600));
        expect(chap).toMatchObject({ amount: 500_000, risk: 1 });
        const hex = await ticket(chap, 0);
        const verdict = await node.acceptTicket(hex);
        expect(verdict).toMatchObject({ amount: 500_000, expected: 500_000, risk: 1, won: true, sent: true });
        expect((await node.transaction(verdict.txid))?.confirmations).toBe(0);
        await expect(node.acceptTicket(hex)).rejects.toThrow();
        await under.mine(1);
        expect((await node.transaction(verdict.txid))?.confirmations).toBeGreaterThanOrEqual(1);
      });

      it("wins with the one right bet of its window, and loses with all others", async () => {
        let won = 0;
        for (let offset = 0; offset < 3; offset++) {
          const text = await node.makeChap(parseEmc("0.3"), 3, 600);
          const verdict = await node.acceptTicket(await ticket(parseChap(text), offset));
          expect(verdict).toMatchObject({ amount: 300_000, expected: 300_000, risk: 3, sent: verdict.won });
          if (verdict.won) {
            won++;
            await under.mine(1);
          }
        }
        expect(won).toBeLessThanOrEqual(3);
      });

      it("does not know a challenge of somebody else, nor one that was used", async () => {
        const chap = parseChap(await node.makeChap(parseEmc("0.2"), 1_000_000, 600));
        const other = { ...chap, window: chap.window ^ 1n };
        await expect(node.acceptTicket(await ticket(other, 5))).rejects.toThrow(coded("emercoin.unknown_chap"));
        const lost = await node.acceptTicket(await ticket(chap, 7));
        expect(lost).toMatchObject({ won: false, sent: false });
        await expect(node.acceptTicket(await ticket(chap, 8))).rejects.toThrow(coded("emercoin.unknown_chap"));
        await expect(node.acceptTicket("zz")).rejects.toThrow(coded("emercoin.bad_transaction"));
      });
    });

    describe("multisig", () => {
      it("pays out with two signatures of three, and not with one", async () => {
        const keys = await Promise.all([1, 2, 3].map(async () => node.publicKeyOf(await node.newAddress("party"))));
        const sorted = [...keys].sort();
        const escrow = multisigDescriptor(nobleCoin, { required: 2, keys: sorted.map(fromHex) });
        const { addressText: address } = multisigOutput(nobleCoin, escrow, "regtest");
        expect(await node.watchMultisig(2, sorted, "escrow")).toBe(address);
        const funded = await node.fund([{ address, amount: parseEmc("2") }]);
        await node.broadcast(funded.hex);
        await under.mine(1);
        const [coin] = await node.unspentAt(address);
        if (coin === undefined) throw new Error("not funded");
        const target = await node.newAddress("target");
        const psbt = await node.createPsbt([coin], [{ address: target, amount: microEmc(coin.amount - 100) }]);
        await expect(node.finalizePsbt(psbt)).rejects.toThrow(coded("emercoin.incomplete"));
        const signed = await node.signPsbt(psbt);
        const hex = await node.finalizePsbt(await node.combinePsbt([psbt, signed.psbt]));
        expect(await node.broadcast(hex)).toBe(txidOf(nobleCoin, decodeTransaction(hex)));
        await under.mine(1);
        expect(await node.unspentAt(address)).toEqual([]);
        expect((await node.unspentAt(target)).map(({ amount }) => amount)).toEqual([1_999_900]);
      });
    });

    describe("a wallet", () => {
      it("that is locked refuses to sign, opens for the work under the gate, and is locked after it", async () => {
        const passphrase = "correct horse";
        const wallet = `contract-${unique()}`;
        const other = await funded(wallet);
        const address = await other.newAddress("more");
        await other.session.write("encryptwallet", [passphrase], { reply: anything });
        expect((await other.status()).wallet?.lock).toBe("locked");
        await expect(other.signMessage(address, "x")).rejects.toThrow(coded("emercoin.locked"));
        await expect(
          other.newName({ name: `contract:${unique()}`, value: utf8("v"), days: 1, address }),
        ).rejects.toThrow(coded("emercoin.locked"));
        const gate = createWalletGate({ session: other.session, clock: systemClock, log: silentLogger });
        await expect(gate.unlocked("test", async () => 1)).rejects.toThrow(coded("emercoin.locked"));
        await expect(gate.remember(new Secret("wrong"), null)).rejects.toThrow(coded("emercoin.bad_passphrase"));
        await gate.remember(new Secret(passphrase), null);
        const signatures = await Promise.all(
          ["a", "b"].map((text) => gate.unlocked("test", () => other.signMessage(address, text))),
        );
        expect(signatures).toHaveLength(2);
        expect((await other.status()).wallet?.lock).toBe("locked");
        gate.forget();
        await expect(gate.unlocked("test", async () => 1)).rejects.toThrow(coded("emercoin.locked"));
        await unload(other);
      });

      it("whose coins are all reserved says so, and can use them when they are released", async () => {
        const wallet = `contract-${unique()}`;
        const other = await funded(wallet);
        const target = [{ address: await node.newAddress("target"), amount: parseEmc("0.1") }];
        const first = await other.fund(target);
        await expect(other.fund(target)).rejects.toThrow(/coins/);
        expect(await other.coins(1)).toEqual([]);
        await other.release(first.inputs);
        expect((await other.coins(1)).map(({ amount }) => amount)).toEqual([1_000_000]);
        expect((await other.fund(target)).inputs).toEqual(first.inputs);
        await unload(other);
      });

      it("that the node has forgotten is loaded again by whoever asks for it", async () => {
        const wallet = `contract-${unique()}`;
        const other = await funded(wallet);
        await unload(other);
        expect((await other.status()).wallet?.name).toBe(wallet);
        await unload(other);
      });

      it("that is not loaded is told by its code", async () => {
        await expect(under.client(`nobody-${unique()}`).coins(1)).rejects.toThrow(coded("emercoin.no_wallet"));
      });
    });
  });
}
