// `numberbox mqtt topics` and `numberbox metrics dashboard|rules`: what the systems that watch a box are set up with.

import type { Command } from "commander";
import { shippedFile } from "../../app/index.ts";
import { MQTT_QOS, MQTT_TOPICS, type MqttTopicRow, mqttTopicTable } from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";

/** The table as JSON lines. */
function topicLines(): string {
  return Object.values<MqttTopicRow>(MQTT_TOPICS)
    .map(({ pattern, direction, kind, meaning }) =>
      JSON.stringify({ pattern, direction, qos: MQTT_QOS, retained: kind === "state", kind, meaning }),
    )
    .join("\n");
}

export function registerTelemetry(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  program
    .command("mqtt")
    .description("what the box says and hears over MQTT")
    .command("topics")
    .description("print the table of topics, as it stands in the README")
    .option("--json", "one JSON line for each topic")
    .action((options: { json?: boolean }) => io.out(`${options.json === true ? topicLines() : mqttTopicTable()}\n`));
  const metrics = program.command("metrics").description("files for Prometheus and Grafana");
  for (const [name, what] of [
    ["dashboard", "a Grafana dashboard"],
    ["rules", "alert rules for Prometheus"],
  ] as const) {
    metrics
      .command(name)
      .description(`print ${what}`)
      .action(async () => io.out(new TextDecoder().decode((await shippedFile(name)).content)));
  }
}
