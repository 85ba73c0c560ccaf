import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MqttView, mqttView } from "../../src/protocol/index.ts";
import { shippedFile } from "../../src/telemetry/index.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

const broker: MqttView["brokers"][number] = {
  ...{ id: "home", url: "mqtts://broker.example", state: "waiting", since: 5, root: "numberbox/b1" },
  ...{ discovery: "homeassistant", allow: ["recover"], published: 7, connects: 2 },
  problem: { code: "mqtt.unreachable", message: "the MQTT broker cannot be reached" },
  ...{ queue: { states: 1, events: 2, replies: 0 }, dropped: { events: 0, replies: 0, oversize: 0 } },
  commands: { done: 1, failed: 0, refused: 0, ignored: 0 },
};
const topic: MqttView["topics"][number] = {
  ...{ pattern: "{root}/state", direction: "both", qos: 1, retained: true, kind: "state", meaning: "up or not" },
};

let f: WebFixture;
beforeEach(async () => {
  f = await startFixture({
    telemetry: {
      mqtt: { brokers: () => [broker], topics: () => [topic] },
      metrics: { page: async () => "# HELP a b\na 1\n", file: (name) => shippedFile(name) },
    },
  });
});
afterEach(() => f.stop());

describe("telemetry over REST", () => {
  it("gives Prometheus its page for a token that may read, and nobody else", async () => {
    const page = await f.call("GET", "/metrics", { headers: await f.token("read") });
    expect([page.status, page.text]).toEqual([200, "# HELP a b\na 1\n"]);
    expect(page.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect((await f.call("GET", "/metrics")).status).toBe(401);
    const wrong = await f.call("GET", "/metrics", { headers: { authorization: "Bearer nonsense" } });
    expect(wrong.status).toBe(401);
    expect(wrong.text).not.toContain("a 1");
    expect((await f.call("GET", "/metrics", { headers: await f.token("operate") })).status).toBe(403);
  });

  it("tells of brokers and topics", async () => {
    const said = await f.call("GET", "/api/v1/mqtt", { headers: await f.token("read") });
    expect(said.status).toBe(200);
    expect(mqttView.parse(said.json)).toEqual({ brokers: [broker], topics: [topic] });
    expect((await f.call("GET", "/api/v1/mqtt")).status).toBe(401);
  });

  it.each([
    ["dashboard", "application/json", '"title": "Numberbox"'],
    ["rules", "application/yaml", "NumberboxSimLost"],
  ])("hands out the %s", async (name, type, part) => {
    const file = await f.call("GET", `/api/v1/metrics/${name}`, { headers: await f.token("read") });
    expect([file.status, String(file.headers["content-type"]).split(";")[0]]).toEqual([200, type]);
    expect(file.headers["content-disposition"]).toContain(`numberbox-${name}`);
    expect(file.text).toContain(part);
  });
});
