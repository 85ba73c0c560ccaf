// A relay in this process with a provider's box behind it, as a renter's pages meet them: listings on a chain of names, quotes, payments
// and grants by the provider's key, SMS sealed to whoever rented. The box is simulated; everything it signs is real.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ListingId,
  listingId,
  type MicroEmc,
  millis,
  parseEmc,
  shortEmc,
  silentLogger,
  toHex,
  unixMs,
  utf8,
} from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { isSignedCancel, type MarketRelay, rentRequestHash, signAnswer, upgradePrice } from "../../src/core/index.ts";
import {
  buildTicket,
  type Chap,
  chapText,
  decodeTransaction,
  parseChap,
  ticketAmount,
  transactionHex,
  txid,
} from "../../src/emercoin/index.ts";
import {
  encodePayload,
  type Identity,
  nobleCoin,
  type SmsPayload,
  sealV1,
  signGrant,
  signMessage,
  wormXml,
} from "../../src/envelope/index.ts";
import type { OrderAnswer, RelayVoice, RentalGrant, RentRequest, SipTerms } from "../../src/protocol/index.ts";
import {
  commitmentOf,
  DURATION_DAYS,
  type EscrowOffer,
  listingEscrow,
  listingName,
  listingRecord,
  listingValueBytes,
  signListing,
} from "../../src/registry/index.ts";
import { createRelayClient, type RelayHandle, type RelayLimits, startRelay } from "../../src/relay/index.ts";
import { identity, signWith, suite, verifyOf } from "../relay/fixtures.ts";
import { ChainOfNames } from "../relay/market-fixtures.ts";

const DAY_S = 86_400;
const PROVIDER = "provider123";
/** Looks like an address; nothing looks at it. */
export const PAY_ADDRESS = "EQvPHYwzyhNTRm54qwpX7dqqZ8Xyhr2xqL";

const WIDE: Partial<RelayLimits> = { authPerMinute: 1000, readsPerMinute: 10_000, rentsPerMinute: 1000 };

export interface StageListing {
  readonly id: ListingId;
  readonly number: string;
  readonly daily: string;
  readonly features: readonly string[];
  /** The phone account in its grants; with `calls` in those of that tier alone. */
  readonly sip?: SipTerms;
  /** What a day costs in the tier with calls; without it there is none. */
  readonly calls?: string;
  /** With it the listing can be paid by escrow. */
  readonly escrow?: EscrowOffer;
}

interface StageOrder {
  readonly request: RentRequest;
  readonly price: MicroEmc;
  readonly chap: Chap;
  readonly rentalId: string;
  /** The document of one that is paid by escrow. */
  escrow: string;
  grant: RentalGrant | null;
  seq: number;
}

const nowS = (): number => Math.floor(systemClock.now() / 1000);

