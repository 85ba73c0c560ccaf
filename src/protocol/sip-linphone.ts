// Linphone's remote provisioning: its configuration as XML (lpconfig.xsd), which it loads from an address or a file. Keys and sections
// are those of liblinphone 5. Pure.

import { AppError } from "../base/index.ts";
import { type SipProfile, uriHost } from "./sip-terms.ts";

export interface LinphoneOptions {
  /**
   * Linphone cannot pin a certificate. `verify` takes only one that its own authorities vouch for; `accept_any` takes every one, so that
   * whoever sits in between can listen and take calls.
   */
  readonly certificates: "verify" | "accept_any";
}

const REGISTER_EVERY_S = 600;
/** What liblinphone calls them. */
const ENCRYPTION = { sdes: "srtp", dtls: "dtls", none: "none" } as const;

// XML 1.0, 2.2 Char: what is not among these has no form in XML at all, escaped or not. Line ends and tabs would end a value of
// Linphone's configuration, which is kept in lines.
const NOT_TEXT = /[\p{Cc}\p{Cs}\ufffe\uffff]/u;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text as content or attribute value of XML. Throws `sip.bad_value` for control characters and halves of surrogate pairs. */
export function xmlText(text: string): string {
  if (NOT_TEXT.test(text)) {
    throw new AppError("sip.bad_value", "a value of the SIP account holds a character that no configuration can hold", {
      hint: "Ask the provider for the account again.",
    });
  }
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}

type Entries = readonly (readonly [key: string, value: string | number])[];

function section(name: string, entries: Entries): string {
  const lines = entries.map(
    ([key, value]) => `    <entry name="${xmlText(key)}" overwrite="true">${xmlText(String(value))}</entry>\n`,
  );
  return `  <section name="${xmlText(name)}">\n${lines.join("")}  </section>\n`;
}

/**
 * The whole document, with the password in it. Throws `sip.bad_value`.
 *
 * The account takes the place of the first account of the phone (`proxy_0`).
 */
export function linphoneXml(
  { sip }: Pick<SipProfile, "sip">,
  options: LinphoneOptions = { certificates: "verify" },
): string {
  const { user, password, realm, host, port, transport, encryption, uri } = sip;
  // The server is told as route too: else some versions look the identity's domain up in DNS.
  const server = `<sip:${uriHost(host)}:${port};transport=${transport}>`;
  const checks = options.certificates === "verify" ? 1 : 0;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:schemaLocation="http://www.linphone.org/xsds/lpconfig.xsd lpconfig.xsd">\n',
    section("sip", [
      ["default_proxy", 0],
      ["media_encryption", ENCRYPTION[encryption]],
      ["media_encryption_mandatory", encryption === "none" ? 0 : 1],
      ["verify_server_certs", checks],
      ["verify_server_cn", checks],
    ]),
    section("proxy_0", [
      ["reg_proxy", server],
      ["reg_route", server],
      ["reg_identity", uri],
      ["realm", realm],
      ["reg_expires", REGISTER_EVERY_S],
      ["reg_sendregister", 1],
      // Presence is nobody's business, and the box has none.
      ["publish", 0],
      ["dial_escape_plus", 0],
    ]),
    // The password and no `algorithm`: so the phone answers a challenge in SHA-256 as well as one in MD5. It keeps a hash itself.
    section("auth_info_0", [
      ["username", user],
      ["userid", user],
      ["passwd", password],
      ["realm", realm],
      ["domain", host],
    ]),
    "</config>\n",
  ].join("");
}
