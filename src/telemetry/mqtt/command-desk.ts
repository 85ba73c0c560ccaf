// Does what a broker's command asks, one judged command at a time for each broker's queue, and makes the reply. Each settles in time.

import {
  AppError,
  assertNever,
  type Clock,
  isAppError,
  type Logger,
  type Millis,
  minutes,
  slotId,
  type UnixMs,
  withDeadline,
} from "../../base/index.ts";
import type { BalanceAsker, FleetConsole, UssdConsole } from "../../core/index.ts";
import type { MqttCommandName, MqttReply } from "../../protocol/index.ts";
import { type Command, type CommandMemory, commandStart, judgeCommand } from "./command-rules.ts";

export interface CommandPorts {
  readonly fleet: Pick<FleetConsole, "recover" | "permitJoin">;
  readonly ussd: Pick<UssdConsole, "ask" | "cancel">;
  /** Null where no balance can be asked for. */
  readonly balances: BalanceAsker | null;
}

export interface CommandDeskDeps extends CommandPorts {
  readonly clock: Clock;
  readonly now: () => UnixMs;
  readonly log: Logger;
  readonly allow: readonly MqttCommandName[];
  readonly refresh: () => void;
  readonly reply: (to: CommandAddress, reply: MqttReply) => void;
}

export interface CommandAddress {
  /** Null for a command to the box. */
  readonly slot: string | null;
  readonly name: string;
}

/** A USSD answer takes 45 s at most, and one may wait for another. */
const COMMAND_LIMIT: Millis = minutes(2);
const MAX_RUNNING = 8;
const SLOT_COMMANDS: ReadonlySet<string> = new Set(["recover", "balance", "ussd"]);

type Result = MqttReply["result"];

export class CommandDesk {
  readonly #deps: CommandDeskDeps;
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #memory: CommandMemory;
  #counts = { done: 0, failed: 0, refused: 0, ignored: 0 };

  constructor(deps: CommandDeskDeps) {
    this.#deps = deps;
    this.#memory = commandStart(deps.clock.monotonic());
  }

  get counts(): { readonly done: number; readonly failed: number; readonly refused: number; readonly ignored: number } {
    return this.#counts;
  }

  /** A command that the broker kept would be done again with each connect. */
  ignore(): void {
    this.#counts = { ...this.#counts, ignored: this.#counts.ignored + 1 };
  }

  take(address: CommandAddress, payload: Uint8Array): void {
    const { clock, allow } = this.#deps;
    const request = { name: address.name, payload, allow, now: clock.monotonic() };
    const { memory, verdict } = judgeCommand(this.#memory, request);
    this.#memory = memory;
    const fault = verdict.kind === "refuse" ? verdict.error : this.#misplaced(address, verdict.command);
    if (fault !== null) this.#refuse(address, verdict.id, fault);
    else if (verdict.kind === "do") this.#begin(address, verdict);
  }

  /** Resolves when no command runs; what still ran is answered `base.stopped`. Idempotent. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }

  #misplaced({ slot }: CommandAddress, { name }: Command): AppError | null {
    if (this.#running.size >= MAX_RUNNING)
      return new AppError("mqtt.busy", "too many commands are being done", { hint: "Try again.", retryable: true });
    if (SLOT_COMMANDS.has(name) === (slot !== null)) return null;
    return new AppError("mqtt.bad_command", `${name} is a command to ${slot === null ? "a slot" : "the box"}`);
  }

  #refuse(address: CommandAddress, id: string | null, error: AppError): void {
    this.#counts = { ...this.#counts, refused: this.#counts.refused + 1 };
    this.#deps.reply(address, this.#failure(id, error));
  }

  #begin(address: CommandAddress, { id, command }: { readonly id: string | null; readonly command: Command }): void {
    const run = this.#do(address, id, command).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #do(address: CommandAddress, id: string | null, command: Command): Promise<void> {
    const { clock, log } = this.#deps;
    log.info("mqtt_command", { command: command.name, slot: address.slot });
    try {
      const work = this.#act(address.slot ?? "", command);
      const limits = { clock, timeout: COMMAND_LIMIT, signal: this.#abort.signal };
      const result = await withDeadline(work, { ...limits, what: `the command ${command.name}` });
      this.#counts = { ...this.#counts, done: this.#counts.done + 1 };
      this.#deps.reply(address, { ...this.#head(id), ok: true, code: null, message: null, hint: null, result });
    } catch (error) {
      this.#counts = { ...this.#counts, failed: this.#counts.failed + 1 };
      this.#deps.reply(address, this.#failure(id, error));
    }
  }

  async #act(slot: string, command: Command): Promise<Result> {
    const { fleet, ussd, balances, refresh } = this.#deps;
    switch (command.name) {
      case "recover": {
        const { state, step } = await fleet.recover(slotId(slot), command.rung);
        return { state, step };
      }
      case "balance": {
        if (balances === null) throw noBalance();
        return { ...(await balances.ask(slotId(slot))) };
      }
      case "ussd": {
        const { text, more } = await ussd.ask(slotId(slot), command.code);
        // Nobody can answer a menu over MQTT.
        if (more) ussd.cancel(slotId(slot));
        return { text: withoutNumbers(text).slice(0, 1000), more };
      }
      case "join": {
        const { open, closes_at } = await fleet.permitJoin(command.seconds);
        return { open, closes_at };
      }
      case "refresh":
        refresh();
        return {};
      default:
        return assertNever(command, "command");
    }
  }

  #head(id: string | null): Pick<MqttReply, "id" | "at"> {
    return { id, at: this.#deps.now() };
  }

  #failure(id: string | null, error: unknown): MqttReply {
    const known = isAppError(error) ? error : new AppError("mqtt.failed", "the command failed");
    if (known !== error) this.#deps.log.error("mqtt_command_failed", { reason: String(error).slice(0, 200) });
    const { code, message, hint = null } = known;
    return { ...this.#head(id), ok: false, code, message: message.slice(0, 500), hint, result: {} };
  }
}

function noBalance(): AppError {
  return new AppError("balance.not_set_up", "the box is not set up to ask for balances", {
    hint: "Fill in `balance` in the configuration.",
  });
}

/** What looks like a phone number: seven digits or more, as people and networks write them. */
const NUMBER = /\+?\d(?:[ ()/-]{0,2}\d){6,}/g;

/** An operator may name the SIM's own number; no number goes over MQTT. */
export const withoutNumbers = (text: string): string => text.replace(NUMBER, "…");
