// Every example flow in the real Node-RED, beside a whole box with simulated modems, or the box's real web server where a flow needs what
// the simulated box has not.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import mqtt from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { millis } from "../../src/base/index.ts";
import { settingsPatchRequest, spanQuery, statementView } from "../../src/protocol/index.ts";
import { createApiToken, operation } from "../../src/web/index.ts";
import { newBoard, openBox, parts, ready } from "../app/box-rig.ts";
import { root } from "../architecture/source-tree.ts";
import { startSimBroker } from "../sim/mqtt/aedes-broker.ts";
import { startBoxServer } from "./box-server.ts";
import { type FlowNode, NodeRedRig } from "./node-red-rig.ts";

const FLOWS = join(root, "flows");
const flowSchema = z.array(z.looseObject({ id: z.string(), type: z.string() }));
const flowOf = (name: string): readonly FlowNode[] =>
  flowSchema.parse(JSON.parse(readFileSync(join(FLOWS, `${name}.json`), "utf8")));

const access = join(root, "node_modules", ".cache", `numberbox-flows-test-${process.pid}.json`);
let red: NodeRedRig;

beforeAll(async () => {
  red = await NodeRedRig.start(access);
}, 60_000);
afterAll(() => red.stop());
afterEach(async () => {
  await red.deploy([{ id: "tab", type: "tab", label: "empty" }]);
  red.heard.splice(0);
});

/** What came to an address that flows post to. */
class Inbox {
  readonly got: { readonly path: string; readonly body: Record<string, unknown> }[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk) => {
        text += String(chunk);
      });
      request.on("end", () => {
        this.got.push({ path: request.url ?? "", body: JSON.parse(text) });
        response.setHeader("content-type", "application/json").end('{"ok":true}');
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve()));
    onTestFinished(() => {
      this.#server.close();
      this.#server.closeAllConnections();
    });
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }

  async first(): Promise<Inbox["got"][number]> {
    await expect.poll(() => this.got.length, { timeout: 30_000 }).toBeGreaterThan(0);
    return this.got[0] as Inbox["got"][number];
  }
}

async function startBroker() {
  const broker = await startSimBroker({ port: 0 });
  onTestFinished(() => broker.stop());
  const heard = new Map<string, Record<string, unknown>>();
  const client = await mqtt.connectAsync(broker.url);
  onTestFinished(() => client.endAsync(true));
  client.on("message", (topic, payload) => {
    if (payload.toString() !== "PRESS") heard.set(topic, JSON.parse(payload.toString()));
  });
  await client.subscribeAsync("#");
  const of = async (topic: string, test: (value: Record<string, unknown>) => boolean = () => true) => {
    await expect.poll(() => heard.has(topic) && test(heard.get(topic) ?? {}), { timeout: 30_000 }).toBe(true);
    return heard.get(topic);
  };
  return { env: { MQTT_HOST: "127.0.0.1", MQTT_PORT: String(broker.port) }, client, of };
}

/** A whole box whose Node-RED this is. */
async function startBox(slots = 2) {
  const board = newBoard(slots);
  const { box } = await openBox({ board, slots });
  await ready(box);
  const token = await createApiToken({ ...parts, settings: box.store, name: "node-red", scopes: ["read", "operate"] });
  writeFileSync(access, JSON.stringify({ url: box.consoleUrl, token }), { mode: 0o600 });
  return { board, box };
}

/** Presses a button of the flow, once it is there. */
async function press(id: string): Promise<void> {
  await expect
    .poll(
      () =>
        red
          .inject(id)
          .then(() => true)
          .catch(() => false),
      { timeout: 30_000 },
    )
    .toBe(true);
}

/** Until the nodes follow the box. */
async function following(id: string): Promise<void> {
  await red.until(() => /[1-9] of [1-9] ready/.test(JSON.stringify(red.status(id))));
}

