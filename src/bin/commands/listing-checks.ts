// `numberbox listing explain|verify`: what a listing's record is, judged from files or from what node and relay show.

import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { AppError, fromUtf8, shortEmc, systemCodeOf, toBase64url, utf8, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import {
  capabilityWords,
  cidOf,
  commitmentForms,
  explainCommitment,
  explainSignature,
  judgeListing,
  LISTING_WARNINGS,
  type ListingEvidence,
  type ListingJudgement,
  type NameEvidence,
  parseListingRecord,
  parseUserWorm,
  signatureBytes,
  tiersOf,
  type Verdict,
} from "../../registry/index.ts";
import { visibleLine } from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type OnlineOptions, onlineEvidence } from "./listing-online.ts";
import { nodeOption } from "./node-option.ts";
import { pinned, proxyAddress } from "./renter-way.ts";

interface ExplainOptions {
  readonly commitment?: string;
  readonly sig?: string;
  readonly worm?: string;
  readonly json?: boolean;
}

interface VerifyOptions {
  readonly record?: string;
  readonly onchain?: string;
  readonly worm?: string;
  readonly sig?: string;
  readonly height?: number;
  readonly json?: boolean;
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw wrapError(cause, "listing.cannot_read", `${file}: ${systemCodeOf(cause) ?? "not readable"}`, {
      hint: "Check the path and that you may read the file.",
    });
  }
}

/** `name_show` of an Emercoin node, value in text or in base64. */
const shown = z.object({
  name: z.string(),
  value: z.string(),
  value_type: z.string().optional(),
  address: z.string().default(""),
  txid: z.string().default(""),
  expires_at: z.number().default(Number.MAX_SAFE_INTEGER),
  expired: z.boolean().default(false),
  deleted: z.boolean().default(false),
});

