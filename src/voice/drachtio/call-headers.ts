// What the edge writes into the INVITEs that it sends. Nothing of the other side's headers is copied: a phone could name itself another
// account with them. Pure.

import type { MediaEncryption } from "../../core/index.ts";
import { ANCHOR_USER, MEDIA_HEADER } from "../sip-edge.ts";
import type { LegPlan } from "./call-bridge.ts";
import type { Binding, SipTransport } from "./registrar.ts";
import { parseAddress } from "./sip-uri.ts";

/** To Asterisk: the account that dials. */
export const ACCOUNT_HEADER = "X-Account";

/**
 * Our Contact for a phone on `transport`: of TLS the server would write a `sips:` one, which not every phone can follow (baresip 1.0).
 * It puts its own address in the place of `localhost`.
 */
export function contactFor(transport: SipTransport): { readonly Contact?: string } {
  return transport === "tls" ? { Contact: "<sip:box@localhost;transport=tls>" } : {};
}

export interface AnchorAddress {
  readonly host: string;
  readonly port: number;
}

/** What carries calls to and from the telephone network: Asterisk beside the edge, or the boxes that a relay serves. */
export interface Anchors {
  /** Where calls go that an account dials; null: its box is away. */
  of(user: string): AnchorAddress | null;
  /** The accounts whose phones may be rung from there; null for what is no anchor. */
  at(source: AnchorAddress): ((user: string) => boolean) | null;
}

/** One Asterisk for all. */
export function oneAnchor(anchor: AnchorAddress): Anchors {
  const isIt = ({ host, port }: AnchorAddress): boolean => host === anchor.host && port === anchor.port;
  return { of: () => anchor, at: (source) => (isIt(source) ? () => true : null) };
}

const DIALLED = /^[+0-9A-Za-z*#._-]{1,64}$/;
const hostInUri = (host: string): string => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host);

/** What may be dialled: digits, `+`, `*`, `#`, and names. */
export const isDialable = (dialled: string): boolean => DIALLED.test(dialled);

/** A phone dials: to Asterisk. `dialled`: dialable. */
export function planToAnchor(
  anchor: AnchorAddress,
  domain: string,
  call: { readonly user: string; readonly dialled: string; readonly encryption: MediaEncryption; readonly sdp: string },
): LegPlan {
  const { user, dialled, encryption, sdp } = call;
  return {
    binding: null,
    // Said, or drachtio-server takes the transport that it likes best.
    uri: `sip:${dialled.replaceAll("#", "%23")}@${hostInUri(anchor.host)}:${anchor.port};transport=udp`,
    headers: { From: `<sip:${user}@${domain}>`, [ACCOUNT_HEADER]: user, [MEDIA_HEADER]: encryption },
    sdp,
  };
}

/** `P-Asserted-Identity` or `From` as a phone shall see it. */
export function callerOf(identity: string | undefined, from: string | undefined, domain: string): string {
  const user = (parseAddress(identity) ?? parseAddress(from))?.user ?? "";
  const isKnown = DIALLED.test(user) && !/^anonymous$/i.test(user) && user !== ANCHOR_USER;
  return isKnown
    ? `"${user}" <sip:${user.replaceAll("#", "%23")}@${domain}>`
    : '"Anonymous" <sip:anonymous@anonymous.invalid>';
}

/** To a phone: the way that its REGISTER came, through the router or the connection that it keeps open. */
export function planToPhone(binding: Binding, from: string, domain: string, sdp: string): LegPlan {
  const { address, port, transport } = binding.source;
  return {
    binding,
    uri: binding.uri,
    proxy: `sip:${hostInUri(address)}:${port};transport=${transport};lr`,
    headers: { From: from, To: `<sip:${binding.user}@${domain}>`, ...contactFor(transport) },
    sdp,
  };
}
