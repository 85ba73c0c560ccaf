import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { microEmc, rentalId, unixMs } from "../../src/base/index.ts";
import type { Payments, StoredTicket } from "../../src/core/index.ts";
import { MemoryPayments } from "../core/payments/memory-payments.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

const rental = rentalId("ab".repeat(16));

function ticket(id: string, at: number, state: StoredTicket["state"]): StoredTicket {
  return {
    ...{ id, chap: `chap ${id}`, orderId: "cd".repeat(16), rentalId: rental, payer: "payer", hex: "00", risk: 6 },
    ...{ amount: microEmc(1_000_000), value: microEmc(166_666), address: "address", state },
    coins: [{ txid: `coin of ${id}`, vout: 0 }],
    ...{ receivedAt: unixMs(at), changedAt: unixMs(at), winTxid: null, winHex: null, sweepId: null, problem: null },
  };
}

let f: WebFixture;
let store: MemoryPayments;

beforeEach(async () => {
  store = new MemoryPayments();
  const service = {
    tickets: (span: Parameters<Payments["tickets"]>[0]) => store.tickets(span),
  } as unknown as Payments;
  const findLine = () => {
    throw new Error("no line is looked for");
  };
  f = await startFixture({ payments: { service, findLine, now: () => 1_000_000 } });
});
afterEach(() => f.stop());

/** Every id of a list, page by page; `size` tickets on each. */
async function walked(query: string, size: number): Promise<{ ids: string[]; pages: number }> {
  const headers = await f.token("read");
  const ids: string[] = [];
  let [next, pages]: [string | null, number] = ["", 0];
  while (next !== null) {
    const after = next === "" ? "" : `&after=${encodeURIComponent(next)}`;
    const { json } = await f.call("GET", `/api/v1/payments/tickets?limit=${size}${query}${after}`, { headers });
    const page = json as { tickets: { id: string }[]; next: string | null };
    ids.push(...page.tickets.map(({ id }) => id));
    next = page.next;
    pages += 1;
  }
  return { ids, pages };
}

describe("tickets over REST", () => {
  beforeEach(async () => {
    const states = ["lost", "won", "lost", "settled", "lost", "displaced", "refused"] as const;
    // Three of one moment, which only their ids part.
    const times = [100, 200, 200, 200, 300, 400, 500];
    await store.commitPayments({ tickets: states.map((state, n) => ticket(`t${n}`, times[n] ?? 0, state)) });
  });

  it.each([1, 2, 3, 7, 50])("are all there once, %i to a page, from either end", async (size) => {
    const all = ["t0", "t1", "t2", "t3", "t4", "t5", "t6"];
    expect((await walked("", size)).ids).toEqual(all);
    const newest = await walked("&order=newest", size);
    expect(newest).toEqual({ ids: all.toReversed(), pages: Math.ceil(7 / size) });
  });

  it("are wins alone where that is asked, whatever became of them", async () => {
    expect((await walked("&only=wins&order=newest", 2)).ids).toEqual(["t5", "t3", "t1"]);
    expect((await walked("&only=wins&from=200&to=400", 2)).ids).toEqual(["t1", "t3"]);
  });

  it("are refused an order that there is not", async () => {
    const headers = await f.token("read");
    expect((await f.call("GET", "/api/v1/payments/tickets?order=best", { headers })).status).toBe(400);
    expect((await f.call("GET", "/api/v1/payments/tickets?only=lost", { headers })).status).toBe(400);
  });
});