/** A value that is base64 of JSON or XML is taken for one: the node prints either, and says not which. */
function valueBytes(text: string): Uint8Array {
  const opens = (candidate: string): boolean => /^\s*[{<]/.test(candidate);
  if (opens(text)) return utf8(text);
  const decoded = new Uint8Array(Buffer.from(text, "base64"));
  return opens(new TextDecoder().decode(decoded)) ? decoded : utf8(text);
}

/** What `name_show` printed, as a file or as JSON text. */
async function nameEvidence(source: string): Promise<NameEvidence> {
  const inline = source.trimStart().startsWith("{");
  const text = inline ? source : fromUtf8(await readBytes(source));
  const what = inline ? "the JSON given" : source;
  const { name, value, address, txid, expires_at, expired, deleted } = parseJsonWith(
    shown,
    text,
    "listing.bad_evidence",
    what,
  );
  const state = deleted ? "deleted" : expired ? "expired" : "active";
  return { name, value: valueBytes(value), address, txid, expiresAt: expires_at, state };
}

/** The key that should have signed: from a WORM's file (XML or `name_show`), else the one that the record states. */
async function verifyKey(file: Uint8Array, worm: string | undefined): Promise<Uint8Array | null> {
  if (worm === undefined) {
    const stated = parseListingRecord(file).fields.pubkey_verify;
    return stated === undefined ? null : keyBytes(stated);
  }
  const bytes = worm.trimStart().startsWith("{") ? utf8(worm) : await readBytes(worm);
  const isXml = /^\s*</.test(new TextDecoder().decode(bytes));
  const { verify } = parseUserWorm(systemCrypto, isXml ? bytes : (await nameEvidence(worm)).value);
  return keyBytes(verify);
}

const keyBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64url"));

async function signatureText(file: Uint8Array, sig: string | undefined): Promise<string | null> {
  if (sig !== undefined) return fromUtf8(await readBytes(sig)).trim();
  return parseListingRecord(file).fields.signature ?? null;
}

async function runExplain(io: CliIo, path: string, options: ExplainOptions): Promise<ExitCode> {
  const file = await readBytes(path);
  const forms = commitmentForms(systemCrypto, file);
  const commitment =
    options.commitment === undefined ? null : explainCommitment(systemCrypto, file, options.commitment);
  const signature = await signatureText(file, options.sig);
  const verify = signature === null ? null : await verifyKey(file, options.worm);
  const signed =
    signature === null || verify === null ? null : explainSignature(systemCrypto, file, { signature, verify });
  const c1 = forms.find(({ form }) => form === "C1")?.digest ?? null;
  const wrong = (commitment !== null && commitment.form !== "C1") || (signed !== null && signed.form !== "C1");
  if (options.json === true) {
    const cid = c1 === null ? null : cidOf(c1);
    io.out(`${JSON.stringify({ commitment: c1, cid, forms, given: commitment, signature: signed })}\n`);
    return wrong ? 1 : 0;
  }
  for (const { form, text, digest } of forms) io.out(`${form}  ${digest}  ${text}\n`);
  if (c1 !== null) io.out(`IPFS  ${cidOf(c1)}\n`);
  if (commitment !== null) io.out(`Given: ${commitment.text}.\n`);
  io.out(signed === null ? "No signature, or no key to check it by.\n" : `Signature: ${signed.text}.\n`);
  if (wrong) io.out("Only C1 is accepted: build and sign the record again with `numberbox listing build`.\n");
  return wrong ? 1 : 0;
}

const WHAT = {
  commitment: "The chain commits to this record",
  signature: "The provider signed it",
  worm: "The provider's identity is on chain",
  binding: "The listing is the provider's own",
} as const;

function verdictText(verdict: Verdict): string {
  if (verdict.kind === "ok") return "yes";
  return verdict.kind === "failed" ? `NO  ${verdict.code}: ${verdict.message}` : `unknown: ${verdict.message}`;
}

function offerLines({ record, value }: ListingJudgement): readonly string[] {
  const words = value === null ? [] : [`Capabilities: ${capabilityWords(value.capabilities).join(", ") || "none"}`];
  const tiers = record === null ? [] : tiersOf(record.fields);
  const offers = tiers.map(({ tier, rental, perSms }) => {
    const prices = Object.entries(rental).flatMap(([duration, price]) =>
      price === null ? [] : [`${duration} ${shortEmc(price)} EMC`],
    );
    return `${tier}: ${[...prices, `each SMS ${shortEmc(perSms)} EMC`].join(", ")}`;
  });
  return [...words, ...offers];
}

/** Prints a judgement; the exit code is 0 only for a listing that can be rented. */
export function tellJudgement(io: CliIo, judged: ListingJudgement, json: boolean): ExitCode {
  const { verdicts, rentable, value } = judged;
  const warnings = judged.warnings.map((warning) => LISTING_WARNINGS[warning]);
  if (json) io.out(`${JSON.stringify({ verdicts, rentable, warnings, value })}\n`);
  else {
    for (const [name, text] of Object.entries(WHAT) as [keyof typeof WHAT, string][])
      io.out(`${text.padEnd(36)} ${visibleLine(verdictText(verdicts[name]))}\n`);
    for (const line of offerLines(judged)) io.out(`${visibleLine(line)}\n`);
    for (const warning of warnings) io.out(`Warning: ${warning}.\n`);
    io.out(rentable ? "It can be rented.\n" : "Do not rent it.\n");
  }
  return rentable ? 0 : 1;
}

/** The evidence in files, for the verifier; others ask a node or a relay for it. */
async function evidenceOf(io: CliIo, options: VerifyOptions): Promise<ListingEvidence> {
  const { record, onchain, worm, sig, height } = options;
  if (record === undefined || onchain === undefined) {
    throw new AppError("listing.no_source", "there is nothing to judge", {
      hint: "Give the listing's id with --node or --relay, or both files: --record and --onchain.",
    });
  }
  const detached = sig === undefined ? null : toDetached(await readBytes(sig));
  return {
    listing: await nameEvidence(onchain),
    worm: worm === undefined ? undefined : await nameEvidence(worm),
    record: await readBytes(record),
    detached,
    now: Math.floor(io.clock.now() / 1000),
    height,
  };
}

function toDetached(bytes: Uint8Array): string {
  const signature = signatureBytes(fromUtf8(bytes));
  if (signature !== null) return toBase64url(signature);
  throw new AppError("listing.bad_signature", "the signature file does not hold 64 bytes in hex, base64 or base64url", {
    hint: "Name the file that the provider keeps beside the record.",
  });
}

function height(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("It must be a height of the chain.");
  return value;
}

/** Adds `explain` and `verify` to the group. */
export function addListingChecks(listing: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  listing
    .command("explain")
    .description("which form of a record a commitment or signature belongs to")
    .argument("<file>", "the off-chain record")
    .option("--commitment <hex>", "the commitment that the chain shows")
    .option("--sig <file>", "the signature beside the record (default: the one inside)")
    .option("--worm <file>", "the signer's WORM, XML or what name_show prints (default: the key in the record)")
    .option("--json", "one JSON object")
    .action(async (file: string, options: ExplainOptions) => setExit(await runExplain(io, file, options)));
  const verify = listing
    .command("verify")
    .description("judge a listing by four questions; exit code 0 only if it can be rented")
    .argument("[id]", "its id or name, to be looked up by --node, --relay or both; without it, files are judged")
    .option("--relay <url>", "the relay that has the record, and shows the chain where no node is named")
    .option(
      "--socks5 <url>",
      "proxy to the relay, which resolves the name; nothing for the relay goes beside it",
      proxyAddress,
    )
    .option("--pin <sha256>", "certificate of the relay, instead of an authority's word: SHA-256 in hex", pinned)
    .option("--record <file>", "the off-chain record")
    .option("--onchain <file>", "what name_show prints of the listing: a file, or the JSON itself")
    .option("--worm <file>", "what name_show prints of the provider's WORM, likewise")
    .option("--sig <file>", "the signature beside a record that has none inside")
    .option("--height <n>", "height of the chain now, if the names were read earlier", height)
    .option("--json", "one JSON object");
  nodeOption(verify).action(async (id: string | undefined, options: VerifyOptions & OnlineOptions) => {
    const evidence = id === undefined ? await evidenceOf(io, options) : await onlineEvidence(io, id, options);
    setExit(tellJudgement(io, judgeListing(systemCrypto, evidence), options.json === true));
  });
}
