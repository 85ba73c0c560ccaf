// Who answers for a phone number: all that the chain says of it, in any of the three forms, and who vouches for it.

import { AppError, type CoinCrypto, type E164, fromUtf8, hasCode, isAppError } from "../../base/index.ts";
import type { ChainNetwork } from "../../emercoin/index.ts";
import { type EnumRecord, enumName, enumNames, isVouchedFor, parseEnumValue } from "../../registry/index.ts";
import { MAX_ENUM_RECORDS } from "./enum-rules.ts";
import type { NameReader, NameRecord, NodeStatus } from "./ports-chain.ts";

export type EnumNode = Pick<NameReader, "name"> & { status(): Promise<Pick<NodeStatus, "network">> };

export interface EnumAnswer {
  readonly service: string;
  readonly order: number;
  readonly preference: number;
  readonly uri: string;
  /** Where it stands. */
  readonly name: string;
  readonly form: EnumRecord["form"];
  /** Seconds. */
  readonly ttl: number;
  /** Names whose owners signed the record's name. Whom to believe is the reader's choice: anybody can own a name. */
  readonly vouchedBy: readonly string[];
}

export interface EnumFindings {
  /** By order and preference: the first is tried first (RFC 3403). */
  readonly answers: readonly EnumAnswer[];
  /** Records that nobody can read. */
  readonly faults: readonly { readonly name: string; readonly code: string; readonly message: string }[];
}

/** Verifiers of one record that are asked for: whoever writes it may name any number. */
const MAX_VERIFIERS = 4;

/** What an active name says; the rest is as if it were not there. */
async function active(node: EnumNode, name: string): Promise<NameRecord | null> {
  const record = await node.name(name);
  return record?.state === "active" ? record : null;
}

/** Whether the owner of the verifier's name signed the record's. */
export async function isSignedByVerifier(
  node: EnumNode,
  crypto: CoinCrypto,
  signed: { readonly name: string; readonly record: EnumRecord; readonly verifier: string },
  network: ChainNetwork,
): Promise<boolean> {
  const owner = await active(node, signed.verifier);
  if (owner === null) return false;
  try {
    return isVouchedFor(crypto, signed, { name: signed.verifier, address: owner.address, network });
  } catch (error) {
    if (hasCode(error, "emercoin.bad_address")) return false;
    throw error;
  }
}

function parse(value: Uint8Array): EnumRecord | AppError {
  try {
    return parseEnumValue(fromUtf8(value));
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
}

/** As a resolver does: up to the first number that is missing; then the name of the older form. */
async function recordsOf(node: EnumNode, number: E164): Promise<readonly NameRecord[]> {
  const found: NameRecord[] = [];
  for (let at = 0; at < MAX_ENUM_RECORDS; at++) {
    const record = await active(node, enumName(number, at));
    if (record === null) break;
    found.push(record);
  }
  for (const name of enumNames(number).slice(1)) {
    const record = await active(node, name);
    if (record !== null) found.push(record);
  }
  return found;
}

/** Rejects with the node's fault. */
export async function lookupEnum(node: EnumNode, crypto: CoinCrypto, number: E164): Promise<EnumFindings> {
  const { network } = await node.status();
  const answers: EnumAnswer[] = [];
  const faults: EnumFindings["faults"][number][] = [];
  for (const { name, value } of await recordsOf(node, number)) {
    const record = parse(value);
    if (record instanceof AppError) {
      faults.push({ name, code: record.code, message: record.message });
      continue;
    }
    const { form, ttl, signatures } = record;
    const vouchedBy: string[] = [];
    for (const verifier of [...new Set(signatures.map((each) => each.verifier))].slice(0, MAX_VERIFIERS)) {
      if (await isSignedByVerifier(node, crypto, { name, record, verifier }, network)) vouchedBy.push(verifier);
    }
    answers.push(...record.services.map((service) => ({ ...service, name, form, ttl, vouchedBy })));
  }
  return { answers: answers.sort((a, b) => a.order - b.order || a.preference - b.preference), faults };
}
