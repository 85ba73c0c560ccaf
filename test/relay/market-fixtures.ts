// A listing with its record and identity, and a chain that shows them.

import { fromUtf8, type ListingId, listingId, toBase64url, utf8 } from "../../src/base/index.ts";
import {
  type BlockNames,
  type NameRecord,
  type NameRow,
  rentRequestHash,
  signAnswer,
  signPooledChap,
} from "../../src/core/index.ts";
import { type Identity, wormXml } from "../../src/envelope/index.ts";
import type { OrderAnswer, PooledChap, RandpayPayment, RentRequest } from "../../src/protocol/index.ts";
import {
  commitmentOf,
  type EscrowOffer,
  listingEscrow,
  listingName,
  listingRecord,
  listingValueBytes,
  signListing,
} from "../../src/registry/index.ts";
import type { RelayServerOptions } from "../../src/relay/index.ts";
import { LISTING, NOW_S, provider, RENTAL, renter, suite, verifyOf } from "./fixtures.ts";

export const ID: ListingId = listingId(LISTING);
export const ORDER = "00112233445566778899aabbccddeeff";

export const ESCROW: EscrowOffer = {
  arbiters: [{ name: "judge", verify: "A".repeat(43) }],
  ...{ feesBps: 50, disputeDays: 7, refundDays: 60 },
};

export interface RecordParts {
  readonly by?: Identity;
  readonly rev?: number;
  readonly listing?: string;
  readonly daily?: string;
  readonly weekly?: string | null;
  readonly escrow?: EscrowOffer | null;
}

export function recordOf({
  by = provider,
  rev = 1,
  listing = LISTING,
  daily = "0.01",
  weekly = null,
  escrow = null,
}: RecordParts = {}) {
  const record = listingRecord({
    provider_id: "provider123",
    listing_id: listing,
    capabilities: 11,
    rev,
    service_tiers: {
      sms_only: {
        enabled: true,
        pricing: { per_sms: "0.001", rental_daily: daily, ...(weekly === null ? {} : { rental_weekly: weekly }) },
      },
    },
    features: ["non-voip"],
    pubkey_verify: verifyOf(by),
    timestamp: NOW_S,
    ...(escrow === null ? {} : { escrow: listingEscrow(escrow) }),
  });
  const commitment = commitmentOf(suite, record);
  const value = { worm_ref: "worm:user:ness:provider123", commitment, capabilities: 11, rev };
  const text = fromUtf8(signListing(suite, by.seed, record));
  return { text, commitment, value: listingValueBytes(value) };
}

const named = (name: string, value: Uint8Array): NameRecord => ({
  name,
  value,
  txid: "ab".repeat(32),
  vout: 0,
  address: "mh3xFAgtcp8cn4LD7QcctUGPd9QdTMA5V6",
  expiresAt: 50_000,
  state: "active",
});

/** Height before the first name of a test. */
const FIRST = 1232;

/** Names of a chain as a relay's node shows them; tests put in what they need. */
export class ChainOfNames implements NonNullable<RelayServerOptions["names"]> {
  readonly all = new Map<string, NameRecord>();
  readonly #blocks: string[] = [];
  down = false;

  constructor() {
    this.put("worm:user:ness:provider123", utf8(wormXml(provider)));
  }

  /** In a block of its own. */
  put(name: string, value: Uint8Array): void {
    this.all.set(name, named(name, value));
    this.#blocks.push(name);
  }

  list(parts: RecordParts = {}): void {
    this.put(listingName(listingId(parts.listing ?? LISTING)), recordOf(parts).value);
  }

  async height(): Promise<number> {
    if (this.down) throw new Error("no node");
    return FIRST + this.#blocks.length;
  }

  async blockHash(height: number): Promise<string | null> {
    if (this.down) throw new Error("no node");
    return height > FIRST + this.#blocks.length ? null : `block ${height}`;
  }

  async namesInBlock(height: number): Promise<BlockNames | null> {
    const name = this.#blocks[height - FIRST - 1];
    return name === undefined
      ? null
      : { height, hash: `block ${height}`, previous: `block ${height - 1}`, names: [name] };
  }

  async name(name: string): Promise<NameRecord | null> {
    return this.all.get(name) ?? null;
  }

  async names({ from, count }: { from: number; count: number }): Promise<readonly NameRow[]> {
    const rows = [...this.all.values()].filter(({ name }) => name.startsWith("ness:sms:listing:"));
    return rows
      .map(({ name, value, expiresAt }) => ({
        name,
        value,
        registeredAt: 1,
        expiresIn: expiresAt - FIRST - this.#blocks.length,
      }))
      .slice(from, from + count);
  }
}

export function requestOf(parts: Partial<RentRequest> = {}): RentRequest {
  return {
    order_id: ORDER,
    listing_id: LISTING,
    tier: "sms_only",
    duration: "daily",
    sms: 0,
    renter: { verify: verifyOf(renter), encrypt: toBase64url(renter.encrypt) },
    payment: { method: "randpay" },
    envelope_version: 1,
    ...parts,
  };
}

export function answerOf(
  request: RentRequest,
  parts: Partial<OrderAnswer> & { readonly by?: Identity } = {},
): OrderAnswer {
  const { by = provider, ...members } = parts;
  return signAnswer(suite, by.seed, {
    v: 1,
    type: "numberbox-order",
    order_id: request.order_id,
    listing_id: request.listing_id,
    provider: verifyOf(by),
    request: rentRequestHash(suite, request),
    state: "quoted",
    rental_id: RENTAL,
    price: "0.01",
    per_sms: "0.001",
    due: "0.01",
    received: "0",
    expires_at: NOW_S + 3600,
    payment: {
      method: "randpay",
      chap: `1.00:100:${"00".repeat(20)}`,
      amount: "1",
      risk: 100,
      expected: "0.01",
      expires_at: NOW_S + 600,
    },
    ticket: null,
    problem: null,
    answered_at: NOW_S,
    ...members,
  });
}

/** A challenge of a provider's pool that is worth the 0.01 EMC of `answerOf`; each number has a text of its own. */
export function pooledOf(
  number: number,
  { by = provider, ...payment }: Partial<RandpayPayment> & { readonly by?: Identity } = {},
): PooledChap {
  return signPooledChap(suite, by, {
    method: "randpay",
    chap: `1.00:100:${number.toString(16).padStart(40, "0")}`,
    ...{ amount: "1", risk: 100, expected: "0.01" },
    expires_at: NOW_S + 21_600,
    ...payment,
  });
}
