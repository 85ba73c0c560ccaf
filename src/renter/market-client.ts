// A renter's questions to the market of one relay. Nothing that comes back is believed before it was checked against the chain or the
// provider's signature.

import { z } from "zod";
import { type CryptoSuite, fromBase64url, hasCode, type ListingId, utf8 } from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import {
  type ListingEvidenceWire,
  type ListingsPage,
  listingEvidence,
  listingsPage,
  type NameEvidenceWire,
  type PooledChap,
  type ProofBundle,
  type ProvisioningRequest,
  proofBundle,
  provisioningReply,
  type RentRequest,
  type RentStatus,
  rentAccepted,
  rentChapStatus,
  rentStatus,
} from "../protocol/index.ts";
import type { NameEvidence } from "../registry/index.ts";
import { Gateway, type GatewayOptions } from "./gateway.ts";
import { GatewaySession } from "./gateway-session.ts";
import { patiently } from "./patience.ts";
import type { RelayClock } from "./relay-clock.ts";
import type { RelayHttp } from "./relay-http.ts";
import type { RenterState } from "./state.ts";
import { renterTimeouts } from "./timeouts.ts";

export interface MarketReaderOptions extends GatewayOptions {
  /** Default: one of its own, of the other options. */
  readonly gateway?: Gateway;
}

/** More with records are not in one page of a relay. */
const PAGE = 100;

const fromStandardBase64 = (text: string): Uint8Array =>
  fromBase64url(text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""));

/** A name as the relay claims to see it. */
export function evidenceFrom(wire: NameEvidenceWire | null): NameEvidence | null {
  if (wire === null) return null;
  const { name, value, address, txid, expires_at: expiresAt, state } = wire;
  return { name, value: fromStandardBase64(value), address, txid, expiresAt, state };
}

/** Reads listings; needs no key. Every method rejects as `RelayHttp.call`. */
export class MarketReader {
  readonly url: string;
  protected readonly gateway: Gateway;
  /** What time it is at the relay. */
  readonly time: RelayClock;
  readonly #clock: MarketReaderOptions["clock"];

  /** Throws `renter.bad_relay_url`. */
  constructor(options: MarketReaderOptions) {
    this.gateway = options.gateway ?? new Gateway(options);
    this.url = this.gateway.url;
    this.#clock = options.clock;
    this.time = this.gateway.time;
  }

  /** All listings that are free at this relay, in the order of their ids, page by page and with all that is needed to judge them. */
  async *available(signal: AbortSignal): AsyncGenerator<ListingsPage> {
    for (let after: string | null = ""; after !== null; ) {
      const path = `listings/available?limit=${PAGE}&after=${after}&evidence=1&records=1`;
      const page: ListingsPage = await this.ask(path, listingsPage, signal);
      yield page;
      after = page.next !== null && page.next > after ? page.next : null;
    }
  }

  evidence(id: ListingId, signal: AbortSignal): Promise<ListingEvidenceWire> {
    return this.ask(`listings/${id}`, listingEvidence, signal);
  }

  /** The record's file; null where the relay has none. */
  async record(id: ListingId, signal: AbortSignal): Promise<Uint8Array | null> {
    try {
      const path = `listings/${id}/offchain`;
      return recordBytes(await this.ask(path, z.unknown(), signal));
    } catch (error) {
      if (hasCode(error, "renter.relay_refused") && error.context.code === "relay.unknown_record") return null;
      throw error;
    }
  }

  /** The relay's receipts about these envelopes (50 at most), taken on `date` (`YYYYMMDD`); null while that day has no tree. */
  async proofs(date: string, hashes: readonly string[], signal: AbortSignal): Promise<ProofBundle | null> {
    try {
      const path = `proofs/${date}`;
      return await this.gateway.call({ method: "POST", path, body: { hashes }, reply: proofBundle, signal });
    } catch (error) {
      if (hasCode(error, "renter.relay_refused") && error.context.code === "proofs.unknown_day") return null;
      throw error;
    }
  }

  /** Waits where the relay asks for it. */
  protected ask<T>(path: string, reply: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return this.patiently(() => this.gateway.call({ method: "GET", path, reply, signal }), signal);
  }

  protected patiently<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return patiently({ clock: this.#clock }, attempt, signal);
  }
}

/** A record as it is checked: how it is written does not count. */
export const recordBytes = (record: unknown): Uint8Array => utf8(JSON.stringify(record));

export interface MarketClientOptions extends MarketReaderOptions {
  /** The sign-in, where something else of this key has it too; over the same `gateway`. Default: one of its own. */
  readonly session?: GatewaySession;
  readonly identity: Identity;
  readonly crypto: CryptoSuite;
  readonly state: RenterState;
}

/** Orders in the name of one key. Rejects as `RelaySession.with`. */
export class MarketClient extends MarketReader {
  readonly #session: GatewaySession;

  constructor(options: MarketClientOptions) {
    super(options);
    const { identity, crypto: suite, state, clock, timeouts = renterTimeouts } = options;
    const { tokenMargin } = timeouts;
    const { gateway } = this;
    this.#session = options.session ?? new GatewaySession({ gateway, identity, suite, state, clock, tokenMargin });
  }

  async rent(request: RentRequest, signal: AbortSignal): Promise<void> {
    await this.#call("POST", "rent", rentAccepted, request, signal);
  }

  /** The order's state; held open by the relay for `wait` seconds while the provider has not answered. */
  status(order: string, wait: number, signal: AbortSignal): Promise<RentStatus> {
    return this.#call("GET", `rent/${order}?wait=${wait}`, rentStatus, undefined, signal);
  }

  async ticket(order: string, chap: string, tx: string, signal: AbortSignal): Promise<void> {
    await this.#call("POST", "payments/ticket", rentStatus, { order_id: order, chap, tx }, signal);
  }

  /** The renter's copy of the escrow that pays for the order. */
  async escrow(order: string, document: string, signal: AbortSignal): Promise<void> {
    await this.#call("POST", "payments/escrow", rentStatus, { order_id: order, document }, signal);
  }

  /** Asks for another way to pay what is still due. The challenge that the relay says to have of the provider; null where it has none. */
  async chap(order: string, signal: AbortSignal): Promise<PooledChap | null> {
    const status = await this.#call("POST", "payments/chap", rentChapStatus, { order_id: order }, signal);
    return status.challenge ?? null;
  }

  /** An address that sets up a phone with an account of this relay's gateway: good once and for minutes. */
  async phoneAddress({ user, password, encryption }: ProvisioningRequest, signal: AbortSignal): Promise<string> {
    const account = { user, password, encryption };
    const { path } = await this.#call("POST", "provisioning", provisioningReply, account, signal);
    return `${this.url}${path}`;
  }

  #call<T>(method: "GET" | "POST", path: string, reply: z.ZodType<T>, body: unknown, signal: AbortSignal): Promise<T> {
    const sent = body === undefined ? {} : { body };
    const use = (http: RelayHttp, token: string): Promise<T> =>
      http.call({ method, path, ...sent, token, reply, signal });
    return this.patiently(() => this.#session.with(use, signal), signal);
  }
}
