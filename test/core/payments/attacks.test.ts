// What a payer may try. Each ticket is refused by a rule of ours before the node sees it, and the challenge stays good for an honest one.

import { describe, expect, it } from "vitest";
import { fromHex, microEmc, toHex } from "../../../src/base/index.ts";
import type { Order, Payments } from "../../../src/core/index.ts";
import {
  buildTicket,
  candidateHash,
  decodeTransaction,
  parseAddress,
  parseChap,
  scriptOfAddress,
  type Transaction,
  transactionHex,
} from "../../../src/emercoin/index.ts";
import { nobleCoin } from "../../../src/envelope/index.ts";
import { makePayer, payRig, type Rig, request } from "./pay-rig.ts";

const TERMS = { amount: microEmc(1_000_000), risk: 6 };

interface Scene {
  readonly rig: Rig;
  readonly payments: Payments;
  readonly order: Order;
  /** Builds a ticket for a challenge, changes it, has the payer's wallet sign it. */
  forge(chap: string, change: (tx: Transaction) => Transaction, coinAt?: number): Promise<string>;
}

async function scene(seed: string): Promise<Scene> {
  const rig = await payRig(seed);
  const payments = await rig.start();
  const order = await payments.quote(request({ sms: 1_000_000 }));
  const { node } = rig.payer;
  return {
    ...{ rig, payments, order },
    forge: async (chap, change, coinAt = 0) => {
      const coin = (await node.coins(1)).toSorted((a, b) => b.amount - a.amount)[coinAt];
      if (coin === undefined) throw new Error("no coin");
      const script = scriptOfAddress(parseAddress(nobleCoin, await node.newAddress("change"), "regtest"));
      const time = Math.floor(rig.clock.now() / 1000);
      const tx = buildTicket({ chap: parseChap(chap), offset: 0, coins: [coin], changeScript: script, time });
      return (await node.signTransaction(transactionHex(change(tx)))).hex;
    },
  };
}

const firstOutput = (tx: Transaction, output: Partial<Transaction["outputs"][number]>): Transaction => ({
  ...tx,
  outputs: tx.outputs.map((each, at) => (at === 0 ? { ...each, ...output } : each)),
});

/** Refused with `code`; then the honest ticket for the same challenge is taken. */
async function refused(
  name: string,
  code: string,
  forge: (world: Scene, chap: string) => Promise<string>,
): Promise<void> {
  const world = await scene(name);
  const { payments, order, rig } = world;
  const chap = await payments.chap(order.id, TERMS);
  const before = rig.store.entries.length;
  const hex = await forge(world, chap.text);
  await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code });
  expect(rig.store.entries.length).toBe(before);
  const honest = await makePayer(rig.payer, rig.clock, rig.random).ticket(chap.text);
  const { ticket } = await payments.pay(order.id, honest.hex);
  expect(["won", "lost"]).toContain(ticket.state);
}

