// Orders by escrow over the relay: offered only where the listing offers it, and copies go to nobody but the provider.

import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { type ProviderRequests, providerRequests, type RentRequest } from "../../src/protocol/index.ts";
import { relaySchema } from "../../src/relay/server/schema.ts";
import { openSqlite, rowParser } from "../../src/sqlite/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { LISTING, otherRenter, provider, renter } from "./fixtures.ts";
import { ESCROW, ORDER, recordOf, requestOf } from "./market-fixtures.ts";
import { type CallResult, RelayRig, verdictOf } from "./relay-rig.ts";

const byEscrow = (): RentRequest =>
  requestOf({
    payment: {
      ...{ method: "escrow", arbiter: ESCROW.arbiters[0]?.verify ?? "", fees_bps: 50 },
      ...{ key: `02${"ab".repeat(32)}`, address: "mh3xFAgtcp8cn4LD7QcctUGPd9QdTMA5V6" },
    },
  });

describe("an order by escrow over the relay", () => {
  let rig: RelayRig;
  let token: string;
  let box: string;
  beforeEach(async () => {
    rig = await RelayRig.start();
    [token, box] = [await rig.login(renter), await rig.login(provider)];
  });
  afterEach(() => rig.stop());

  const list = (escrow: typeof ESCROW | null): Promise<CallResult> =>
    rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf({ escrow }).text });
  const rent = (request: unknown): Promise<CallResult> => rig.call("POST", "/rent", { body: request, token });
  const hand = (document: string, as = token): Promise<CallResult> =>
    rig.call("POST", "/payments/escrow", { body: { order_id: ORDER, document }, token: as });
  const asked = async (): Promise<ProviderRequests> =>
    providerRequests.parse((await rig.call("GET", "/provider/requests", { token: box })).body);

  it("is refused for a listing that does not offer it, and the quote does not name it", async () => {
    await list(null);
    expect(verdictOf(await rent(byEscrow()))).toBe("404 relay.not_offered");
    expect((await rent({ listing_id: LISTING, duration: "daily" })).body).toMatchObject({
      payment_required: { methods: ["randpay", "emc"], escrow: null },
    });
    expect((await asked()).requests).toEqual([]);
  });

  it("is named by the quote with its arbiters and their fee, and carried to the provider", async () => {
    await list(ESCROW);
    expect((await rent({ listing_id: LISTING, duration: "daily" })).body).toMatchObject({
      payment_required: {
        methods: ["randpay", "emc", "escrow"],
        escrow: { arbiters: ESCROW.arbiters, fees_bps: 50, dispute_days: 7, refund_days: 60 },
      },
    });
    expect((await rent(byEscrow())).status).toBe(202);
    expect((await asked()).requests).toMatchObject([{ request: { kind: "quote", request: byEscrow() } }]);
  });

  it("brings the renter's copies, each once, and nobody else's", async () => {
    await list(ESCROW);
    await rent(byEscrow());
    for (const copy of ["one", "one", "two"]) expect((await hand(copy)).status).toBe(202);
    const copies = (await asked()).requests.flatMap(({ request }) =>
      request.kind === "escrow" ? [request.document] : [],
    );
    expect(copies).toEqual(["one", "two"]);
    expect(verdictOf(await hand("three", await rig.login(otherRenter)))).toBe("403 relay.foreign_order");
    expect(verdictOf(await hand("x".repeat(33_000)))).toBe("400 relay.bad_body");
  });

  it("takes no copies for an order that is paid otherwise", async () => {
    await list(ESCROW);
    await rent(requestOf());
    expect(verdictOf(await hand("one"))).toBe("409 relay.conflict");
  });
});

describe("a relay's file of before orders by escrow", () => {
  it("keeps its questions, and goes on counting behind the last one that there ever was", async () => {
    const file = join(tempFolder(), "relay.db");
    const ports = { file, clock: systemClock, log: silentLogger };
    const before = relaySchema.migrations.slice(0, -1);
    const insert = (cursor: number | null, id: string, kind: string) =>
      [
        "INSERT INTO order_requests (cursor, id, order_id, provider, kind, body_json) VALUES (?, ?, 'o', 'p', ?, '{}')",
        [cursor, id, kind],
      ] as const;
    const old = await openSqlite({ ...ports, ...relaySchema, migrations: before });
    await old.write(async (tx) => {
      await tx.run("INSERT INTO orders VALUES ('o', 'p', 'r', '{}', 'quoted', NULL, 1)", []);
      for (const [cursor, id] of [
        [5, "kept"],
        [9, "forgotten"],
      ] as const)
        await tx.run(...insert(cursor, id, "quote"));
      await tx.run("DELETE FROM order_requests WHERE id = 'forgotten'", []);
    });
    await old.close();
    const now = await openSqlite({ ...ports, ...relaySchema });
    await now.write(async (tx) => {
      await tx.run(...insert(null, "copy", "escrow"));
    });
    const parse = rowParser(
      "order_requests",
      (row) => `${row.integer("cursor")} ${row.text("id")} ${row.text("kind")}`,
    );
    const rows = await now.read("SELECT cursor, id, kind FROM order_requests ORDER BY cursor", [], parse);
    await now.close();
    expect(rows).toEqual(["5 kept quote", "10 copy escrow"]);
  });
});
