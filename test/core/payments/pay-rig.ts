// A payee and a payer at a simulated Emercoin node, through the real client: one rig is one disk, on which one process after another may
// run, each of which may end between any two steps.

import { onTestFinished } from "vitest";
import {
  AppError,
  type Clock,
  EMC,
  lineId,
  listingId,
  type MicroEmc,
  microEmc,
  type Random,
  type RentalId,
  Secret,
  seconds,
  silentLogger,
  type UnixMs,
  unixMs,
} from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { createEmercoinNode, createWalletGate, type EmercoinNode, httpTransport } from "../../../src/chain/index.ts";
import {
  type Budget,
  EventLog,
  type OrderEscrowSource,
  Payer,
  type PaymentNode,
  type PaymentSettings,
  type PaymentStore,
  Payments,
  type QuoteRequest,
  type Rental,
  type RentalGranter,
  type WalletGate,
} from "../../../src/core/index.ts";
import { nobleCoin } from "../../../src/envelope/index.ts";
import { type SimEmercoin, startSimEmercoin } from "../../sim/emercoin/index.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { MemoryPayments } from "./memory-payments.ts";

export const settings: PaymentSettings = {
  randpay: {
    enabled: true,
    target: EMC,
    chapTimeoutSeconds: 21_600,
    batch: 2,
    maxOpenChaps: 8,
    maxUnpaidTickets: 6,
    maxTicketsPerHour: 1000,
    confirmations: 3,
  },
  emc: { enabled: true, confirmations: 3 },
  escrow: { enabled: true, confirmations: 3, orderTimeoutSeconds: 604_800 },
  orderTimeoutSeconds: 86_400,
  payoutAddress: null,
  sweep: { enabled: true, atLeast: microEmc(1_000_000), maxCoins: 50 },
};

/** The rentals that were granted. */
export class FakeGranter implements RentalGranter {
  readonly rentals = new Map<RentalId, Rental>();
  grants = 0;
  refusal: AppError | null = null;

  async grantOrder(order: Parameters<RentalGranter["grantOrder"]>[0], credit: number | null): Promise<Rental> {
    const known = this.rentals.get(order.rentalId);
    if (known !== undefined) return known;
    if (this.refusal !== null) throw this.refusal;
    const rental: Rental = {
      id: order.rentalId,
      lineId: order.lineId,
      listingId: order.listingId,
      renter: order.renter,
      envelopeVersion: 1,
      startsAt: unixMs(0),
      expiresAt: unixMs(1),
      state: "active",
      endedAt: null,
      rev: 1,
      credit,
      senderRules: null,
    };
    this.grants++;
    this.rentals.set(rental.id, rental);
    return rental;
  }

  async setCredit(id: RentalId, credit: number | null): Promise<void> {
    const rental = this.rentals.get(id);
    if (rental !== undefined) this.rentals.set(id, { ...rental, credit, rev: rental.rev + 1 });
  }

  async extend(id: RentalId, until: UnixMs): Promise<void> {
    if (this.refusal !== null) throw this.refusal;
    const rental = this.rentals.get(id);
    if (rental !== undefined) this.rentals.set(id, { ...rental, expiresAt: until, rev: rental.rev + 1 });
  }

  async reissue(id: RentalId): Promise<void> {
    const rental = this.rentals.get(id);
    if (rental !== undefined) this.rentals.set(id, { ...rental, rev: rental.rev + 1 });
  }

  async end(id: RentalId): Promise<void> {
    const rental = this.rentals.get(id);
    if (rental?.state === "active") this.rentals.set(id, { ...rental, state: "ended" });
  }

  get(id: RentalId): Rental | null {
    return this.rentals.get(id) ?? null;
  }
}

export interface Prices {
  price: MicroEmc;
  perSms: MicroEmc;
}

export interface Side {
  readonly node: EmercoinNode;
  readonly gate: WalletGate;
}

