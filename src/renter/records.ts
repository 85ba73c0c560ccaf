// What a renter's folder holds, as it is written: the records of the inbox log, and the small state that is replaced as a whole. Both
// are sealed; a schema reads them back all the same, because an older or newer version may have written them.

import { z } from "zod";
import { fromUtf8, utf8 } from "../base/index.ts";
import {
  cursorEpoch,
  listingIdText,
  mailboxMessage,
  parseJsonWith,
  publicKeyText,
  receipt,
  rentalGrant,
  rentalIdText,
  unixSeconds,
} from "../protocol/index.ts";

const inboxRecord = z.discriminatedUnion("t", [
  /** Messages that were verified and opened. `plain` is the plaintext inside the envelope, `receipt` what the relay will be given. */
  z.object({
    t: z.literal("messages"),
    at: z.int().min(0),
    relay: z.string(),
    messages: z.array(z.object({ message: mailboxMessage, plain: z.string(), receipt })),
  }),
  /** Messages (by key) that were printed. */
  z.object({ t: z.literal("shown"), keys: z.array(z.string()) }),
  /** Messages (by key) whose receipt the relay took, or refused with a code. */
  z.object({ t: z.literal("settled"), outcomes: z.array(z.object({ key: z.string(), outcome: z.string() })) }),
]);
export type InboxRecord = z.infer<typeof inboxRecord>;
export type StoredMessage = Extract<InboxRecord, { t: "messages" }>["messages"][number];

const relayState = z.object({
  cursor: z.int().min(0),
  /** What the relay said it was given in; null of a relay that says nothing. */
  epoch: cursorEpoch.nullable().default(null),
  token: z.object({ value: z.string(), expires: unixSeconds }).nullable(),
  /** Other addresses that the relay has told of. */
  doors: z.array(z.string()).default([]),
});
export type RelayState = z.infer<typeof relayState>;

const stateData = z.object({
  v: z.literal(1),
  /** Bytes of the inbox log that had reached the disk when this was written. */
  inbox_size: z.int().min(0),
  relays: z.record(z.string(), relayState),
  /** Listing → verify key of the provider whose grant was seen first. */
  pins: z.record(listingIdText, publicKeyText),
  grants: z.record(rentalIdText, rentalGrant),
});
export type StateData = z.infer<typeof stateData>;

export const emptyState: StateData = { v: 1, inbox_size: 0, relays: {}, pins: {}, grants: {} };

export function recordBytes(value: InboxRecord | StateData): Uint8Array {
  return utf8(JSON.stringify(value));
}

/** Throws `renter.state_version` for what this version cannot read. */
export function readInboxRecord(bytes: Uint8Array): InboxRecord {
  return parseJsonWith<InboxRecord>(inboxRecord, fromUtf8(bytes), "renter.state_version", "a record of the inbox");
}

/** Throws `renter.state_version` for what this version cannot read. */
export function readStateData(bytes: Uint8Array): StateData {
  return parseJsonWith<StateData>(stateData, fromUtf8(bytes), "renter.state_version", "the state file");
}
