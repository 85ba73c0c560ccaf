import { describe, expect, it } from "vitest";
import { millis, utf8 } from "../../../src/base/index.ts";
import type { MqttCommandName } from "../../../src/protocol/index.ts";
import {
  COMMAND_BURST,
  COMMAND_EVERY,
  type CommandMemory,
  commandStart,
  judgeCommand,
} from "../../../src/telemetry/mqtt/command-rules.ts";

const ALL: readonly MqttCommandName[] = ["recover", "balance", "ussd", "join", "refresh"];

function judge(
  name: string,
  payload: string | Uint8Array,
  options: { allow?: readonly MqttCommandName[]; memory?: CommandMemory; now?: number } = {},
) {
  const { allow = ALL, memory = commandStart(millis(0)), now = 0 } = options;
  const bytes = typeof payload === "string" ? utf8(payload) : payload;
  return judgeCommand(memory, { name, payload: bytes, allow, now: millis(now) });
}

function say(verdict: ReturnType<typeof judge>["verdict"]): string {
  return verdict.kind === "do"
    ? `do ${JSON.stringify(verdict.command)} ${verdict.id}`
    : `${verdict.error.code} ${verdict.id}`;
}

describe("commands over MQTT", () => {
  it.each([
    ["recover", "", 'do {"name":"recover","rung":"at"} null'],
    ["recover", '{"id":"7","rung":"cfun"}', 'do {"name":"recover","rung":"cfun"} 7'],
    ["balance", "{}", 'do {"name":"balance"} null'],
    ["ussd", '{"code":"*100#"}', 'do {"name":"ussd","code":"*100#"} null'],
    ["join", '{"seconds":60}', 'do {"name":"join","seconds":60} null'],
    ["refresh", " \n", 'do {"name":"refresh"} null'],
    ["recover", '{"rung":"give_up","id":"a"}', "mqtt.bad_command a"],
    ["recover", '{"colour":"red"}', "mqtt.bad_command null"],
    ["recover", "[1]", "mqtt.bad_command null"],
    ["recover", "null", "mqtt.bad_command null"],
    ["recover", "PRESS", "mqtt.bad_command null"],
    ["recover", '{"id":7}', "mqtt.bad_command null"],
    ["recover", "[".repeat(4000), "mqtt.bad_command null"],
    ["ussd", "{}", "mqtt.bad_command null"],
    ["join", '{"seconds":3601}', "mqtt.bad_command null"],
    ["reboot", '{"id":"x"}', "mqtt.command_not_allowed x"],
    ["__proto__", "{}", "mqtt.command_not_allowed null"],
    ["constructor", "{}", "mqtt.command_not_allowed null"],
    ["recover", " ".repeat(4097), "mqtt.too_large null"],
  ])("%s with %j", (name, payload, expected) => {
    expect(say(judge(name, payload).verdict)).toBe(expected);
  });

  it("refuses bytes that are no UTF-8", () => {
    expect(say(judge("recover", new Uint8Array([0x7b, 0xff, 0x7d])).verdict)).toBe("mqtt.bad_command null");
  });

  it.each(ALL)("does not do %s unless the broker may ask for it", (name) => {
    const others = ALL.filter((each) => each !== name);
    expect(say(judge(name, '{"code":"*1#"}', { allow: others }).verdict)).toBe("mqtt.command_not_allowed null");
    expect(say(judge(name, "{}", { allow: [] }).verdict)).toBe("mqtt.command_not_allowed null");
  });

  it("does a command once that comes twice with one id", () => {
    const first = judge("refresh", '{"id":"1"}');
    expect(first.verdict.kind).toBe("do");
    const second = judge("refresh", '{"id":"1"}', { memory: first.memory });
    expect(say(second.verdict)).toBe("mqtt.repeated 1");
    expect(judge("refresh", '{"id":"2"}', { memory: second.memory }).verdict.kind).toBe("do");
  });

  it("takes a burst, and then one each two seconds, whatever it is", () => {
    let memory = commandStart(millis(0));
    const at = (now: number, payload = "{}"): string => {
      const judged = judge("refresh", payload, { memory, now });
      memory = judged.memory;
      return judged.verdict.kind === "do" ? "do" : judged.verdict.error.code;
    };
    const burst = Array.from({ length: COMMAND_BURST + 2 }, (_, i) => at(0, i === 3 ? "nonsense" : "{}"));
    expect(burst.filter((word) => word === "do")).toHaveLength(COMMAND_BURST - 1);
    expect(burst.slice(-2)).toEqual(["mqtt.too_many", "mqtt.too_many"]);
    expect(at(COMMAND_EVERY - 1)).toBe("mqtt.too_many");
    expect(at(COMMAND_EVERY)).toBe("do");
    expect(at(COMMAND_EVERY)).toBe("mqtt.too_many");
    expect(at(COMMAND_EVERY * 100)).toBe("do");
  });

  it("remembers no more ids than it must", () => {
    let memory = commandStart(millis(0));
    for (let i = 0; i < 500; i++) {
      memory = judge("refresh", `{"id":"${i}"}`, { memory, now: i * COMMAND_EVERY }).memory;
    }
    expect(memory.ids.length).toBe(100);
  });
});
