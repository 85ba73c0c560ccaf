import { describe, expect, it } from "vitest";
import { AppError, hours, microEmc, Secret } from "../../../src/base/index.ts";
import type { PaymentNode } from "../../../src/core/index.ts";
import { decodeTransaction, parseAddress, scriptOfAddress, transactionHex } from "../../../src/emercoin/index.ts";
import { nobleCoin } from "../../../src/envelope/index.ts";
import { makePayer, noAnswer, payRig, type Rig, request } from "./pay-rig.ts";

/** Always wins. */
const SURE = { amount: microEmc(500_000), risk: 1 };

/** The node's methods with some of them replaced. */
const altered =
  (changes: Partial<PaymentNode>) =>
  (node: PaymentNode): PaymentNode => ({ ...node, ...changes });

async function handIn(rig: Rig, terms = SURE, wrap?: (node: PaymentNode) => PaymentNode) {
  const payments = await rig.start(wrap);
  const order = await payments.quote(request({ sms: 1000 }));
  const chap = await payments.chap(order.id, terms);
  const { hex } = await makePayer(rig.payer, rig.clock, rig.random).ticket(chap.text);
  return { payments, order, hex };
}

describe("a ticket whose answer was lost", () => {
  it("is found as won by the key in the wallet, and credited once", async () => {
    const rig = await payRig("lost answer, won");
    const { node } = rig.payee;
    const wrap = altered({
      acceptTicket: async (hex) => {
        await node.acceptTicket(hex);
        throw noAnswer();
      },
    });
    const { payments, order, hex } = await handIn(rig, SURE, wrap);
    await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code: "payment.undecided", retryable: true });
    expect(payments.book.balances.credit(order.rentalId)).toBe(0);
    const paid = await payments.pay(order.id, hex);
    expect(paid.ticket).toMatchObject({ state: "won", value: 500_000 });
    expect(paid.ticket.winHex).not.toBeNull();
    await payments.tick();
    expect(payments.book.balances.credit(order.rentalId)).toBe(500_000);
  });

  it("is known as lost when the challenge is gone and no key came", async () => {
    const rig = await payRig("lost answer, lost");
    const { node } = rig.payee;
    const wrap = altered({
      acceptTicket: async (hex) => {
        await node.acceptTicket(hex);
        throw noAnswer();
      },
    });
    const { payments, order, hex } = await handIn(rig, { amount: microEmc(1_000_000), risk: 1_000_000 }, wrap);
    await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code: "payment.undecided" });
    const again = await rig.start();
    expect((await again.pay(order.id, hex)).ticket).toMatchObject({ state: "lost", value: 1 });
  });

  it("is asked about again when the request never arrived", async () => {
    const rig = await payRig("lost request");
    const wrap = altered({ acceptTicket: () => Promise.reject(noAnswer()) });
    const { payments, order, hex } = await handIn(rig, SURE, wrap);
    await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code: "payment.undecided" });
    const again = await rig.start();
    await again.tick();
    expect(again.book.balances.of("randpay:received")).toBe(500_000);
  });
});

describe("a win", () => {
  it("that the node could not send is signed again by the wallet, which has the key", async () => {
    const rig = await payRig("win rejected");
    const { node } = rig.payee;
    const state = rig.sim.nodes[0]?.state;
    const wrap = altered({
      // As the node does: the key is in the wallet, the challenge is gone, the transaction is not.
      acceptTicket: async (hex) => {
        const { txid } = await node.acceptTicket(hex);
        state?.mempool.remove(txid);
        throw new AppError("emercoin.rejected", "Error: The transaction was rejected!");
      },
      receivedAt: async () => [],
    });
    const { payments, order, hex } = await handIn(rig, SURE, wrap);
    const { ticket } = await payments.pay(order.id, hex);
    expect(ticket.state).toBe("won");
    expect((await node.transaction(ticket.winTxid ?? ""))?.confirmations).toBe(0);
  });

  it("waits for the wallet while it is locked, and is credited when it is taken", async () => {
    const rig = await payRig("locked");
    const { node, gate } = rig.payee;
    const { payments, order, hex } = await handIn(rig);
    await node.session.write("encryptwallet", ["secret"], { reply: (await import("zod")).z.unknown() });
    await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code: "payment.wallet_locked" });
    await gate.remember(new Secret("secret"), null);
    expect((await payments.pay(order.id, hex)).ticket.state).toBe("won");
    expect((await node.status()).wallet?.lock).toBe("locked");
  });

  it("whose coins go elsewhere is booked as the provider's loss after an hour, and its payer pays by tickets no more", async () => {
    const rig = await payRig("displaced");
    const { payments, order, hex } = await handIn(rig);
    const { ticket } = await payments.pay(order.id, hex);
    expect(ticket.state).toBe("won");
    // The payer's miner drops the win and takes another transaction with the same coins.
    const state = rig.sim.nodes[0]?.state;
    state?.mempool.remove(ticket.winTxid ?? "");
    const tx = decodeTransaction(hex);
    const own = scriptOfAddress(parseAddress(nobleCoin, await rig.payer.node.newAddress("own"), "regtest"));
    const coins = tx.inputs.slice(1).map((input) => ({ ...input, script: new Uint8Array(0), witness: [] }));
    const sum = tx.outputs.reduce((total, output) => total + output.amount, 0);
    const away = { ...tx, inputs: coins, outputs: [{ amount: microEmc(sum), script: own }] };
    await rig.payer.node.broadcast((await rig.payer.node.signTransaction(transactionHex(away))).hex);
    rig.sim.mine(1);
    await payments.tick();
    expect(payments.doubts().map(({ code }) => code)).toContain("payment.wins_unsent");
    await rig.clock.advance(hours(1));
    await payments.tick();
    const { balances } = payments.book;
    expect(balances.of("randpay:displaced")).toBe(500_000);
    expect(balances.of("randpay:received")).toBe(0);
    expect(balances.total()).toBe(0);
    const next = await payments.quote(request());
    const chap = await payments.chap(next.id, SURE);
    const second = await makePayer(rig.payer, rig.clock, rig.random).ticket(chap.text);
    await expect(payments.pay(next.id, second.hex)).rejects.toMatchObject({ code: "payment.payer_flagged" });
  });
});
