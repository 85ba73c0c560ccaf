// What the broker on the box's own machine lets its users do, held against the whole table of topics.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownBrokerSections } from "../../../src/app/appliance/own-broker.ts";
import { parseBoxConfig } from "../../../src/config/index.ts";
import { MQTT_TOPICS, type MqttTopicRow } from "../../../src/protocol/index.ts";
import { hasMosquitto, Mosquitto, PASSWORDS } from "../../sim/mqtt/mosquitto.ts";

const ACL = readFileSync(fileURLToPath(new URL("../../../systemd/mosquitto/numberbox.acl", import.meta.url)), "utf8");
const [section] = ownBrokerSections(
  parseBoxConfig("host: { appliance: true }\nmqtt: { own_broker: { enabled: true } }", "box.yaml"),
);
const [root = "", discovery = ""] = [section?.base_topic, section?.discovery.prefix];

const rows = Object.entries<MqttTopicRow>(MQTT_TOPICS);
const published = rows.filter(([, { direction }]) => direction !== "in");
const heard = rows.filter(([, { direction }]) => direction !== "out");

/** The topic of a row as a box named `b1` has it; with `+` for each part that differs from box to box, as the access list has it. */
const topicOf = ({ pattern }: MqttTopicRow): string =>
  pattern
    .replace("{root}", `${root}/b1`)
    .replace("{discovery}", discovery)
    .replaceAll(/\{(\w+)\}/g, "some-$1");
const ruleOf = ({ pattern }: MqttTopicRow): string =>
  pattern
    .replace("{root}", `${root}/+`)
    .replace("{discovery}", discovery)
    .replaceAll(/\{\w+\}/g, "+");

/** `topic` lines below the `user` line. */
function rulesOf(user: string): readonly string[] {
  const mine = ACL.split(/^user /m).find((text) => text.startsWith(`${user}\n`)) ?? "";
  return [...mine.matchAll(/^topic (.+)$/gm)].map(([, rule = ""]) => rule);
}

describe("the access list of the own broker", () => {
  it("gives the box each topic of the table, for what the table says, and none beside", () => {
    const verbs = { out: "write", in: "read", both: "readwrite" } as const;
    const wanted = rows.map(([, row]) => `${verbs[row.direction]} ${ruleOf(row)}`);
    expect([...rulesOf("numberbox")].sort()).toEqual([...wanted].sort());
  });
});

describe.skipIf(!hasMosquitto)("the own broker (skipped without mosquitto)", () => {
  const folder = mkdtempSync(join(tmpdir(), "numberbox-access-"));
  let broker: Mosquitto;
  let box: MqttClient;
  let home: MqttClient;
  let viewer: MqttClient;

  // MQTT 5 tells whom it refuses; with 3.1.1 a refused message is acknowledged like any other.
  const client = (username: keyof typeof PASSWORDS): Promise<MqttClient> =>
    connectAsync(broker.url, { username, password: PASSWORDS[username], protocolVersion: 5, reconnectPeriod: 0 });
  const next = (by: MqttClient, topic: string): Promise<string> =>
    new Promise((resolve) => {
      const hear = (at: string, text: Buffer): void => {
        if (at !== topic) return;
        by.off("message", hear);
        resolve(String(text));
      };
      by.on("message", hear);
    });

  beforeAll(async () => {
    broker = await Mosquitto.start(folder);
    [box, home, viewer] = await Promise.all([client("numberbox"), client("homeassistant"), client("viewer")]);
    await home.subscribeAsync([`${root}/#`, `${discovery}/#`], { qos: 1 });
    await viewer.subscribeAsync(`${root}/#`, { qos: 1 });
    await box.subscribeAsync(
      heard.map(([, row]) => topicOf(row)),
      { qos: 1 },
    );
  }, 30_000);
  afterAll(async () => {
    await Promise.all([box, home, viewer].map((each) => each?.endAsync(true)));
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(published)(
    "takes %s from the box and hands it to Home Assistant and to who only looks",
    async (name, row) => {
      const topic = topicOf(row);
      const hearing = [next(home, topic), ...(topic.startsWith(`${root}/`) ? [next(viewer, topic)] : [])];
      await box.publishAsync(topic, name, { qos: 1, retain: row.kind === "state" });
      expect(await Promise.all(hearing)).toEqual(hearing.map(() => name));
    },
  );

  it.each(heard)("hands %s to the box, which listens to it", async (name, row) => {
    const topic = topicOf(row);
    const hearing = next(box, topic);
    // Its own state comes back to it; the rest is said by Home Assistant.
    await (row.direction === "both" ? box : home).publishAsync(topic, name, { qos: 1 });
    expect(await hearing).toBe(name);
  });

  it("takes nothing of the box's in Home Assistant's name, and nothing from who only looks", async () => {
    const refused = async (by: MqttClient, row: MqttTopicRow): Promise<boolean> =>
      by.publishAsync(topicOf(row), "x", { qos: 1 }).then(
        () => false,
        (error: unknown) => /not authorized/i.test(String(error)),
      );
    const own = published.filter(([, { pattern }]) => pattern.startsWith("{root}"));
    const asked = [
      ...own.map(async ([name, row]) => `home ${name} ${await refused(home, row)}`),
      ...rows.map(async ([name, row]) => `viewer ${name} ${await refused(viewer, row)}`),
    ];
    const said = await Promise.all(asked);
    expect(said.filter((line) => line.endsWith(" false"))).toEqual([]);
  });
});
