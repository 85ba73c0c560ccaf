// RANDPAY over a real Emercoin node, where the environment names one: 200 rounds at risk 6, the ledger equal to the chain.

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { microEmc, Secret, seconds, silentLogger, unixMs } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createEmercoinNode, createWalletGate, httpTransport } from "../../src/chain/index.ts";
import { decodeTransaction } from "../../src/emercoin/index.ts";
import { MemoryPayments } from "../core/payments/memory-payments.ts";
import { FakeGranter, makePayer, request, type Side, startPayee } from "../core/payments/pay-rig.ts";
import { mine, noRealNode, realNodeUrl } from "../sim/real-node.ts";

const TERMS = { amount: microEmc(200_000), risk: 6 };
const ROUNDS = 200;

function sideOf(wallet: string, closing: (() => void)[]): Side {
  const { origin, username, password } = new URL(realNodeUrl ?? "");
  const credentials = new Secret(`${username}:${password}`);
  const transport = httpTransport({ url: origin, credentials: async () => credentials });
  const node = createEmercoinNode({ transport: transport.send, clock: systemClock, wallet, timeout: seconds(30) });
  closing.push(() => {
    node.stop();
    transport.close();
  });
  return { node, gate: createWalletGate({ session: node.session, clock: systemClock, log: silentLogger }) };
}

describe.skipIf(noRealNode !== "")(`RANDPAY on a real node${noRealNode}`, () => {
  it("200 rounds at risk 6: every ticket is worth a sixth, every win is swept, the ledger says what the chain says", async () => {
    const closing: (() => void)[] = [];
    const payerSide = sideOf("", closing);
    const name = `pay-test-${systemClock.now()}`;
    await payerSide.node.session.write("createwallet", [name], { reply: z.unknown() });
    const payeeSide = sideOf(name, closing);
    const store = new MemoryPayments();
    const payments = await startPayee({
      ...{ clock: systemClock, random: systemRandom, side: payeeSide, store, rentals: new FakeGranter() },
      prices: { price: microEmc(150_000), perSms: microEmc(1000) },
    });
    const payer = makePayer(payerSide, systemClock, systemRandom);
    const order = await payments.quote(request({ sms: 1_000_000 }));
    let wins = 0;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const chap = await payments.chap(order.id, TERMS);
        const ticket = await payer.ticket(chap.text);
        const { ticket: taken } = await payments.pay(order.id, ticket.hex);
        expect(taken.value).toBe(33_333);
        if (taken.state === "won") {
          wins++;
          expect(taken.winHex).not.toBeNull();
          // What is relied on where the node cannot send a win: its wallet signs the RANDPAY input of the ticket.
          const signed = decodeTransaction((await payeeSide.node.signTransaction(ticket.hex)).hex);
          expect(signed.inputs[0]?.script).toEqual(decodeTransaction(taken.winHex ?? "").inputs[0]?.script);
        }
        await payer.settled(ticket.id, taken.state === "won" ? { winHex: taken.winHex } : "lost");
        if (round % 20 === 19) {
          await mine(3);
          await payments.tick();
        }
      }
      for (let i = 0; i < 2; i++) {
        await payments.tick();
        await mine(3);
      }
      await payments.tick();
      const { balances } = payments.book;
      expect(balances.total()).toBe(0);
      expect(balances.credit(order.rentalId)).toBe(ROUNDS * 33_333);
      expect(wins).toBeGreaterThan(8);
      const inLedger = balances.of("randpay:received") + balances.of("payout:swept");
      // The payee's wallet has nothing but what the ledger says.
      expect((await payeeSide.node.status()).wallet?.confirmed).toBe(inLedger);
      expect(inLedger + balances.of("chain:fees")).toBe(wins * TERMS.amount);
      const statement = await payments.statement({ from: unixMs(0), to: unixMs(systemClock.now() + 1) });
      expect(statement).toMatchObject({ attempts: ROUNDS, wins, received: wins * TERMS.amount });
    } finally {
      for (const close of closing) close();
    }
  }, 300_000);
});
