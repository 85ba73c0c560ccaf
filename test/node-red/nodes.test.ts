// Every node in the real Node-RED, against the box's real web server over a fake box.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CallNews } from "../../src/protocol/index.ts";
import { type BoxServer, startBoxServer } from "./box-server.ts";
import { type FlowNode, NodeRedRig } from "./node-red-rig.ts";

let red: NodeRedRig;
let server: BoxServer;

beforeAll(async () => {
  red = await NodeRedRig.start();
}, 60_000);
afterAll(() => red.stop());
beforeEach(async () => {
  server = await startBoxServer();
  red.heard.splice(0);
});
afterEach(async () => {
  await red.deploy([{ id: "tab", type: "tab", label: "empty" }]);
  await server.stop();
});

const tab = { id: "tab", type: "tab", label: "test" };
const at = (id: string, type: string, more: object = {}): FlowNode => ({
  ...{ id, type, z: "tab", x: 100, y: 100, wires: [] },
  ...more,
});
const debug = (name = "out"): FlowNode =>
  at(`debug-${name}`, "debug", { name, active: true, tosidebar: true, console: false, complete: "true" });
const inject = (msg: Readonly<Record<string, unknown>>, to = "node"): FlowNode =>
  at("inject", "inject", {
    props: Object.entries(msg).map(([p, v]) => ({ p, v: JSON.stringify(v), vt: "json" })),
    wires: [[to]],
  });

/** Deploys one node of the package with what is before and behind it, and waits until it follows the box. */
async function deployNode(type: string, settings: object, ...others: FlowNode[]): Promise<void> {
  const node = at("node", `numberbox-${type}`, { box: "box", ...settings, wires: [["debug-out"]] });
  const probe = at("probe", "numberbox-slot-status", { box: "box" });
  red.forget("status/probe");
  await red.deploy([tab, server.node, node, probe, debug(), ...others]);
  await red.until(() => /of 4 ready/.test(JSON.stringify(red.status("probe"))));
}

const out = () => red.until(() => red.shown("out")[0]);

/** The catch node's message. */
const caught = at("catch", "catch", { scope: null, wires: [["debug-caught"]] });
const refusal = () => red.until(() => red.shown("caught")[0]);

describe("the palette", () => {
  it("has every node of the package, with its help, and without a fault", async () => {
    const nodes = (await red.admin("GET", "nodes")) as readonly Record<string, unknown>[];
    const own = nodes.filter(({ module }) => module === "@numberbox/node-red");
    expect(own.flatMap(({ types }) => types)).toHaveLength(11);
    expect(own.filter(({ err, enabled }) => err !== undefined || enabled !== true)).toEqual([]);
    const html = String(await red.admin("GET", "nodes", undefined, { accept: "text/html" }));
    for (const type of own.flatMap(({ types }) => types as string[])) {
      expect(html).toContain(`data-template-name="${type}"`);
      expect(html).toMatch(new RegExp(`data-help-name="${type}"[^>]*>\\s*<p>`));
    }
  });

  it("cannot be added to, and cannot start programs", async () => {
    await expect(red.admin("POST", "nodes", { module: "node-red-node-random" })).rejects.toThrow(/: 40\d /);
    const nodes = (await red.admin("GET", "nodes")) as readonly { types: readonly string[] }[];
    const types = nodes.flatMap((each) => each.types);
    expect(types).not.toContain("exec");
    expect(types).toContain("mqtt in");
  });
});

describe("slot status", () => {
  it("tells when a slot goes down and comes up, and nothing between", async () => {
    await deployNode("slot-status", { when: "state" });
    const [slot] = server.box.slots().filter(({ state }) => state === "ready");
    server.box.setSlot(slot?.id ?? "", { signal_dbm: -51 });
    server.box.setSlot(slot?.id ?? "", { state: "down", step: "waiting" });
    expect(await out()).toMatchObject({ event: "down", slot: slot?.id, payload: { state: "down", signal_dbm: -51 } });
    server.box.setSlot(slot?.id ?? "", { state: "ready" });
    expect(await red.until(() => red.shown("out")[1])).toMatchObject({ event: "up", topic: `slot/${slot?.id}` });
  });

  it("tells of a slot that has been down for long, and that it is up again", async () => {
    await deployNode("slot-status", { when: "down", seconds: "0.05", slot: "s1" });
    server.box.setSlot("s1", { state: "down" });
    expect(await out()).toMatchObject({ event: "down", slot: "s1" });
    server.box.setSlot("s1", { state: "ready" });
    expect(await red.until(() => red.shown("out")[1])).toMatchObject({ event: "up", slot: "s1" });
  });

  it("answers with one slot, or with all", async () => {
    await deployNode("slot-status", {}, inject({ slot: "s1" }), at("all", "inject", { props: [], wires: [["node"]] }));
    await red.inject("inject");
    expect(await out()).toMatchObject({ event: "asked", payload: { id: "s1" } });
    await red.inject("all");
    expect(await red.until(() => red.shown("out")[1])).toMatchObject({ payload: [{ id: "s1" }, {}, {}, {}] });
  });

  it("refuses a slot that there is not, with a code", async () => {
    await deployNode("slot-status", { slot: "zz" }, inject({}), caught, debug("caught"));
    await red.inject("inject");
    expect(await refusal()).toMatchObject({ error: { code: "node_red.unknown_slot" } });
  });
});

