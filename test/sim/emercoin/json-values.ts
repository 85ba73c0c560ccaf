// JSON as the node writes it: amounts with six decimals, and values of names as raw bytes that need not be UTF-8.

import { emcText, type MicroEmc, microEmc } from "../../../src/base/index.ts";

/** An amount, printed as a number with six decimals. */
export class Emc {
  readonly micro: number;

  constructor(micro: number) {
    this.micro = micro;
  }
}

/** A text of bytes, each as one letter of U+0000 to U+00FF. Printed byte for byte. */
export class ByteText {
  readonly latin1: string;

  constructor(latin1: string) {
    this.latin1 = latin1;
  }
}

export type Json =
  | null
  | boolean
  | number
  | string
  | Emc
  | ByteText
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** The bytes of a text as letters: what strings are inside the node. */
export const toLatin1 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
export const fromLatin1 = (text: string): string => Buffer.from(text, "latin1").toString("utf8");
export const latin1Bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
export const bytesLatin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

export const emc = (micro: number): Emc => new Emc(micro);

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped.
const SPECIAL = /["\\\u0000-\u001f\u007f]/g;

function quoted(latin1: string): string {
  const escaped = (letter: string): string =>
    SHORT[letter] ?? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `"${latin1.replace(SPECIAL, escaped)}"`;
}

function written(value: Json): string {
  if (value instanceof Emc) return emcText(microEmc(value.micro) as MicroEmc);
  if (value instanceof ByteText) return quoted(value.latin1);
  if (typeof value === "string") return quoted(toLatin1(value));
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  const fields = Object.entries(value).filter((pair): pair is [string, Json] => pair[1] !== undefined);
  return `{${fields.map(([key, field]) => `${quoted(toLatin1(key))}:${written(field)}`).join(",")}}`;
}

/** The bytes that leave the node. */
export function renderJson(value: Json): Buffer {
  return Buffer.from(written(value), "latin1");
}

export type Param = null | boolean | number | string | readonly Param[] | { readonly [key: string]: Param };

/**
 * Reads a request. Strings come out as byte texts; `\uXXXX` becomes the one byte XX, as the node's parser makes of it. Throws
 * `SyntaxError`.
 */
export function readJson(body: Uint8Array): Param {
  const text = Buffer.from(body).toString("latin1");
  return JSON.parse(
    text.replace(/\\(?:u([0-9a-fA-F]{4})|.)/g, (all, hex) => (hex === undefined ? all : `\\u00${hex.slice(2)}`)),
  );
}
