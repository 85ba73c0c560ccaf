// SIP accounts as a grant tells them, with values that are hard on whoever writes them down.

import type { SipProfile, SipTerms } from "../../src/protocol/index.ts";

export const TERMS: SipTerms = {
  v: 1,
  uri: "sip:abcdefghijklmnop2345@sip.example.org",
  user: "abcdefghijklmnop2345",
  password: "qrstuvwxyz234567abcdefghij",
  realm: "sip.example.org",
  host: "sip.example.org",
  port: 5061,
  transport: "tls",
  encryption: "sdes",
  cert_sha256: "ab".repeat(32),
};

export const profileOf = (change: Partial<SipTerms> = {}): SipProfile => ({
  sip: { ...TERMS, ...change },
  number: "+15550100",
  expiresAt: 1_699_564_800,
});
