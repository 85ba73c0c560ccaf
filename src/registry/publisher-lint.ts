// Last look at what is about to become public for ever. Refuses private keys whatever they are wrapped in, and phone numbers, addresses
// and prices where the network's rules keep them off the chain. What is found is never part of the error.

import { AppError, type CoinCrypto, fromBase64url, fromUtf8, isAppError, toHex } from "../base/index.ts";
import { fromBase58Check } from "../emercoin/index.ts";

export type PublicPurpose = "worm" | "listing" | "proofs" | "escrow" | "enum" | "dns";

interface Rule {
  readonly what: string;
  readonly pattern: RegExp;
  /** Purposes that such content belongs to. */
  readonly allowed: readonly PublicPurpose[];
}

const RULES: readonly Rule[] = [
  {
    what: "a member named as a private key",
    pattern: /(?:private|secret|seed|mnemonic|passphrase|password)["'\\]*\s*[:=]/i,
    allowed: [],
  },
  { what: "an attribute named as a private key", pattern: /\bprivate\s*=/i, allowed: [] },
  { what: "a PEM private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY/, allowed: [] },
  { what: "an extended private key", pattern: /\b[xyzt]prv[1-9A-HJ-NP-Za-km-z]{20,}/, allowed: [] },
  { what: "a phone number", pattern: /(?<![\w+/=-])\+[1-9]\d{6,14}(?![\w])/, allowed: ["enum"] },
  {
    what: "an address of a service",
    pattern: /\b(?:https?|wss?|sips?|socks5h?):\/?\/?[\w[]/i,
    allowed: ["enum", "dns", "worm"],
  },
  {
    what: "a network address",
    pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/,
    allowed: ["dns", "enum", "worm"],
  },
  { what: "a price", pattern: /\b(?:per_sms|per_minute\w*|rental_\w+|pricing|price)\b/i, allowed: ["dns"] },
];
/** How often wrapped content is unwrapped: base64 in JSON in base64. */
const MAX_DEPTH = 3;
const BASE64_RUN = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
/** A private key as wallets export it; the check sum decides, since hashes look alike. */
const WALLET_RUN = /(?<![1-9A-HJ-NP-Za-km-z])[1-9A-HJ-NP-Za-km-z]{51,52}(?![1-9A-HJ-NP-Za-km-z])/g;
const HEX_RUN = /(?:[0-9a-fA-F]{2}){24,}/g;

/** The forms in which texts inside `text` may be hidden: base64, hex, and escapes of JSON, URLs and shells. */
function unwrap(text: string): readonly string[] {
  const found: string[] = [];
  const add = (decode: () => Uint8Array): void => {
    try {
      found.push(fromUtf8(decode()));
    } catch {
      // Not text: keys and hashes are not.
    }
  };
  for (const [run] of text.matchAll(BASE64_RUN)) {
    add(() => fromBase64url(run.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")));
  }
  for (const [run] of text.matchAll(HEX_RUN))
    add(() => Uint8Array.from(run.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  const unescaped = text
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/%([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\(.)/g, "$1");
  if (unescaped !== text) found.push(unescaped);
  return found;
}

function hasWalletKey(crypto: CoinCrypto, text: string): boolean {
  return [...text.matchAll(WALLET_RUN)].some(([run]) => {
    try {
      return fromBase58Check(crypto, run).length >= 33;
    } catch (error) {
      if (isAppError(error)) return false;
      throw error;
    }
  });
}

function findIn(crypto: CoinCrypto, text: string, purpose: PublicPurpose, depth: number): string | null {
  const rule = RULES.find(({ pattern, allowed }) => !allowed.includes(purpose) && pattern.test(text));
  if (rule !== undefined) return rule.what;
  if (hasWalletKey(crypto, text)) return "a private key in wallet form";
  if (depth === 0) return null;
  for (const inner of unwrap(text)) {
    const found = findIn(crypto, inner, purpose, depth - 1);
    if (found !== null) return found;
  }
  return null;
}

export interface LintQuestion {
  readonly crypto: CoinCrypto;
  readonly purpose: PublicPurpose;
  readonly name: string;
  readonly value: Uint8Array;
  /** Private keys of this box, 32 bytes each: searched for in all their text forms. */
  readonly secrets: readonly Uint8Array[];
}

function holdsSecret(text: string, bytes: Uint8Array, secrets: readonly Uint8Array[]): boolean {
  const hex = `${toHex(bytes)} ${text.toLowerCase()}`;
  return secrets.some((secret) => {
    if (hex.includes(toHex(secret))) return true;
    const base64 = btoa(String.fromCharCode(...secret)).replace(/=+$/, "");
    return text.includes(base64) || text.includes(base64.replaceAll("+", "-").replaceAll("/", "_"));
  });
}

function refused(where: string, what: string): AppError {
  return new AppError("publication.refused", `the ${where} holds ${what}: that must never become public`, {
    hint: "What is in the chain can never be taken back. Publish only what `numberbox` builds for you.",
    context: { where, what },
  });
}

/** Throws `publication.refused`, naming what was found and where, never the thing itself. */
export function lintPublication({ crypto, purpose, name, value, secrets }: LintQuestion): void {
  const valueText = String.fromCharCode(...value);
  for (const [where, text, bytes] of [
    ["name", name, new TextEncoder().encode(name)],
    ["value", valueText, value],
  ] as const) {
    if (holdsSecret(text, bytes, secrets)) throw refused(where, "a private key of this box");
    const found = findIn(crypto, text, purpose, MAX_DEPTH);
    if (found !== null) throw refused(where, found);
  }
}
