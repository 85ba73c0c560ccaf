// The capability bits of a listing on chain: a hint to filter by before the record is read; tiers and features of the record count.
// The table is that of the seed; its example "27" there is an erratum (reference/seed-ambiguities.md A13).

export const CAPABILITY = {
  nonVoip: 1,
  instant: 2,
  regionUs: 4,
  smsOnly: 8,
  voice: 16,
  video: 32,
  enum: 64,
  /** Ours, not the seed's: it knows no region but the United States (A15). */
  regionEu: 128,
  regionAsia: 256,
} as const;

const WORDS: readonly (readonly [number, string])[] = [
  [CAPABILITY.nonVoip, "non-voip"],
  [CAPABILITY.instant, "instant"],
  [CAPABILITY.regionUs, "region-us"],
  [CAPABILITY.smsOnly, "sms-only"],
  [CAPABILITY.voice, "voice"],
  [CAPABILITY.video, "video"],
  [CAPABILITY.enum, "enum"],
  [CAPABILITY.regionEu, "region-eu"],
  [CAPABILITY.regionAsia, "region-asia"],
];
const TIERS = CAPABILITY.smsOnly | CAPABILITY.voice | CAPABILITY.video;

export interface CapabilitySource {
  readonly features: readonly string[];
  readonly sms: boolean;
  readonly voice: boolean;
  readonly video: boolean;
  readonly enum: boolean;
}

/** The bits of a record that is to be published. */
export function capabilitiesOf({ features, ...tiers }: CapabilitySource): number {
  const has = (...words: readonly string[]): boolean => words.some((word) => features.includes(word));
  return [
    has("non-voip") ? CAPABILITY.nonVoip : 0,
    has("instant") ? CAPABILITY.instant : 0,
    has("usa", "region-us") ? CAPABILITY.regionUs : 0,
    tiers.sms ? CAPABILITY.smsOnly : 0,
    tiers.voice ? CAPABILITY.voice : 0,
    tiers.video ? CAPABILITY.video : 0,
    tiers.enum ? CAPABILITY.enum : 0,
    has("europe", "region-eu") ? CAPABILITY.regionEu : 0,
    has("asia", "region-asia") ? CAPABILITY.regionAsia : 0,
  ].reduce((sum, bit) => sum + bit, 0);
}

/** Words for the bits that are set, in the order of the bits; unknown bits are passed over. */
export function capabilityWords(bits: number): readonly string[] {
  return WORDS.filter(([bit]) => (bits & bit) !== 0).map(([, word]) => word);
}

/** What of the bits has no meaning here: later versions may set more. */
export function unknownCapabilities(bits: number): number {
  return WORDS.reduce((rest, [bit]) => rest - (rest & bit), bits);
}

/** One line for people: `non-voip, instant, unknown 1024`. */
export function describeCapabilities(bits: number): string {
  const rest = unknownCapabilities(bits);
  const words = [...capabilityWords(bits), ...(rest === 0 ? [] : [`unknown ${rest}`])];
  return words.length === 0 ? "none" : words.join(", ");
}

/** Whether any tier is announced: older listings say none, and their record has to tell. */
export function announcesTier(bits: number): boolean {
  return (bits & TIERS) !== 0;
}
