// `numberbox renter …`: the commands of the person who rents a number.

import { type Command, InvalidArgumentError, Option } from "commander";
import type { AppError } from "../../base/index.ts";
import { publicKeysToText } from "../../envelope/index.ts";
import { type ReceiptLine, receiptLine, visibleLine } from "../../renter/index.ts";
import { rememberLogin } from "../../renter-node/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { nodeOption } from "./node-option.ts";
import { type BackupOptions, type RestoreOptions, runBackup, runRestore } from "./renter-backup.ts";
import { type ExportOptions, runExport, runVerifyExport, type VerifyExportOptions } from "./renter-export.ts";
import { type InboxOptions, runInbox } from "./renter-inbox.ts";
import { registerMarket } from "./renter-market.ts";
import { type OpenRenter, openRenter, type RenterOptions } from "./renter-open.ts";
import { type KeysOptions, renterKeys, runKeys } from "./renter-own-keys.ts";
import { createPrinter } from "./renter-print.ts";
import { inOrder, rentalLine, rentalText, sealedTerms } from "./renter-rental-text.ts";
import { registerSip } from "./renter-sip.ts";
import { registerTelegram } from "./renter-telegram.ts";
import { withWayOptions } from "./renter-way.ts";
import { wholeNumber } from "./whole-number.ts";

interface LoginOptions extends RenterOptions {
  readonly trust?: string;
}

function matching(pattern: RegExp, shape: string): (value: string) => string {
  return (value) => {
    if (!pattern.test(value)) throw new InvalidArgumentError(`It must be ${shape}.`);
    return value;
  };
}

function withKeyOptions(command: Command): Command {
  return command
    .option("--keyfile <file>", "Privateness key file (default: the one of the last login)")
    .option("--user <name>", "which user of the key file (default: its current one)")
    .option("--password-file <file>", "file with the password of an encrypted key file")
    .option("--state <dir>", "folder for inbox and tokens (default: $XDG_STATE_HOME/numberbox/renter)")
    .option("--json", "one JSON object per line");
}

function withCommonOptions(command: Command): Command {
  return nodeOption(withWayOptions(withKeyOptions(command)));
}

/** Signs in at every relay; a grant that cannot be believed is reported and makes the exit code 1. */
async function runLogin(io: CliIo, options: LoginOptions): Promise<ExitCode> {
  const renter = await openRenter(io, options, "fail");
  const printer = createPrinter(io, options.json === true);
  const keys = publicKeysToText(renter.identity);
  let exit: ExitCode = 0;
  const refused = (error: AppError): void => {
    exit = 1;
    printer.problem(error);
  };
  try {
    if (options.trust !== undefined) await renter.state.forgetProvider(options.trust);
    for (const client of renter.clients) {
      const rentals = inOrder(renter, await client.login({ messages: async () => {}, refused }, io.signal));
      if (options.json === true) {
        const list = rentals.map((rental) => rentalLine(renter, rental));
        const { name: user } = renter.identity;
        const renter_keys = renterKeys(renter.identity);
        printer.line({ type: "login", relay: client.url, user, ...keys, renter_keys, rentals: list });
      } else {
        io.out(`Signed in at ${client.url} as ${visibleLine(renter.identity.name)}.\n`);
        if (rentals.length === 0) io.out(`  No rentals yet.\n`);
        for (const rental of rentals) io.out(rentalText(renter, rental));
      }
    }
    if (options.json !== true) {
      io.out(`What a provider needs to rent you a number (rental grant --renter):\n${renterKeys(renter.identity)}\n`);
    }
    await rememberLogin(renter.root, renter.login);
    return exit;
  } finally {
    await renter.state.close();
  }
}

/** Ends the key's tokens at every relay. Exit code 1 when one could not be asked. */
async function runLogout(io: CliIo, options: RenterOptions): Promise<ExitCode> {
  const { clients, state } = await openRenter(io, options, "fail");
  const printer = createPrinter(io, options.json === true);
  let exit: ExitCode = 0;
  try {
    for (const client of clients) {
      try {
        await client.signOut(io.signal);
        if (options.json === true) printer.line({ type: "logout", relay: client.url });
        else io.out(`Signed out at ${client.url}: no token of this key is good there any more.\n`);
      } catch (error) {
        if (io.signal.aborted) throw error;
        exit = 1;
        printer.problem(error);
      }
    }
    return exit;
  } finally {
    await state.close();
  }
}

function receiptText(renter: OpenRenter, line: ReceiptLine): string {
  const grant = renter.state.grant(line.rental_id);
  const terms = grant === undefined ? null : sealedTerms(renter, grant);
  const number = terms === null ? "" : ` (${visibleLine(terms.number)})`;
  return `${line.receipt.ts}  rental ${line.rental_id}${number}  seq ${line.seq ?? "-"}  ${visibleLine(line.state)}\n`;
}

