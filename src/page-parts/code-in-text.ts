// The code that a message is about, for a button that copies it; pure.

/** 4-8 digits, also in two groups or behind letters and a hyphen as in G-123456; not a part of a longer number, a date or an amount. */
const CODE = /(?<![\d.,:/+-])(?:[A-Z]{1,3}-)?(\d{3}[ -]\d{3}|\d{4,8})(?![\d:/]|[.,-]\d)/g;
/** Words beside which a number is the code and not a year, a price or a phone number. */
const NEAR = /code|pin|otp|passw|verif|confirm|код|código|clave|kennwort|bestätig/i;
const REACH = 40;

/** Without spaces and hyphens inside; null where no number looks like one. */
export function codeIn(text: string): string | null {
  const found = [...text.matchAll(CODE)].map(({ 1: digits = "", index }) => ({
    digits,
    isNear: NEAR.test(text.slice(Math.max(0, index - REACH), index + digits.length + REACH)),
  }));
  const [best] = [...found.filter(({ isNear }) => isNear), ...found];
  return best === undefined ? null : best.digits.replace(/[ -]/g, "");
}
