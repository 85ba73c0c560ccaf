// The capability bits of a listing. The table of bits is normative (the seed's example for 27 is an erratum: A13). On reading, bits
// are a hint for filters: what a listing offers stands in its record.

export interface Capability {
  readonly bit: number;
  readonly name: string;
  /** For people. */
  readonly text: string;
}

/** Bits up to 64 are the ecosystem's; 128 and 256 are an extension of ours (A15). */
export const CAPABILITIES: readonly Capability[] = [
  { bit: 1, name: "non-voip", text: "a real SIM, no VoIP number" },
  { bit: 2, name: "instant", text: "SMS arrive at once" },
  { bit: 4, name: "region-us", text: "a number of the United States" },
  { bit: 8, name: "sms-only", text: "SMS only, the cheaper tier" },
  { bit: 16, name: "voice", text: "voice calls" },
  { bit: 32, name: "video", text: "video calls" },
  { bit: 64, name: "enum", text: "reachable by ENUM and SIP" },
  { bit: 128, name: "region-eu", text: "a number of a European country" },
  { bit: 256, name: "region-asia", text: "a number of an Asian country" },
];

/** A feature of a record, lower case, and the bit that stands for it. */
const FEATURE_BITS: ReadonlyMap<string, number> = new Map([
  ["non-voip", 1],
  ["instant", 2],
  ["usa", 4],
  ["us", 4],
  ["region-us", 4],
  ["europe", 128],
  ["region-eu", 128],
  ["asia", 256],
  ["region-asia", 256],
]);

/** The bits that say which tiers there are. */
export const TIER_BITS = 8 | 16 | 32;

/** Largest value that is read: bits beyond it could not be told from noise. */
export const MAX_CAPABILITIES = 0x7fff_ffff;

/** What of a record the bits come from. */
export interface OfferedTiers {
  readonly features: readonly string[];
  readonly tiers: {
    readonly sms_only?: { readonly enabled: boolean };
    readonly sms_voice_video?: {
      readonly enabled: boolean;
      readonly enumSupport: boolean;
      readonly pricing: { readonly perMinuteVideo: unknown };
    };
  };
}

/** The bits of what a record offers (A13-A16): 8 whenever the SMS tier is on, 32 only where video has a price. */
export function deriveCapabilities({ features, tiers }: OfferedTiers): number {
  let bits = 0;
  for (const feature of features) bits |= FEATURE_BITS.get(feature.toLowerCase()) ?? 0;
  if (tiers.sms_only?.enabled) bits |= 8;
  const full = tiers.sms_voice_video;
  if (full?.enabled) {
    bits |= 16;
    if (full.pricing.perMinuteVideo !== null) bits |= 32;
    if (full.enumSupport) bits |= 64;
  }
  return bits;
}

/** The capabilities set in `bits`, lowest bit first. Unknown bits are left out. */
export function capabilitiesIn(bits: number): readonly Capability[] {
  return CAPABILITIES.filter(({ bit }) => (bits & bit) !== 0);
}

/** What of `bits` has no meaning here. */
export function unknownBits(bits: number): number {
  return CAPABILITIES.reduce((rest, { bit }) => rest & ~bit, bits);
}

/** One line for people: `non-voip, instant, sms-only`, with unknown bits named by their value. */
export function describeCapabilities(bits: number): string {
  const rest = unknownBits(bits);
  const names = capabilitiesIn(bits).map(({ name }) => name);
  if (rest !== 0) names.push(`unknown (${rest})`);
  return names.length === 0 ? "none" : names.join(", ");
}
