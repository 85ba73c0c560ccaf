// What systems that watch a box are set up with, from the command line and in the README.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MQTT_TOPICS, mqttTopicTable } from "../../../src/protocol/index.ts";
import { numberbox } from "../run-rig.ts";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const [, inReadme] = /<!-- mqtt-topics:begin -->\n([\s\S]*?)\n<!-- mqtt-topics:end -->/.exec(readme) ?? [];

describe("numberbox mqtt and metrics", () => {
  it("prints the table of topics", async () => {
    const { code, out } = await numberbox(["mqtt", "topics"]);
    expect([code, out]).toEqual([0, `${mqttTopicTable()}\n`]);
    const rows = (await numberbox(["mqtt", "topics", "--json"])).out.trim().split("\n");
    expect(rows.map((row) => JSON.parse(row).pattern)).toEqual(
      Object.values(MQTT_TOPICS).map(({ pattern }) => pattern),
    );
  });

  it("prints the dashboard and the rules", async () => {
    const dashboard = await numberbox(["metrics", "dashboard"]);
    expect([dashboard.code, JSON.parse(dashboard.out).title]).toEqual([0, "Numberbox"]);
    const rules = await numberbox(["metrics", "rules"]);
    expect(rules.out).toContain("alert: NumberboxSimLost");
  });

  it.skipIf(inReadme === undefined)("has the same table of topics in the README", () => {
    expect(inReadme?.trim()).toBe(mqttTopicTable());
  });
});
