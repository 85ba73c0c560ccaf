// `numberbox enum …` and `numberbox dns …`: phone numbers and relays' hosts in the chain.

import { type Command, InvalidArgumentError } from "commander";
import { e164, isAppError } from "../../base/index.ts";
import { enumBody, lookupEnum, showMirror } from "../../core/index.ts";
import { nobleCoin } from "../../envelope/index.ts";
import { type DnsReply, dnsReply, type EnumReply, enumReply } from "../../protocol/index.ts";
import { dnsName, type MirrorWish, mirrorValue } from "../../registry/index.ts";
import { visibleLine } from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { boxCommand, publishCommand } from "./listing-publish.ts";
import { type NodeOptions, namesNode, nodeOption, openNode } from "./node-option.ts";
import { type PublishOptions, publishThrough } from "./publish-text.ts";
import { wholeNumber } from "./whole-number.ts";

interface LookupOptions extends NodeOptions {
  readonly data?: string;
  readonly json?: boolean;
}

interface EnumOptions extends PublishOptions {
  readonly sip: string;
  readonly confirm?: string;
  readonly despiteListing?: boolean;
  readonly signature?: string;
}

interface MirrorOptions {
  readonly address: readonly string[];
  readonly key?: string;
  readonly cert?: readonly string[];
  readonly sub?: readonly string[];
  readonly ttl: number;
}

const FORMS = {
  emer_enum: "EmerENUM",
  zone_file: "zone-file form, which no resolver answers from",
  backend: "lookup server's form, which no resolver answers from",
} as const;

function phoneNumber(text: string): string {
  try {
    return e164(text);
  } catch (error) {
    if (!isAppError(error)) throw error;
    throw new InvalidArgumentError("It must be a number such as +15550100.");
  }
}

/** From the node that is named, else from the running box. */
async function ask<T>(
  io: CliIo,
  options: LookupOptions,
  ways: { readonly node: (opened: Awaited<ReturnType<typeof openNode>>) => Promise<T>; readonly box: () => Promise<T> },
): Promise<T> {
  if (!namesNode(io, options)) return await ways.box();
  const opened = await openNode(io, options);
  try {
    return await ways.node(opened);
  } finally {
    opened.close();
  }
}

function tellNumber(io: CliIo, { number, answers, faults }: EnumReply): ExitCode {
  for (const { order, preference, uri, name, form, vouched_by: by } of answers) {
    const vouched = by.length === 0 ? "nobody vouches for it" : `vouched for by ${by.join(", ")}`;
    io.out(`${visibleLine(`${order} ${preference}  ${uri}  ${vouched}`)}\n    ${name}, ${FORMS[form]}\n`);
  }
  for (const { name, message } of faults) io.out(`${name}: ${visibleLine(message)}\n`);
  if (answers.length === 0) io.out(`The chain says nothing usable of ${number}.\n`);
  return answers.length === 0 ? 1 : 0;
}

async function lookup(io: CliIo, number: string, options: LookupOptions): Promise<ExitCode> {
  const found = await ask(io, options, {
    node: async ({ node }) => enumBody(number, await lookupEnum(node, nobleCoin, e164(number))),
    box: async () =>
      (await openBoxApi(io, dataFolder(io, options.data))).call({
        method: "GET",
        path: `enum/lookup?number=${encodeURIComponent(number)}`,
        reply: enumReply,
      }),
  });
  if (options.json !== true) return tellNumber(io, found);
  io.out(`${JSON.stringify(found)}\n`);
  return found.answers.length === 0 ? 1 : 0;
}

