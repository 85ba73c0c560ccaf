// Last look at what is about to become public for ever. Refuses private keys whatever they are wrapped in, and phone numbers, addresses
// and prices where the network's rules keep them off the chain. What is found is never part of the error.

import {
  AppError,
  type CoinCrypto,
  fromBase64url,
  fromHex,
  fromUtf8,
  isAppError,
  toBase64url,
  toHex,
} from "../base/index.ts";
import { fromBase58Check } from "../emercoin/index.ts";
import { attempt } from "./attempt.ts";
import { oddPart, type PublicPurpose } from "./publication-shapes.ts";

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
  { what: "a PEM private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY/, allowed: [] },
  { what: "an extended private key", pattern: /\b[xyzt]prv[1-9A-HJ-NP-Za-km-z]{20,}/, allowed: [] },
  { what: "a phone number", pattern: /(?<![\w+/=-])\+[1-9]\d{6,14}(?![\w])/, allowed: ["enum"] },
  { what: "a phone number", pattern: /(?<![\w+/=-])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?![\w])/, allowed: ["enum"] },
  { what: "a phone number", pattern: /(?<![\w.+/=-])\d{10,15}(?![\w.+/=-])/, allowed: ["enum", "dns"] },
  {
    what: "an address of a service",
    pattern: /\b(?:https?|wss?|sips?|socks5h?|tcp|tel|mqtts?):\/?\/?[\w[+]/i,
    allowed: ["enum", "dns", "worm"],
  },
  { what: "an address of a service", pattern: /[\w.+-]+@[\w-]+\.[a-z]{2,}/i, allowed: ["enum", "dns"] },
  {
    what: "a network address",
    pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/,
    allowed: ["dns", "enum", "worm"],
  },
  {
    what: "a network address",
    pattern: /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:.])/i,
    allowed: ["dns", "enum", "worm"],
  },
  { what: "a price", pattern: /\b(?:per_sms|per_minute\w*|rental_\w+|pricing|price)\b/i, allowed: ["dns"] },
  { what: "a price", pattern: /\b\d+\.\d+\s*emc\b/i, allowed: ["dns"] },
];
/** How often wrapped content is unwrapped: base64 in JSON in base64. */
const MAX_DEPTH = 3;
const BASE64_RUN = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
/** A private key as wallets export it; the check sum decides, since hashes look alike. */
const WALLET_RUN = /(?<![1-9A-HJ-NP-Za-km-z])[1-9A-HJ-NP-Za-km-z]{51,52}(?![1-9A-HJ-NP-Za-km-z])/g;
const HEX_RUN = /(?:[0-9a-fA-F]{2}){24,}/g;

/** Bytes as a text of one character each, so that every pattern sees all of them. */
function latin1(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += String.fromCharCode(byte);
  return out;
}

interface Layer {
  readonly text: string;
  /** False for bytes that are no text: only the known secrets are searched for in them. */
  readonly readable: boolean;
}

function layerOf(bytes: Uint8Array): Layer {
  const read = attempt(() => fromUtf8(bytes));
  return "value" in read ? { text: read.value, readable: true } : { text: latin1(bytes), readable: false };
}

