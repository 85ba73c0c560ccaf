import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { escrowFileText, parseEscrowFile } from "../../src/core/index.ts";
import { escrowStepReply, escrowsReply, escrowView } from "../../src/protocol/index.ts";
import { problemReply } from "../../src/web/shared/session.ts";
import { BoxEscrows } from "../core/escrow/box-escrows.ts";
import { passed } from "../core/escrow/escrow-rig.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

let box: BoxEscrows;
let f: WebFixture;
let write: Record<string, string>;

beforeEach(async () => {
  box = await BoxEscrows.open();
  const terms = { feesBps: 50, disputeDays: 7, refundDays: 60 };
  f = await startFixture({ escrow: { escrows: box.escrows, terms, now: box.rig.now } });
  onTestFinished(() => f.stop());
  write = await f.token("read", "operate", "manage");
});

const post = async (path: string, body: unknown = {}, headers = write) => {
  const { status, json } = await f.call("POST", `/api/v1/escrows${path}`, { headers, body });
  return { status, json };
};
const refused = async (path: string, body: unknown = {}, headers = write) => {
  const { status, json } = await post(path, body, headers);
  return `${status} ${problemReply.parse(json).code}`;
};
const get = async (path: string) => (await f.call("GET", `/api/v1/escrows${path}`, { headers: write })).json;

describe("escrows over REST", () => {
  it("are proposed with the configuration's terms, and a dry run keeps nothing", async () => {
    const renter = await box.rig.part("renter");
    const wish = { renter, arbiter: "judge", amount: "5" };
    expect((await post("", { ...wish, dry_run: true })).json).toMatchObject({ dry_run: true, escrow: null });
    expect(await get("")).toEqual({ escrows: [], arbiters: ["judge"], next: null });
    const { escrow } = escrowStepReply.parse((await post("", wish)).json);
    expect(escrow).toMatchObject({ phase: "proposed", role: "provider", amount: "5.000000", fees_bps: 50 });
    expect(escrow).toMatchObject({ steps: ["accept"], dispute_s: 604_800 });
    expect(escrow?.refund_after).toBe(box.rig.ledger.timeS + 60 * 86_400);
    expect(escrowsReply.parse(await get("")).escrows).toMatchObject([{ id: escrow?.id, phase: "proposed" }]);
    expect(await refused("", { ...wish, arbiter: "friend" })).toBe("403 escrow.unknown_arbiter");
    expect(await refused("", { ...wish, amount: "0.0001" })).toBe("400 escrow.bad_policy");
    expect(await refused("", { ...wish, amount: 5 })).toBe("400 web.bad_request");
    expect(await refused("", wish, await f.token("read"))).toBe("403 web.scope");
  });

  it("go from a document to the payout, and every step says before what it pays", async () => {
    const id = await box.funded();
    const dry = escrowStepReply.parse((await post(`/${id}/release`, { earned: "2", dry_run: true })).json);
    expect(dry).toMatchObject({ dry_run: true, fee: "0.000100", escrow: null });
    expect(dry.pays.map(({ role, amount }) => [role, amount])).toEqual([
      ["provider", "2.000000"],
      ["renter", "2.999900"],
    ]);
    expect(escrowView.parse(await get(`/${id}`))).toMatchObject({ phase: "funded", settlement: null });
    const done = escrowStepReply.parse((await post(`/${id}/release`, { earned: "2" })).json);
    expect(done.escrow).toMatchObject({ phase: "releasing", signed: ["provider"], settlement: { earned: "2.000000" } });
    expect(await refused(`/${id}/send`)).toBe("409 escrow.incomplete");
    const document = (await get(`/${id}/document`))?.document;
    const theirs = parseEscrowFile(new TextEncoder().encode(JSON.stringify(document)));
    const signed = await box.rig.desk("renter").sign(theirs, "renter");
    const taken = await post("/documents", { document: JSON.parse(escrowFileText(passed(signed))) });
    expect(escrowView.parse(taken.json)).toMatchObject({ phase: "paying", steps: ["send"] });
    expect((await post(`/${id}/send`)).json).toMatchObject({
      dry_run: false,
      escrow: { payout: { confirmations: 0 } },
    });
    box.rig.ledger.mine();
    expect(await get(`/${id}`)).toMatchObject({ phase: "settled" });
  });

  it("take a complaint and the arbiter's part only from an arbiter", async () => {
    const id = await box.funded();
    expect((await post(`/${id}/dispute`, { statement: "not paid" })).json).toMatchObject({
      escrow: { phase: "disputed", statements: [{ role: "provider", statement: "not paid" }] },
    });
    expect(await refused(`/${id}/dispute`, { statement: "" })).toBe("400 web.bad_request");
    box.rig.ledger.timeS += 3600;
    expect(await refused(`/${id}/decide`, { earned: "4", reason: "mine" })).toBe("403 escrow.not_a_party");
  });

  it("publish their record by a dry run first", async () => {
    const id = await box.agreed();
    const dry = (await post(`/${id}/publish`, { dry_run: true })).json;
    expect(dry).toMatchObject({ dry_run: true, name: `ness:escrow:${id}`, cost: "0.012300", publication: null });
    expect(box.publisher.all).toEqual([]);
    expect((await post(`/${id}/publish`)).json).toMatchObject({ dry_run: false, publication: { purpose: "escrow" } });
  });

  it("refuse what is unknown, malformed or not a document", async () => {
    expect(await refused("/0123456789abcdef/accept")).toBe("404 escrow.unknown");
    expect(await refused("/documents", { document: { v: 1 } })).toBe("400 escrow.bad_file");
    expect(await refused("/documents", {})).toBe("400 web.bad_request");
    expect(await refused("/0123456789abcdef/explode")).toBe("404 web.not_found");
    const party = (await post("/party")).json;
    expect(Object.keys(party ?? {}).sort()).toEqual(["address", "key", "verify"]);
  });
});
