// What a provider's terms say, in words. They come sealed from the provider, in the form of whatever version he runs.

import { z } from "zod";
import { AppError } from "../base/index.ts";
import { parseWith, type SipTerms, sipTerms } from "../protocol/index.ts";
import type { Tier } from "../registry/index.ts";

const terms = z.object({
  sender_policy: z.object({ presets: z.array(z.string()), custom: z.boolean() }),
});

/** Senders whose messages the provider does not deliver: kinds by name, and whether he has a list of his own. */
export type SenderPolicyTerms = z.infer<typeof terms>["sender_policy"];

/** Null when the terms keep no sender's messages from the renter. */
export function senderPolicyOf(value: unknown): SenderPolicyTerms | null {
  const { data } = terms.safeParse(value);
  if (data === undefined) return null;
  const { presets, custom } = data.sender_policy;
  return presets.length > 0 || custom ? { presets, custom } : null;
}

/** That some senders' messages do not reach the renter; null when the terms say nothing of the kind. */
export function senderPolicyText(value: unknown): string | null {
  const policy = senderPolicyOf(value);
  if (policy === null) return null;
  const { presets, custom } = policy;
  const kinds = [...presets, ...(custom ? ["senders of the provider's own list"] : [])];
  return `The provider does not deliver messages from: ${kinds.join(", ")}.`;
}

/** Terms without what signs in at the provider's: what other commands than `renter sip` may show. `calls`: whether it is there. */
export function shownTerms(value: object): { readonly terms: object; readonly calls: boolean } {
  const { sip, ...rest }: { sip?: unknown } = value;
  return { terms: rest, calls: sip !== undefined };
}

/** A rental with a phone account takes calls. */
export function tierOfTerms(value: object): Tier {
  return shownTerms(value).calls ? "sms_voice_video" : "sms_only";
}

/** The SIP account of a rental; null when its terms have none. Throws `renter.bad_sip` for one of an unknown form, without a value of it. */
export function sipOf(value: unknown): SipTerms | null {
  const parsed = z.object({ sip: z.unknown() }).safeParse(value);
  if (!parsed.success || parsed.data.sip === undefined) return null;
  try {
    return parseWith(sipTerms, parsed.data.sip, "renter.bad_sip", "the SIP account in the grant");
  } catch (cause) {
    throw new AppError("renter.bad_sip", "the SIP account in the grant is not of a known form", {
      hint: "Update Numberbox, or ask the provider for the grant again.",
      cause,
    });
  }
}
