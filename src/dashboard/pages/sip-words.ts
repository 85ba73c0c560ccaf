// The settings of a phone account in the reader's language. Pure.

import { type SipProfile, sipSettings } from "../../protocol/index.ts";
import type { MessageKey } from "./strings/en.ts";
import type { Words } from "./words.ts";

const NAMED = {
  Number: "sip.number",
  "User name": "sip.user",
  "Authentication user": "sip.auth_user",
  Password: "sip.password",
  Domain: "sip.domain",
  Realm: "sip.realm",
  Server: "sip.server",
  "Outbound proxy": "sip.proxy",
  Transport: "sip.transport",
  "Media encryption": "sip.encryption",
  "Certificate (SHA-256)": "sip.certificate",
  "Valid until": "sip.until",
} as const satisfies Readonly<Record<string, MessageKey>>;

type SipKey = (typeof NAMED)[keyof typeof NAMED];
const KEY_OF: Readonly<Record<string, SipKey>> = NAMED;

export interface SipSetting {
  readonly name: string;
  readonly value: string;
  readonly isSecret: boolean;
}

/** What `sipSettings` says, in its order. */
export function sipSettingsIn(words: Words, profile: SipProfile): readonly SipSetting[] {
  const { sip, expiresAt } = profile;
  const said: Partial<Record<SipKey, string>> = {
    "sip.encryption": words.t(`sip.encryption.${sip.encryption}`),
    "sip.until": words.date(expiresAt * 1000),
    ...(sip.cert_sha256 === null ? { "sip.certificate": words.t("sip.certificate.public") } : {}),
  };
  return sipSettings(profile).map(([name, value]) => {
    const key = KEY_OF[name];
    if (key === undefined) return { name, value, isSecret: false };
    return { name: words.t(key), value: said[key] ?? value, isSecret: key === "sip.password" };
  });
}
