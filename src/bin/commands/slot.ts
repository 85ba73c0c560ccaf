// `numberbox slot …` and `numberbox line …`: what an owner does with slots, their SIMs and new hardware, from the command line.

import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import {
  atReplyView,
  type JoinView,
  joinView,
  type LineView,
  lineView,
  type SlotView,
  slotView,
} from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type ApiCall, openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";

interface Common {
  readonly data?: string;
  readonly json?: boolean;
}

const common = (command: Command): Command =>
  command
    .option("--data <folder>", "data folder of the running box or demo (default: NUMBERBOX_DATA)")
    .option("--json", "one JSON object per line");

async function call<T>(io: CliIo, options: Common, request: ApiCall<T>): Promise<T> {
  return await (await openBoxApi(io, dataFolder(io, options.data))).call(request);
}

const slotPath = (slot: string, below = ""): string => `slots/${encodeURIComponent(slot)}${below}`;

function tellSlot(io: CliIo, slot: SlotView, json: boolean | undefined): void {
  if (json) return io.out(`${JSON.stringify(slot)}\n`);
  const problem = slot.problem === null ? "" : `  ${slot.problem.code}: ${slot.problem.message}`;
  const rung = slot.recovery.rung === null ? "" : `  recovery: ${slot.recovery.rung} ${slot.recovery.attempts}`;
  io.out(`slot ${slot.id}  ${slot.state}${rung}${problem}\n`);
}

function tellLine(io: CliIo, line: LineView, json: boolean | undefined): void {
  io.out(json ? `${JSON.stringify(line)}\n` : `${line.id}  ${line.number}  slot ${line.slot ?? "-"}  ${line.state}\n`);
}

function tellJoin(io: CliIo, join: JoinView, json: boolean | undefined): void {
  if (json) return io.out(`${JSON.stringify(join)}\n`);
  const until = join.closes_at === null ? "" : ` until ${new Date(join.closes_at).toISOString().slice(11, 19)} UTC`;
  io.out(join.open ? `the window for new modems is open${until}\n` : "the window for new modems is closed\n");
  for (const { usb, usb_id, name } of join.found) io.out(`  usb:${usb}  ${usb_id}  ${name ?? "not a known modem"}\n`);
}

/** The PIN from where nobody else sees it: the terminal or a pipe, never the command line. */
async function readPin(io: CliIo): Promise<string> {
  if (io.readLine === undefined) return new TextDecoder().decode(await io.readInput()).trim();
  io.err("PIN of the SIM> ");
  return ((await io.readLine()) ?? "").trim();
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 3600) throw new InvalidArgumentError("It must be 0 to 3600.");
  return value;
}

function registerRecovery(slot: Command, io: CliIo): void {
  common(slot.command("recover").description("try a slot again at once"))
    .argument("<slot>", "slot id")
    .addOption(
      new Option("--rung <rung>", "what is done first").choices(["at", "cfun", "usb_reset", "power"]).default("at"),
    )
    .action(async (id: string, { rung, ...options }: Common & { readonly rung: string }) => {
      const request = { method: "POST", path: slotPath(id, "/recover"), body: { rung }, reply: slotView } as const;
      tellSlot(io, await call(io, options, request), options.json);
    });
  common(slot.command("at").description("send one AT command to a modem, for experts; it is recorded"))
    .argument("<slot>", "slot id")
    .argument("<command>", "in quotes: 'AT+CSQ'")
    .action(async (id: string, command: string, options: Common) => {
      const request = { method: "POST", path: slotPath(id, "/at"), body: { command }, reply: atReplyView } as const;
      const answer = await call(io, options, request);
      io.out(options.json ? `${JSON.stringify(answer)}\n` : `${[...answer.lines, answer.result].join("\n")}\n`);
    });
}

function registerHardware(slot: Command, io: CliIo): void {
  common(slot.command("pin").description("give the box the PIN of the SIM in a slot; it is kept sealed and tried once"))
    .argument("<slot>", "slot id; the PIN is read from the terminal or from standard input")
    .option("--last-try", "use the SIM's last try, after which only the PUK helps")
    .action(async (id: string, { lastTry, ...options }: Common & { readonly lastTry?: boolean }) => {
      const body = { pin: await readPin(io), confirm: lastTry ?? false };
      const request = { method: "POST", path: slotPath(id, "/sim/pin"), body, reply: slotView } as const;
      tellSlot(io, await call(io, options, request), options.json);
    });
  common(slot.command("join").description("take modems that are plugged in as slots, for a while"))
    .option("--seconds <n>", "how long the window stays open; 0 closes it", seconds)
    .option("--show", "only show what is plugged in")
    .action(async (options: Common & { readonly seconds?: number; readonly show?: boolean }) => {
      const body = options.seconds === undefined ? {} : { seconds: options.seconds };
      const request: ApiCall<JoinView> = options.show
        ? { method: "GET", path: "join", reply: joinView }
        : { method: "POST", path: "join", body, reply: joinView };
      tellJoin(io, await call(io, options, request), options.json);
    });
  common(slot.command("remove").description("let go of a slot that joined"))
    .argument("<slot>", "slot id")
    .action(async (id: string, options: Common) => {
      await call(io, options, { method: "DELETE", path: slotPath(id), reply: z.null() });
      if (options.json) io.out(`${JSON.stringify({ removed: id })}\n`);
    });
}

function registerLines(program: Command, io: CliIo): void {
  const line = program.command("line").description("phone numbers and their SIMs");
  common(line.command("add").description("give a number to the SIM in a slot"))
    .argument("<id>", "name of the line")
    .argument("<number>", "in E.164 form, such as +15550100")
    .requiredOption("--slot <slot>", "slot that the SIM is in")
    .action(async (id: string, number: string, { slot, ...options }: Common & { readonly slot: string }) => {
      const request = { method: "POST", path: "lines", body: { id, number, slot }, reply: lineView } as const;
      tellLine(io, await call(io, options, request), options.json);
    });
  common(line.command("adopt").description("the SIM that is in a slot now is this line's from now on"))
    .argument("<id>", "name of the line")
    .requiredOption("--slot <slot>", "slot that the SIM is in")
    .action(async (id: string, { slot, ...options }: Common & { readonly slot: string }) => {
      const path = `lines/${encodeURIComponent(id)}/sim`;
      const request = { method: "POST", path, body: { slot }, reply: lineView } as const;
      tellLine(io, await call(io, options, request), options.json);
    });
}

export function registerSlot(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const slot = program.command("slot").description("recover a modem, enter a PIN, take in new hardware");
  registerRecovery(slot, io);
  registerHardware(slot, io);
  registerLines(program, io);
}
