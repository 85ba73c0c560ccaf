// The renter's SIP account, as the provider seals it in the terms of a grant: what a phone needs to register at the box.

import { z } from "zod";

/** Names, IPv4 and IPv6 addresses; an IPv6 address without brackets. */
const host = z
  .string()
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45})$/, "a host name or an address");

export const sipTransport = z.enum(["tls", "tcp", "udp"]);
export type SipTransport = z.infer<typeof sipTransport>;

/** How the sound between phone and box is encrypted; the telephone network behind the box never is. */
export const sipEncryption = z.enum(["sdes", "dtls", "none"]);

/** A host as URIs write it: an IPv6 address in brackets. */
export const uriHost = (text: string): string => (text.includes(":") ? `[${text}]` : text);

/** `sip:user@host`, the account's name in the world of SIP. */
export const sipUri = (user: string, at: string): string => `sip:${user}@${uriHost(at)}`;

export const sipUser = z.string().regex(/^[a-z0-9]{16,64}$/, "16-64 of a-z 0-9");
export const sipPassword = z.string().regex(/^[\x21-\x7e]{16,128}$/, "16-128 printable ASCII characters");

export const sipTerms = z
  .strictObject({
    v: z.literal(1),
    uri: z.string().max(400),
    user: sipUser,
    password: sipPassword,
    /** Of the password: phones hash it with user and realm. */
    realm: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, "printable ASCII without quotes and backslashes"),
    host,
    port: z.int().min(1).max(65_535),
    transport: sipTransport,
    encryption: sipEncryption,
    /** SHA-256 of the box's certificate in DER, lower-case hex; null where a public authority has signed it, or without TLS. */
    cert_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits")
      .nullable(),
    /** Phones register at a relay, and the sound is encrypted between phone and box all the same. */
    via_relay: z.literal(true).exactOptional(),
  })
  .refine((terms) => terms.uri === sipUri(terms.user, terms.host), { path: ["uri"], message: "of user and host" });
export type SipTerms = z.infer<typeof sipTerms>;

/** An account with what else its phone shows and knows. */
export interface SipProfile {
  readonly sip: SipTerms;
  /** The rented number, E.164. */
  readonly number: string;
  /** Unix seconds; the account is dead from then on. */
  readonly expiresAt: number;
}
