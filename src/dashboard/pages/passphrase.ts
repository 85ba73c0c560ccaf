// Passphrases: how long one must be, and one for who has none. Pure.

import type { Random } from "../../base/index.ts";

/** Characters. Argon2id makes each guess dear; length makes them many. */
export const PASSPHRASE_LENGTH = 10;

/** Fewer different ones than this are guessed among the first. */
const LEAST_DIFFERENT = 6;
/** Of pairs of neighbours: more that follow each other in alphabet, digits or keyboard make a run of it. */
const MOST_RUN = 0.6;
/** Digits alone: below this a birthday, a phone number, or all of them tried in an hour. */
const LEAST_DIGITS = 20;

const ROWS = [
  "1234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiopü",
  "йцукенгшщзхъ",
  "фывапролджэ",
  "ячсмитьбю",
];
/** What comes first in every list of guesses, in the languages of these pages, and the names that stand on them. */
const COMMON =
  /pass(?:wor[dt]|phrase)|kennwort|contrase[nñ]a|пароль|letmein|iloveyou|qwert[yz]|йцукен|welcome|willkommen|bienvenido|administrator|numberbox|emercoin|privateness|secret|geheim|secreto|секрет/gu;

function isRun(text: string): boolean {
  const chars = [...text];
  const follows = chars.slice(1).filter((char, at) => {
    const before = chars[at] ?? "";
    const step = (char.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0);
    return Math.abs(step) <= 1 || ROWS.some((row) => row.includes(before + char) || row.includes(char + before));
  });
  return follows.length > (chars.length - 1) * MOST_RUN;
}

/** Null for one that will do. `weak`: long enough, and still among the first that are tried. */
export function passphraseFault(text: string): "short" | "weak" | null {
  if (text.length < PASSPHRASE_LENGTH) return "short";
  const plain = text.toLowerCase().replace(/\s/g, "");
  if (new Set(plain).size < LEAST_DIFFERENT || /^(.{1,6})\1+$/u.test(plain) || isRun(plain)) return "weak";
  if (/^\d+$/.test(plain)) return plain.length < LEAST_DIGITS ? "weak" : null;
  const own = plain.replace(COMMON, "");
  return own !== plain && own.length < PASSPHRASE_LENGTH ? "weak" : null;
}

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
