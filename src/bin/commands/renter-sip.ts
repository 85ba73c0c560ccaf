// `renter sip`: the phone account of a rented number, as settings to type in or as a file for Linphone or Antisip. The only command that
// shows the password.

import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { encode } from "uqr";
import { AppError, isAppError, printQr } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { openGrant } from "../../envelope/index.ts";
import { antisipConfig, linphoneXml, type SipProfile, sipQr, sipSettings } from "../../protocol/index.ts";
import { MarketClient, sipOf, visibleLine } from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { writeNewFile } from "./renter-new-file.ts";
import { type OpenRenter, openRenter, type RenterOptions } from "./renter-open.ts";
import { createPrinter, type Printer } from "./renter-print.ts";

interface SipOptions extends RenterOptions {
  readonly rental?: string;
  readonly linphone?: string;
  readonly antisip?: string;
  /** The address of a provisioning document; true for none. */
  readonly qr?: string | true;
  readonly anyCertificate?: boolean;
}

interface Found extends SipProfile {
  readonly rentalId: string;
}

function refuse(code: `renter.${string}`, message: string, hint: string): AppError {
  return new AppError(code, message, { hint });
}

/** The newest grants, as far as a relay can be reached: an account may have been changed since the last look. */
async function fetchGrants(io: CliIo, renter: OpenRenter, printer: Printer): Promise<void> {
  if (renter.readOnly) return;
  const sink = { messages: async () => {}, refused: (error: AppError) => printer.problem(error) };
  for (const client of renter.clients) {
    try {
      await client.sync(sink, io.signal);
    } catch (error) {
      if (io.signal.aborted || !isAppError(error)) throw error;
      printer.problem(error);
      printer.note(`What follows is what ${client.url} said before; the provider may have changed it since.`);
    }
  }
}

/** Accounts of rentals that are not over, in the order of their numbers. Throws `renter.bad_sip`. */
function accountsOf(io: CliIo, { state, identity }: OpenRenter): readonly Found[] {
  const running = state.grants.filter((grant) => grant.expires_at * 1000 > io.clock.now());
  const found = running.flatMap((grant): readonly Found[] => {
    const { number, terms } = openGrant(systemCrypto, identity.seed, grant);
    const sip = sipOf(terms);
    return sip === null ? [] : [{ rentalId: grant.rental_id, number, expiresAt: grant.expires_at, sip }];
  });
  return found.sort((a, b) => (a.number < b.number ? -1 : 1));
}

function choose(found: readonly Found[], rental: string | undefined): Found {
  const [first, ...others] = found.filter(({ rentalId }) => rental === undefined || rentalId === rental);
  if (first === undefined) {
    const which = rental === undefined ? "none of your rentals takes calls" : "this rental takes no calls, or is over";
    throw refuse("renter.no_sip", which, "Ask the provider whether the line has calls; see: numberbox renter login");
  }
  if (others.length > 0) {
    const list = [first, ...others].map(({ rentalId, number }) => `${visibleLine(number)} is ${rentalId}`).join(", ");
    throw refuse("renter.which_rental", "several of your rentals take calls", `Choose one with --rental: ${list}`);
  }
  return first;
}

const SCOPE = {
  some: "What is encrypted is the way between your phone and the provider's box. The provider, and the telephone network behind him, can listen.",
  none: "The sound is not encrypted, not even between your phone and the provider's box.",
  relay:
    "Calls go through a relay: while a call is set up it sees your account and the number that you dial. Your phone may not show who calls; the sealed record of the call does.",
  relayKeys: "The keys of the sound pass through the relay too: it could listen.",
} as const;

/** What a phone makes of the certificate; null where there is nothing to say. */
function certificateNote({ sip }: Found, any: boolean): string | null {
  if (sip.transport !== "tls" || sip.cert_sha256 === null) return null;
  return any
    ? "Linphone will take any certificate: whoever sits between you and the provider can listen and take your calls."
    : `The provider's certificate is his own (SHA-256 ${sip.cert_sha256}). Linphone cannot pin it and refuses it, unless the file is made with --any-certificate: then whoever sits in between can listen.`;
}

