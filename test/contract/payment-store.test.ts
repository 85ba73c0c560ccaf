// The payments' store on disk and the one in memory keep the same promises.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { microEmc, rentalId, silentLogger, unixMs } from "../../src/base/index.ts";
import {
  depositCredited,
  type IssuedChap,
  type PaymentStore,
  type StoredTicket,
  ticketDecided,
} from "../../src/core/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { MemoryPayments } from "../core/payments/memory-payments.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const rental = rentalId("ab".repeat(16));
const ALL = { from: unixMs(0), to: unixMs(Number.MAX_SAFE_INTEGER) };

function ticket(id: string, changes: Partial<StoredTicket> = {}): StoredTicket {
  return {
    ...{ id, chap: `chap ${id}`, orderId: "cd".repeat(16), rentalId: rental, payer: "payer", hex: "00", risk: 6 },
    ...{ amount: microEmc(1_000_000), value: microEmc(166_666), address: "address", state: "deciding" },
    coins: [{ txid: `coin of ${id}`, vout: 0 }],
    ...{ receivedAt: unixMs(1000), changedAt: unixMs(1000), winTxid: null, winHex: null, sweepId: null, problem: null },
    ...changes,
  };
}

const about = (id: string) => ({ id, at: unixMs(2000), rental });
const lost = (id: string) => ticketDecided(about(id), { value: microEmc(166_666), won: microEmc(0) });

function contract(
  name: string,
  open: () => Promise<{ store: PaymentStore; again: () => Promise<PaymentStore> }>,
): void {
  describe(`the payments' store (${name})`, () => {
    it("gives back what is in motion, after the next start too", async () => {
      const { store, again } = await open();
      const problem = { code: "emercoin.no_answer", message: "lost", context: { rpc: -1 } };
      await store.commitPayments({ tickets: [ticket("a"), ticket("b", { problem })], entries: [lost("c")] });
      const records = await (await again()).payments();
      expect(records.tickets).toEqual([ticket("a"), ticket("b", { problem })]);
      expect([...records.balances].sort()).toEqual(
        [
          [`rental:${rental}`, -166_666],
          ["randpay:variance", 166_666],
        ].sort(),
      );
    });

    it("gives back challenges: of the pool, lent to the relay, and of an order; none that is over", async () => {
      const { store, again } = await open();
      const chap = (text: string, state: IssuedChap["state"], orderId: string | null = null): IssuedChap => ({
        ...{ text, amount: microEmc(1_000_000), risk: 6, state, orderId },
        ...{ issuedAt: unixMs(1000), expiresAt: unixMs(2000) },
      });
      const kept = [chap("a", "pool"), chap("b", "offered"), chap("c", "offered", "order"), chap("d", "used", "order")];
      await store.commitPayments({ chaps: [...kept, chap("e", "void"), chap("f", "expired")] });
      await store.commitPayments({ chaps: [chap("b", "offered", "other")] });
      const { chaps } = await (await again()).payments();
      expect(chaps.toSorted((one, other) => (one.text < other.text ? -1 : 1))).toEqual(
        kept.map((each) => (each.text === "b" ? chap("b", "offered", "other") : each)),
      );
    });

    it("takes a journal key once; the rest of such a change is not stored either", async () => {
      const { store } = await open();
      await store.commitPayments({ entries: [lost("a")] });
      const twice = { tickets: [ticket("b")], entries: [depositCredited(about("x"), microEmc(5)), lost("a")] };
      await expect(store.commitPayments(twice)).rejects.toMatchObject({ code: "store.conflict" });
      expect(await store.ticket("b")).toBeNull();
      expect(await store.journal(ALL)).toEqual([lost("a")]);
    });

    it("lets a coin back one ticket that is undecided or has won, and another one after that is lost", async () => {
      const { store } = await open();
      const coins = [{ txid: "shared", vout: 1 }];
      await store.commitPayments({ tickets: [ticket("a", { coins })] });
      const second = { tickets: [ticket("b", { coins })] };
      await expect(store.commitPayments(second)).rejects.toMatchObject({ code: "store.conflict" });
      await store.commitPayments({ tickets: [ticket("a", { coins, state: "lost" })] });
      await store.commitPayments(second);
      expect((await store.ticket("b"))?.coins).toEqual(coins);
    });

    it("lists tickets and entries of a span in their order", async () => {
      const { store } = await open();
      const at = (id: string, time: number) => ticket(id, { state: "lost", receivedAt: unixMs(time) });
      await store.commitPayments({ tickets: [at("b", 20), at("a", 10), at("c", 30)], entries: [lost("b"), lost("a")] });
      const some = await store.tickets({ from: unixMs(10), to: unixMs(30), limit: 5 });
      expect(some.map(({ id }) => id)).toEqual(["a", "b"]);
      expect((await store.tickets({ ...ALL, limit: 1 })).map(({ id }) => id)).toEqual(["a"]);
      expect((await store.journal(ALL)).map(({ key }) => key)).toEqual(["ticket:b", "ticket:a"]);
    });

    it("lists the newest first where that is wanted, and wins alone", async () => {
      const { store } = await open();
      const at = (id: string, time: number, state: StoredTicket["state"]) =>
        ticket(id, { state, receivedAt: unixMs(time) });
      const tickets = [at("a", 10, "won"), at("b", 20, "lost"), at("c", 20, "displaced"), at("d", 20, "settled")];
      await store.commitPayments({ tickets: [...tickets, at("e", 30, "deciding"), at("f", 40, "refused")] });
      const ids = async (span: object) => (await store.tickets({ ...ALL, limit: 9, ...span })).map(({ id }) => id);
      expect(await ids({ newestFirst: true })).toEqual(["f", "e", "d", "c", "b", "a"]);
      expect(await ids({ newestFirst: true, limit: 2, to: 30 })).toEqual(["d", "c"]);
      expect(await ids({ wins: true })).toEqual(["a", "c", "d"]);
      expect(await ids({ wins: true, newestFirst: true, limit: 1 })).toEqual(["d"]);
    });
  });
}

contract("in memory", async () => {
  const store = new MemoryPayments();
  return { store, again: async () => store };
});

contract("on disk", async () => {
  const options = { file: join(folder, `${files++}.db`), clock: new VirtualClock(), log: silentLogger };
  const box = await openBoxStore(options);
  return {
    store: box.payments,
    again: async () => {
      await box.close();
      return (await openBoxStore(options)).payments;
    },
  };
});
