import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { httpPeer, status } from "../notify/http-peer.ts";
import { openRunner, type RunnerRig } from "./settings-rig.ts";

const WEB = "# mine\nweb: { listen: '127.0.0.1:0' }\n";
const KEY = /^whsec_[A-Za-z0-9+/]{43}=$/;

async function started(text = WEB): Promise<RunnerRig> {
  const rig = openRunner(text);
  await rig.runner.start();
  return rig;
}

const hooksOf = async (rig: RunnerRig) => (await rig.call("GET", "/webhooks")).json.webhooks as { id: string }[];

/** By the Standard Webhooks specification. */
function signature(secret: string, { headers, body }: Awaited<ReturnType<typeof httpPeer>>["got"][number]): string {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

describe("webhooks over REST", () => {
  it("are made without a restart, and sign with the key that was shown once", async () => {
    const rig = await started();
    const peer = await httpPeer(status(204));
    const made = await rig.call("POST", "/webhooks", { id: "erp", url: `${peer.url}/in?x=1`, events: ["rental.*"] });
    expect(made).toMatchObject({ status: 201, json: { secret: expect.stringMatching(KEY) } });
    expect(made.json.diff).toContain("+    url: ");
    const { webhooks, editable } = (await rig.call("GET", "/webhooks")).json;
    expect([editable, webhooks]).toMatchObject([true, [{ id: "erp", state: "ok", waiting: 0, last: null }]]);
    expect((await rig.call("GET", "/webhooks/erp")).json).toEqual({
      ...{ id: "erp", url: `${peer.url}/in?x=1`, events: ["rental.*"], content: null },
    });
    expect((await rig.call("POST", "/webhooks/erp/test")).json).toMatchObject({ result: "sent", status: 204 });
    const [got] = peer.got;
    if (got === undefined) throw new Error("nothing was sent");
    expect(got.headers["webhook-signature"]).toBe(signature(String(made.json.secret), got));
    expect((await rig.call("GET", "/webhooks/erp/attempts")).json).toMatchObject({
      attempts: [{ type: "alert.test", result: "sent", status: 204 }],
    });
    expect(rig.text()).toMatch(/^# mine\n/);
  });

  it("tell their key to nobody afterwards", async () => {
    const rig = await started();
    const made = await rig.call("POST", "/webhooks", { id: "erp", url: "https://erp.example", events: ["*"] });
    const key = String(made.json.secret);
    const said = await Promise.all(
      ["/webhooks", "/webhooks/erp", "/settings", "/settings/history", "/events?limit=500", "/support"].map(
        async (path) => JSON.stringify((await rig.call("GET", path)).json),
      ),
    );
    expect([...said, rig.text(), JSON.stringify(rig.log.lines)].join("")).not.toContain(key.slice(6));
    expect(readFileSync(join(rig.folder, "secrets/webhook-erp"), "utf8")).toBe(key);
  });

  it("are changed and deleted in the file, and come back whole when that is undone", async () => {
    const rig = await started();
    const [first, second] = [await httpPeer(status(204)), await httpPeer(status(204))];
    await rig.call("POST", "/webhooks", { id: "a", url: first.url, events: ["*"] });
    const made = await rig.call("POST", "/webhooks", { id: "b", url: first.url, events: ["*"] });
    const changed = await rig.call("PATCH", "/webhooks/b", { url: second.url, events: ["sms.received"] });
    expect(changed).toMatchObject({ status: 200, json: { diff: expect.stringContaining(second.url) } });
    await rig.call("POST", "/webhooks/b/test");
    expect([first.got.length, second.got.length]).toEqual([0, 1]);
    const removed = await rig.call("DELETE", "/webhooks/b");
    expect(removed.status).toBe(200);
    expect((await hooksOf(rig)).map(({ id }) => id)).toEqual(["a"]);
    expect((await rig.call("POST", "/webhooks/b/test")).json).toMatchObject({ code: "notify.unknown_target" });
    const { revision } = removed.json;
    expect((await rig.call("POST", "/settings/undo", { revision })).status).toBe(200);
    expect((await rig.call("POST", "/webhooks/b/test")).json).toMatchObject({ result: "sent" });
    const last = second.got.at(-1);
    if (last === undefined) throw new Error("nothing was sent");
    expect(last.headers["webhook-signature"]).toBe(signature(String(made.json.secret), last));
    expect((await rig.call("GET", "/webhooks/b")).json).toMatchObject({ url: second.url, events: ["sms.received"] });
  });

  it("sign with the new key and the one before while the receiver changes over", async () => {
    const rig = await started();
    const peer = await httpPeer(status(204));
    const made = await rig.call("POST", "/webhooks", { id: "erp", url: peer.url, events: ["*"] });
    const renewed = await rig.call("POST", "/webhooks/erp/key");
    expect(renewed.json.secret).toMatch(KEY);
    await rig.call("POST", "/webhooks/erp/key");
    const last = await rig.call("POST", "/webhooks/erp/key");
    await rig.call("POST", "/webhooks/erp/test");
    const [got] = peer.got;
    if (got === undefined) throw new Error("nothing was sent");
    const signatures = String(got.headers["webhook-signature"]).split(" ");
    expect(signatures).toHaveLength(2);
    expect(signatures[0]).toBe(signature(String(last.json.secret), got));
    expect(signatures).not.toContain(signature(String(made.json.secret), got));
  });

  it("send messages along only to a key, and stop with null", async () => {
    const rig = await started(`${WEB}intake: { unrented: keep }\nlines: [{ id: l1, number: '+15550100' }]\n`);
    const content = { lines: ["l1"], seal_to: "A".repeat(43) };
    const made = await rig.call("POST", "/webhooks", { id: "erp", url: "https://x.example", events: ["*"], content });
    expect(made.status).toBe(201);
    expect((await rig.call("GET", "/webhooks/erp")).json).toMatchObject({ content });
    expect((await rig.call("PATCH", "/webhooks/erp", { content: null })).status).toBe(200);
    expect((await rig.call("GET", "/webhooks/erp")).json).toMatchObject({ content: null });
  });

  it("are refused by the rules of the configuration, and nothing is written", async () => {
    const rig = await started();
    const before = rig.text();
    const bad = [
      { id: "erp", url: "ftp://x.example", events: ["*"] },
      { id: "erp", url: "https://user:pw@x.example", events: ["*"] },
      { id: "erp", url: "https://x.example", events: [] },
      { id: "erp", url: "https://x.example", events: ["SMS"] },
    ];
    for (const body of bad)
      expect((await rig.call("POST", "/webhooks", body)).json).toMatchObject({ code: "settings.invalid" });
    expect(rig.text()).toBe(before);
    expect((await rig.settings()).secrets).toEqual([]);
    await rig.call("POST", "/webhooks", { id: "erp", url: "https://x.example", events: ["*"] });
    const again = await rig.call("POST", "/webhooks", { id: "erp", url: "https://y.example", events: ["*"] });
    expect(again).toMatchObject({ status: 409, json: { code: "webhook.exists" } });
    for (const [method, path] of [
      ["PATCH", "/webhooks/no"],
      ["DELETE", "/webhooks/no"],
      ["GET", "/webhooks/no"],
      ["POST", "/webhooks/no/key"],
    ] as const) {
      const answer = await rig.call(method, path, method === "PATCH" ? { events: ["*"] } : undefined);
      expect(answer).toMatchObject({ status: 404, json: { code: "notify.unknown_target" } });
    }
  });
});