describe("every example flow", () => {
  const names = readdirSync(FLOWS).map((file) => file.replace(/\.json$/, ""));

  it("is one of those that are tested here", () => {
    expect(names.sort()).toEqual(
      ["earnings-report", "home-assistant", "night-rate", "rotate-slot", "sim-offline", "ussd-balance"].sort(),
    );
  });

  it.each(names)("%s explains itself, has no secret, and uses nodes that there are", async (name) => {
    const flow = flowOf(name);
    const [about] = flow.filter(({ type }) => type === "comment");
    expect(String(about?.name).length).toBeGreaterThan(40);
    expect(String(about?.info).length).toBeGreaterThan(80);
    expect(JSON.stringify(flow)).not.toMatch(/nbx_[A-Za-z0-9_-]{20}|credentials/);
    const nodes = (await red.admin("GET", "nodes")) as readonly { readonly types: readonly string[] }[];
    const known = new Set([...nodes.flatMap(({ types }) => types), "tab"]);
    expect(flow.filter(({ type }) => !known.has(type)).map(({ type }) => type)).toEqual([]);
    const ids = new Set(flow.map(({ id }) => id));
    const wires = flow.flatMap(({ wires: to }) => z.array(z.array(z.string())).catch([]).parse(to).flat());
    expect(wires.filter((id) => !ids.has(id))).toEqual([]);
  });
});