async function writeFiles(found: Found, options: SipOptions, printer: Printer): Promise<readonly string[]> {
  const any = options.anyCertificate === true;
  const files: string[] = [];
  if (options.linphone !== undefined) {
    const file = resolve(options.linphone);
    await writeNewFile(file, linphoneXml(found, { certificates: any ? "accept_any" : "verify" }));
    files.push(file);
    printer.note(
      `Wrote ${file}, with the password in it. Linphone takes it as remote provisioning: from its address, a file: one on the desktop, on a phone one that you serve over https to yourself alone.`,
    );
    const note = certificateNote(found, any);
    if (note !== null) printer.note(note);
  }
  if (options.antisip !== undefined) {
    const file = resolve(options.antisip);
    await writeNewFile(file, `${JSON.stringify(antisipConfig(found), null, 2)}\n`);
    files.push(file);
    printer.note(`Wrote ${file}, with the password in it.`);
  }
  return files;
}

function showQr(io: CliIo, found: Found, address: string | null, printer: Printer): void {
  const { kind, text } = sipQr(found.sip, address);
  const rows = encode(text, { border: 2 }).data.map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
  io.out(`${printQr(rows)}\n${visibleLine(text)}\n`);
  printer.note(
    kind === "provisioning"
      ? "Linphone's assistant scans it and loads its configuration from there. Whoever else can load that address has your account."
      : "This is only the account's name: it sets no phone up. Linphone's assistant scans the address of a provisioning file: --qr URL.",
  );
}

function show(io: CliIo, found: Found, options: SipOptions, printer: Printer): void {
  if (options.json === true) {
    const { rentalId: rental_id, number, expiresAt: expires_at, sip } = found;
    printer.line({ type: "sip", rental_id, number, expires_at, sip });
    return;
  }
  for (const { name, value } of sipSettings(found)) io.out(`${`${name}:`.padEnd(24)}${visibleLine(value)}\n`);
  const { encryption, via_relay: viaRelay } = found.sip;
  printer.note(encryption === "none" ? SCOPE.none : SCOPE.some);
  if (viaRelay === true) printer.note(SCOPE.relay);
  if (viaRelay === true && encryption === "sdes") printer.note(SCOPE.relayKeys);
}

/** Where phones register at the relay it makes an address itself; else there is one where a person serves the file. */
async function addressFor(io: CliIo, renter: OpenRenter, { sip }: Found): Promise<string | null> {
  if (sip.via_relay !== true || sip.cert_sha256 !== null || renter.readOnly) return null;
  const { identity, state } = renter;
  for (const { url: relayUrl } of renter.clients) {
    const market = new MarketClient({ relayUrl, identity, crypto: systemCrypto, state, clock: io.clock });
    try {
      return await market.phoneAddress(sip, io.signal);
    } catch (error) {
      // Of several relays the account is at one: the others say that they take no calls.
      if (!isAppError(error) || error.context.code !== "relay.no_calls") throw error;
    }
  }
  return null;
}

/** Rejects with `renter.*`, `sip.bad_value`. */
async function runSip(io: CliIo, options: SipOptions): Promise<ExitCode> {
  const printer = createPrinter(io, options.json === true);
  const renter = await openRenter(io, options, "show");
  try {
    await fetchGrants(io, renter, printer);
    const found = choose(accountsOf(io, renter), options.rental);
    const { linphone, antisip, qr, json } = options;
    const files = await writeFiles(found, options, printer);
    if (qr !== undefined) showQr(io, found, qr === true ? await addressFor(io, renter, found) : qr, printer);
    if (linphone === undefined && antisip === undefined && qr === undefined) show(io, found, options, printer);
    else if (json === true) printer.line({ type: "sip_files", rental_id: found.rentalId, number: found.number, files });
    return 0;
  } finally {
    await renter.state.close();
  }
}

function webAddress(text: string): string {
  if (/^https:\/\/[\x21-\x7e]{1,500}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be an https address.");
}

function rentalArgument(text: string): string {
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be 32 lower-case hex digits.");
}

interface Shared {
  readonly finish: (exit: Promise<ExitCode>) => Promise<void>;
  readonly withCommonOptions: (command: Command) => Command;
}

/** Adds `renter sip`. */
export function registerSip(renter: Command, io: CliIo, { finish, withCommonOptions }: Shared): void {
  withCommonOptions(renter.command("sip"))
    .description("show the phone account of a rented number, with its password, or write it for a phone")
    .option("--rental <id>", "which rental, where several take calls", rentalArgument)
    .option("--linphone <file>", "write a new file for Linphone's remote provisioning")
    .option("--any-certificate", "in that file: take whatever certificate the server shows")
    .option("--antisip <file>", "write a new file for Antisip")
    .addOption(
      new Option(
        "--qr [url]",
        "a QR code with the address of a provisioning file: the one given, else one that the relay makes, good once, where phones register there; else of the account's name",
      )
        .argParser(webAddress)
        .conflicts("json"),
    )
    .action((options: SipOptions) => finish(runSip(io, options)));
}
