// SIP accounts as objects of Asterisk's PJSIP, and what has to change when the accounts do. Pure.

import type { MediaEncryption, SipAccount } from "../../core/index.ts";
import type { SipFields, SipObject } from "./ari-commands.ts";
import {
  encryptionFields,
  endpointBasics,
  MAX_CONTACTS,
  REGISTRATION,
  type RtpTimeouts,
} from "./pjsip-configuration.ts";

export interface EdgeRealm {
  readonly realm: string;
  readonly digests: readonly ("MD5" | "SHA-256")[];
  /** 30 s and 300 s unless given. */
  readonly rtpTimeouts?: RtpTimeouts;
}

export interface SipObjectToPut {
  readonly type: Exclude<SipObject, "contact">;
  readonly id: string;
  readonly fields: SipFields;
}

/** In the order in which they are made: the endpoint, which lets a phone in, is the last. */
export function objectsOf(account: SipAccount, { realm, digests, rtpTimeouts }: EdgeRealm): readonly SipObjectToPut[] {
  const { user, ha1 } = account;
  const hashes = { MD5: `MD5:${ha1.md5}`, "SHA-256": `SHA-256:${ha1.sha256}` };
  return [
    {
      ...{ type: "auth", id: user },
      fields: [
        ["auth_type", "digest"],
        ["username", user],
        ["realm", realm],
        ["password_digest", digests.map((digest) => hashes[digest]).join(",")],
        ["supported_algorithms_uas", digests.join(",")],
      ],
    },
    {
      ...{ type: "aor", id: user },
      fields: [
        ["max_contacts", String(MAX_CONTACTS)],
        // The phone that was not heard of for longest makes room.
        ["remove_existing", "yes"],
        ["remove_unavailable", "yes"],
        ["minimum_expiration", String(REGISTRATION.least)],
        ["maximum_expiration", String(REGISTRATION.most)],
        ["default_expiration", String(REGISTRATION.usual)],
      ],
    },
    {
      ...{ type: "endpoint", id: user },
      fields: [...endpointBasics(rtpTimeouts), ...endpointFields(user, account.encryption, realm)],
    },
  ];
}

function endpointFields(user: string, encryption: MediaEncryption, realm: string): SipFields {
  return [
    ...encryptionFields(encryption),
    ["auth", user],
    ["aors", user],
    ["identify_by", "username"],
    // A phone may be behind a router: what it says of its address does not count.
    ["force_rport", "yes"],
    ["rewrite_contact", "yes"],
    ["from_domain", realm],
    // Nothing but calls.
    ["allow_subscribe", "no"],
    ["allow_transfer", "no"],
    ["allow_overlap", "no"],
    ["trust_id_inbound", "no"],
    ["trust_id_outbound", "no"],
  ];
}

/** In which order Asterisk forgets an account: at once nobody gets in, then the rest goes. */
export const REMOVAL: readonly Exclude<SipObject, "contact">[] = ["endpoint", "auth", "aor"];

/** What an account is to Asterisk, to tell whether it changed: hashes, never a password. */
export function fingerprintOf(account: SipAccount, realm: EdgeRealm): string {
  const put = objectsOf(account, realm);
  const field = (type: string, name: string): string =>
    put.find((each) => each.type === type)?.fields.find(([attribute]) => attribute === name)?.[1] ?? "";
  return fingerprint(field("auth", "password_digest"), field("endpoint", "media_encryption"));
}

/** The same of an account that Asterisk has, from the fields of its objects. */
export function fingerprintFound(auth: ReadonlyMap<string, string>, endpoint: ReadonlyMap<string, string>): string {
  return fingerprint(auth.get("password_digest") ?? "", endpoint.get("media_encryption") ?? "");
}

function fingerprint(digests: string, encryption: string): string {
  return `${digests.toLowerCase().split(",").sort().join()} ${encryption}`;
}

export interface AccountChanges {
  /** Users who are gone, or have another credential: registrations die with them. */
  readonly remove: readonly string[];
  readonly add: readonly SipAccount[];
}

/** From what Asterisk has (user -> fingerprint) to what it should have. */
export function accountChanges(
  has: ReadonlyMap<string, string>,
  wanted: Iterable<SipAccount>,
  realm: EdgeRealm,
): AccountChanges {
  const accounts = [...wanted];
  const stays = new Set(
    accounts.filter((account) => has.get(account.user) === fingerprintOf(account, realm)).map(({ user }) => user),
  );
  return {
    remove: [...has.keys()].filter((user) => !stays.has(user)),
    add: accounts.filter(({ user }) => !stays.has(user)),
  };
}
