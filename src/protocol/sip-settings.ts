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

/** In words that most phones' settings use. */
const SETTING_NAMES = {
  number: "Number",
  user: "User name",
  auth_user: "Authentication user",
  password: "Password",
  domain: "Domain",
  realm: "Realm",
  server: "Server",
  proxy: "Outbound proxy",
  transport: "Transport",
  encryption: "Media encryption",
  certificate: "Certificate (SHA-256)",
  until: "Valid until",
} as const;

export interface SipSetting {
  readonly key: keyof typeof SETTING_NAMES;
  readonly name: string;
  readonly value: string;
}

/** Each setting with its value, in English, in the order of most phones. The password is among them. */
export function sipSettings({ sip, number, expiresAt }: SipProfile): readonly SipSetting[] {
  const { user, password, realm, host, port, transport, encryption, cert_sha256: pin } = sip;
  const setting = (key: SipSetting["key"], value: string): SipSetting => ({ key, name: SETTING_NAMES[key], value });
  return [
    setting("number", number),
    setting("user", user),
    setting("auth_user", user),
    setting("password", password),
    setting("domain", uriHost(host)),
    setting("realm", realm),
    setting("server", `${uriHost(host)}:${port}`),
    setting("proxy", `${serverOf(sip)};transport=${transport}`),
    setting("transport", transport.toUpperCase()),
    setting("encryption", ENCRYPTION_WORDS[encryption]),
    ...(transport === "tls" ? [setting("certificate", pin ?? "signed by a public authority")] : []),
    setting("until", new Date(expiresAt * 1000).toISOString()),
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