async function runReceipts(io: CliIo, options: RenterOptions): Promise<ExitCode> {
  const renter = await openRenter(io, options, "show");
  const { state } = renter;
  try {
    const printer = createPrinter(io, options.json === true);
    for (const entry of state.inbox.entries) {
      const line = receiptLine(entry, state.inbox);
      if (options.json === true) printer.line(line);
      else io.out(receiptText(renter, line));
    }
    if (state.inbox.entries.length === 0 && options.json !== true) io.out("No receipts yet: each message has one.\n");
    return 0;
  } finally {
    await state.close();
  }
}

type Finish = (exit: Promise<ExitCode>) => Promise<void>;

function registerSigningIn(renter: Command, io: CliIo, finish: Finish): void {
  const create = new Option(
    "--create <file>",
    "make a new key in this new file, its name from --user (default: renter)",
  );
  withKeyOptions(renter.command("keys"))
    .description("print your public keys, which a provider needs to rent you a number")
    .addOption(create.conflicts(["keyfile", "passwordFile"]))
    .action((options: KeysOptions) => finish(runKeys(io, options)));
  withCommonOptions(renter.command("login"))
    .description("sign in at a relay, remember key file and relay, list your rentals")
    .option(
      "--trust <listing>",
      "accept that this listing has another provider than before",
      matching(/^[0-9a-f]{16,64}$/, "16-64 lower-case hex digits"),
    )
    .action((options: LoginOptions) => finish(runLogin(io, options)));
  withCommonOptions(renter.command("logout"))
    .description(
      "end every token of your key at the relay: after a token may have leaked, or before you leave a machine",
    )
    .action((options: RenterOptions) => finish(runLogout(io, options)));
}

function registerReading(renter: Command, io: CliIo, finish: Finish): void {
  withCommonOptions(renter.command("inbox"))
    .description("show all messages, newest last, and fetch what waits")
    .option("--follow", "go on until Ctrl-C")
    .option("--new", "only messages that were not shown before")
    .option("--rental <id>", "only messages of this rental", matching(/^[0-9a-f]{32}$/, "32 lower-case hex digits"))
    .action((options: InboxOptions) => finish(runInbox(io, options)));
  withCommonOptions(renter.command("receipts"))
    .description("list the receipts that you have signed")
    .action((options: RenterOptions) => finish(runReceipts(io, options)));
}

function registerExports(renter: Command, io: CliIo, finish: Finish): void {
  withCommonOptions(renter.command("export"))
    .description(
      "write what proves each message as one JSON document: the provider's signature, your receipt, and the relay's with its way " +
        "to the root of its day. Anyone can check it offline with `renter verify-export`",
    )
    .option("--out <file>", "a new file (default: standard output)")
    .option(
      "--texts",
      "with the texts of the messages; that they are what was signed can be checked only with your key",
    )
    .option("--offline", "without asking the relays for their receipts")
    .action((options: ExportOptions) => finish(runExport(io, options)));
  withKeyOptions(nodeOption(renter.command("verify-export")))
    .description("check an exported file, message by message; needs no relay, and a key only for the texts")
    .argument("<file>", "the exported file; - for standard input")
    .option("--confirmations <n>", "with --node: blocks that an anchor must have", wholeNumber(0, 999_999), 12)
    .action((file: string, options: VerifyExportOptions) => finish(runVerifyExport(io, file, options)));
}

function registerBackups(renter: Command, io: CliIo, finish: Finish): void {
  const passphrase = "a file with the backup's passphrase (default: it is asked for)";
  withKeyOptions(renter.command("backup"))
    .description("keep key, orders and escrows of this machine in one new file, under a passphrase")
    .argument("<file>", "a new file")
    .option("--passphrase-file <file>", passphrase)
    .action((file: string, options: BackupOptions) => finish(runBackup(io, file, options)));
  withCommonOptions(renter.command("restore"))
    .description("bring back what `renter backup`, or a backup of the renter's pages, has kept")
    .argument("<file>", "the backup, or a key file")
    .option("--passphrase-file <file>", passphrase)
    .option("--create <file>", "the key goes into this new file (default: one in the state folder)")
    .action((file: string, options: RestoreOptions) => finish(runRestore(io, file, options)));
}

/** Adds `renter` and its commands. Failures reject with an `AppError`; Ctrl-C is no failure. */
export function registerRenter(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  const finish: Finish = async (exit) => {
    try {
      setExit(await exit);
    } catch (error) {
      if (!io.signal.aborted) throw error;
      setExit(0);
    }
  };
  const renter = program.command("renter").description("rent numbers, and read their SMS");
  registerSigningIn(renter, io, finish);
  registerReading(renter, io, finish);
  registerExports(renter, io, finish);
  registerBackups(renter, io, finish);
  registerSip(renter, io, { finish, withCommonOptions });
  registerMarket(renter, io, { finish, withCommonOptions });
  registerTelegram(renter, io, { finish, withCommonOptions });
}
