// REST: phone numbers and hosts in the chain.

import { z } from "zod";
import { e164 } from "../../base/index.ts";
import { type DirectoryConsole, enumBody, publishHost, publishNumber, removeNumber } from "../../core/index.ts";
import {
  directoryReply,
  dnsPublishRequest,
  dnsQuery,
  dnsReply,
  enumPublishRequest,
  enumQuery,
  enumReply,
  publishRequest,
} from "../../protocol/index.ts";
import { NAME_ERRORS, NODE_ERRORS } from "./error-groups.ts";
import { type Operation, operation } from "./operation.ts";

const ENUM_ERRORS = [
  "rental.unknown_line",
  "listing.unknown_line",
  "enum.bad_record",
  "enum.bad_signature",
  "enum.bad_sip",
  "enum.disabled",
  "enum.foreign_address",
  "enum.full",
  "enum.linked_address",
  "enum.listed",
  "enum.no_verifier",
  "enum.not_confirmed",
  "enum.not_verifier",
  ...NAME_ERRORS,
] as const;

function numberOperations(directory: DirectoryConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/enum/lookup", scope: "read", tag: "Directory", query: enumQuery, reply: enumReply },
      ...{ summary: "What the chain says of a phone number", errors: NODE_ERRORS },
      run: async ({ query: { number } }) => enumBody(number, await directory.numbers.lookup(e164(number))),
    }),
    operation({
      ...{ method: "post", path: "/enum", scope: "manage", tag: "Directory", body: enumPublishRequest },
      ...{ summary: "Publish a line's number openly", reply: directoryReply, errors: ENUM_ERRORS },
      run: ({ body }) => publishNumber(directory, body),
    }),
    operation({
      ...{ method: "delete", path: "/enum/{line}", scope: "manage", tag: "Directory", body: publishRequest },
      ...{ summary: "Take a line's number out of the chain", params: z.strictObject({ line: z.string() }) },
      ...{
        reply: directoryReply,
        errors: ["rental.unknown_line", "listing.unknown_line", "enum.not_published", ...NAME_ERRORS],
      },
      run: ({ params, body }) => removeNumber(directory, params.line, body.dry_run),
    }),
  ];
}

export function directoryOperations(directory: DirectoryConsole): readonly Operation[] {
  return [
    ...numberOperations(directory),
    operation({
      ...{ method: "get", path: "/dns", scope: "read", tag: "Directory", query: dnsQuery, reply: dnsReply },
      ...{ summary: "What EmerDNS says of a host", errors: ["dns.unknown", "dns.bad_record", ...NODE_ERRORS] },
      run: async ({ query }) => {
        const { addresses, certificates, ...mirror } = await directory.hosts.show(query.host);
        return { ...mirror, addresses: [...addresses], certificates: [...certificates] };
      },
    }),
    operation({
      ...{ method: "post", path: "/dns", scope: "manage", tag: "Directory", body: dnsPublishRequest },
      ...{ summary: "Publish a host in EmerDNS", reply: directoryReply, errors: ["dns.bad_record", ...NAME_ERRORS] },
      example: { host: "relay.example.coin", addresses: ["192.0.2.7"], dry_run: true },
      run: ({ body: { dry_run: dryRun, ...wanted } }) => publishHost(directory, wanted, dryRun),
    }),
  ];
}
