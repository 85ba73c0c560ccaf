import { createHmac } from "node:crypto";
import { createServer } from "node:https";
import { describe, expect, it, onTestFinished } from "vitest";
import { AppError, millis, unixMs, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { signWebhook, webhookKeys, webhookSender } from "../../src/notify/index.ts";
import { type Answer, httpPeer, status } from "./http-peer.ts";
import { never, notice } from "./notify-samples.ts";
import { selfSigned } from "./self-signed.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW = unixMs(1_800_000_000_500);
const suite = systemCrypto;
const deps = { suite, now: () => NOW, version: "1.2.3", secret: async () => `${SECRET}\n` };

async function rig(answer: Answer) {
  const peer = await httpPeer(answer);
  const send = (signal = never) => webhookSender({ ...deps, url: `${peer.url}/hook?a=b` }).send(notice(), signal);
  return { ...peer, send };
}

describe("signatures of webhooks", () => {
  it("are those of the specification's own example", () => {
    const body = utf8('{"test": 2432232314}');
    const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    expect(signWebhook(suite, webhookKeys(SECRET), { id, timestamp: 1_614_265_330, body })).toEqual({
      "webhook-id": id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("are two while the owner changes the key, the first by the first line", () => {
    const other = Buffer.alloc(32, 7).toString("base64");
    const body = utf8("{}");
    const { "webhook-signature": both } = signWebhook(suite, webhookKeys(`${SECRET}\n${other}\n`), {
      id: "i",
      timestamp: 5,
      body,
    });
    const [first, second] = both.split(" ");
    const of = (key: Buffer) => `v1,${createHmac("sha256", key).update("i.5.{}").digest("base64")}`;
    expect([first, second]).toEqual([of(Buffer.from(SECRET.slice(6), "base64")), of(Buffer.alloc(32, 7))]);
  });

  it.each([
    ["nothing", "\n"],
    ["no base64", "whsec_not base64!"],
    ["a short key", `whsec_${Buffer.alloc(23).toString("base64")}`],
    ["a long key", `whsec_${Buffer.alloc(65).toString("base64")}`],
    ["three lines", `${SECRET}\n${SECRET}\n${SECRET}`],
  ])("need a good secret: %s is refused without being quoted", (_what, file) => {
    try {
      webhookKeys(file);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "webhook.bad_secret" });
      expect(JSON.stringify(error)).not.toContain(file.trim() || "whsec_M");
    }
  });
});

describe("a webhook", () => {
  it("gets the body as it is, with headers that verify", async () => {
    const { got, send } = await rig(status(204));
    expect(await send()).toEqual({ kind: "sent", status: 204 });
    const [call] = got;
    expect([call?.method, call?.path, call?.body]).toEqual(["POST", "/hook?a=b", notice().body]);
    const {
      "webhook-id": id,
      "webhook-timestamp": time,
      "webhook-signature": signature,
      ...headers
    } = call?.headers ?? {};
    const key = Buffer.from(SECRET.slice(6), "base64");
    expect(signature).toBe(`v1,${createHmac("sha256", key).update(`${id}.${time}.${call?.body}`).digest("base64")}`);
    expect([id, time]).toEqual([notice().id, "1800000000"]);
    expect([headers["content-type"], headers["user-agent"]]).toEqual(["application/json", "Numberbox/1.2.3"]);
    expect(Object.keys(headers).sort()).toEqual(["connection", "content-length", "content-type", "host", "user-agent"]);
  });

  it("goes unsigned only where no secret is configured", async () => {
    const { got, url } = await httpPeer(status(200));
    await webhookSender({ ...deps, url, secret: null }).send(notice(), never);
    expect(got[0]?.headers).not.toHaveProperty("webhook-signature");
    expect(got[0]?.headers["webhook-id"]).toBe(notice().id);
  });

  it.each([
    [500, {}, "notify.http_status", null],
    [404, {}, "notify.http_status", null],
    [429, { "retry-after": "90" }, "notify.http_status", 90_000],
    [503, { "retry-after": new Date(NOW + 60_000).toUTCString() }, "notify.http_status", 59_500],
    [429, { "retry-after": "99999999" }, "notify.http_status", 86_400_000],
    [429, { "retry-after": "soon" }, "notify.http_status", null],
    [429, { "retry-after": "-5" }, "notify.http_status", null],
    [302, { location: "http://127.0.0.1:1/" }, "notify.redirected", null],
    [308, { location: "http://169.254.169.254/" }, "notify.redirected", null],
  ] as const)("that answers %i %j is tried again", async (code, headers, error, after) => {
    const { got, send } = await rig(status(code, headers));
    const wish = after === null ? null : millis(after);
    const outcome = await send();
    expect(outcome).toMatchObject({ kind: "retry", code: error, status: code });
    // An odd date is read as no wish or as none in the future.
    if (headers && "retry-after" in headers && headers["retry-after"] === "-5")
      expect(["after" in outcome && outcome.after]).not.toContain(5000);
    else expect(outcome).toMatchObject({ after: wish });
    expect(got).toHaveLength(1);
  });

  it("is never followed to where it points", async () => {
    const other = await httpPeer(status(200));
    const { send } = await rig(status(307, { location: other.url }));
    await send();
    expect(other.got).toEqual([]);
  });

  it("that is gone is told so", async () => {
    expect(await (await rig(status(410))).send()).toEqual({ kind: "gone", code: "notify.gone", status: 410 });
  });

  it("need not end its answer", async () => {
    const { send } = await rig((response) => {
      response.writeHead(200);
      const pour = () => void (response.destroyed || response.write("x".repeat(65_536), pour));
      pour();
    });
    expect(await send()).toEqual({ kind: "sent", status: 200 });
  });

  it.each([
    ["closes the connection", (response) => void response.destroy()],
    ["sends garbage", (response) => void response.socket?.end("HTTP/9.9 nonsense\r\n\r\n")],
  ] as readonly (readonly [string, Answer])[])("that %s is tried again", async (_what, answer) => {
    expect(await (await rig(answer)).send()).toEqual({
      kind: "retry",
      code: "notify.unreachable",
      status: null,
      after: null,
    });
  });

  it("that says nothing is let go of when the caller's patience ends", async () => {
    const patience = new AbortController();
    const { got, send } = await rig(() => patience.abort());
    expect(await send(patience.signal)).toMatchObject({ kind: "retry", code: "notify.stopped" });
    expect(got).toHaveLength(1);
  });

  it("that is not there is tried again, and so is one whose secret cannot be read", async () => {
    const { send, stop } = await rig(status(200));
    await stop();
    expect(await send()).toMatchObject({ kind: "retry", code: "notify.unreachable" });
    const peer = await httpPeer(status(200));
    const secret = async () => {
      throw new AppError("notify.no_secret", "the file cannot be read");
    };
    expect(await webhookSender({ ...deps, url: peer.url, secret }).send(notice(), never)).toMatchObject({
      ...{ kind: "retry", code: "notify.no_secret" },
    });
    expect(peer.got).toEqual([]);
  });

  it("with a certificate that nobody vouches for gets nothing", async () => {
    let calls = 0;
    const server = createServer(selfSigned(), (_request, response) => {
      calls++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const url = `https://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`;
    expect(await webhookSender({ ...deps, url }).send(notice(), never)).toMatchObject({
      kind: "retry",
      code: "notify.tls",
    });
    expect(calls).toBe(0);
  });
});
