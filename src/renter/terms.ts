// What a provider's terms say, in words. They come sealed from the provider, in the form of whatever version he runs.

import { z } from "zod";

const terms = z.object({
  sender_policy: z.object({ presets: z.array(z.string()), custom: z.boolean() }),
});

/** That some senders' messages do not reach the renter; null when the terms say nothing of the kind. */
export function senderPolicyText(value: unknown): string | null {
  const parsed = terms.safeParse(value);
  if (!parsed.success) return null;
  const { presets, custom } = parsed.data.sender_policy;
  const kinds = [...presets, ...(custom ? ["senders of the provider's own list"] : [])];
  return kinds.length === 0 ? null : `The provider does not deliver messages from: ${kinds.join(", ")}.`;
}
