// Whether a sender's messages may reach a renter at all. Decided in memory, before anything is sealed or stored. Pure.
//
// Patterns. `*` at the beginning, at the end or both stands for any text; a pattern of `*` alone is every sender. Compared without
// regard to upper and lower case and without spaces, dots, hyphens and underscores: `paypal` is `PayPal` and `PAY PAL`. Of an Indian
// header such as `AD-HDFCBK` or `VM-SBIINB-S` (operator and circle before, kind of message behind) the middle is compared as well. A
// number is compared as the network gave it and in its international form: `+491511234567` matches `01511234567` and
// `00491511234567` on a German line. A short number is compared as it is.
//
// Order. The rules of the rental come first, then those of the line, then those of the box; the first level that has a matching rule
// decides, and within a level `allow` beats `deny`. When no rule matches, the presets decide: those of the narrowest level that names
// any, the box's default otherwise.

import type { E164 } from "../base/index.ts";
import { SENDER_PRESETS, type SenderPreset, type SenderPresetName } from "./sender-presets.ts";

export interface SenderRules {
  /** Null leaves the presets to the next wider level; an empty list turns them off. */
  readonly presets: readonly SenderPresetName[] | null;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** The rules that apply to a message, the narrowest first. */
export type SenderLevels = readonly (SenderRules | null)[];

/** Presets that are on until the owner says otherwise. */
export const DEFAULT_PRESETS: readonly SenderPresetName[] = ["banks-and-payments"];

/** What a renter is told: that there is a policy, not who is on its lists. */
export interface SenderTerms {
  readonly presets: readonly SenderPresetName[];
  /** Whether there are rules besides presets. */
  readonly custom: boolean;
}

/** Whether messages of `from` are dropped. `line` is the number that they came to. */
export function isSenderDenied(from: string, line: E164 | null, levels: SenderLevels): boolean {
  const sender = senderOf(from, line);
  for (const level of levels) {
    if (level?.allow.some((pattern) => matches(matcherOf(fold(pattern)), sender))) return false;
    if (level?.deny.some((pattern) => matches(matcherOf(fold(pattern)), sender))) return true;
  }
  return presetsOf(levels).some((name) => isInPreset(name, sender));
}

/** What the terms of a rental say of its policy. */
export function senderTerms(levels: SenderLevels): SenderTerms {
  const custom = levels.some((level) => level !== null && level.allow.length + level.deny.length > 0);
  return { presets: presetsOf(levels), custom };
}

const presetsOf = (levels: SenderLevels): readonly SenderPresetName[] =>
  levels.find((level) => level !== null && level.presets !== null)?.presets ?? DEFAULT_PRESETS;

interface Sender {
  /** Every text that stands for this sender, folded. */
  readonly forms: readonly string[];
  /** Where the line is; empty for not known. */
  readonly callingCode: string;
}

interface Matcher {
  readonly text: string;
  readonly opensWithAny: boolean;
  readonly endsWithAny: boolean;
}

/** Lower case, compatibility forms made plain, without separators. */
function fold(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s._-]/g, "");
}

// TRAI TCCCPR: two letters for operator and circle, the header, and since 2025 P, S, T or G for the kind.
const INDIAN_HEADER = /^[a-z]{2}-([a-z0-9]{3,9})(?:-[pstg])?$/i;

// ITU-T E.164 list of assigned codes: one or two digits where listed, three else.
const CALLING_CODE = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** Numbers of fewer digits are short numbers, which have no international form. */
const LEAST_DIGITS = 7;

function senderOf(from: string, line: E164 | null): Sender {
  const callingCode = line === null ? "" : (CALLING_CODE.exec(line.slice(1))?.[0] ?? "");
  const folded = fold(from);
  const header = INDIAN_HEADER.exec(from.trim())?.[1];
  const forms = [folded, ...(header === undefined ? [] : [fold(header)]), ...internationalForms(folded, callingCode)];
  return { forms, callingCode };
}

/** What `digits` may mean as an international number. A trunk prefix is 0, in the countries of +7 an 8; some have none. */
function internationalForms(digits: string, callingCode: string): readonly string[] {
  if (!/^\d+$/.test(digits) || digits.length < LEAST_DIGITS) return [];
  if (digits.startsWith("00")) return [`+${digits.slice(2)}`];
  const trunk = callingCode === "7" && digits.length === 11 ? "8" : "0";
  const national = digits.startsWith(trunk) ? digits.slice(1) : digits;
  const whole = callingCode !== "" && digits.startsWith(callingCode) ? [`+${digits}`] : [];
  return callingCode === "" ? [] : [`+${callingCode}${national}`, `+${callingCode}${digits}`, ...whole];
}

function matcherOf(folded: string): Matcher {
  const opensWithAny = folded.startsWith("*");
  const endsWithAny = folded.endsWith("*");
  return { text: folded.replace(/^\*|\*$/g, ""), opensWithAny, endsWithAny };
}

function matches({ text, opensWithAny, endsWithAny }: Matcher, { forms }: Sender): boolean {
  return forms.some((form) => {
    if (opensWithAny && endsWithAny) return form.includes(text);
    if (opensWithAny) return form.endsWith(text);
    return endsWithAny ? form.startsWith(text) : form === text;
  });
}

const PRESET_MATCHERS: ReadonlyMap<string, readonly Matcher[]> = new Map(
  Object.entries(SENDER_PRESETS).map(([name, { patterns }]) => [name, patterns.map((text) => matcherOf(fold(text)))]),
);

function isInPreset(name: SenderPresetName, sender: Sender): boolean {
  const { shortNumbers }: SenderPreset = SENDER_PRESETS[name];
  const short = shortNumbers[sender.callingCode] ?? [];
  if (sender.forms.some((form) => short.includes(form))) return true;
  return (PRESET_MATCHERS.get(name) ?? []).some((matcher) => matches(matcher, sender));
}