describe("slot command", () => {
  it("takes a step of the ladder, as its settings or the message say", async () => {
    await deployNode("slot-command", { slot: "s1", rung: "at" }, inject({ rung: "cfun" }));
    await red.inject("inject");
    expect(await out()).toMatchObject({ slot: "s1", rung: "cfun", payload: { id: "s1" } });
    expect(server.fleet.calls).toEqual(["recover s1 cfun"]);
  });

  it("hands the box's refusal to a catch node", async () => {
    await deployNode("slot-command", {}, inject({ slot: "nosuch", rung: "at" }), caught, debug("caught"));
    await red.inject("inject");
    expect(await refusal()).toMatchObject({ error: { code: "slot.unknown" } });
  });

  it.each([
    ["a rung that there is not", { slot: "s1", rung: "hammer" }, "node_red.bad_message"],
    ["no slot", { rung: "at" }, "node_red.no_slot"],
  ])("refuses %s without asking the box", async (_what, msg, code) => {
    await deployNode("slot-command", {}, inject(msg), caught, debug("caught"));
    await red.inject("inject");
    expect(await refusal()).toMatchObject({ error: { code } });
    expect(server.fleet.calls).toEqual([]);
  });
});

describe("ussd", () => {
  it("walks a menu with the replies it was given", async () => {
    await deployNode("ussd", { slot: "s1", code: "*100#", replies: "1" }, inject({}));
    await red.inject("inject");
    expect(await out()).toMatchObject({ payload: "Balance: 7.20 USD, valid until 31.12.", more: false, slot: "s1" });
  });

  it("closes a menu that nobody answers", async () => {
    await deployNode("ussd", {}, inject({ slot: "s1", code: "*100#" }));
    await red.inject("inject");
    expect(await out()).toMatchObject({ more: true });
    expect(server.fleet.calls).toEqual(["ussd end s1"]);
  });
});

const KEY = "zdSsdN6l5LAAt5XijC1DaoeVMWtSiVlFBLzjQyq-0O0";

describe("rental", () => {
  it("grants and ends", async () => {
    const free = (await server.box.lines()).find(({ state }) => state === "free");
    const payload = { line: free?.id, renter: { verify: KEY, encrypt: KEY }, days: 2 };
    await deployNode("rental", { does: "grant" }, inject({ payload }));
    await red.inject("inject");
    const granted = (await out()) as { payload: { id: string } };
    expect(granted).toMatchObject({ event: "granted", payload: { line: free?.id, state: "active" } });
    await deployNode("rental", { does: "end" }, inject({ payload: granted.payload.id }));
    await red.inject("inject");
    expect(await red.until(() => red.shown("out")[1])).toMatchObject({ event: "ended", payload: { state: "ended" } });
  });

  it("tells when one begins and ends", async () => {
    await deployNode("rental", { does: "watch" });
    const free = (await server.box.lines()).find(({ state }) => state === "free");
    const granted = await server.box.grant({
      ...{ line: free?.id ?? "", renter: { verify: KEY, encrypt: KEY }, days: 1, envelope_version: 1, credit: null },
    });
    expect(await out()).toMatchObject({ event: "granted", payload: { id: granted.id } });
    await server.box.endRental(granted.id as never);
    expect(await red.until(() => red.shown("out")[1])).toMatchObject({ event: "ended", payload: { id: granted.id } });
  });
});

