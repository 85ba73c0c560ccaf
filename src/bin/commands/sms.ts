// `numberbox sms decode|encode`: the PDU codec on the command line, one JSON line per input line.

import { setImmediate } from "node:timers/promises";
import { type Command, Option } from "commander";
import { type DecodeOptions, decodePdu, describePdu } from "../../sms/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { encodeLine } from "./sms-encode-line.ts";

const STDIN = "-";
const NEWLINE = 0x0a;
// Large enough that a write costs nothing per line, small enough that Ctrl-C is heard at once.
const CHUNK_OCTETS = 1 << 18;

/** What one input line becomes; `failed` counts towards exit code 1. */
interface LineResult {
  readonly json: object;
  readonly failed: boolean;
}

/** Pieces of the input that end with a line, so that neither a line nor a UTF-8 sequence is cut. */
function* pieces(input: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  for (let at = 0; at < input.length; ) {
    const newline = input.indexOf(NEWLINE, at + CHUNK_OCTETS);
    const end = newline < 0 ? input.length : newline + 1;
    yield decoder.decode(input.subarray(at, end));
    at = end;
  }
}

/** The inputs in the order of the arguments: each is a line, `-` (also the default) is standard input. */
async function* inputs(args: readonly string[], io: CliIo): AsyncGenerator<string> {
  for (const arg of args.length === 0 ? [STDIN] : args) {
    if (arg === STDIN) yield* pieces(await io.readInput());
    else yield arg;
  }
}

/** Runs `convert` over all lines but blank ones and writes a JSON line for each. 1 when one failed, or when stopped before the end. */
async function convertLines(
  args: readonly string[],
  io: CliIo,
  convert: (line: string) => LineResult,
): Promise<ExitCode> {
  let failures = 0;
  for await (const piece of inputs(args, io)) {
    let out = "";
    for (const line of piece.split("\n")) {
      const text = line.trim();
      if (text === "") continue;
      const { json, failed } = convert(text);
      if (failed) failures++;
      out += `${JSON.stringify(json)}\n`;
    }
    io.out(out);
    // Lets signals in and output drain between two pieces.
    await setImmediate();
    if (io.signal.aborted) return 1;
  }
  return failures === 0 ? 0 : 1;
}

function registerDecode(sms: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  sms
    .command("decode")
    .description("decode PDUs to JSON lines; a line that is no PDU becomes an object with ok:false")
    .argument("[hex...]", "PDUs as hex, or - for one per line of standard input (the default)")
    .addOption(
      new Option("--smsc <mode>", "whether the service centre address stands in front")
        .choices(["auto", "yes", "no"])
        .default("auto"),
    )
    .addOption(
      new Option("--direction <direction>", "from the network (mt) or to it (mo)")
        .choices(["auto", "mt", "mo"])
        .default("auto"),
    )
    .action(async (args: string[], options: DecodeOptions) => {
      setExit(await convertLines(args, io, (line) => ({ json: describePdu(decodePdu(line, options)), failed: false })));
    });
}

function registerEncode(sms: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  sms
    .command("encode")
    .description("encode JSON lines to PDUs, service centre address in front")
    .argument("[json...]", "messages as JSON, or - for one per line of standard input (the default)")
    .action(async (args: string[]) => {
      const encode = (line: string): LineResult => {
        const json = encodeLine(line, io.clock.now());
        return { json, failed: !json.ok };
      };
      setExit(await convertLines(args, io, encode));
    });
}

/** Adds `sms decode` and `sms encode` to `program`. `decode` fails for no PDU; `encode` ends with 1 when a line was not encoded. */
export function registerSms(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  const sms = program.command("sms").description("encode and decode SMS PDUs (3GPP TS 23.040)");
  registerDecode(sms, io, setExit);
  registerEncode(sms, io, setExit);
}
