// Reads what a phone dialled. Two readings of one text: a strict one, that numbers pass by, and a suspicious one, that finds a call for
// help under any disguise.

import { isEmergency } from "./emergency-check.ts";
import type { NumberingPlan } from "./numbering-plan.ts";

export type DialledNumber =
  | { readonly kind: "number"; readonly digits: string; readonly international: boolean }
  | { readonly kind: "service_code" }
  | { readonly kind: "nothing" };

const MAX_TEXT = 64;

/** A `tel:` or `sip:` URI without parameters, or as it is. Of `sip:` the host is the box's own: the edge took it. */
function withoutScheme(text: string): string {
  const [, scheme = "", rest = text] = /^(tel|sips?):(.*)$/is.exec(text) ?? [];
  return scheme.toLowerCase().startsWith("sip") ? (rest.split("@")[0] ?? "") : rest;
}

/** The strict reading: ASCII digits, `+` or `%2B` first, and marks between them that mean nothing (RFC 3966 visual separators). */
export function dialledNumber(dialled: string): DialledNumber {
  if (dialled.length > MAX_TEXT) return { kind: "nothing" };
  const text = withoutScheme(dialled.trim());
  if (/[*#]|%2a|%23/i.test(text)) return { kind: "service_code" };
  const plain = text.replace(/^%2b/i, "+").replace(/[ ().\-/]/g, "");
  const [, plus, digits] = /^(\+?)([0-9]{1,19})$/.exec(plain) ?? [];
  if (digits === undefined) return { kind: "nothing" };
  return { kind: "number", digits, international: plus === "+" };
}

/** Digits of any script as ASCII, wide and raised forms included. */
function plainDigits(text: string): string {
  return text.normalize("NFKC").replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
}

/** Unicode keeps the ten digits of a script in order, and scripts whose digits touch one behind the other. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let start = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start--;
  return (code - start) % 10;
}

function decoded(text: string): string {
  const once = (from: string): string =>
    from.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run.replace(/%[0-9a-f]{2}/gi, (each) => String.fromCharCode(Number.parseInt(each.slice(1), 16)));
      }
    });
  return once(once(text));
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/zero|null|oh/g, "0"],
  [/one/g, "1"],
  [/two/g, "2"],
  [/three/g, "3"],
  [/four/g, "4"],
  [/five/g, "5"],
  [/six/g, "6"],
  [/seven/g, "7"],
  [/eight/g, "8"],
  [/nine/g, "9"],
];

const KEYS = "22233344455566677778889999";

/** Letters as the keys they stand on (ITU-T E.161). */
const onKeys = (text: string): string =>
  text.replace(/[a-z]/g, (letter) => KEYS[letter.charCodeAt(0) - "a".charCodeAt(0)] ?? "");

/** Blanks and brackets are within a number; behind a code they may also begin one. */
const SPLITS = [/[^\d+\s().\-/]+|(?=\+)/, /[^\d+\-.]+|(?=\+)/] as const;

/** Every run of digits that a lax reader could take for the number. */
function* readings(dialled: string): Generator<{ readonly digits: string; readonly international: boolean }> {
  const text = plainDigits(decoded(dialled.slice(0, 4 * MAX_TEXT))).toLowerCase();
  const body = withoutScheme(text);
  const spoken = WORDS.reduce((from, [word, digit]) => from.replace(word, digit), body);
  const head = body.split(/[;@?,]/)[0] ?? "";
  for (const each of [body, head, spoken, onKeys(head)]) {
    const digits = each.replace(/\D/g, "");
    yield { digits, international: /^[^\d]*\+/.test(each) };
    yield { digits, international: false };
    // A code such as `*31#` or `**21*` before or behind it, a pause, a parameter.
    const pieces = (/[*#]/.test(each) ? SPLITS : SPLITS.slice(0, 1)).flatMap((between) => each.split(between));
    for (const piece of pieces) {
      const some = piece.replace(/\D/g, "");
      yield { digits: some, international: piece.trim().startsWith("+") };
      yield { digits: some, international: false };
    }
  }
}

/** Whether any reading of the text calls for help. Of text that is no number at all it may say so too often. */
export function looksLikeEmergency(dialled: string, home: NumberingPlan | null, extra: ReadonlySet<string>): boolean {
  for (const { digits, international } of readings(dialled)) {
    if (isEmergency(digits, { home, extra, international })) return true;
  }
  return false;
}
