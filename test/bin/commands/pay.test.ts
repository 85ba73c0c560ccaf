// Payments over REST and the command line: a provider's box over a simulated node, and a payer with his own wallet at it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { publishLocalAccess } from "../../../src/app/index.ts";
import { AppError, lineId, listingId, toBase64url } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import type { Payments } from "../../../src/core/index.ts";
import { payRig, type Rig } from "../../core/payments/pay-rig.ts";
import { startFixture, type WebFixture } from "../../web/web-fixture.ts";
import { numberbox } from "../run-rig.ts";

const KEYS = [1, 2].map((byte) => toBase64url(new Uint8Array(32).fill(byte))).join(":");

let rig: Rig;
let payments: Payments;
let web: WebFixture;
let data: string;

beforeEach(async (context) => {
  rig = await payRig(context.task.name, systemClock.now());
  payments = await rig.start();
  web = await startFixture({
    payments: {
      service: payments,
      now: () => rig.clock.now(),
      findLine: (text) => {
        if (text === "line-1") return { id: lineId(text), listingId: listingId("00112233445566aa") };
        throw new AppError("rental.unknown_line", "the box has no such line");
      },
    },
  });
  data = await mkdtemp(join(tmpdir(), "numberbox-"));
  await publishLocalAccess(data, web.web.url, web);
});
afterEach(async () => {
  await web.stop();
  await rm(data, { recursive: true, force: true });
});

const pay = (...args: readonly string[]) => numberbox(["pay", ...args, "--data", data, "--json"]);
const told = async (...args: readonly string[]) => {
  const { code, out, err } = await pay(...args);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
};
const payer = (...args: readonly string[]) => {
  const { port } = new URL(rig.sim.url);
  const node = `http://emc@127.0.0.1:${port}/wallet/payer`;
  return numberbox(["pay", ...args, "--node", node], { env: { NUMBERBOX_EMERCOIN_PASSWORD: "emc" } });
};

describe("numberbox pay", () => {
  it("goes from quote to grant: order, challenge, ticket, acceptance, statement", async () => {
    const order = await told("order", "line-1", "--days", "30", "--renter", KEYS, "--sms", "50");
    expect(order).toMatchObject({ state: "quoted", price: "0.150000", due: "0.200000" });
    const chap = await told("chap", order.id);
    expect(chap).toMatchObject({ amount: "1.000000", risk: 5, value: "0.200000" });
    const built = await payer("ticket", chap.chap, "--json");
    expect([built.code, built.err]).toEqual([0, ""]);
    const paid = await told("accept", order.id, JSON.parse(built.out).ticket);
    expect(paid.order).toMatchObject({ state: "granted", sms: 50, credit: "0.050000" });
    expect(["won", "lost"]).toContain(paid.ticket.state);
    expect(paid.win === null).toBe(paid.ticket.state === "lost");
    expect(await told("orders")).toMatchObject({ id: order.id, state: "granted" });
    const from = new Date(rig.clock.now() - 86_400_000).toISOString().slice(0, 10);
    const to = new Date(rig.clock.now() + 86_400_000).toISOString().slice(0, 10);
    const statement = await told("statement", "--from", from, "--to", to);
    expect(statement).toMatchObject({ attempts: 1, expected: "0.200000", earned: "0.150000" });
    expect((await payer("release")).out).toMatch(/coin\(s\) are free/);
    // A ticket that won has spent its coin; the node keeps the mark on it, which holds nothing back.
    const left = await rig.payer.node.reserved();
    const kept = await Promise.all(left.map((coin) => rig.payer.node.unspent(coin)));
    expect(kept.filter((coin) => coin !== null)).toEqual([]);
  });

  it("changes nothing in a dry run of order, challenge and ticket", async () => {
    const dry = await told("order", "line-1", "--days", "30", "--renter", KEYS, "--dry-run");
    expect(dry.due).toBe("0.150000");
    expect(payments.orders()).toEqual([]);
    const order = await told("order", "line-1", "--days", "30", "--renter", KEYS);
    const plan = await told("chap", order.id, "--amount", "1", "--dry-run");
    // The RANDPAY examples' 1 EMC at 1/6.
    expect(plan).toMatchObject({ chap: null, amount: "1.000000", risk: 6, value: "0.166666" });
    const chap = await told("chap", order.id);
    const shown = await payer("ticket", chap.chap, "--dry-run");
    expect(shown.out).toBe(
      "dry run: nothing was built\n  pays 1.05 EMC if it wins: 1 chance in 7 (14.29 %)\n  costs 0.15 EMC on average; the fee of 0.0001 EMC falls due only with a win\n  keeps 1 coin(s) back until the outcome is known\n",
    );
    expect(await rig.payer.node.reserved()).toEqual([]);
  });

  it("gives the address of an order that is paid in plain EMC", async () => {
    const order = await told("order", "line-1", "--days", "30", "--renter", KEYS, "--method", "emc");
    const { address, due } = await told("address", order.id);
    expect(due).toBe("0.150000");
    expect(await rig.payee.node.owns(address)).toBe(true);
  });

  it.each([
    [["chap", "ab".repeat(16)], "payment.unknown_order"],
    [["order", "line-9", "--days", "1", "--renter", KEYS], "rental.unknown_line"],
    [["statement", "--from", "yesterday"], "bin.bad_day"],
  ])("%j is refused with %s", async (args, code) => {
    const outcome = await pay(...args);
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain(code);
  });

  it("refuses a ticket above the most that its payer allows", async () => {
    const order = await told("order", "line-1", "--days", "30", "--renter", KEYS);
    const { chap } = await told("chap", order.id);
    const outcome = await payer("ticket", chap, "--max", "0.5");
    expect([outcome.code, outcome.err.split(":")[0]]).toEqual([1, "payment.over_budget"]);
  });
});

describe("payments over REST", () => {
  it("are read by readers, and changed by writers alone", async () => {
    const headers = await web.token("read");
    const view = await web.call("GET", "/api/v1/payments", { headers });
    expect(view.json).toMatchObject({ enabled: true, open_orders: 0, unswept: "0.000000", doubts: [] });
    const body = { order_id: "ab".repeat(16), ticket: "00" };
    expect((await web.call("POST", "/api/v1/payments/tickets", { body })).status).toBe(401);
    expect((await web.call("POST", "/api/v1/payments/tickets", { headers, body })).status).toBe(403);
    const writer = await web.token("operate", "manage");
    const refused = await web.call("POST", "/api/v1/payments/tickets", { headers: writer, body });
    expect([refused.status, refused.json?.code]).toEqual([400, "payment.bad_ticket"]);
  });
});
