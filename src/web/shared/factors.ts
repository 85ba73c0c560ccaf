// REST's words for second factors and passkeys.

import { z } from "zod";
import { PASSWORD_MAX } from "./password-rules.ts";
import { role } from "./scopes.ts";

const password = z.string().max(PASSWORD_MAX).describe("The user's own, once more.");
const code = z.string().min(1).max(40);
const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]*={0,2}$/, "base64url");

export const passkeyView = z.object({
  id: z.string(),
  name: z.string(),
  /** The host name that it works at. */
  rp_id: z.string(),
  created_at: z.int(),
  used_at: z.int().nullable(),
});
export type PasskeyView = z.infer<typeof passkeyView>;

/** `GET /api/v1/account`. */
export const accountReply = z.object({
  name: z.string(),
  role,
  second_factor: z.boolean(),
  /** Whether this box can keep second factors. */
  second_factor_offered: z.boolean(),
  recovery_left: z.int().min(0),
  passkeys: z.array(passkeyView),
  /** Whether browsers allow passkeys at the address of this page. */
  passkeys_here: z.boolean(),
});
export type AccountReply = z.infer<typeof accountReply>;

export const passwordAgain = z.strictObject({ password });
export const codeRequest = z.strictObject({ code });
export const secondStepRequest = z.strictObject({ ticket: z.string().max(64), code });

/** The secret of an authenticator app, for its QR code; shown once. */
export const enrolmentReply = z.object({ uri: z.string(), secret: z.string(), qr: z.array(z.string()) });
export type EnrolmentReply = z.infer<typeof enrolmentReply>;
/** Shown once. */
export const recoveryReply = z.object({ recovery_codes: z.array(z.string()) });

const attachment = z.enum(["platform", "cross-platform"]).exactOptional();
const extensions = z.object({}).default({});
const credential = { id: base64url(1400), rawId: base64url(1400), type: z.literal("public-key") };

/** What a browser answers when a passkey was made (WebAuthn Level 3, RegistrationResponseJSON). */
export const registrationResponse = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(4096),
    attestationObject: base64url(16_384),
    transports: z.array(z.string().max(32)).max(8).exactOptional(),
  }),
  clientExtensionResults: extensions,
  authenticatorAttachment: attachment,
});
export const newPasskeyRequest = z.strictObject({
  name: z.string().trim().min(1).max(40),
  response: registrationResponse,
});

/** What a browser answers when a passkey was used (AuthenticationResponseJSON). */
export const passkeySignIn = z.strictObject({
  response: z.object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url(4096),
      authenticatorData: base64url(4096),
      signature: base64url(1400),
      userHandle: base64url(128).exactOptional(),
    }),
    clientExtensionResults: extensions,
    authenticatorAttachment: attachment,
  }),
});

/** Options for `navigator.credentials`, in the JSON form that browsers read. */
export const passkeyOptions = z.record(z.string(), z.unknown());