describe("the flows at work", () => {
  it("balance: asks each SIM and posts what is below the limit", async () => {
    await startBox();
    const inbox = new Inbox();
    const env = { ALERT_URL: await inbox.open(), PER_MINUTE: "6000", ALERT_BELOW: "6.00" };
    await red.deploy(flowOf("ussd-balance"), env);
    await following("ussd-balance.slots");
    await press("ussd-balance.daily");
    expect((await inbox.first()).body).toMatchObject({ balance: 5, text: "Balance: 5.00 USD" });
    await expect.poll(() => inbox.got.map(({ body }) => body.slot).sort(), { timeout: 30_000 }).toEqual(["1", "2"]);
  });

  it("balance: says nothing of a SIM that has enough", async () => {
    await startBox(1);
    const inbox = new Inbox();
    await red.deploy(flowOf("ussd-balance"), {
      ALERT_URL: await inbox.open(),
      PER_MINUTE: "6000",
      ALERT_BELOW: "5.00",
    });
    await following("ussd-balance.slots");
    await press("ussd-balance.daily");
    await red.until(() => /1: 5/.test(JSON.stringify(red.status("ussd-balance.low"))));
    expect(inbox.got).toEqual([]);
  });

  it("offline: tells MQTT and Telegram of a SIM that stays away, and that it is back", async () => {
    const { board } = await startBox();
    const [inbox, broker] = [new Inbox(), await startBroker()];
    const env = {
      OFFLINE_AFTER: "0.2",
      TELEGRAM_URL: `${await inbox.open()}/bot1:x`,
      TELEGRAM_CHAT: "77",
      ...broker.env,
    };
    await red.deploy(flowOf("sim-offline"), env);
    await following("sim-offline.slots");
    board.modem(1).unplug();
    expect(await inbox.first()).toMatchObject({ path: "/bot1:x/sendMessage", body: { chat_id: "77" } });
    expect(inbox.got[0]?.body.text).toMatch(/^Slot 1 is offline: /);
    expect(await broker.of("numberbox/alert/slot/1")).toMatchObject({ slot: "1", event: "down" });
    board.modem(1).plug();
    await broker.of("numberbox/alert/slot/1", ({ event }) => event === "up");
    await expect.poll(() => inbox.got.at(-1)?.body.text, { timeout: 30_000 }).toBe("Slot 1 is back");
    expect(JSON.stringify(inbox.got)).not.toContain("+1555");
  });

  it("rotation: tries each means in turn and then calls a person", async () => {
    const { board } = await startBox(1);
    const inbox = new Inbox();
    const env = { FAILED_FOR: "0.2", TRY_EVERY: "0.2", ALERT_URL: await inbox.open() };
    await red.deploy(flowOf("rotate-slot"), env);
    await following("rotate-slot.slots");
    board.modem(1).unplug();
    expect((await inbox.first()).body).toMatchObject({ slot: "1" });
    const rungs = red.heard
      .filter(({ topic }) => topic === "status/rotate-slot.next")
      .map(({ data }) => JSON.stringify(data));
    for (const rung of ["at", "cfun", "usb_reset", "power"]) expect(rungs.join()).toContain(`1: ${rung}`);
  });

  it("rotation: a slot that comes back is left alone", async () => {
    const { board } = await startBox(1);
    const inbox = new Inbox();
    await red.deploy(flowOf("rotate-slot"), { FAILED_FOR: "0.1", TRY_EVERY: "20", ALERT_URL: await inbox.open() });
    await following("rotate-slot.slots");
    board.modem(1).unplug(millis(500));
    await red.until(() => /1: at/.test(JSON.stringify(red.status("rotate-slot.next"))));
    await red.until(() => /1 of 1 ready/.test(JSON.stringify(red.status("rotate-slot.slots"))));
    expect(inbox.got).toEqual([]);
  });

  it("Home Assistant: makes devices, tells states, and takes the button", async () => {
    const { box } = await startBox();
    const broker = await startBroker();
    await red.deploy(flowOf("home-assistant"), { ...broker.env, PREFIX: "ha" });
    await following("home-assistant.slots");
    await press("home-assistant.begin");
    expect(await broker.of("ha/binary_sensor/numberbox_flow_1/ready/config")).toMatchObject({
      unique_id: "numberbox_flow_1_ready",
      state_topic: "numberbox-flow/1/state",
      device: { identifiers: ["numberbox_flow_1"], name: "Slot 1" },
    });
    expect(await broker.of("ha/button/numberbox_flow_2/restart/config")).toMatchObject({
      command_topic: "numberbox-flow/2/restart",
    });
    expect(await broker.of("numberbox-flow/2/state")).toMatchObject({ ready: "ON" });
    await broker.client.publishAsync("numberbox-flow/2/restart", "PRESS", { qos: 1 });
    await broker.of("numberbox-flow/2/state", ({ ready: is }) => is === "OFF");
    await broker.of("numberbox-flow/2/state", ({ ready: is }) => is === "ON");
    expect(box.slots().map(({ state }) => state)).toEqual(["ready", "ready"]);
  });

  it("night rate: changes the price over the box's settings", async () => {
    const asked: unknown[] = [];
    const patch = operation({
      ...{ method: "patch", path: "/settings", scope: "manage", tag: "Settings", summary: "Change settings" },
      body: settingsPatchRequest,
      reply: z.object({ ok: z.boolean() }),
      run: ({ body }) => {
        asked.push(body);
        return { ok: true };
      },
    });
    const server = await startBoxServer({ operations: [patch] });
    onTestFinished(() => server.stop());
    const token = await createApiToken({ ...parts, settings: server.settings, name: "night", scopes: ["manage"] });
    await red.deploy(flowOf("night-rate"), { BOX_URL: server.url, BOX_TOKEN: token, NIGHT_PRICE: "0.01" });
    await press("night-rate.night");
    await red.until(() => /changed/.test(JSON.stringify(red.status("night-rate.told"))));
    await press("night-rate.day");
    await expect.poll(() => asked.length, { timeout: 30_000 }).toBe(2);
    const path = ["listing", "tiers", "sms_only", "pricing", "daily"];
    expect(asked).toEqual([
      { change: { patch: [{ path, value: "0.01" }] }, summary: "night rate" },
      { change: { patch: [{ path, value: "0.05" }] }, summary: "day rate" },
    ]);
  });

  it("earnings: reports the statement in words and numbers", async () => {
    const emc = (text: string) => ({ ...{ expected: "2.000000" }, received: text });
    const spans: number[] = [];
    const statement = operation({
      ...{ method: "get", path: "/payments/statement", scope: "read", tag: "Payments", summary: "The statement" },
      query: spanQuery,
      reply: statementView,
      run: ({ query: { from = 0, to = 0 } }) => {
        spans.push(to - from);
        return {
          ...{ from, to, attempts: 12, wins: 2, expected_wins: 2, displaced: "0.000000", deviation: "0.000000" },
          ...{
            ...emc("1.500000"),
            emc: "1.000000",
            earned: "2.400000",
            fees: "0.100000",
            swept: "0.000000",
            words: [],
          },
          rentals: [{ rental: "ab".repeat(16), attempts: 12, wins: 2, ...emc("1.500000"), charged: "1.000000" }],
        };
      },
    });
    const server = await startBoxServer({ operations: [statement] });
    onTestFinished(() => server.stop());
    const token = await createApiToken({ ...parts, settings: server.settings, name: "own", scopes: ["read"] });
    writeFileSync(access, JSON.stringify({ url: server.url, token }), { mode: 0o600 });
    const inbox = new Inbox();
    await red.deploy(flowOf("earnings-report"), { REPORT_URL: await inbox.open(), DAYS: "7" });
    await press("earnings-report.daily");
    const { body } = await inbox.first();
    expect(body).toMatchObject({ earned: "2.400000", attempts: 12, wins: 2 });
    expect(String(body.text).split("\n")).toEqual([
      "Earned 2.400000 EMC: 1.500000 by tickets, 1.000000 by payments, 0.100000 went into fees.",
      "12 tickets, 2 won; 2.000000 EMC were to be expected.",
      "Rental abababab: 1.500000 EMC of 2.000000 expected",
    ]);
    expect(spans).toEqual([7 * 86_400_000]);
  });
});
