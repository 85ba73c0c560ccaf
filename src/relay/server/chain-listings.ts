// What the chain says of listings, as this relay's node shows it: raw evidence that whoever reads it can check elsewhere.

import {
  type Clock,
  type ErrorCode,
  isAppError,
  type ListingId,
  type Millis,
  seconds,
  toBase64,
} from "../../base/index.ts";
import type { NameRecord } from "../../core/index.ts";
import type { NameEvidenceWire } from "../../protocol/index.ts";
import { listingName, parseListingValue } from "../../registry/index.ts";
import type { RelayNames } from "./options.ts";
import { refusal } from "./problems.ts";

export interface ListingSighting {
  readonly height: number;
  readonly listing: NameRecord | null;
  /** The identity that the listing names. */
  readonly worm: NameRecord | null;
}

const REMEMBER: Millis = seconds(10);
/** For browsing, where the same names are shown again and again; whoever rents looks anew. */
const REMEMBER_RECORD: Millis = seconds(300);
const MAX_RECORDS = 50_000;
/** A node takes only so many questions at once. */
const AT_ONCE = 8;
const MAX_REMEMBERED = 5000;

export function evidenceOf(record: NameRecord | null): NameEvidenceWire | null {
  if (record === null) return null;
  const { name, value, address, txid, expiresAt, state } = record;
  return { name, value: toBase64(value), address, txid, expires_at: expiresAt, state };
}

/** The identity that a listing names; null for a value that is none. */
export function wormOf(value: Uint8Array): string | null {
  try {
    return parseListingValue(value).worm_ref;
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

export class ChainListings {
  readonly #names: RelayNames;
  readonly #clock: Clock;
  readonly #records = new Map<string, { readonly at: Millis; readonly record: Promise<NameRecord | null> }>();
  readonly #seen = new Map<ListingId, { readonly at: Millis; readonly sighting: Promise<ListingSighting> }>();

  constructor(names: RelayNames, clock: Clock) {
    this.#names = names;
    this.#clock = clock;
  }

  /** Rejects with `relay.no_chain`. A sighting is good for a few seconds; `fresh` looks anew. */
  look(id: ListingId, fresh = false): Promise<ListingSighting> {
    const at = this.#clock.monotonic();
    const known = this.#seen.get(id);
    if (!fresh && known !== undefined && at - known.at < REMEMBER) return known.sighting;
    const sighting = this.#ask(() => this.#look(id));
    this.#seen.delete(id);
    this.#seen.set(id, { at, sighting });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    return sighting;
  }

  /** Names as the chain has them, each once; good for minutes. What the chain does not have is left out. Rejects with `relay.no_chain`. */
  async records(names: Iterable<string>): Promise<ReadonlyMap<string, NameRecord>> {
    const asked = [...new Set(names)];
    const found = new Map<string, NameRecord>();
    for (let at = 0; at < asked.length; at += AT_ONCE) {
      const records = await Promise.all(asked.slice(at, at + AT_ONCE).map((name) => this.#record(name)));
      for (const record of records) if (record !== null) found.set(record.name, record);
    }
    return found;
  }

  #record(name: string): Promise<NameRecord | null> {
    const at = this.#clock.monotonic();
    const known = this.#records.get(name);
    if (known !== undefined && at - known.at < REMEMBER_RECORD) return known.record;
    const record = this.#ask(() => this.#names.name(name));
    this.#records.delete(name);
    this.#records.set(name, { at, record });
    const [oldest] = this.#records.keys();
    if (this.#records.size > MAX_RECORDS && oldest !== undefined) this.#records.delete(oldest);
    return record;
  }

  async #look(id: ListingId): Promise<ListingSighting> {
    const height = await this.#names.height();
    const listing = await this.#names.name(listingName(id));
    const ref = listing === null ? null : wormOf(listing.value);
    return { height, listing, worm: ref === null ? null : await this.#names.name(ref) };
  }

  /** Nothing of a failure is remembered. */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#seen.clear();
      this.#records.clear();
      const code: ErrorCode = isAppError(error) ? error.code : "emercoin.unreachable";
      throw refusal("relay.no_chain", `the relay's Emercoin node does not answer (${code})`, seconds(10));
    }
  }
}
