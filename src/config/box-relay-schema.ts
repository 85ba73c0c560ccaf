// The relay that a box hands its messages to, and the way there.

import { z } from "zod";

const relayUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  // The console shows the address.
  .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password");

const pin = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "SHA-256 of the certificate in DER, 64 lower-case hex digits")
  .optional()
  .describe(
    "SHA-256 of the certificate that is shown at this address, in hex: it counts instead of any authority, for a name that none certifies.",
  );

const isPinnable = ({ url, pin: given }: { readonly url: string; readonly pin?: string | undefined }): boolean =>
  given === undefined || url.startsWith("https:");
const PIN_FAULT = { message: "only https shows a certificate", path: ["pin"] };

const mirror = z
  .strictObject({ url: relayUrl.describe("Another address of the same relay, or of one over the same store."), pin })
  .refine(isPinnable, PIN_FAULT);

const sameAddress = (url: string): string => url.replace(/\/+$/, "");

export const boxRelaySection = z
  .strictObject({
    url: relayUrl.describe("The relay that keeps sealed messages for your renters."),
    pin,
    mirrors: z
      .array(mirror)
      .max(8)
      .default([])
      .describe(
        "Other addresses of this relay, or of others over one store: taken when the first does not answer, or is much farther. In the order that you prefer.",
      ),
    socks5: z
      .url({ protocol: /^socks5h?$/ })
      .optional()
      .describe(
        "A SOCKS5 proxy to the relay, such as socks5h://127.0.0.1:1080; it resolves the names. Nothing to the relay goes beside it: while it is down, SMS wait.",
      ),
  })
  .refine(isPinnable, PIN_FAULT)
  .superRefine(({ url, mirrors }, context) => {
    const seen = new Set([sameAddress(url)]);
    mirrors.forEach((each, at) => {
      const address = sameAddress(each.url);
      if (seen.has(address)) {
        context.addIssue({
          code: "custom",
          path: ["mirrors", at, "url"],
          message: "this address stands before already",
        });
      }
      seen.add(address);
    });
  })
  .describe("The relay that renters read from. Left out: SMS wait, sealed, in the outbox.");
export type BoxRelaySection = z.infer<typeof boxRelaySection>;
