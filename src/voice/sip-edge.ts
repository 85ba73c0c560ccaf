// What stands between the phones and Asterisk. `drachtio`: drachtio-server holds registrations and dialogs, and Asterisk sees only a
// trusted leg on the loopback. `asterisk`: Asterisk's own PJSIP does it, set up through ARI. `relay`: phones register at the relay, and
// calls come through a trunk that the box makes. All pass the same contract suite.

import type { Disposer } from "../base/index.ts";
import type { MediaEncryption, SipAccount, SipBinding } from "../core/index.ts";

/** With drachtio in front, this header of the trusted leg's INVITE says which of Asterisk's endpoints takes it: its value is the encryption. */
export const MEDIA_HEADER = "X-Media";

/** How Asterisk calls itself on that leg when it may not say who calls. */
export const ANCHOR_USER = "numberbox";

/** Asterisk's endpoint for the leg between drachtio and itself. */
export function edgeEndpoint(encryption: MediaEncryption): string {
  return `edge-${encryption}`;
}

/** One way to ring phones: the edge forks behind it, or each phone is one of several. */
export interface RingTarget {
  /** For `POST /ari/channels`, such as `PJSIP/edge-sdes/sip:u1@127.0.0.1:5060`. */
  readonly endpoint: string;
  /** `PJSIP_HEADER(add,…)` variables and the like that go with it. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a channel that came into Stasis says of itself. */
export interface IncomingChannel {
  /** Such as `PJSIP/edge-sdes-00000004`. */
  readonly name: string;
  /** The extension that was dialled. */
  readonly dialled: string;
  /** Reads a header of the INVITE; null when it has none. */
  header(name: string): Promise<string | null>;
}

export interface SipEdge {
  readonly kind: "drachtio" | "asterisk" | "relay";
  /** Resolves when it may be used. Comes back by itself after a loss; rejects only when it was stopped. */
  start(signal: AbortSignal): Promise<void>;
  /** Idempotent; settles everything. */
  stop(): Promise<void>;
  /** False: nothing can ring and nothing is taken; the reason goes to the box's events. */
  up(): { readonly up: true } | { readonly up: false; readonly code: string; readonly hint: string };
  onUp(listener: () => void): Disposer;
  /** Replaces all accounts. Errors: `voice.edge_down` (retryable); it is done anyway as soon as the edge is up again. */
  setAccounts(accounts: readonly SipAccount[]): Promise<void>;
  bindings(): readonly SipBinding[];
  /** How to ring an account; empty when no phone of it is registered. */
  targets(user: string): readonly RingTarget[];
  /** The account that dials, or null: then the call is refused. */
  accountOf(channel: IncomingChannel): Promise<string | null>;
  /** Requests that came too often and got no answer, since the start; left out where nobody counts. */
  throttled?(): number;
  /** Dialogs and transactions that exist now: none when no call is on. */
  dialogs(): number;
}
