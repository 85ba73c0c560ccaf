// `numberbox rental list|grant|end` and `numberbox slots`: the running box from the command line.

import { type Command, Option } from "commander";
import { z } from "zod";
import { lineView, type RentalView, rentalView, slotView } from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { readRenterKeys } from "./renter-keys.ts";
import { wholeNumber } from "./whole-number.ts";

interface Common {
  readonly data?: string;
  readonly json?: boolean;
}

interface GrantOptions extends Common {
  readonly line: string;
  readonly renter: string;
  readonly days: number;
  readonly envelope: "1" | "2";
  readonly credit?: number;
  readonly force?: boolean;
  readonly allowSender?: readonly string[];
  readonly denySender?: readonly string[];
  readonly senderPresets?: string;
}

/** What is asked for of senders; undefined for nothing. The box checks the words. */
function senderPolicyOf({ allowSender = [], denySender = [], senderPresets }: GrantOptions): object | undefined {
  if (senderPresets === undefined && allowSender.length + denySender.length === 0) return undefined;
  const presets = senderPresets === "none" ? [] : (senderPresets?.split(",") ?? null);
  return { presets, allow: allowSender, deny: denySender };
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const common = (command: Command): Command =>
  command
    .option("--data <folder>", "data folder of the running box or demo (default: NUMBERBOX_DATA)")
    .option("--json", "one JSON object per line");

function tell(io: CliIo, rental: RentalView, json: boolean | undefined): void {
  if (json) return io.out(`${JSON.stringify(rental)}\n`);
  const over = rental.ended_at ?? rental.expires_at;
  const until = `${rental.ended_at === null ? "until" : "ended"} ${new Date(over).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  io.out(
    `${rental.id}  ${rental.line.padEnd(12)} ${rental.number.padEnd(16)} ${rental.state.padEnd(8)} ${until}  ${rental.messages} SMS\n`,
  );
}

export function registerRental(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const rental = program.command("rental").description("who rents which line");
  common(rental.command("list").description("all rentals")).action(async (options: Common) => {
    const api = await openBoxApi(io, dataFolder(io, options.data));
    const { rentals } = await api.call({
      method: "GET",
      path: "rentals",
      reply: z.object({ rentals: z.array(rentalView) }),
    });
    for (const each of rentals) tell(io, each, options.json);
  });
  common(rental.command("grant").description("rent a line to somebody"))
    .requiredOption("--line <line>", "line id or number")
    .requiredOption("--renter <keys>", "the renter's public keys, VERIFY:ENCRYPT, or a file with them")
    .requiredOption("--days <n>", "how long", wholeNumber(1, 366))
    .addOption(new Option("--envelope <version>", "how SMS are sealed").choices(["1", "2"]).default("1"))
    .option("--credit <sms>", "SMS that are paid for (default: no limit)", wholeNumber(0, 1_000_000_000))
    .option(
      "--allow-sender <pattern>",
      "take what this sender writes, whatever line and box say; may be repeated",
      collect,
    )
    .option("--deny-sender <pattern>", "drop what this sender writes unread; may be repeated", collect)
    .option("--sender-presets <names>", "lists of senders that are denied, with commas between, or none")
    .option("--force", "take the public keys even from a file that holds the private key")
    .action(async (options: GrantOptions) => {
      const renter = await readRenterKeys(options.renter, options.force ?? false);
      const api = await openBoxApi(io, dataFolder(io, options.data));
      const { line, days, credit = null } = options;
      const sender_policy = senderPolicyOf(options);
      const body = { line, renter, days, envelope_version: Number(options.envelope), credit, sender_policy };
      tell(io, await api.call({ method: "POST", path: "rentals", body, reply: rentalView }), options.json);
    });
  common(rental.command("end").description("end a rental now"))
    .argument("<id>", "rental id")
    .action(async (id: string, options: Common) => {
      const api = await openBoxApi(io, dataFolder(io, options.data));
      tell(
        io,
        await api.call({ method: "POST", path: `rentals/${encodeURIComponent(id)}/end`, body: {}, reply: rentalView }),
        options.json,
      );
    });
  registerViews(program, io);
}

function registerViews(program: Command, io: CliIo): void {
  common(program.command("slots").description("the state of all slots")).action(async (options: Common) => {
    const api = await openBoxApi(io, dataFolder(io, options.data));
    const { slots } = await api.call({ method: "GET", path: "slots", reply: z.object({ slots: z.array(slotView) }) });
    for (const slot of slots) {
      const plain = [
        slot.id.padEnd(4),
        slot.state.padEnd(9),
        slot.line?.number ?? "-",
        slot.operator ?? "-",
        `${slot.signal_dbm ?? "-"} dBm`,
        ...(slot.balance === null ? [] : [`${slot.balance.amount} ${slot.balance.currency ?? ""}`.trimEnd()]),
      ];
      io.out(
        options.json
          ? `${JSON.stringify(slot)}\n`
          : `${plain.join("  ")}${slot.problem === null ? "" : `  ${slot.problem.code}`}\n`,
      );
    }
  });
  common(program.command("lines").description("the box's lines")).action(async (options: Common) => {
    const api = await openBoxApi(io, dataFolder(io, options.data));
    const { lines } = await api.call({ method: "GET", path: "lines", reply: z.object({ lines: z.array(lineView) }) });
    for (const line of lines)
      io.out(
        options.json ? `${JSON.stringify(line)}\n` : `${line.id.padEnd(12)} ${line.number.padEnd(16)} ${line.state}\n`,
      );
  });
}
