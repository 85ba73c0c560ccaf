// What becomes of a command that came over MQTT, pure: by the broker's allow-list, its pace, and the form of the payload.

import { AppError, hasCode, isAppError, type Millis, seconds } from "../../base/index.ts";
import { type MqttCommandName, mqttCommandName, mqttCommands, parseJsonWith } from "../../protocol/index.ts";

/** A burst of so many, then one each two seconds. */
export const COMMAND_BURST = 10;
export const COMMAND_EVERY: Millis = seconds(2);
const MAX_COMMAND_BYTES = 4096;
/** Ids that are remembered, so that a command that QoS 1 brings twice is done once. */
const REMEMBERED_IDS = 100;

export interface CommandMemory {
  /** Commands that may still come at once. */
  readonly left: number;
  readonly at: Millis;
  readonly ids: readonly string[];
}

export const commandStart = (now: Millis): CommandMemory => ({ left: COMMAND_BURST, at: now, ids: [] });

export type Command = {
  readonly [Name in MqttCommandName]: { readonly name: Name } & Omit<
    ReturnType<(typeof mqttCommands)[Name]["parse"]>,
    "id"
  >;
}[MqttCommandName];

export type CommandVerdict =
  | { readonly kind: "do"; readonly id: string | null; readonly command: Command }
  | { readonly kind: "refuse"; readonly id: string | null; readonly error: AppError };

export interface CommandRequest {
  readonly name: string;
  readonly payload: Uint8Array;
  readonly allow: readonly MqttCommandName[];
  readonly now: Millis;
}

function refill(memory: CommandMemory, now: Millis): CommandMemory {
  const gained = Math.floor(Math.max(0, now - memory.at) / COMMAND_EVERY);
  if (gained === 0) return memory;
  const left = Math.min(COMMAND_BURST, memory.left + gained);
  return { ...memory, left, at: (memory.at + gained * COMMAND_EVERY) as Millis };
}

const tooMany = (): AppError =>
  new AppError("mqtt.too_many", "too many commands came over this broker", {
    hint: "Send one each two seconds.",
    retryable: true,
  });

function notAllowed(name: string): AppError {
  return new AppError("mqtt.command_not_allowed", "this broker may not ask for that", {
    hint: "Name the command in `allow` of this broker.",
    context: { command: name.slice(0, 40) },
  });
}

function textOf(payload: Uint8Array): string {
  if (payload.length > MAX_COMMAND_BYTES)
    throw new AppError("mqtt.too_large", `a command has at most ${MAX_COMMAND_BYTES} bytes`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(payload).trim();
    return text === "" ? "{}" : text;
  } catch {
    throw new AppError("mqtt.bad_command", "the command is no UTF-8 text");
  }
}

/** Name and fields of a command. Errors: `mqtt.command_not_allowed`, `mqtt.too_large`, `mqtt.bad_command`. */
function parseCommand({ name, payload, allow }: CommandRequest): { id: string | null; command: Command } {
  const known = mqttCommandName.safeParse(name);
  // An unknown one gets the same answer: what the box could do is not told to whom may not ask for it.
  if (!known.success || !allow.includes(known.data)) throw notAllowed(name);
  const { id, ...fields } = parseJsonWith(mqttCommands[known.data], textOf(payload), "mqtt.bad_command", "the command");
  return { id: id ?? null, command: { name: known.data, ...fields } as Command };
}

/** The id of a command that is refused, where it can be read. */
function idOf(payload: Uint8Array): string | null {
  try {
    const value: unknown = JSON.parse(textOf(payload));
    const id = typeof value === "object" && value !== null && "id" in value ? value.id : null;
    return typeof id === "string" && id.length <= 64 ? id : null;
  } catch {
    return null;
  }
}

export function judgeCommand(
  memory: CommandMemory,
  request: CommandRequest,
): { readonly memory: CommandMemory; readonly verdict: CommandVerdict } {
  const filled = refill(memory, request.now);
  if (filled.left === 0) return { memory: filled, verdict: { kind: "refuse", id: null, error: tooMany() } };
  const next = { ...filled, left: filled.left - 1, at: filled.left === COMMAND_BURST ? request.now : filled.at };
  try {
    const { id, command } = parseCommand(request);
    if (id === null) return { memory: next, verdict: { kind: "do", id, command } };
    if (next.ids.includes(id)) throw new AppError("mqtt.repeated", "a command with this id came a moment ago");
    const ids = [...next.ids, id].slice(-REMEMBERED_IDS);
    return { memory: { ...next, ids }, verdict: { kind: "do", id, command } };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { memory: next, verdict: { kind: "refuse", id: idOf(request.payload), error } };
  }
}

export const isTooMany = (error: unknown): boolean => hasCode(error, "mqtt.too_many");
