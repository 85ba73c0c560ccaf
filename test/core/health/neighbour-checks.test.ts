// Node-RED and MQTT brokers, as their own links tell of them.

import { describe, expect, it } from "vitest";
import { type BrokerFacts, brokersCheck, type DoctorFinding, flowsCheck } from "../../../src/core/index.ts";
import type { FlowsView } from "../../../src/protocol/index.ts";

const told = (findings: readonly DoctorFinding[]) => findings.map(({ verdict, code }) => `${verdict} ${code}`);
const flows: FlowsView = { run: "child", state: "running", since: 1, safe: false, failures: 0, editor: "/flows/" };
const calm: BrokerFacts = {
  ...{ id: "home", state: "online", problem: null },
  dropped: { events: 0, replies: 0, oversize: 0 },
};

describe("Node-RED", () => {
  it.each<[string, Partial<FlowsView>, string]>([
    ["runs", {}, "ok flows.running"],
    ["starts", { state: "starting" }, "ok flows.changing"],
    ["ends", { state: "ending" }, "ok flows.changing"],
    ["runs no flow", { safe: true }, "warn flows.safe_mode"],
    ["keeps ending", { state: "waiting", failures: 4 }, "warn flows.failing"],
    ["is silent", { state: "silent" }, "fail flows.silent"],
    ["was stopped", { state: "stopped", safe: true }, "fail flows.stopped"],
  ])("that %s", async (_, over, expected) => {
    expect(told(await flowsCheck(() => ({ ...flows, ...over })).run())).toEqual([expected]);
  });

  it("is looked for in the journal of whoever runs it", async () => {
    const hintOf = async (run: FlowsView["run"]) =>
      (await flowsCheck(() => ({ ...flows, run, state: "silent" })).run())[0]?.hint;
    expect(await hintOf("service")).toContain("-u numberbox-node-red ");
    expect(await hintOf("child")).toContain("-u numberbox ");
  });
});

describe("an MQTT broker", () => {
  const refused = { code: "mqtt.refused", message: "the user name or password is wrong", hint: "Correct it." };
  it.each<[string, Partial<BrokerFacts>, readonly string[]]>([
    ["is connected", {}, ["ok mqtt.online"]],
    ["is being connected", { state: "connecting" }, ["ok mqtt.connecting"]],
    ["is waited for", { state: "waiting" }, ["warn mqtt.away"]],
    ["refuses the box", { state: "waiting", problem: refused }, ["warn mqtt.refused"]],
    ["refused it and is tried again", { state: "connecting", problem: refused }, ["warn mqtt.refused"]],
    ["had a problem once", { problem: refused }, ["ok mqtt.online"]],
    ["was too slow", { dropped: { events: 2, replies: 0, oversize: 1 } }, ["ok mqtt.online", "warn mqtt.dropped"]],
  ])("that %s", async (_, over, expected) => {
    expect(told(await brokersCheck(() => [{ ...calm, ...over }]).run())).toEqual(expected);
  });

  it("is named, with the remedy of its own problem or a general one", async () => {
    const { hint: _, ...bare } = refused;
    const found = await brokersCheck(() => [
      { ...calm, state: "waiting", problem: refused },
      { ...calm, id: "other", state: "waiting", problem: bare },
    ]).run();
    expect(found).toMatchObject([
      { message: "broker home: the user name or password is wrong", hint: "Correct it." },
      { message: "broker other: the user name or password is wrong", hint: expect.stringContaining("`mqtt`") },
    ]);
  });

  it("is not missed where there is none", async () => expect(await brokersCheck(() => []).run()).toEqual([]));
});