export class MarketStage {
  readonly provider: Identity = { ...identity("provider"), name: PROVIDER };
  readonly names = new ChainOfNames();
  /** Where the relay takes calls. */
  voice: RelayVoice | null = null;
  /** Makes the document of an order that is paid by escrow. */
  escrowOf: (request: RentRequest) => Promise<string> = async () => "";
  /** Copies of escrows that renters handed in, newest last. */
  readonly copies: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "numberbox-stage-"));
  readonly #listings = new Map<string, StageListing>();
  readonly #orders = new Map<string, StageOrder>();
  readonly #abort = new AbortController();
  readonly #pages: string | undefined;
  readonly #limits: Partial<RelayLimits>;
  #relay: RelayHandle | null = null;
  #box: (MarketRelay & { stop(): void }) | null = null;
  #running: Promise<void> = Promise.resolve();

  private constructor(pages: string | undefined, limits: Partial<RelayLimits>) {
    this.#pages = pages;
    this.#limits = limits;
    this.names.put(`worm:user:ness:${PROVIDER}`, utf8(wormXml(this.provider)));
  }

  static async start(pages?: string, limits: Partial<RelayLimits> = WIDE): Promise<MarketStage> {
    const stage = new MarketStage(pages, limits);
    await stage.startRelay();
    const box = createRelayClient({
      ...{ url: stage.url, clock: systemClock, random: systemRandom, log: silentLogger },
      identity: { verify: verifyOf(stage.provider), sign: signWith(stage.provider) },
    });
    stage.#box = box;
    stage.#running = stage.#serve(box).catch((error: unknown) => {
      if (!stage.#abort.signal.aborted) throw error;
    });
    return stage;
  }

  get url(): string {
    return this.#relay?.url ?? "";
  }

  async startRelay(port = 0): Promise<void> {
    this.#relay = await startRelay({
      listen: { host: "127.0.0.1", port },
      dataFolder: this.#folder,
      providers: [{ verify: verifyOf(this.provider), name: PROVIDER }],
      limits: this.#limits,
      ...{ version: "test", clock: systemClock, random: systemRandom, crypto: suite, log: silentLogger },
      ...{ names: this.names, dashboard: this.#pages, voice: () => this.voice },
    });
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#box?.stop();
    await this.#relay?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Offers a number: on the chain, and its record at the relay. */
  async list(listing: Omit<StageListing, "id"> & { readonly id: string }): Promise<void> {
    const id = listingId(listing.id);
    const { daily, calls, features, escrow } = listing;
    const record = listingRecord({
      ...{ provider_id: PROVIDER, listing_id: id, capabilities: 11, rev: 1, features: [...features] },
      service_tiers: {
        sms_only: { enabled: true, pricing: { per_sms: "0", rental_daily: daily, rental_weekly: "0.2" } },
        ...(calls === undefined
          ? {}
          : { sms_voice_video: { enabled: true, pricing: { per_sms: "0", rental_daily: calls } } }),
      },
      ...{ pubkey_verify: verifyOf(this.provider), timestamp: nowS() },
      ...(escrow === undefined ? {} : { escrow: listingEscrow(escrow) }),
    });
    const value = {
      worm_ref: `worm:user:ness:${PROVIDER}`,
      commitment: commitmentOf(suite, record),
      capabilities: 11,
      rev: 1,
    };
    this.names.put(listingName(id), listingValueBytes(value));
    const taken = await this.#box?.putRecord(id, signListing(suite, this.provider.seed, record), this.#abort.signal);
    if (taken?.kind !== "taken") throw new Error(`the record was not taken: ${JSON.stringify(taken)}`);
    this.#listings.set(id, { ...listing, id });
  }

  /** The renter's coins are confirmed: the order is granted. */
  async paid(orderId: string): Promise<void> {
    const order = this.#orders.get(orderId);
    if (order === undefined) throw new Error("no such order");
    await this.#grant(order);
    await this.#tell(orderId, order);
  }

  /** What the wallet of a renter prints for a challenge. */
  ticketFor(chap: string): string {
    const coin = { txid: "ab".repeat(32), vout: 0, amount: parseEmc("5") };
    const plan = { chap: parseChap(chap), offset: 0, coins: [coin], changeScript: Uint8Array.of(0x51), time: nowS() };
    return transactionHex(buildTicket(plan));
  }

  /** The newest order of a listing. */
  orderOf(listing: string): string {
    const found = [...this.#orders.values()].findLast(({ request }) => request.listing_id === listing);
    if (found === undefined) throw new Error("nobody has ordered it");
    return found.request.order_id;
  }

  /** An SMS comes in on the number that was rented by this order. */
  async sms(orderId: string, sms: Partial<Pick<SmsPayload, "from" | "body" | "kind">>): Promise<void> {
    const order = this.#orders.get(orderId);
    const grant = order?.grant ?? null;
    if (order === undefined || grant === null) throw new Error("not rented");
    const { rental_id, listing_id } = grant;
    const seq = ++order.seq;
    const payload: SmsPayload = {
      ...{ v: 1, type: "sms", from: "+15550199", body: "Hello", sent_at: null, parts: 1, missing: [], class: null },
      ...{ to: this.#listings.get(listing_id)?.number ?? "", received_ms: systemClock.now() },
      ...{ listing_id, rental_id, seq, ...sms },
    };
    const recipient = Uint8Array.from(Buffer.from(grant.renter.encrypt, "base64url"));
    const envelope = sealV1({ suite, random: systemRandom, recipient, plaintext: encodePayload(payload) });
    const header = { v: 1, id: toHex(systemRandom.bytes(16)), listing_id, rental_id, seq, ts: nowS() } as const;
    await this.#send("POST", "/forward", signMessage({ suite, seed: this.provider.seed, header, envelope }));
  }

  async #serve(box: MarketRelay): Promise<void> {
    const { signal } = this.#abort;
    for (let after = 0; !signal.aborted; ) {
      const page = await box.requests({ after, wait: 5, open: false }, signal);
      if (page === null) await systemClock.sleep(millis(200), "the relay", signal).catch(() => {});
      for (const { cursor, request: asked } of page?.requests ?? []) {
        const known = this.#orders.get(asked.order_id) ?? this.#quote(asked.request);
        this.#orders.set(asked.order_id, known);
        if (asked.kind === "ticket") await this.#grant(known);
        if (asked.kind === "escrow") this.copies.push(asked.document);
        if (asked.request.payment.method === "escrow" && known.escrow === "")
          known.escrow = await this.escrowOf(asked.request);
        await this.#tell(asked.id, known, asked.kind === "ticket" ? asked.tx : null);
        after = cursor;
      }
    }
  }

  #quote(request: RentRequest): StageOrder {
    const price = this.#priceOf(request);
    const chap = { ...ticketAmount(price), window: BigInt(`0x${toHex(systemRandom.bytes(8))}`) };
    return { request, price, chap, grant: null, seq: 0, escrow: "", rentalId: toHex(systemRandom.bytes(16)) };
  }

  #priceOf({ listing_id, change }: RentRequest): MicroEmc {
    const { daily = "0", calls = daily } = this.#listings.get(listing_id) ?? {};
    const changed = change?.kind === "upgrade" ? this.#rentalOf(change.rental_id)?.grant : null;
    if (changed === null || changed === undefined) return parseEmc(daily);
    const time = { startsAt: unixMs(changed.starts_at * 1000), expiresAt: unixMs(changed.expires_at * 1000) };
    return upgradePrice(time, { now: parseEmc(daily), next: parseEmc(calls) }, systemClock.now());
  }

  #termsOf({ listing_id, tier }: RentRequest): { readonly sip?: SipTerms } {
    const { sip, calls } = this.#listings.get(listing_id) ?? {};
    return sip === undefined || (calls !== undefined && tier === "sms_only") ? {} : { sip };
  }

  async #grant(order: StageOrder): Promise<void> {
    const { request } = order;
    const renewed = request.change === undefined ? null : this.#rentalOf(request.change.rental_id);
    const from = renewed?.grant?.expires_at ?? nowS();
    const listing = this.#listings.get(request.listing_id);
    order.grant ??= signGrant({
      ...{ suite, random: systemRandom, seed: this.provider.seed },
      statement: {
        ...{
          v: 1,
          rental_id: renewed?.grant?.rental_id ?? order.rentalId,
          listing_id: request.listing_id,
        },
        ...{ provider: verifyOf(this.provider), renter: request.renter },
        starts_at: renewed?.grant?.starts_at ?? nowS(),
        ...{
          expires_at: from + (request.change?.kind === "upgrade" ? 0 : DURATION_DAYS[request.duration] * DAY_S),
          envelope_version: 1,
          rev: (renewed?.grant?.rev ?? 0) + 1,
          credit: null,
        },
      },
      secret: { number: listing?.number ?? "", terms: this.#termsOf(request) },
    });
    await this.#send("PUT", `/rentals/${order.grant.rental_id}`, order.grant);
  }

  #rentalOf(rentalId: string): StageOrder | null {
    return [...this.#orders.values()].findLast(({ grant }) => grant?.rental_id === rentalId) ?? null;
  }

  async #tell(id: string, order: StageOrder, ticket: string | null = null): Promise<void> {
    const { request, chap, grant } = order;
    const { change } = request;
    const ended = change?.kind === "cancel" && isSignedCancel(suite, request) ? change.rental_id : null;
    const price = ended === null ? shortEmc(order.price) : "0";
    const rental = ended ?? grant?.rental_id ?? null;
    const until = nowS() + 3600;
    const payments = {
      emc: { method: "emc", address: PAY_ADDRESS, amount: price, expires_at: until },
      escrow: { method: "escrow", document: order.escrow, amount: price, expires_at: until },
      randpay: {
        ...{ method: "randpay" as const, chap: chapText(chap), amount: shortEmc(chap.amount), risk: chap.risk },
        ...{ expected: price, expires_at: until },
      },
    } as const;
    const answer: Omit<OrderAnswer, "signature"> = {
      ...{ v: 1, type: "numberbox-order", order_id: request.order_id, listing_id: request.listing_id },
      ...{ provider: verifyOf(this.provider), request: rentRequestHash(suite, request) },
      ...{ state: rental === null ? "quoted" : "granted", rental_id: rental ?? order.rentalId },
      ...{ price, per_sms: "0", due: price, received: rental === null ? "0" : price, expires_at: until },
      payment: rental === null ? payments[request.payment.method] : null,
      ticket:
        ticket === null ? null : { txid: txid(nobleCoin, decodeTransaction(ticket)), outcome: "lost", win_tx: null },
      ...{ problem: null, answered_at: nowS() },
    };
    await this.#box?.answer(id, signAnswer(suite, this.provider.seed, answer), this.#abort.signal);
  }

  async #send(method: string, path: string, body: unknown): Promise<void> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${this.url}${path}`, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
}