/** The forms in which something inside `text` may be hidden: base64, hex, and escapes of JSON, URLs and shells. */
function unwrap(text: string): readonly Layer[] {
  const found: Layer[] = [];
  const add = (decode: () => Uint8Array): void => {
    const read = attempt(decode);
    if ("value" in read) found.push(layerOf(read.value));
  };
  for (const [run] of text.matchAll(BASE64_RUN)) {
    const plain = run.replace(/=+$/, "");
    // A run that was cut loose from its neighbours may have any length: the part that decodes counts.
    add(() => fromBase64url(plain.length % 4 === 1 ? plain.slice(0, -1) : plain));
    add(() => fromBase64url(plain.slice(0, plain.length - (plain.length % 4))));
  }
  for (const [run] of text.matchAll(HEX_RUN)) add(() => fromHex(run));
  const unescaped = text
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/[%=]([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/&#x?([0-9a-fA-F]{1,4});/g, (whole, code: string) =>
      String.fromCharCode(Number.parseInt(code, whole.includes("x") ? 16 : 10)),
    )
    .replace(/\\(.)/g, "$1");
  if (unescaped !== text) found.push({ text: unescaped, readable: true });
  return found;
}

function walletKeyAt(crypto: CoinCrypto, text: string): number {
  for (const match of text.matchAll(WALLET_RUN)) {
    try {
      if (fromBase58Check(crypto, match[0]).length >= 33) return match.index;
    } catch (error) {
      if (!isAppError(error)) throw error;
    }
  }
  return -1;
}

interface Finding {
  readonly what: string;
  /** Where it begins in the text that was searched. */
  readonly offset: number;
}

type Search = Omit<LintQuestion, "name" | "value"> & { readonly forms: readonly string[] };

function findHere(search: Search, { text, readable }: Layer): Finding | null {
  for (const form of search.forms) {
    const offset = text.indexOf(form);
    if (offset >= 0) return { what: "a private key of this box", offset };
  }
  if (!readable) return null;
  for (const { what, pattern, allowed } of RULES) {
    const offset = allowed.includes(search.purpose) ? -1 : text.search(pattern);
    if (offset >= 0) return { what, offset };
  }
  const offset = walletKeyAt(search.crypto, text);
  return offset >= 0 ? { what: "a private key in wallet form", offset } : null;
}

function findIn(search: Search, layer: Layer, depth: number): Finding | null {
  const here = findHere(search, layer);
  if (here !== null || depth === 0) return here;
  for (const inner of unwrap(layer.text)) {
    const found = findIn(search, inner, depth - 1);
    // Its place in a layer that nobody sees says nothing.
    if (found !== null) return { what: `${found.what}, encoded`, offset: 0 };
  }
  return null;
}

export interface LintQuestion {
  readonly crypto: CoinCrypto;
  readonly purpose: PublicPurpose;
  readonly name: string;
  readonly value: Uint8Array;
  /** Private keys of this box, 32 bytes each: searched for in all their forms. */
  readonly secrets: readonly Uint8Array[];
}

/** All ways in which a key may stand in a text: raw, hex, and base64 at each of its three alignments. */
function formsOf(secret: Uint8Array): readonly string[] {
  const hex = toHex(secret);
  const base64 = [0, 1, 2].flatMap((shift) => {
    // A key behind one or two other bytes is encoded otherwise; what does not depend on its neighbours is searched for.
    const encoded = toBase64url(Uint8Array.of(...new Uint8Array(shift), ...secret));
    const own = encoded.slice(shift === 0 ? 0 : shift + 1, -1);
    return [own, own.replaceAll("-", "+").replaceAll("_", "/")];
  });
  return [latin1(secret), hex, hex.toUpperCase(), ...base64];
}

function refused(where: string, what: string, offset: number): AppError {
  return new AppError("publication.refused", `the ${where} holds ${what}: that must never become public`, {
    hint: "What is in the chain can never be taken back. Publish only what `numberbox` builds for you.",
    context: { where, what, offset },
  });
}

/**
 * Throws `publication.refused`, naming what was found and where, never the thing itself. Beyond what it recognises as private, it refuses
 * every part that the form of such a publication does not have.
 */
export function lintPublication(question: LintQuestion): void {
  const { name, value, purpose } = question;
  const search = { ...question, forms: question.secrets.flatMap(formsOf) };
  for (const [where, text] of [
    ["name", name],
    ["value", latin1(value)],
  ] as const) {
    const found = findIn(search, { text, readable: true }, MAX_DEPTH);
    if (found !== null) throw refused(where, found.what, found.offset);
  }
  const odd = oddPart(purpose, name, value);
  if (odd !== null) throw refused("value", odd, 0);
}