describe("alert", () => {
  it("passes events on by level and code", async () => {
    await deployNode("alert", { level: "warn", codes: "slot.down, sim." });
    server.box.record({ level: "info", code: "sim.changed" });
    server.box.record({ level: "error", code: "relay.down" });
    server.box.record({ level: "warn", code: "sim.balance_low", slot: "s1" });
    expect(await out()).toMatchObject({ event: "sim.balance_low", level: "warn", slot: "s1" });
  });

  it("tells late what was missed while the box could not be reached, once", async () => {
    await deployNode("alert", { level: "error", codes: "" });
    server.box.record({ level: "error", code: "slot.down", slot: "s1" });
    await out();
    const port = Number(new URL(server.url).port);
    const { box } = server;
    await server.stop();
    await red.until(() => /does not answer/.test(JSON.stringify(red.status("node"))));
    box.record({ level: "error", code: "slot.down", slot: "s2" });
    const again = await startBoxServer({ listen: { host: "127.0.0.1", port }, box, settings: server.settings });
    expect(await red.until(() => red.shown("out")[1])).toMatchObject({ slot: "s2" });
    expect(red.shown("out")).toHaveLength(2);
    await again.stop();
  });
});

describe("sms event", () => {
  const sms = { id: "ab".repeat(16), at: 1, line: "line-1", slot: "s1", rental: null, seq: null };

  it("tells that an SMS came, and nothing of what it says", async () => {
    await deployNode("sms-event", { line: "line-1" });
    server.box.emit({ type: "sms", sms: { ...sms, line: "line-2" } });
    server.box.emit({ type: "sms", sms });
    expect(await out()).toMatchObject({ topic: "sms/line-1", payload: sms });
    expect(red.shown("out")).toHaveLength(1);
  });
});

describe("call event", () => {
  const at = 1_767_225_600_000;
  const call: CallNews = {
    ...{ id: "ab".repeat(16), at, slot: "s1", line: "line-1", held: false },
    ...{ direction: "in", phase: "ringing", started_at: at, talking_at: null, cause: null },
  };

  it("tells what becomes of a call, and how many are on", async () => {
    await deployNode("call-event", { line: "line-1" });
    await red.until(() => /0 now/.test(JSON.stringify(red.status("node"))));
    server.box.tellCall({ ...call, line: "line-2", id: "cd".repeat(16) });
    server.box.tellCall(call);
    expect(await out()).toEqual(expect.objectContaining({ topic: "call/line-1", payload: call }));
    await red.until(() => /1 now/.test(JSON.stringify(red.status("node"))));
    server.box.tellCall({ ...call, phase: "over", cause: "no_answer" });
    await red.until(() => /0 now/.test(JSON.stringify(red.status("node"))));
    expect(await red.until(() => red.shown("out")[1])).toMatchObject({
      payload: { phase: "over", cause: "no_answer" },
    });
  });
});

describe("receipt", () => {
  const row = (cursor: number) => ({
    cursor,
    rental_id: "ab".repeat(16) as never,
    receipt: JSON.stringify({ v: 1 }),
  });

  it("tells a fault of the box's answer instead of guessing", async () => {
    await deployNode("receipt", {}, inject({}), caught, debug("caught"));
    server.box.setReceipts([row(1)]);
    await red.inject("inject");
    expect(await refusal()).toMatchObject({ error: { message: expect.any(String) } });
  });
});

describe("payment and chain", () => {
  it.each(["payment", "chain"])("%s tells that this box has none", async (type) => {
    await deployNode(type, {}, inject({}), caught, debug("caught"));
    await red.inject("inject");
    expect(await refusal()).toMatchObject({ error: { code: "web.not_found" } });
  });

  it("pass on the events of their areas", async () => {
    await deployNode(
      "payment",
      {},
      at("chain", "numberbox-chain", { box: "box", wires: [["debug-chain"]] }),
      debug("chain"),
    );
    server.box.record({ level: "info", code: "payment.won" });
    server.box.record({ level: "warn", code: "publication.problem" });
    expect(await out()).toMatchObject({ event: "payment.won" });
    expect(await red.until(() => red.shown("chain")[0])).toMatchObject({ event: "publication.problem" });
  });
});

describe("a box that cannot be reached", () => {
  it("is said in the status of its nodes, with what to do", async () => {
    const node = at("node", "numberbox-alert", { box: "box" });
    await red.deploy([tab, { id: "box", type: "numberbox", url: "ftp://x", name: "" }, node]);
    await red.until(() => /must be http/.test(JSON.stringify(red.status("node"))));
    await red.deploy([tab, { ...server.node, credentials: { token: "nbx_wrong" } }, node]);
    await red.until(() => /does not know this token/.test(JSON.stringify(red.status("node"))));
  });

  it("a node without a box says that one must be chosen", async () => {
    await red.deploy([tab, at("node", "numberbox-alert", {})]);
    await red.until(() => /node_red.no_box/.test(JSON.stringify(red.status("node"))));
  });
});
