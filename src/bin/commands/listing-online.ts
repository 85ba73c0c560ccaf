// `numberbox listing verify ID`: the evidence of a listing from an Emercoin node, a relay, or both. A node is believed about the chain; a
// relay only shows what it claims to see, so the answer says whose word it is.

import { readFile } from "node:fs/promises";
import {
  AppError,
  type ListingId,
  listingId,
  seconds,
  systemCodeOf,
  withDeadline,
  wrapError,
} from "../../base/index.ts";
import type { NameReader } from "../../core/index.ts";
import {
  type ListingEvidence,
  listingIdOf,
  listingName,
  type NameEvidence,
  parseListingValue,
} from "../../registry/index.ts";
import { evidenceFrom, MarketReader, relayUrl } from "../../renter/index.ts";
import type { CliIo } from "../cli-io.ts";
import { type NodeOptions, namesNode, openNode } from "./node-option.ts";
import { accessTo } from "./renter-access.ts";
import { pinsOf } from "./renter-way.ts";

export interface OnlineOptions extends NodeOptions {
  readonly relay?: string;
  /** Of the proxy to the relay. */
  readonly socks5?: string;
  readonly pin?: readonly string[];
  /** A file with the record, where no relay is asked for it. */
  readonly record?: string;
}

const PATIENCE = seconds(60);

interface ChainEvidence {
  readonly listing: NameEvidence | null;
  readonly worm: NameEvidence | null;
  readonly height: number | undefined;
}

/** Takes an id or a whole name. Errors: `listing.bad_id`, `listing.unknown`, `listing.no_source`, those of node and relay. */
export async function onlineEvidence(io: CliIo, text: string, options: OnlineOptions): Promise<ListingEvidence> {
  const id = parseId(text);
  const reader = options.relay === undefined ? null : await readerOf(io, options.relay, options);
  if (reader === null && !namesNode(io, options)) {
    throw new AppError("listing.no_source", "nobody was named who knows the chain", {
      hint: "Give an Emercoin node by --node (or NUMBERBOX_EMERCOIN_URL), a relay by --relay, or both.",
    });
  }
  const { listing, worm, height } = namesNode(io, options)
    ? await ofNode(io, id, options)
    : await ofRelay(io, id, reader);
  if (listing === null) {
    throw new AppError("listing.unknown", `there is no listing ${id} on the chain`, {
      hint: "Check the id; a listing that was published just now needs its confirmations first.",
    });
  }
  const record = await recordOf(io, id, { reader, file: options.record });
  return { listing, worm, record, now: Math.floor(io.clock.now() / 1000), height };
}

/** By the way that the options say, as the renter's commands go. */
async function readerOf(io: CliIo, relay: string, options: OnlineOptions): Promise<MarketReader> {
  const { socks5 = "none", pin = [] } = options;
  const pins = pinsOf(pin, relayUrl(relay));
  const places = { relays: [relay], mirrors: [], socks5: socks5 === "none" ? null : socks5, pins };
  return new MarketReader({ ...(await accessTo(io, options, places)), relayUrl: relay, clock: io.clock });
}

function parseId(text: string): ListingId {
  const id = listingIdOf(text) ?? (/^[0-9a-f]{16,64}$/.test(text) ? listingId(text) : null);
  if (id !== null) return id;
  throw new AppError("listing.bad_id", "this is no listing's id", { hint: "An id is 16 to 64 lower-case hex digits." });
}

async function ofNode(io: CliIo, id: ListingId, options: NodeOptions): Promise<ChainEvidence> {
  const open = await openNode(io, options);
  try {
    const waiting = { clock: io.clock, timeout: PATIENCE, what: "the Emercoin node", signal: io.signal };
    return await withDeadline(readChain(open.node, id), waiting);
  } finally {
    open.close();
  }
}

async function readChain(node: NameReader & { height(): Promise<number> }, id: ListingId): Promise<ChainEvidence> {
  const height = await node.height();
  const listing = await node.name(listingName(id));
  const ref = listing === null ? null : wormRef(listing.value);
  return { height, listing, worm: ref === null ? null : await node.name(ref) };
}

/** Null for a value that is no listing's: the verdicts say so. */
function wormRef(value: Uint8Array): string | null {
  try {
    return parseListingValue(value).worm_ref;
  } catch {
    return null;
  }
}

async function ofRelay(io: CliIo, id: ListingId, reader: MarketReader | null): Promise<ChainEvidence> {
  const found = reader === null ? null : await reader.evidence(id, io.signal);
  io.err("The relay's word is taken for what the chain says; name your own node by --node to check it.\n");
  return {
    listing: evidenceFrom(found?.listing ?? null),
    worm: evidenceFrom(found?.worm ?? null),
    height: found?.height ?? undefined,
  };
}

async function recordOf(
  io: CliIo,
  id: ListingId,
  { reader, file }: { readonly reader: MarketReader | null; readonly file: string | undefined },
): Promise<Uint8Array | null> {
  if (file === undefined) return reader === null ? null : await reader.record(id, io.signal);
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw wrapError(cause, "listing.cannot_read", `${file}: ${systemCodeOf(cause) ?? "not readable"}`, {
      hint: "Check the path and that you may read the file.",
    });
  }
}
