// Public face of `renter`.

export * from "./account.ts";
export type { AccountDeps, AccountKey, AccountMode } from "./account-key.ts";
export type { StoredOrder } from "./account-records.ts";
export * from "./account-rentals.ts";
export * from "./account-renting.ts";
export * from "./bundle.ts";
export * from "./client.ts";
export * from "./database-folder.ts";
export * from "./folder.ts";
export { Inbox, type InboxEntry } from "./inbox.ts";
export { rentalKey } from "./key-chain.ts";
export * from "./lines.ts";
export * from "./listing-offers.ts";
export type { RelayRental, RenterSink } from "./mailbox.ts";
export * from "./mailbox-watch.ts";
export * from "./market-client.ts";
export * from "./message-text.ts";
export * from "./notice-pace.ts";
export * from "./order-file.ts";
export { type Fetch, relayUrl } from "./relay-http.ts";
export * from "./renting.ts";
export * from "./state.ts";
export * from "./terms.ts";
export * from "./timeouts.ts";
export * from "./vault.ts";
export * from "./visible-text.ts";
export { type OpenWire, platformWire, type Wire, type WireEvents } from "./wire.ts";