/** A client of a wallet, until the test ends. Its waits are real: they are for real sockets. */
export function sideAt(url: string, wallet?: string): Side {
  const clock = systemClock;
  const transport = httpTransport({ url, credentials: async () => new Secret("emc:emc") });
  const node = createEmercoinNode({ transport: transport.send, clock, wallet, timeout: seconds(20) });
  onTestFinished(() => {
    node.stop();
    transport.close();
  });
  return { node, gate: createWalletGate({ session: node.session, clock, log: silentLogger }) };
}

export interface PayeeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly side: Side;
  readonly store: PaymentStore;
  readonly rentals: FakeGranter;
  readonly prices: Prices;
  readonly settings?: PaymentSettings;
  readonly sealedSms?: ReadonlyMap<RentalId, number>;
  readonly escrows?: OrderEscrowSource;
  /** Stands between the payments and their node, for faults. */
  readonly wrap?: (node: PaymentNode) => PaymentNode;
}

/** One process of the payee. */
export async function startPayee(options: PayeeOptions): Promise<Payments> {
  const { clock, random, side, store, rentals, prices, wrap = (node) => node } = options;
  const payments = new Payments({
    store,
    node: wrap(side.node),
    gate: side.gate,
    escrows: options.escrows ?? null,
    crypto: nobleCoin,
    random,
    network: async () => "regtest",
    settings: options.settings ?? settings,
    now: () => clock.now(),
    events: new EventLog(clock, silentLogger),
    log: silentLogger,
    clock,
    prices: { pricesOf: () => ({ ...prices }) },
    rentals,
    sealedSms: async () => options.sealedSms ?? new Map(),
  });
  await payments.load();
  return payments;
}

export function makePayer(side: Side, clock: Clock, random: Random, budget: Partial<Budget> = {}): Payer {
  return new Payer({
    node: side.node,
    crypto: nobleCoin,
    random,
    network: "regtest",
    now: () => clock.now(),
    budget: { window: seconds(86_400), maxWins: 10_000, maxSessionWins: 10_000, maxSpent: microEmc(9e12), ...budget },
    lock: seconds(900),
  });
}

export function request(changes: Partial<QuoteRequest> = {}): QuoteRequest {
  return {
    line: { id: lineId("line-1"), listingId: listingId("00112233445566aa") },
    tier: "sms_only",
    days: 30,
    sms: 0,
    renter: { verify: "renter-verify", encrypt: "renter-encrypt" },
    envelopeVersion: 1,
    method: "randpay",
    ...changes,
  };
}

export interface Rig {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly sim: SimEmercoin;
  readonly payee: Side;
  readonly payer: Side;
  readonly store: MemoryPayments;
  readonly rentals: FakeGranter;
  readonly prices: Prices;
  readonly sealedSms: Map<RentalId, number>;
  start(wrap?: (node: PaymentNode) => PaymentNode, settings?: PaymentSettings): Promise<Payments>;
}

/** `start` as it is now where a command with the system's clock takes part. */
export async function payRig(seed: string, start?: UnixMs): Promise<Rig> {
  const clock = new VirtualClock(start);
  const random = new SeededRandom(seed);
  const sim = await startSimEmercoin({ clock, random, wallets: ["payer"] });
  onTestFinished(() => sim.stop());
  const rig = {
    ...{ clock, random, sim, store: new MemoryPayments(), rentals: new FakeGranter() },
    payee: sideAt(sim.url, ""),
    payer: sideAt(sim.url, "payer"),
    prices: { price: microEmc(150_000), perSms: microEmc(1000) },
    sealedSms: new Map<RentalId, number>(),
  };
  return {
    ...rig,
    start: (wrap, own) => startPayee({ ...rig, side: rig.payee, ...(wrap && { wrap }), ...(own && { settings: own }) }),
  };
}

/** Rejects as a cut connection does. */
export function noAnswer(): AppError {
  return new AppError("emercoin.no_answer", "the answer was lost", { retryable: true });
}
