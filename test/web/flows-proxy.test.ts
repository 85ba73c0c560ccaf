// The way to Node-RED's editor, against a server that says what reached it.

import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { AppError, seconds } from "../../src/base/index.ts";
import type { FlowsConsole } from "../../src/core/index.ts";
import type { FlowsView } from "../../src/protocol/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

const VIEW: FlowsView = { run: "child", state: "running", since: 1, safe: false, failures: 0, editor: "/flows/" };

class FakeFlows implements FlowsConsole {
  readonly restarts: boolean[] = [];
  view(): FlowsView {
    return VIEW;
  }
  restart({ safe }: { readonly safe: boolean }): FlowsView {
    if (this.restarts.length > 0) throw new AppError("flows.not_ours", "systemd looks after it");
    this.restarts.push(safe);
    return { ...VIEW, state: "ending" };
  }
}

interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let f: WebFixture;
let flows: FakeFlows;
let editor: Server;
let got: Got[];
let heard: string[];

beforeEach(async () => {
  got = [];
  heard = [];
  flows = new FakeFlows();
  editor = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      got.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      response.writeHead(200, {
        "content-type": "text/html",
        "content-security-policy": "default-src *",
        "access-control-allow-origin": "*",
        "set-cookie": "numberbox_session=stolen; Path=/",
      });
      response.end("<p>editor</p>");
    });
  });
  const sockets = new WebSocketServer({ server: editor });
  sockets.on("connection", (socket, request) => {
    got.push({ method: "WS", url: request.url ?? "", headers: request.headers, body: "" });
    socket.on("message", (data) => {
      heard.push(String(data));
      socket.send(`heard ${String(data)}`);
    });
  });
  const socket = join(tempFolder(), "s");
  await new Promise<void>((resolve) => editor.listen(socket, () => resolve()));
  f = await startFixture({ flows: { console: flows, socket, root: "/flows/" }, limits: { livePing: seconds(20) } });
});

afterEach(async () => {
  await f.stop();
  editor.closeAllConnections();
  await new Promise((resolve) => editor.close(resolve));
});

const own = () => ({ origin: f.web.url });

describe("the editor behind the console's sign-in", () => {
  it("is shown to the owner, under a policy of its own, and learns nothing that vouches for him", async () => {
    const { cookie } = await f.signIn();
    const answer = await f.call("GET", "/flows/red/about?x=1", {
      headers: { cookie: `${cookie}; other=1`, "x-forwarded-for": "6.6.6.6", "x-custom": "kept" },
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe("<p>editor</p>");
    expect(answer.headers["content-security-policy"]).toContain("script-src 'self' 'unsafe-inline';");
    expect(answer.headers["content-security-policy"]).toContain(`connect-src http://${f.host}/flows/ `);
    expect(answer.headers["x-frame-options"]).toBe("DENY");
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({ url: "/flows/red/about?x=1", headers: { "x-custom": "kept" } });
    expect(JSON.stringify(got)).not.toMatch(/cookie|numberbox_session|6\.6\.6\.6/);
  });

  it("leaves the console's own policy as strict as it was", async () => {
    const answer = await f.call("GET", "/api/v1/session");
    expect(answer.headers["content-security-policy"]).toContain("script-src 'self';");
    expect(answer.headers["content-security-policy"]).not.toContain("unsafe");
  });

  it("takes writes of its own page only", async () => {
    const { cookie = "" } = await f.signIn();
    const post = (headers: Record<string, string>) =>
      f.call("POST", "/flows/flows", { headers: { cookie, ...headers }, body: [{ id: "a" }] });
    expect((await post({})).json).toMatchObject({ status: 403, code: "web.bad_origin" });
    expect((await post({ origin: "https://evil.example" })).json).toMatchObject({ code: "web.bad_origin" });
    expect((await post({ ...own(), "sec-fetch-site": "cross-site" })).json).toMatchObject({ code: "web.bad_origin" });
    expect(got).toEqual([]);
    expect((await post({ ...own(), "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect(got).toMatchObject([{ method: "POST", url: "/flows/flows", body: '[{"id":"a"}]' }]);
  });

  it("is shut for strangers, for API tokens of any scope, and for another site's page", async () => {
    expect((await f.call("GET", "/flows/")).status).toBe(401);
    const token = await f.token("read", "operate", "manage", "content");
    expect((await f.call("GET", "/flows/", { headers: token })).json).toMatchObject({ code: "web.scope" });
    expect((await f.call("GET", "/flows/", { headers: await f.token("read") })).status).toBe(403);
    const { cookie = "" } = await f.signIn();
    const framed = await f.call("GET", "/flows/", { headers: { cookie, "sec-fetch-site": "cross-site" } });
    expect(framed.status).toBe(403);
    expect(got).toEqual([]);
  });

  it("does not get out of its path", async () => {
    const { cookie = "" } = await f.signIn();
    expect((await f.call("GET", "/flowsx", { headers: { cookie } })).status).toBe(404);
    await f.call("GET", "/flows/../api/v1/overview", { headers: { cookie } });
    expect(got.every(({ url }) => url.startsWith("/flows/"))).toBe(true);
  });

  it("says that Node-RED does not answer", async () => {
    editor.closeAllConnections();
    await new Promise((resolve) => editor.close(resolve));
    const { cookie = "" } = await f.signIn();
    const answer = await f.call("GET", "/flows/", { headers: { cookie } });
    expect(answer.json).toMatchObject({ status: 503, code: "flows.not_running" });
  });
});

describe("the editor's WebSocket", () => {
  const open = (headers: Record<string, string>) => {
    const socket = new WebSocket(`${f.web.url.replace("http", "ws")}/flows/comms`, { headers });
    const ended = new Promise<number>((resolve) => {
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
      socket.on("close", (code) => resolve(code));
      socket.on("error", () => {});
    });
    return { socket, ended };
  };

  it("passes both ways, and ends with the session", async () => {
    const { cookie = "", ...marker } = await f.signIn();
    const { socket, ended } = open({ cookie, ...own() });
    const answer = new Promise((resolve) => socket.on("message", (data) => resolve(String(data))));
    socket.on("open", () => socket.send("hello"));
    expect(await answer).toBe("heard hello");
    expect(got).toMatchObject([{ method: "WS", url: "/flows/comms" }]);
    expect(JSON.stringify(got)).not.toContain("numberbox_session");
    await f.call("DELETE", "/api/v1/session", { headers: { cookie, ...marker } });
    await f.clock.advance(seconds(21));
    expect(await ended).toBe(1006);
  });

  it("is shut for strangers, tokens, and pages of another site or none", async () => {
    expect(await open(own()).ended).toBe(401);
    expect(await open(await f.token("manage")).ended).toBe(403);
    const { cookie = "" } = await f.signIn();
    expect(await open({ cookie }).ended).toBe(403);
    expect(await open({ cookie, origin: "https://evil.example" }).ended).toBe(403);
    expect(got).toEqual([]);
  });
});

describe("REST of the flows", () => {
  it("tells the state to readers, and restarts for those who manage", async () => {
    expect((await f.call("GET", "/api/v1/flows", { headers: await f.token("read") })).json).toEqual(VIEW);
    const restart = (headers: Record<string, string>) =>
      f.call("POST", "/api/v1/flows/restart", { headers, body: { safe: true } });
    expect((await restart(await f.token("read", "operate"))).status).toBe(403);
    const manage = await f.token("manage");
    expect((await restart(manage)).json).toMatchObject({ state: "ending" });
    expect(flows.restarts).toEqual([true]);
    expect((await restart(manage)).json).toMatchObject({ status: 409, code: "flows.not_ours" });
  });
});
