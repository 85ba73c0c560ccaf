// Which passwords the owner may choose. Pure, so that the page can say so while the owner types and the server decides alike.

import { COMMON_PASSWORD_WORDS } from "./common-passwords.ts";

export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;

/** Why a password is refused: a fixed word that the page translates. */
export type PasswordFault = "too_short" | "too_long" | "too_simple" | "too_common";

const RUNS = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890123456789",
  "qwertzuiop",
  "qwertyuiopasdfghjklzxcvbnm",
  "1qaz2wsx3edc4rfv",
];
/** Shorter runs stand in honest words too. */
const RUN_MIN = 5;
const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

function isRun(text: string): boolean {
  if (text.length < RUN_MIN) return false;
  return RUNS.some((run) => run.includes(text) || [...run].reverse().join("").includes(text));
}

function isRepetition(text: string): boolean {
  // A text is a shorter one repeated exactly if it occurs inside its own doubling, ends cut off.
  return (text + text).slice(1, -1).includes(text);
}

/** What is left of a password once the usual decorations are taken off: case, look-alike digits, digits and signs at both ends. */
function bareWords(password: string): readonly string[] {
  const lower = password.toLowerCase();
  const trimmed = lower.replace(/^[^\p{L}@$]+|[^\p{L}@$]+$/gu, "");
  const unleeted = (text: string): string => [...text].map((char) => LEET[char] ?? char).join("");
  return [lower, trimmed, unleeted(lower), unleeted(trimmed)].map((text) => text.replace(/[\s._-]/g, ""));
}

/** The reason to refuse `password`, or null when it will do: at least 10 characters, five different ones, and none of the usual. */
export function passwordFault(password: string): PasswordFault | null {
  const characters = [...password.normalize("NFC")];
  if (characters.length < PASSWORD_MIN) return "too_short";
  if (password.length > PASSWORD_MAX) return "too_long";
  const lower = password.toLowerCase();
  if (new Set([...lower]).size < 5 || isRepetition(lower) || isRun(lower)) return "too_simple";
  return bareWords(password).some((word) => COMMON_PASSWORD_WORDS.has(word) || isRun(word)) ? "too_common" : null;
}
