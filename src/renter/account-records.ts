// What an account remembers beside its mailboxes: how many keys it has used, and its orders until their numbers are there.

import { z } from "zod";
import { fromUtf8, utf8 } from "../base/index.ts";
import {
  chapText,
  MAX_ESCROW_TEXT,
  orderAnswer,
  parseJsonWith,
  publicKeyText,
  rentalIdText,
  rentRequest,
  ticketHex,
} from "../protocol/index.ts";

const storedOrder = z.object({
  request: rentRequest,
  /** Index of its key. */
  key: z.int().min(0),
  /** Verify key that the chain named when the order was made. */
  provider: publicKeyText,
  /** Micro-EMC, as the listing said. */
  rental: z.int().min(0),
  per_sms: z.int().min(0),
  /** Unix ms. */
  made_at: z.int().min(0),
  /** The last ticket that went out. */
  ticket: z.object({ chap: chapText, tx: ticketHex }).nullable(),
  /** The provider's last word. */
  answer: orderAnswer.nullable(),
  /** Why it ended without a number; null while it may still come. */
  ended: z.string().nullable(),
});
export type StoredOrder = z.infer<typeof storedOrder>;

const storedEscrow = z.object({
  rental: rentalIdText,
  /** As the parties pass it round. */
  document: z.string().max(MAX_ESCROW_TEXT),
});

const accountData = z.object({
  v: z.literal(1),
  /** Keys used so far, the master not counted. */
  keys: z.int().min(0),
  orders: z.array(storedOrder),
  escrows: z.array(storedEscrow).default([]),
});
export type AccountData = z.infer<typeof accountData>;

export const emptyAccount: AccountData = { v: 1, keys: 0, orders: [], escrows: [] };

export function accountBytes(data: AccountData): Uint8Array {
  return utf8(JSON.stringify(data));
}

/** Throws `renter.state_version` for what this version cannot read. */
export function readAccountData(bytes: Uint8Array): AccountData {
  return parseJsonWith<AccountData>(accountData, fromUtf8(bytes), "renter.state_version", "the account's file");
}
