// What each kind of publication consists of. A key in base64 looks like any other 32 bytes, so what may stand in a value is listed, and
// the rest refused.

import { fromUtf8 } from "../base/index.ts";
import { parseCanonicalInput } from "../envelope/index.ts";
import { attempt } from "./attempt.ts";
import { parseXml, type XmlElement } from "./xml.ts";

export type PublicPurpose = "worm" | "listing" | "proofs" | "escrow" | "enum" | "dns";

/** 32 bytes in hex, or 32 or 64 in base64 of either alphabet. */
const KEY_LIKE =
  /(?<![A-Za-z0-9+/_-])(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/_-]{43}=?|[A-Za-z0-9+/_-]{86}(?:==)?)(?![A-Za-z0-9+/_=-])/;
const HEX_32 = /^[0-9a-f]{64}$/;

type Test = (value: unknown) => boolean;
const isCount: Test = (value) => typeof value === "number";
const isHash: Test = (value) => typeof value === "string" && HEX_32.test(value);
const isPlain: Test = (value) => typeof value === "string" && !KEY_LIKE.test(value);

const MEMBERS: Partial<Readonly<Record<PublicPurpose, readonly Readonly<Record<string, Test>>[]>>> = {
  listing: [{ worm_ref: isPlain, commitment: isHash, capabilities: isCount, rev: isCount }],
  proofs: [{ merkle_root: isHash, count: isCount, period: isPlain }],
  escrow: [
    { escrow_commitment: isHash },
    {
      descriptor: (value) => typeof value === "string" && /^wsh\(multi\([\d,a-f]+\)\)#[0-9a-z]{8}$/.test(value),
      policy: (value) => oddMember(value, { release: isPlain, fees_bps: isCount }) === null,
    },
  ],
};

function oddMember(value: unknown, tests: Readonly<Record<string, Test>>): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "no JSON object";
  const odd = Object.entries(value).find(
    ([name, member]) => !Object.hasOwn(tests, name) || tests[name]?.(member) !== true,
  );
  if (odd === undefined) return null;
  const [name] = odd;
  return Object.hasOwn(tests, name) ? `something odd at $.${name}` : "a member that such a record does not have";
}

function oddJson(text: string, forms: readonly Readonly<Record<string, Test>>[]): string | null {
  const read = attempt(() => parseCanonicalInput(text));
  if ("fault" in read) return "something that is no JSON of the known form";
  const answers = forms.map((form) => oddMember(read.value, form));
  return answers.includes(null) ? null : (answers[0] ?? null);
}

const KEY_PLACES = ["public", "verify"];

function oddElement(element: XmlElement): string | null {
  for (const [name, value] of element.attributes) {
    if (!KEY_PLACES.includes(name) && KEY_LIKE.test(value)) return `a key at the attribute ${name}, where none belongs`;
  }
  return element.children.map(oddElement).find((odd) => odd !== null) ?? null;
}

/** Text between elements is free, but no place for a key. */
function oddWorm(name: string, text: string): string | null {
  const read = attempt(() => parseXml(text));
  if ("fault" in read) return "something that is no WORM record";
  if (read.value.name !== "worm") return "something that is no WORM record";
  const between = text.replace(/<(?!!--)[^>]*>/g, " ");
  if (KEY_LIKE.test(between)) return "a key in the text, where none belongs";
  const addresses = /\b(?:https?|wss?):\/\/|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/i;
  if (name.startsWith("worm:user:") && addresses.test(text)) return "an address, which a user's record does not have";
  return oddElement(read.value);
}

/** What of a value does not belong into such a publication, for an error; null where all does. */
export function oddPart(purpose: PublicPurpose, name: string, value: Uint8Array): string | null {
  const text = attempt(() => fromUtf8(value));
  if ("fault" in text) return "bytes that are no text";
  if (purpose === "worm") return oddWorm(name, text.value);
  const forms = MEMBERS[purpose];
  return forms === undefined ? null : oddJson(text.value, forms);
}
