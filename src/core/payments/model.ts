// What the payments keep: challenges, tickets, orders, addresses, deposits and sweeps.

import type { LineId, ListingId, MicroEmc, RentalId, UnixMs } from "../../base/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { Outpoint } from "../chain/ports-chain.ts";
import type { RenterKeys } from "../model.ts";

/**
 * `pool`: made by the node, given to nobody · `offered` · `used`: its ticket is being decided · `spent`: decided · `expired` · `void`: the
 * node forgot it.
 */
export type ChapState = "pool" | "offered" | "used" | "spent" | "expired" | "void";

/** A RANDPAY challenge that our node issued. */
export interface IssuedChap {
  /** The whole text, `amount:risk:window`. */
  readonly text: string;
  readonly amount: MicroEmc;
  readonly risk: number;
  readonly state: ChapState;
  readonly issuedAt: UnixMs;
  /** From then on no ticket is taken for it; the node itself enforces nothing. */
  readonly expiresAt: UnixMs;
  /**
   * Whom it was offered to; null in the pool. Null also of one that is offered to nobody yet because the relay gives it out: no state of its
   * own, so that an older program reads it, and gives it to nobody else.
   */
  readonly orderId: string | null;
}

/**
 * `deciding`: stored, and the node was or is about to be asked; after a crash or a lost answer nobody knows whether it acted · `lost` ·
 * `won`: on its way into the chain · `settled`: a win deep in the chain · `displaced`: a win whose coins went elsewhere · `refused`: no
 * ticket of ours, its challenge is free again.
 */
export type TicketState = "deciding" | "lost" | "won" | "settled" | "displaced" | "refused";

export interface StoredTicket {
  /** Its txid as it was handed in. A win has another one: the payee's signature comes in. */
  readonly id: string;
  readonly chap: string;
  readonly orderId: string;
  readonly rentalId: RentalId;
  /** The renter's verify key. */
  readonly payer: string;
  readonly hex: string;
  /** What it pays if it wins: at least the challenge's amount. */
  readonly amount: MicroEmc;
  readonly risk: number;
  /** What it is worth to the renter, win or lose: amount / risk, rounded down. */
  readonly value: MicroEmc;
  /** p2pkh address of its payment; in our wallet if and only if it won. */
  readonly address: string;
  readonly coins: readonly Outpoint[];
  readonly state: TicketState;
  readonly receivedAt: UnixMs;
  readonly changedAt: UnixMs;
  /** Of a win: the transaction with our signature. */
  readonly winTxid: string | null;
  readonly winHex: string | null;
  /** The sweep that spends its win. */
  readonly sweepId: string | null;
  readonly problem: ProblemBody | null;
}

/** Of `escrow` the coins stay with renter, provider and arbiter together until two of them sign. */
export type PayMethod = "randpay" | "emc" | "escrow";

/** `quoted`: nothing was shown to pay with · `paying` · `paid`: to be granted · `granted` · `expired` · `refused`: what was paid is owed back. */
export type OrderState = "quoted" | "paying" | "paid" | "granted" | "expired" | "refused";

/** `rental` makes one; the others change one that runs: `topup` adds credit, `renewal` days, `upgrade` a tier, `cancel` ends it. */
export type OrderKind = "rental" | "topup" | "renewal" | "upgrade" | "cancel";

export interface Order {
  /** 32 hex digits. */
  readonly id: string;
  readonly kind: OrderKind;
  /** Of the rental that it buys or adds to; fixed from the start, so that granting twice makes no second rental. */
  readonly rentalId: RentalId;
  readonly lineId: LineId;
  readonly listingId: ListingId;
  readonly tier: string;
  /** 0 where no time is bought. */
  readonly days: number;
  readonly renter: RenterKeys;
  readonly envelopeVersion: 1 | 2;
  readonly method: PayMethod;
  /** Of the time or the tier; 0 for a top-up. */
  readonly price: MicroEmc;
  readonly perSms: MicroEmc;
  /** What has to be paid: the price and the SMS ordered with it. */
  readonly due: MicroEmc;
  /** What was credited for this order so far. */
  readonly received: MicroEmc;
  /** Where it is paid to; that of its escrow where there is one. Null until it was asked for. */
  readonly address: string | null;
  readonly state: OrderState;
  /** SMS that were charged so far, of a granted rental. */
  readonly chargedSms: number;
  readonly problem: ProblemBody | null;
  readonly createdAt: UnixMs;
  readonly expiresAt: UnixMs;
  readonly changedAt: UnixMs;
}

/** `seen`: not deep enough · `credited` · `reversed`: credited, then gone from the chain · `settled`: of an escrow that is paid out. */
export type DepositState = "seen" | "credited" | "reversed" | "settled";

/** A payment to an order's address: its own, or that of its escrow. */
export interface Deposit extends Outpoint {
  readonly address: string;
  readonly orderId: string;
  readonly amount: MicroEmc;
  readonly state: DepositState;
  readonly confirmations: number;
  /** How often it was credited; more than once after a reorganisation. */
  readonly credits: number;
  readonly changedAt: UnixMs;
}

/** `signed`: stored, perhaps sent · `confirmed` · `failed`: its coins are free for another sweep. */
export type SweepState = "signed" | "confirmed" | "failed";

export interface Sweep {
  /** Its txid. */
  readonly id: string;
  readonly hex: string;
  readonly address: string;
  readonly amount: MicroEmc;
  readonly fee: MicroEmc;
  readonly state: SweepState;
  readonly createdAt: UnixMs;
  readonly changedAt: UnixMs;
}

/** A payer whose win was displaced: pays plain EMC from then on. */
export interface PayerFlag {
  readonly payer: string;
  readonly displaced: number;
  readonly at: UnixMs;
}
