// What REST and the command line see of phone numbers and hosts in the chain.

import type { DirectoryReply, EnumPublishRequest, EnumReply } from "../../protocol/index.ts";
import { publishReplyOf } from "../listings/publishing-console.ts";
import type { DnsPublishing, DnsRequest } from "./dns-publishing.ts";
import type { EnumFindings } from "./enum-lookup.ts";
import type { EnumPublishing } from "./enum-publishing.ts";

export interface DirectoryConsole {
  readonly numbers: EnumPublishing;
  readonly hosts: DnsPublishing;
}

/** Plans, and does it unless it is a dry run. */
export async function publishNumber(
  { numbers }: DirectoryConsole,
  { dry_run: dryRun, ...body }: EnumPublishRequest,
): Promise<DirectoryReply> {
  const { line, sip, signature } = body;
  const request = { line, sip, signature, confirmNumber: body.confirm_number, despiteListing: body.despite_listing };
  const { warnings, ...plan } = await numbers.plan(request);
  return { ...publishReplyOf(plan, dryRun ? null : await numbers.publish(request)), warnings: [...warnings] };
}

export async function removeNumber(
  { numbers }: DirectoryConsole,
  line: string,
  dryRun: boolean,
): Promise<DirectoryReply> {
  const plan = await numbers.planRemoval(line);
  const warnings = ["What was in the chain stays in its history: the number remains public."];
  return { ...publishReplyOf(plan, dryRun ? null : await numbers.remove(line)), warnings };
}

export async function publishHost(
  { hosts }: DirectoryConsole,
  request: DnsRequest,
  dryRun: boolean,
): Promise<DirectoryReply> {
  const plan = await hosts.plan(request);
  return { ...publishReplyOf(plan, dryRun ? null : await hosts.publish(request)), warnings: [] };
}

export function enumBody(number: string, { answers, faults }: EnumFindings): EnumReply {
  return {
    number,
    answers: answers.map(({ vouchedBy, ...answer }) => ({ ...answer, vouched_by: [...vouchedBy] })),
    faults: [...faults],
  };
}
