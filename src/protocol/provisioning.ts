// `/provisioning`: a phone account's way from the renter's app into a phone that scans an address. Only for accounts of the relay's own
// gateway: there the relay checks the account's password at each call anyway.

import { z } from "zod";
import { sipEncryption, sipPassword, sipUser } from "./sip-terms.ts";

/** `POST /provisioning`. Where the phone registers the relay knows better than who asks. */
export const provisioningRequest = z.strictObject({ user: sipUser, password: sipPassword, encryption: sipEncryption });
export type ProvisioningRequest = z.infer<typeof provisioningRequest>;

/** Sealed: only the relay can read it. */
export const provisioningToken = z.string().regex(/^[A-Za-z0-9_-]{80,1200}$/, "80-1200 of A-Z a-z 0-9 _ -");

export const provisioningReply = z.object({
  /** Below the relay's own address. */
  path: z.string().regex(/^\/provisioning\/[A-Za-z0-9_-]{80,1200}$/),
  /** Unix seconds; the document is handed out once, and not at all from then on. */
  expires_at: z.int().min(0),
});
export type ProvisioningReply = z.infer<typeof provisioningReply>;
