// What the payments need: durable storage, prices, and somebody who grants rentals.

import type { CoinCrypto, Logger, MicroEmc, Random, RentalId, UnixMs } from "../../base/index.ts";
import type { ChainNetwork } from "../../emercoin/index.ts";
import type { EscrowParty } from "../../registry/index.ts";
import type { ChainNode, ChainReader, CoinWallet, Outpoint, RandpayNode, WalletGate } from "../chain/ports-chain.ts";
import type { EscrowFile } from "../escrow/escrow-file.ts";
import type { EventLog } from "../event-log.ts";
import type { Rental } from "../model.ts";
import type { Account, JournalEntry } from "./ledger.ts";
import type { Deposit, IssuedChap, Order, PayerFlag, StoredTicket, Sweep } from "./model.ts";

/** Everything that one step changes, in one transaction. Records replace those of the same key. */
export interface PaymentChange {
  readonly chaps?: readonly IssuedChap[];
  /** A coin that backs a ticket which is being decided or has won backs no other: else `store.conflict`. */
  readonly tickets?: readonly StoredTicket[];
  readonly orders?: readonly Order[];
  readonly deposits?: readonly Deposit[];
  readonly sweeps?: readonly Sweep[];
  readonly flags?: readonly PayerFlag[];
  /** Appended. A key that the journal has is `store.conflict`, and nothing of the change is stored. */
  readonly entries?: readonly JournalEntry[];
}

export interface PaymentRecords {
  /** Those of the pool, offered and used by a ticket that is being decided. */
  readonly chaps: readonly IssuedChap[];
  /** Those that are being decided or have won and are not swept and confirmed. */
  readonly tickets: readonly StoredTicket[];
  readonly orders: readonly Order[];
  readonly deposits: readonly Deposit[];
  readonly sweeps: readonly Sweep[];
  readonly flags: readonly PayerFlag[];
  readonly balances: ReadonlyMap<Account, MicroEmc>;
}

export interface TicketSpan {
  readonly from: UnixMs;
  readonly to: UnixMs;
  readonly limit: number;
  readonly newestFirst?: boolean;
  /** Those that won, whatever became of it, and no others. */
  readonly wins?: boolean;
}

export interface PaymentStore {
  payments(): Promise<PaymentRecords>;
  commitPayments(change: PaymentChange): Promise<void>;
  ticket(id: string): Promise<StoredTicket | null>;
  /** Tickets received in [from, to), oldest first unless `newestFirst`; those of one moment by their id. */
  tickets(span: TicketSpan): Promise<readonly StoredTicket[]>;
  /** Entries of [from, to), oldest first. */
  journal(span: { readonly from: UnixMs; readonly to: UnixMs }): Promise<readonly JournalEntry[]>;
}

export interface LinePrices {
  readonly price: MicroEmc;
  readonly perSms: MicroEmc;
}

/** What the provider asks for a line. */
export interface PriceList {
  /** Null where the tier is not offered on the line, or not for such a time. */
  pricesOf(offer: { readonly line: string; readonly tier: string; readonly days: number }): LinePrices | null;
}

export interface PaymentSettings {
  readonly randpay: {
    readonly enabled: boolean;
    /** What a ticket pays when it wins, about. */
    readonly target: MicroEmc;
    readonly chapTimeoutSeconds: number;
    /** Challenges made at a time. */
    readonly batch: number;
    /** Open challenges of one order. */
    readonly maxOpenChaps: number;
    /** Tickets of one payer that are undecided, or won and not deep in the chain. */
    readonly maxUnpaidTickets: number;
    readonly maxTicketsPerHour: number;
    /** Confirmations until a win counts as settled. */
    readonly confirmations: number;
  };
  readonly emc: { readonly enabled: boolean; readonly confirmations: number };
  readonly escrow: {
    readonly enabled: boolean;
    /** Blocks after which what is paid into one is credited. */
    readonly confirmations: number;
    readonly orderTimeoutSeconds: number;
  };
  readonly orderTimeoutSeconds: number;
  /** Null: a fresh address of the node's own wallet. */
  readonly payoutAddress: string | null;
  readonly sweep: { readonly enabled: boolean; readonly atLeast: MicroEmc; readonly maxCoins: number };
}

export type PaymentNode = Pick<ChainReader, "transaction" | "unspent"> &
  Pick<ChainNode, "status"> &
  Pick<CoinWallet, "newAddress" | "owns" | "signTransaction" | "broadcast" | "receivedAt"> &
  RandpayNode;

/** A payment as the chain shows it now. */
export interface SeenPayment extends Outpoint {
  readonly amount: MicroEmc;
  readonly confirmations: number;
}

/** What an order says of the escrow that is to pay for it. */
export interface EscrowOrder {
  readonly renter: EscrowParty;
  /** Verify key of the arbiter. */
  readonly arbiter: string;
  /** The fee that the renter read; an order for another one is refused. */
  readonly feesBps: number;
  readonly amount: MicroEmc;
}

/** What the chain says of an escrow's coins. */
export interface EscrowMoney {
  /** Null where nothing was paid in. Without confirmations where it is not in the chain, or was taken by a payout that we do not know. */
  readonly funding: SeenPayment | null;
  /** What the provider and the network got; null until it is deep in the chain. */
  readonly payout: { readonly received: MicroEmc; readonly fee: MicroEmc } | null;
}

/** The escrows that orders are paid by. */
export interface OrderEscrowSource {
  /** A new one, kept and signed by this box. Errors: `escrow.other_terms`, `escrow.bad_policy`, the node's. */
  offer(order: EscrowOrder): Promise<EscrowFile>;
  /** By the address that is paid to; null where it is of none. */
  at(address: string): EscrowFile | null;
  /** Takes what is new in a party's copy. Errors: `escrow.other_policy`, `escrow.bad_file` and others of `escrow.*`. */
  take(address: string, text: string): Promise<void>;
  /** Errors: the node's. */
  money(address: string): Promise<EscrowMoney>;
}

/** What all services of the payments share. */
export interface PaymentDeps {
  readonly store: PaymentStore;
  readonly node: PaymentNode;
  readonly gate: WalletGate;
  /** Null where orders cannot be paid by escrow. */
  readonly escrows: OrderEscrowSource | null;
  readonly crypto: CoinCrypto;
  readonly random: Random;
  /** Asked of the node when it is needed. */
  readonly network: () => Promise<ChainNetwork>;
  readonly settings: PaymentSettings;
  readonly now: () => UnixMs;
  readonly events: EventLog;
  readonly log: Logger;
}

/** Grants and tops up; `Rentals` is one. */
export interface RentalGranter {
  /** A second call with the same id gives back the rental of the first. Errors: those of `Rentals.grant`. */
  grantOrder(order: Order, credit: number | null): Promise<Rental>;
  /** Paid on until then at least. Errors: `rental.not_active`. */
  extend(rental: RentalId, until: UnixMs): Promise<void>;
  /** Signs the grant anew, with what its terms are now. */
  reissue(rental: RentalId): Promise<void>;
  /** Nothing happens to a rental that is over. */
  end(rental: RentalId): Promise<void>;
  /** Sets the SMS paid for, counted from the first; nothing happens to a rental that is over. */
  setCredit(rental: RentalId, credit: number | null): Promise<void>;
  get(rental: RentalId): Rental | null;
}
