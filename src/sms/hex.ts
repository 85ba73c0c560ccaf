// Hex text of modems: upper or lower case, blanks and line ends anywhere. Table-driven, for it runs on every message.

const INVALID = 255;
const BLANK = 254;

function buildDigits(): Uint8Array {
  const digits = new Uint8Array(128).fill(INVALID);
  "0123456789abcdef".split("").forEach((digit, value) => {
    digits[digit.charCodeAt(0)] = value;
    digits[digit.toUpperCase().charCodeAt(0)] = value;
  });
  for (const blank of " \t\r\n") digits[blank.charCodeAt(0)] = BLANK;
  return digits;
}

const DIGITS = buildDigits();
const UPPER_PAIRS: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, "0").toUpperCase(),
);

/** The octets of hex text, blanks skipped; null for any other character or half an octet. */
export function parseHex(text: string): Uint8Array | null {
  const octets = new Uint8Array(text.length >> 1);
  let count = 0;
  let high = -1;
  for (let i = 0; i < text.length; i++) {
    const digit = DIGITS[text.charCodeAt(i)] ?? INVALID;
    if (digit === BLANK) continue;
    if (digit === INVALID) return null;
    if (high < 0) {
      high = digit;
    } else {
      octets[count++] = (high << 4) | digit;
      high = -1;
    }
  }
  return high < 0 ? octets.subarray(0, count) : null;
}

/** Upper-case hex, as modems print it. */
export function upperHex(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += UPPER_PAIRS[octet] ?? "";
  return text;
}
