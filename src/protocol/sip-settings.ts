// A SIP account for phones other than Linphone: the seed's Antisip document, plain settings to type in, and what a QR code can say. Pure.

import { type SipProfile, type SipTerms, uriHost } from "./sip-terms.ts";

export interface AntisipConfig {
  readonly sip: {
    readonly account: {
      readonly username: string;
      readonly password: string;
      readonly domain: string;
      readonly proxy: string;
      readonly transport: string;
    };
    readonly assigned_number: string;
    /** Unix seconds. */
    readonly rental_expires: number;
  };
  readonly enum: { readonly enabled: boolean; readonly comment: string };
}

const serverOf = ({ host, port }: SipTerms): string => `sip:${uriHost(host)}:${port}`;

/** The document of the seed, member by member; `transport` is the one that the box really takes. */
export function antisipConfig({ sip, number, expiresAt }: SipProfile): AntisipConfig {
  const { user, password, host, transport } = sip;
  return {
    sip: {
      account: { username: user, password, domain: uriHost(host), proxy: serverOf(sip), transport },
      assigned_number: number,
      rental_expires: expiresAt,
    },
    enum: { enabled: false, comment: "ENUM lookup handled by provider gateway" },
  };
}

const ENCRYPTION_WORDS = {
  sdes: "SRTP with SDES, mandatory",
  dtls: "SRTP with DTLS, mandatory",
  none: "none: whoever is on the way can listen",
} as const;

/** Each setting with its value, in words that most phones' settings use. The password is among them. */
export function sipSettings({ sip, number, expiresAt }: SipProfile): readonly (readonly [string, string])[] {
  const { user, password, realm, host, port, transport, encryption, cert_sha256: pin } = sip;
  return [
    ["Number", number],
    ["User name", user],
    ["Authentication user", user],
    ["Password", password],
    ["Domain", uriHost(host)],
    ["Realm", realm],
    ["Server", `${uriHost(host)}:${port}`],
    ["Outbound proxy", `${serverOf(sip)};transport=${transport}`],
    ["Transport", transport.toUpperCase()],
    ["Media encryption", ENCRYPTION_WORDS[encryption]],
    ...(transport === "tls" ? [["Certificate (SHA-256)", pin ?? "signed by a public authority"] as const] : []),
    ["Valid until", new Date(expiresAt * 1000).toISOString()],
  ];
}

/** What a QR code says. Neither kind holds the password. */
export interface SipQr {
  /** `provisioning`: an address that Linphone loads its configuration from. `uri`: only the account's name, to be rung or noted. */
  readonly kind: "provisioning" | "uri";
  readonly text: string;
}

/**
 * Linphone's scanner of its assistant takes the address of a provisioning document and nothing else; without one, the code can only say
 * the account's URI, which sets no phone up.
 */
export function sipQr(sip: SipTerms, provisioning: string | null): SipQr {
  if (provisioning !== null) return { kind: "provisioning", text: provisioning };
  return { kind: "uri", text: sip.uri };
}
