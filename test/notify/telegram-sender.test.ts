import { describe, expect, it } from "vitest";
import { telegramSender } from "../../src/notify/index.ts";
import { type Answer, httpPeer } from "./http-peer.ts";
import { never, notice, words } from "./notify-samples.ts";

const TOKEN = "123456789:AAEhBOweik9ai2o01hsfjaoiwefjoaisdjfA";

const reply =
  (code: number, body: object): Answer =>
  (response) =>
    void response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
const ok = reply(200, { ok: true, result: { message_id: 1, date: 1, chat: { id: 1, type: "private" } } });

async function rig(answer: Answer, chats: readonly string[] = ["42"], token = TOKEN) {
  const peer = await httpPeer(answer);
  const sender = telegramSender({ token: async () => `${token}\n`, chats, url: peer.url });
  return { ...peer, send: (signal = never) => sender.send(notice(), signal) };
}

describe("an alert by Telegram", () => {
  it("comes to each chat with title and text", async () => {
    const { got, send } = await rig(ok, ["42", "-1001234", "@channel"]);
    expect(await send()).toEqual({ kind: "sent", status: 200 });
    expect(got.map(({ path }) => path)).toEqual(Array(3).fill(`/bot${TOKEN}/sendMessage`));
    expect(got.map(({ body }) => JSON.parse(body).chat_id)).toEqual(["42", "-1001234", "@channel"]);
    expect(JSON.parse(got[0]?.body ?? "{}").text).toBe(`${words.title}\n\n${words.text}`);
  });

  it.each([
    [
      429,
      { error_code: 429, description: "Too Many Requests", parameters: { retry_after: 33 } },
      "notify.http_status",
      33_000,
    ],
    [401, { error_code: 401, description: "Unauthorized" }, "notify.bad_token", null],
    [404, { error_code: 404, description: "Not Found" }, "notify.bad_token", null],
    [403, { error_code: 403, description: "Forbidden: bot was blocked by the user" }, "notify.http_status", null],
    [500, { error_code: 500, description: "Internal" }, "notify.http_status", null],
  ] as const)("that is answered by %i is tried again", async (code, body, error, after) => {
    const { send } = await rig(reply(code, { ok: false, ...body }));
    expect(await send()).toEqual({ kind: "retry", code: error, status: code, after });
  });

  it("that reached one chat and not the other is not sent to the first again", async () => {
    const { got, send, state } = await rig(ok, ["1", "2"]);
    state.answer = (response, request) =>
      (got.at(-1)?.body.includes('"1"') ? ok : reply(500, { ok: false, error_code: 500, description: "x" }))(
        response,
        request,
      );
    expect(await send()).toMatchObject({ kind: "retry" });
    state.answer = ok;
    expect(await send()).toMatchObject({ kind: "sent" });
    expect(got.map(({ body }) => JSON.parse(body).chat_id)).toEqual(["1", "2", "2"]);
  });

  it.each([
    ["no JSON", ((response) => void response.end("<html>")) as Answer],
    ["nothing", ((response) => void response.destroy()) as Answer],
  ])("survives a server that answers %s, and gives no address away", async (_what, answer) => {
    const outcome = await (await rig(answer)).send();
    expect(outcome).toMatchObject({ kind: "retry", code: "notify.unreachable" });
    expect(JSON.stringify(outcome)).not.toContain(TOKEN);
  });

  it("ends when the caller's patience does", async () => {
    const patience = new AbortController();
    const { send } = await rig(() => patience.abort());
    expect(await send(patience.signal)).toMatchObject({ kind: "retry" });
  });

  it("is not sent with something that is no token, which could change the address", async () => {
    const { got, send } = await rig(ok, ["1"], "../../evil");
    expect(await send()).toMatchObject({ kind: "retry", code: "notify.bad_token" });
    expect(got).toEqual([]);
  });
});