describe("a ticket", () => {
  it("without the RANDPAY input (which the node calls won and sent) is refused", () =>
    refused("naive", "payment.bad_ticket", ({ forge }, chap) =>
      forge(chap, (tx) => ({ ...tx, inputs: tx.inputs.slice(1) })),
    ));

  it("that pays to a p2wpkh address, whose win no node relays, is refused", () =>
    refused("p2wpkh", "payment.bad_ticket", ({ forge }, chap) => {
      const script = scriptOfAddress({ kind: "p2wpkh", hash: candidateHash(parseChap(chap), 0) });
      return forge(chap, (tx) => firstOutput(tx, { script }));
    }));

  it("that pays to an address outside all windows is refused", () =>
    refused("own address", "payment.chap_unknown", ({ forge }, chap) => {
      const script = scriptOfAddress({ kind: "p2pkh", hash: new Uint8Array(20).fill(7) });
      return forge(chap, (tx) => firstOutput(tx, { script }));
    }));

  it("that pays less than the challenge asks for is refused", () =>
    refused("underpaid", "payment.underpaid", ({ forge }, chap) =>
      forge(chap, (tx) => firstOutput(tx, { amount: microEmc(999_999) })),
    ));

  it("whose coins do not cover it is refused", () =>
    refused("underfunded", "payment.underfunded", ({ forge }, chap) =>
      forge(chap, (tx) => firstOutput(tx, { amount: microEmc(9e12) })),
    ));

  it("with a signature that was tampered with is refused", () =>
    refused("tampered", "payment.bad_signature", async ({ forge }, chap) => {
      const tx = decodeTransaction(await forge(chap, (same) => same));
      return transactionHex(firstOutput(tx, { amount: microEmc(TERMS.amount + 1) }));
    }));

  it("that nobody signed is refused", () =>
    refused("unsigned", "payment.bad_ticket", async ({ forge }, chap) => {
      const tx = decodeTransaction(await forge(chap, (same) => same));
      const bare = tx.inputs.map((input) => ({ ...input, script: new Uint8Array(0), witness: [] }));
      return transactionHex({ ...tx, inputs: bare });
    }));

  it("that is locked until a later block is refused", () =>
    refused("locked", "payment.bad_ticket", ({ forge }, chap) =>
      forge(chap, (tx) => ({ ...tx, lockTime: 5000, inputs: tx.inputs.map((input) => ({ ...input, sequence: 0 })) })),
    ));

  it("whose time lies in the future is refused", () =>
    refused("ahead", "payment.bad_ticket", ({ forge }, chap) => forge(chap, (tx) => ({ ...tx, time: tx.time + 901 }))));

  it("that spends a coin of an unconfirmed parent is refused", () =>
    refused("unconfirmed", "payment.coin_unconfirmed", async ({ rig, forge }, chap) => {
      const { node } = rig.payer;
      const sent = await node.fund([{ address: await node.newAddress("own"), amount: microEmc(5_000_000) }]);
      await node.broadcast(sent.hex);
      const parent = decodeTransaction(sent.hex);
      const vout = parent.outputs.findIndex(({ amount }) => amount === 5_000_000);
      return await forge(chap, (tx) => ({
        ...tx,
        inputs: tx.inputs.map((input, at) => (at === 0 ? input : { ...input, txid: sent.txid, vout })),
        outputs: tx.outputs.slice(0, 1),
      }));
    }));

  it("that spends a coin which is gone is refused", () =>
    refused("spent", "payment.coin_spent", async ({ rig, forge }, chap) => {
      const hex = await forge(chap, (same) => same);
      const [, input] = decodeTransaction(hex).inputs;
      const { node } = rig.payer;
      const own = scriptOfAddress(parseAddress(nobleCoin, await node.newAddress("own"), "regtest"));
      const tx = decodeTransaction(hex);
      const away = {
        ...tx,
        inputs: input === undefined ? [] : [input],
        outputs: [{ amount: microEmc(1_000_000), script: own }],
      };
      // The rest is a fee that no node takes: as much as the coin, less the least one.
      const coin = (await node.coins(1)).find((each) => each.txid === input?.txid && each.vout === input.vout);
      const whole = { ...away, outputs: [{ amount: microEmc((coin?.amount ?? 0) - 100), script: own }] };
      await node.broadcast((await node.signTransaction(transactionHex(whole))).hex);
      return hex;
    }));

  it("of an absurd size, or of no sense, is refused", async () => {
    const { payments, order } = await scene("size");
    for (const hex of ["", "00", "zz", "ab".repeat(20_000), toHex(fromHex("01".repeat(300)))]) {
      await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code: "payment.bad_ticket" });
    }
  });

  it("for a challenge that has expired is refused", async () => {
    const { payments, order, forge, rig } = await scene("expired");
    const chap = await payments.chap(order.id, TERMS);
    const hex = await forge(chap.text, (same) => same);
    await rig.clock.advance((21_600 * 1000) as never);
    await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code: "payment.chap_expired" });
  });

  it("for another order is refused", async () => {
    const { payments, order, forge } = await scene("other order");
    const chap = await payments.chap(order.id, TERMS);
    const other = await payments.quote(request());
    const hex = await forge(chap.text, (same) => same);
    await expect(payments.pay(other.id, hex)).rejects.toMatchObject({ code: "payment.chap_foreign" });
  });

  it("that is handed in again, won or lost, is told what became of it and credited once", async () => {
    const { payments, order, rig } = await scene("replay");
    const payer = makePayer(rig.payer, rig.clock, rig.random);
    const seen = new Set<string>();
    for (let i = 0; i < 40 && seen.size < 2; i++) {
      const chap = await payments.chap(order.id, { amount: microEmc(1_000_000), risk: 2 });
      const { hex } = await payer.ticket(chap.text);
      const { ticket } = await payments.pay(order.id, hex);
      const credit = payments.book.balances.credit(order.rentalId);
      expect((await payments.pay(order.id, hex)).ticket).toEqual(ticket);
      rig.sim.mine(1);
      expect((await payments.pay(order.id, hex)).ticket.state).toBe(ticket.state);
      expect(payments.book.balances.credit(order.rentalId)).toBe(credit);
      seen.add(ticket.state);
    }
    expect([...seen].sort()).toEqual(["lost", "won"]);
  });

  it("for a challenge that was used already is refused", async () => {
    const { payments, order, forge } = await scene("second");
    const chap = await payments.chap(order.id, TERMS);
    await payments.pay(order.id, await forge(chap.text, (same) => same));
    const second = await forge(chap.text, (same) => same, 1);
    await expect(payments.pay(order.id, second)).rejects.toMatchObject({ code: "payment.chap_used" });
  });

  it("for a challenge that the node forgot voids the older ones, and a new one is good", async () => {
    const { payments, order, forge, rig } = await scene("restart");
    const chap = await payments.chap(order.id, TERMS);
    const hex = await forge(chap.text, (same) => same);
    await rig.sim.nodes[0]?.crash();
    await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code: "emercoin.unknown_chap" });
    const fresh = await payments.chap(order.id, TERMS);
    expect(fresh.text).not.toBe(chap.text);
    const again = await forge(fresh.text, (same) => same);
    expect(["won", "lost"]).toContain((await payments.pay(order.id, again)).ticket.state);
  });
});
