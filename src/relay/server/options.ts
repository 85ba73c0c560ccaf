// What a relay node is told at its start: where it listens, whom it serves, and its limits with their defaults.

import {
  type Clock,
  type CryptoSuite,
  days,
  type Logger,
  type Millis,
  type Random,
  type Secret,
} from "../../base/index.ts";
import type { ChainReader, NameBlocks, NameReader, RelayStore } from "../../core/index.ts";
import type { RelayVoice } from "../../protocol/index.ts";

/** A provider whose messages this relay takes. */
export interface RelayProvider {
  /** Base64url Ed25519 key. */
  readonly verify: string;
  /** For logs and for the operator; never shown to renters. */
  readonly name: string;
}

export interface RelayLimits {
  /** Requests per minute of one network address, counted before anything is read of them. */
  readonly requestsPerMinute: number;
  /** Attempts to get a token per minute of one network address. */
  readonly authPerMinute: number;
  /**
   * Wrong signatures over challenges, and tokens that nobody has, of one network address: as many at once, and as many again spread over
   * an hour; then each waits. Good ones never do.
   */
  readonly failuresPerHour: number;
  /** Messages and grants per minute of one provider that are new, counted after its signature was verified. */
  readonly forwardsPerMinute: number;
  /**
   * Messages and grants per minute of one network address that are none: here already, or not to be taken. Whoever has one may send it, its
   * renter for instance, and so it is not its provider who pays for it.
   */
  readonly repeatsPerMinute: number;
  /** Pages read per minute with one key. */
  readonly readsPerMinute: number;
  /** Receipts per minute with one key. */
  readonly receiptsPerMinute: number;
  /** Orders, and questions about them, per minute of one network address. */
  readonly rentsPerMinute: number;
  /** Messages that may wait for one renter. */
  readonly mailboxMessages: number;
  /** Bytes of envelopes that may wait for one renter. */
  readonly mailboxBytes: number;
  /** Open WebSockets of one key. */
  readonly socketsPerKey: number;
  /** Open WebSockets of one network address, and of all together. */
  readonly socketsPerAddress: number;
  readonly sockets: number;
  /** Open TCP connections of one network address (not behind a proxy on this machine), and of all together. */
  readonly connectionsPerAddress: number;
  readonly connections: number;
  /** Bytes of request bodies in memory, of one network address. */
  readonly bodyBytesPerAddress: number;
  /** Leading zero bits of the work that strangers do before they sign in or hand in a record; 0 for none. */
  readonly workBits: number;
  /** How long an envelope waits for its renter. */
  readonly keepMessages: Millis;
}

const DEFAULTS: Omit<RelayLimits, "requestsPerMinute"> = {
  authPerMinute: 10,
  failuresPerHour: 60,
  forwardsPerMinute: 6_000,
  repeatsPerMinute: 3_000,
  readsPerMinute: 120,
  receiptsPerMinute: 6_000,
  rentsPerMinute: 30,
  mailboxMessages: 10_000,
  mailboxBytes: 64 * 1024 * 1024,
  socketsPerKey: 8,
  socketsPerAddress: 1000,
  sockets: 20_000,
  connectionsPerAddress: 2000,
  connections: 25_000,
  bodyBytesPerAddress: 16 * 1024 * 1024,
  workBits: 0,
  keepMessages: days(7),
};

/** `overrides` completed by the defaults. One address may send twice what one provider may forward, and never less than 200 a second. */
export function relayLimits(overrides: Partial<RelayLimits> = {}): RelayLimits {
  const limits = { ...DEFAULTS, ...overrides };
  return { requestsPerMinute: Math.max(12_000, 2 * limits.forwardsPerMinute), ...limits };
}

/** What a relay's operator says of himself. */
export interface RelayImprint {
  readonly operator?: string;
  /** Whom to tell of abuse. */
  readonly abuse_contact?: string;
  readonly region?: string;
}

/** What a relay asks an Emercoin node. */
export type RelayNames = Pick<NameReader, "name" | "names"> & Pick<ChainReader, "height" | "blockHash"> & NameBlocks;

export interface RelayServerOptions {
  /** `port` 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Folder for the relay's database and key; created if missing. */
  readonly dataFolder: string;
  /**
   * Where messages, rentals, orders and tokens are kept; the relay closes it at its end. Without it they are in the database of the data
   * folder, which otherwise holds only what each process can make anew: the daily trees and the index of the chain's listings.
   */
  readonly store?: RelayStore;
  /** The relay's signing key, made if it is not there; `relay.key` in the data folder by default. */
  readonly keyFile?: string;
  readonly providers: readonly RelayProvider[];
  readonly limits?: Partial<RelayLimits>;
  /**
   * Host (with port, unless it is the scheme's own) under which clients reach this relay; it stands in every challenge. Without it
   * the challenge names the host that the client asked for, which does not protect against a hostile relay in the middle.
   */
  readonly publicHost?: string;
  /**
   * All addresses under which clients reach this relay, or others over the same store, in the order of preference: `GET /info` tells them,
   * challenges may name their hosts, and the pages for renters may talk to them.
   */
  readonly publicUrls?: readonly string[];
  /** Take the client's address from the last `X-Forwarded-For` entry when the request comes from this machine (a TLS proxy). */
  readonly trustLocalProxy?: boolean;
  /** An Emercoin node, to show what the chain says of listings and to take only records that it commits to. */
  readonly names?: RelayNames;
  /** What `GET /info` says of calls; null while none can be taken. */
  readonly voice?: () => RelayVoice | null;
  /** Who may read `GET /metrics` from elsewhere than this machine; without it nobody. */
  readonly metricsToken?: Secret<string>;
  /** Folder with the built pages for renters; without it `/dashboard` is not there. */
  readonly dashboard?: string | undefined;
  /** What the operator says of himself at `GET /info`. */
  readonly imprint?: RelayImprint;
  /** Shown by `GET /info`. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: CryptoSuite;
  readonly log: Logger;
}

export interface RelayHandle {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /** Answers what is under way, closes every socket with 1001, settles every write. Idempotent. */
  stop(): Promise<void>;
}