function registerEnum(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  const group = program.command("enum").description("phone numbers in the chain's telephone book");
  publishCommand(group, "publish", "put a line's number into the chain, where it stays public for ever")
    .argument("<line>", "line or its number")
    .requiredOption("--sip <uri>", "where calls to the number go, such as sip:NAME@HOST")
    .option("--confirm <number>", "the line's number once more; needed unless it is a dry run")
    .option("--despite-listing", "also while a blind listing of the line is in the chain")
    .option("--signature <base64>", "the verifier's signature of the record's name, if his key is not in the wallet")
    .action((line: string, { sip, confirm, despiteListing, signature, ...options }: EnumOptions) => {
      const consent = { confirm_number: confirm ?? "", despite_listing: despiteListing ?? false };
      return publishThrough(io, "enum", options, { body: { line, sip, ...consent, signature: signature ?? null } });
    });
  nodeOption(boxCommand(group, "lookup", "who answers for a number, in the order to try them"))
    .argument("<number>", "such as +15550100", phoneNumber)
    .action(async (number: string, options: LookupOptions) => setExit(await lookup(io, number, options)));
  publishCommand(group, "remove", "delete a line's number from the chain; its history stays public")
    .argument("<line>", "line or its number")
    .action((line: string, options: PublishOptions) =>
      publishThrough(io, `enum/${encodeURIComponent(line)}`, options, { method: "DELETE" }),
    );
}

async function show(io: CliIo, host: string, options: LookupOptions): Promise<void> {
  const found = await ask<DnsReply>(io, options, {
    node: async ({ node }) => {
      const { addresses, certificates, ...mirror } = await showMirror(node, host);
      return { ...mirror, addresses: [...addresses], certificates: [...certificates] };
    },
    box: async () =>
      (await openBoxApi(io, dataFolder(io, options.data))).call({
        method: "GET",
        path: `dns?host=${encodeURIComponent(host)}`,
        reply: dnsReply,
      }),
  });
  if (options.json === true) return io.out(`${JSON.stringify(found)}\n`);
  io.out(`${found.host}  ${found.addresses.join(" ") || "no address"}\n`);
  io.out(found.key === null ? "No key is pinned: rely on its certificate alone.\n" : `Key  ${found.key}\n`);
  for (const each of found.certificates) io.out(`Certificate  ${each}\n`);
}

function mirrorOptions(command: Command): Command {
  return command
    .argument("<host>", "host name, such as relay.example.coin")
    .requiredOption("--address <ip...>", "its addresses, IPv4 or IPv6")
    .option("--key <base64url>", "the relay's verify key, to be pinned")
    .option("--cert <sha256...>", "SHA-256 of the certificate that it shows, in hex; two while one is replaced")
    .option("--sub <label...>", "labels below the host that have records of their own")
    .option("--ttl <seconds>", "how long resolvers may keep it", wholeNumber(60, 604_800), 3600);
}

function mirrorWish({ address, key, cert = [], sub = [] }: MirrorOptions): MirrorWish {
  return { addresses: address, key: key ?? null, certificates: cert, subdomains: sub };
}

function registerDns(program: Command, io: CliIo): void {
  const group = program.command("dns").description("hosts of relays in the chain (EmerDNS)");
  nodeOption(boxCommand(group, "show", "addresses and pinned key of a relay's host"))
    .argument("<host>", "host name")
    .action((host: string, options: LookupOptions) => show(io, host, options));
  mirrorOptions(group.command("make").description("print name and value of a record, for name_new")).action(
    (host: string, options: MirrorOptions) =>
      io.out(`${dnsName(host)}\n${mirrorValue(mirrorWish(options), options.ttl)}\n`),
  );
  mirrorOptions(publishCommand(group, "publish", "put a relay's host into the chain through the running box"))
    .option("--days <n>", "term that the name is paid for", wholeNumber(30, 3650), 365)
    .action((host: string, options: PublishOptions & MirrorOptions & { readonly days: number }) => {
      const { ttl, days } = options;
      return publishThrough(io, "dns", options, { body: { host, ...mirrorWish(options), ttl, days } });
    });
}

export function registerDirectory(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  registerEnum(program, io, setExit);
  registerDns(program, io);
}
