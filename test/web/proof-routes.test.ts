import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { problemReply } from "../../src/web/shared/session.ts";
import { DATE, hashOf, ProofBox } from "../sim/proof-box.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

let box: ProofBox;
let f: WebFixture;

beforeEach(async () => {
  box = await ProofBox.open();
  await box.forward(1, 3);
  await box.endDay();
  f = await startFixture({ proofs: box });
  onTestFinished(() => f.stop());
});

const refused = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
  const { status, json } = await f.call(method, `/api/v1/proofs${path}`, {
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return `${status} ${problemReply.parse(json).code}`;
};

describe("proofs over REST", () => {
  it("shows days, one day, and what is about one message", async () => {
    const headers = await f.token("read");
    const get = async (path: string) => (await f.call("GET", `/api/v1/proofs${path}`, { headers })).json;
    expect(await get("")).toMatchObject({
      issuer: box.reader.issuer,
      days: [{ date: DATE, state: "built", count: 4 }],
    });
    expect(await get(`/${DATE}`)).toMatchObject({ date: DATE, period: "2026-01-15T00:00:00Z/24h" });
    expect(await get("/2026-01-15")).toEqual(await get(`/${DATE}`));
    const bundle = await get(`/${DATE}/${hashOf(2)}`);
    expect(bundle).toMatchObject({ trees: [{ count: 4 }], receipts: [{ kind: "provider" }, { kind: "relay" }] });
    expect(await get(`/receipts?about=${hashOf(2)}`)).toMatchObject({ receipts: bundle?.receipts, next: null });
    expect(await get(`/receipts?date=${DATE}`)).toMatchObject({ receipts: { length: 4 }, next: null });
  });

  it("anchors for writers alone, and a dry run changes nothing", async () => {
    const read = await f.token("read");
    expect(await refused("POST", `/${DATE}/anchor`, read, {})).toBe("403 web.scope");
    const headers = await f.token("operate", "manage");
    const dry = await f.call("POST", `/api/v1/proofs/${DATE}/anchor`, { headers, body: { dry_run: true } });
    expect(dry.json).toMatchObject({ dry_run: true, day: { state: "built" }, cost: "0.012300", problem: null });
    expect(box.publisher.all).toEqual([]);
    const done = await f.call("POST", `/api/v1/proofs/${DATE}/anchor`, { headers, body: {} });
    expect(done.json).toMatchObject({ dry_run: false, day: { state: "submitted" }, name: `ness:proofs:sms:${DATE}` });
  });

  it("names days that should be in the chain and are not", async () => {
    const headers = await f.token("read");
    const answer = await f.call("GET", "/api/v1/proofs/orphans", { headers });
    expect(answer.json).toMatchObject({ orphans: [{ date: DATE, problem: { code: "proofs.not_anchored" } }] });
    await box.service.anchor(DATE);
    box.publisher.confirm();
    await box.service.tick();
    expect((await f.call("GET", "/api/v1/proofs/orphans", { headers })).json).toEqual({ orphans: [] });
  });

  it("refuses what does not exist or makes no sense", async () => {
    const headers = await f.token("read", "operate", "manage");
    expect(await refused("GET", "/20260116", headers)).toBe("404 proofs.unknown_day");
    expect(await refused("GET", "/20260230", headers)).toBe("400 proofs.bad_date");
    expect(await refused("GET", `/${DATE}/${hashOf(9)}`, headers)).toBe("404 proofs.unknown_message");
    expect(await refused("GET", "/receipts?date=x", headers)).toBe("400 web.bad_request");
    expect(await refused("POST", "/20260116/anchor", headers, {})).toBe("404 proofs.unknown_day");
    expect(await refused("POST", `/${DATE}/anchor`, headers, { dry: true })).toBe("400 web.bad_request");
    expect(await refused("GET", "", {})).toBe("401 web.sign_in_needed");
  });
});
