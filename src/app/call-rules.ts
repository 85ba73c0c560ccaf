// What the configuration says of calls, as the desk and the book of calls ask it. Read anew for each call: the owner may change it
// meanwhile.

import { e164, type LineId, microEmc, minutes, parseEmc, type RentalId } from "../base/index.ts";
import { type BoxConfig, type InboundTreatment, type LineVoiceSettings, voiceOfLine } from "../config/index.ts";
import { type CallTerms, dialVerdict, type EndCause, type LineCalls } from "../core/index.ts";

/** Which setting says what a caller meets. For all others, such as a box that stops, there is only refusal. */
const SETTING_OF: Partial<Record<EndCause, keyof LineVoiceSettings["inbound"]>> = {
  no_rental: "no_rental",
  not_registered: "no_registration",
  unreachable: "no_registration",
  gateway_lost: "no_registration",
  busy: "busy",
  line_busy: "busy",
  declined: "declined",
  no_answer: "no_answer",
};

const configuredLine = (config: BoxConfig, line: LineId) => config.lines.find(({ id }) => id === line);

/** Null for a line that has no calls, or that there is not. */
function settingsOf(config: BoxConfig, line: LineId): LineVoiceSettings | null {
  const own = configuredLine(config, line);
  return own === undefined ? null : voiceOfLine(config.voice, own.voice);
}

function treatmentOf({ inbound }: LineVoiceSettings, cause: EndCause): InboundTreatment {
  const setting = SETTING_OF[cause];
  return setting === undefined ? "reject" : inbound[setting];
}

/** How a line's calls are treated, and what it may dial; null for a line without calls. */
export function lineCallsOf(config: BoxConfig, line: LineId): LineCalls | null {
  const settings = settingsOf(config, line);
  const own = configuredLine(config, line);
  if (settings === null || own === undefined) return null;
  const { countries, allow, deny, premium, short_codes: shortCodes } = settings.policy;
  const policy = { countries, allow, deny, premium, shortCodes };
  return {
    rules: { ringTimeout: settings.ringTimeout, treatment: (cause) => treatmentOf(settings, cause) },
    mayDial: (dialled) => dialVerdict(dialled, { number: e164(own.number) }, policy),
  };
}

/** EMC for a minute of the line's calls, as `voice.billing` or else the line's listing says; "0" where neither does. */
function priceOf(config: BoxConfig, line: LineId, { billing }: LineVoiceSettings): string {
  const listing = configuredLine(config, line)?.listing;
  const tiers = (listing === false ? undefined : listing?.tiers) ?? config.listing?.tiers;
  return billing.price_per_minute ?? tiers?.sms_voice_video?.pricing.per_minute_voice ?? "0";
}

/** What a call of a line's rental costs and how long it may be. */
export function callTermsOf(
  config: BoxConfig,
  { lineId: line }: { readonly id: RentalId; readonly lineId: LineId },
  direction: "in" | "out",
): CallTerms {
  const settings = settingsOf(config, line);
  // The line has lost its calls while one is on: it goes on for a minute at most.
  if (settings === null) {
    return { pricePerMinute: microEmc(0), includedMinutes: 0, maxCall: minutes(1), minutesPerDay: 0 };
  }
  const { billing, policy } = settings;
  const billed = direction === "out" || billing.charge === "all";
  return {
    pricePerMinute: billed ? parseEmc(priceOf(config, line, settings)) : microEmc(0),
    includedMinutes: billing.included_minutes,
    maxCall: policy.max_call,
    minutesPerDay: policy.minutes_per_day,
  };
}
