// Asks the chain where a host of EmerDNS is, as the node's own resolver would answer.

import { AppError, fromUtf8, isAppError } from "../../base/index.ts";
import { type DnsFacts, delegates, dnsFacts, zoneOf } from "../../registry/index.ts";
import type { ChainNode } from "./ports-chain.ts";

export type DnsNode = Pick<ChainNode, "name" | "status">;

export interface DnsRoute {
  /** IP addresses; or one host that other name services know, where the record says so. */
  readonly addresses: readonly string[];
  /** SHA-256 of the certificates that the record vouches for, lower-case hex. */
  readonly pins: readonly string[];
  /** Seconds, as the shortest-lived record says. */
  readonly ttl: number;
}

/** Aliases that are followed one after another. */
const MAX_ALIASES = 2;

function unknown(host: string, name: string): AppError {
  return new AppError("dns.unknown", `the chain has no EmerDNS record ${name}, which ${host} needs`, {
    hint: "Check the host's name. Its record may have expired; the record above a subdomain must name it (SD=). Ask its operator.",
    retryable: true,
  });
}

async function factsOf(node: DnsNode, host: string, name: string): Promise<DnsFacts> {
  const record = await node.name(`dns:${name}`);
  if (record?.state !== "active") throw unknown(host, `dns:${name}`);
  try {
    return dnsFacts(fromUtf8(record.value));
  } catch (error) {
    if (isAppError(error) && error.code !== "dns.bad_record") {
      throw new AppError("dns.bad_record", `the EmerDNS record dns:${name} is not text`, { cause: error });
    }
    throw error;
  }
}

/** The record that answers for a host: the registered name's, unless that delegates what stands below it. */
async function answerOf(node: DnsNode, host: string, suffixes: readonly string[]): Promise<DnsFacts> {
  const zone = zoneOf(host, suffixes);
  if (zone === null) throw unknown(host, `dns:${host}`);
  let name = zone.apex;
  let facts = await factsOf(node, host, name);
  for (const label of zone.below) {
    if (!delegates(facts, label)) break;
    name = `${label}.${name}`;
    facts = await factsOf(node, host, name);
  }
  return facts;
}

/** Errors: `dns.unknown`, `dns.bad_record`, `dns.no_address`, `dns.too_many_aliases`, the node's. */
export async function lookupHost(node: DnsNode, host: string, suffixes: readonly string[]): Promise<DnsRoute> {
  const { synced } = await node.status();
  // What it says of names is then what was true some time ago.
  if (!synced) throw new AppError("emercoin.syncing", "the node is still loading the chain", { retryable: true });
  let asked = host;
  let route: DnsRoute = { addresses: [], pins: [], ttl: Number.POSITIVE_INFINITY };
  for (let hop = 0; hop <= MAX_ALIASES; hop++) {
    const { addresses, alias, pins, ttl } = await answerOf(node, asked, suffixes);
    // Who owns the name that is asked for says which certificate it has; the alias's owner only where he says nothing.
    route = { addresses, pins: route.pins.length > 0 ? route.pins : pins, ttl: Math.min(route.ttl, ttl) };
    if (addresses.length > 0) return route;
    if (alias === null) {
      throw new AppError("dns.no_address", `the EmerDNS record of ${asked} has no address that can be used`, {
        hint: "Ask its operator to publish A or AAAA.",
        retryable: true,
      });
    }
    if (zoneOf(alias, suffixes) === null) return { ...route, addresses: [alias] };
    asked = alias;
  }
  throw new AppError("dns.too_many_aliases", `the EmerDNS record of ${host} leads from alias to alias`, {
    hint: `Ask its operator for addresses: ${MAX_ALIASES} aliases in a row are followed.`,
    retryable: true,
  });
}
