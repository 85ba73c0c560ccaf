// The settings of a phone account in the reader's language. Pure.

import { type SipProfile, type SipSetting, sipSettings } from "../../protocol/index.ts";
import type { Words } from "./words.ts";

/** What `sipSettings` says, in its order. */
export function sipSettingsIn(words: Words, profile: SipProfile): readonly SipSetting[] {
  const { sip, expiresAt } = profile;
  const said: Partial<Record<SipSetting["key"], string>> = {
    encryption: words.t(`sip.encryption.${sip.encryption}`),
    until: words.date(expiresAt * 1000),
    ...(sip.cert_sha256 === null ? { certificate: words.t("sip.certificate.public") } : {}),
  };
  return sipSettings(profile).map(({ key, value }) => ({
    key,
    name: words.t(`sip.${key}`),
    value: said[key] ?? value,
  }));
}
