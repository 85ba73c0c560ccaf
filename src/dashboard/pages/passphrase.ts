// Passphrases: how long one must be, and one for who has none. Pure.

import type { Random } from "../../base/index.ts";

/** Characters. Argon2id makes each guess dear; length makes them many. */
export const PASSPHRASE_LENGTH = 10;

const CONSONANTS = "bdfgklmnprstvz";
const VOWELS = "aeiou";
const WORDS = 5;
const SYLLABLES = 2;

/** One of `letters`, each as likely as any other: bytes that would favour the first ones are drawn again. */
function pick(random: Random, letters: string): string {
  const limit = 256 - (256 % letters.length);
  for (;;) {
    const [byte = 255] = random.bytes(1);
    if (byte < limit) return letters[byte % letters.length] ?? "";
  }
}

/** Five words that can be said aloud, of 61 bits together: `lotu pira vesa gomi tadu`. */
export function suggestPassphrase(random: Random): string {
  const syllable = (): string => pick(random, CONSONANTS) + pick(random, VOWELS);
  const word = (): string => Array.from({ length: SYLLABLES }, syllable).join("");
  return Array.from({ length: WORDS }, word).join(" ");
}
