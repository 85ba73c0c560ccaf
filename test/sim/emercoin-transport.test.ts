import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { millis } from "../../src/base/index.ts";
import { emercoinRig } from "./emercoin-rig.ts";

const AUTH = { authorization: `Basic ${btoa("emc:emc")}` };

function post(url: string, body: unknown, headers: Record<string, string> = AUTH): Promise<Response> {
  return fetch(url, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
}

const control = (url: string, path: string, body: unknown, method = "POST"): Promise<Response> =>
  fetch(`${url}${path}`, { method, body: JSON.stringify(body) });

describe("the HTTP of a simulated Emercoin node", () => {
  it("writes amounts with six decimals and values of names byte for byte", async () => {
    const { sim, ask } = await emercoinRig({ http: true });
    await ask("name_new", "ness:bytes", "/wA=", 1, "", "base64");
    sim.mine(1);
    const balance = await (await post(sim.url, { method: "getbalance" })).text();
    expect(balance).toMatch(/^\{"result":\d+\.\d{6},"error":null,"id":null\}\n$/);
    const shown = await post(sim.url, { method: "name_show", params: ["ness:bytes"] });
    const bytes = Buffer.from(await shown.arrayBuffer());
    expect(bytes.indexOf(Buffer.from([0x22, 0xff, 0x5c, 0x75, 0x30, 0x30, 0x30, 0x30, 0x22]))).toBeGreaterThan(0);
  });

  it("refuses a wrong password after 250 ms, and no password at once", async () => {
    const { sim, clock } = await emercoinRig({ http: true });
    expect((await post(sim.url, { method: "getblockcount" }, {})).status).toBe(401);
    const wrong = post(sim.url, { method: "getblockcount" }, { authorization: `Basic ${btoa("emc:no")}` });
    while (clock.pending.length === 0) await clock.flush();
    expect(clock.pending).toEqual(["wrong RPC password"]);
    await clock.advance(millis(250));
    expect((await wrong).status).toBe(401);
  });

  it("cuts the connection at a body of more than 32 MiB", async () => {
    const { sim } = await emercoinRig({ http: true });
    const code = await new Promise<string>((resolve) => {
      const sending = request(sim.url, { method: "POST", headers: AUTH }, (response) =>
        resolve(`HTTP ${response.statusCode}`),
      );
      sending.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
      sending.end(Buffer.alloc(33 * 1024 * 1024, 0x20));
    });
    expect(code).toMatch(/ECONNRESET|EPIPE/);
  });

  it("acts and gives no answer when the answer is lost, and does not act when the request is", async () => {
    const { sim, ask } = await emercoinRig({ http: true });
    sim.faults.add({ kind: "lost_answer", method: "name_new" });
    await expect(post(sim.url, { method: "name_new", params: ["ness:lost", "v", 1] })).rejects.toThrow();
    expect(await ask<unknown[]>("name_mempool")).toHaveLength(1);
    sim.faults.add({ kind: "lost_request", method: "name_new" });
    await expect(post(sim.url, { method: "name_new", params: ["ness:lost2", "v", 1] })).rejects.toThrow();
    expect(await ask<unknown[]>("name_mempool")).toHaveLength(1);
  });

  it("says that its queue is full in plain text, counted by method and after so many requests", async () => {
    const { sim } = await emercoinRig({ http: true });
    sim.faults.add({ kind: "queue_full", method: "getbalance", after: 1 });
    expect((await post(sim.url, { method: "getblockcount" })).status).toBe(200);
    expect((await post(sim.url, { method: "getbalance" })).status).toBe(200);
    const full = await post(sim.url, { method: "getbalance" });
    expect([full.status, await full.text()]).toEqual([500, "Work queue depth exceeded"]);
    expect((await post(sim.url, { method: "getbalance" })).status).toBe(200);
  });

  it("answers late when it is slow, and when it hangs only once that is over", async () => {
    const { sim, clock } = await emercoinRig({ http: true });
    sim.faults.add({ kind: "slow", ms: 5000 });
    const slow = post(sim.url, { method: "getblockcount" });
    while (!clock.pending.includes("slow RPC answer")) await clock.flush();
    await clock.advance(millis(5000));
    expect((await slow).status).toBe(200);
    sim.faults.add({ kind: "hang" });
    let answered = false;
    const hanging = post(sim.url, { method: "getblockcount" }).then((response) => {
      answered = true;
      return response.status;
    });
    while (sim.faults.armed.length > 0) await clock.flush();
    await clock.advance(millis(3_600_000));
    expect(answered).toBe(false);
    sim.faults.clear();
    expect(await hanging).toBe(200);
  });

  it("refuses connections while it is down, warms up with changing texts, and has lost its wallets then", async () => {
    const { sim, clock, ask } = await emercoinRig({ http: true });
    await ask("createwallet", "more");
    await sim.nodes[0]?.crash({ downMs: 2000, warmUpMs: 4000 });
    await expect(post(sim.url, { method: "getblockcount" })).rejects.toThrow();
    await clock.advance(millis(2000));
    const warm = await clock.settle(post(sim.url, { method: "getblockcount" }), millis(1));
    expect([warm.status, await warm.json()]).toEqual([
      500,
      { result: null, error: { code: -28, message: "Verifying wallet(s)..." }, id: null },
    ]);
    await clock.advance(millis(4000));
    expect(await ask("listwallets")).toEqual([""]);
    expect(await ask("loadwallet", "more")).toEqual({ name: "more", warning: "" });
  });

  it("is driven by its control port: blocks, reorganisations, faults, states", async () => {
    const { sim, ask } = await emercoinRig({ http: true, peers: 2 });
    const height = await ask<number>("getblockcount");
    await control(sim.controlUrl, "/blocks", { count: 3 });
    expect(await ask("getblockcount")).toBe(height + 3);
    await control(sim.controlUrl, "/reorg", { depth: 2 });
    expect(await ask("getblockcount")).toBe(height + 1);
    await control(sim.controlUrl, "/faults", { kind: "queue_full", count: 5, node: 1 });
    await control(sim.controlUrl, "/state", { downloading: true, partitioned: true, relay_ms: 7 });
    const { nodes, relay_ms, partitioned } = (await (await fetch(sim.controlUrl)).json()) as {
      nodes: { downloading: boolean; faults: unknown[] }[];
      relay_ms: number;
      partitioned: boolean;
    };
    expect({ relay_ms, partitioned }).toEqual({ relay_ms: 7, partitioned: true });
    expect(nodes.map(({ downloading, faults }) => [downloading, faults.length])).toEqual([
      [true, 0],
      [false, 1],
    ]);
    await control(sim.controlUrl, "/faults", {}, "DELETE");
    expect(sim.nodes[1]?.faults.armed).toEqual([]);
    expect((await control(sim.controlUrl, "/blocks", { count: "x" })).status).toBe(400);
    expect((await control(sim.controlUrl, "/nothing", {})).status).toBe(404);
  });

  it("stops when it is told to by RPC", async () => {
    const { sim, clock } = await emercoinRig({ http: true });
    const reply = await post(sim.url, { method: "stop" });
    expect(await reply.json()).toMatchObject({ result: "Emercoin Core stopping" });
    await clock.advance(millis(1));
    while (sim.nodes[0]?.running === true) await clock.flush();
    await expect(post(sim.url, { method: "getblockcount" })).rejects.toThrow();
  });
});
