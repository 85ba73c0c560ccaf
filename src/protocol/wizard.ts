// The first-run wizard over REST: how far it is, and the questions that it asks the box before anything is stored.

import { z } from "zod";
import { doctorFinding } from "./doctor.ts";

export const wizardStep = z.enum(["locale", "network", "sims", "identity", "node", "relay", "prices", "publish"]);
export type WizardStep = z.infer<typeof wizardStep>;

export const wizardStepState = z.enum(["todo", "done", "skipped"]);
export type WizardStepState = z.infer<typeof wizardStepState>;

/** `GET /api/v1/wizard`. */
export const wizardView = z.object({
  /** The owner has left the wizard for good; it can be opened again. */
  finished: z.boolean(),
  /** In order. */
  steps: z.array(z.object({ id: wizardStep, state: wizardStepState })),
});
export type WizardView = z.infer<typeof wizardView>;

/** `PATCH /api/v1/wizard`. */
export const wizardMark = z.union([
  z.strictObject({ step: wizardStep, state: wizardStepState }),
  z.strictObject({ finished: z.boolean() }),
]);
export type WizardMark = z.infer<typeof wizardMark>;

/** What was looked at, good and bad, in the doctor's form. */
export const findingsReply = z.object({ findings: z.array(doctorFinding) });
export type FindingsReply = z.infer<typeof findingsReply>;

const passphrase = z.string().min(10, "at least 10 characters").max(1000);

/** `GET /api/v1/wizard/identity`. */
export const ownIdentityView = z.object({
  name: z.string(),
  verify: z.string(),
  /** When a backup of this very identity was read back; null for never. */
  backed_up_at: z.int().nullable(),
  /** Whether another identity may still take its place: nothing was rented out or published under it. */
  replaceable: z.boolean(),
});
export type OwnIdentityView = z.infer<typeof ownIdentityView>;

/** `POST /api/v1/wizard/identity/backup`: the sealed key file. */
export const identityBackupRequest = z.strictObject({ passphrase });
/** `POST /api/v1/wizard/identity/confirm`: the file as it was kept, opened again. */
export const identityConfirmRequest = z.strictObject({ text: z.string().min(2).max(32_000), passphrase });
/** `POST /api/v1/wizard/identity/import`: a Privateness key file of any generation, or a sealed backup. */
export const identityImportRequest = z.strictObject({
  text: z.string().min(2).max(32_000),
  /** For a file that is sealed or encrypted. */
  passphrase: z.string().max(1000).optional(),
});
/** What the file holds; it is in use after the next start. */
export const identityImportReply = z.object({ name: z.string(), verify: z.string(), restart_needed: z.boolean() });

/** `POST /api/v1/wizard/node/test`. */
export const nodeTestRequest = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(500),
  user: z.string().min(1).max(200),
  password: z.string().min(1).max(500),
  wallet: z.string().max(200).optional(),
  socks5: z
    .url({ protocol: /^socks5h?$/ })
    .max(500)
    .optional(),
  /** PEM of the authority that signed the node's certificate. */
  ca: z.string().max(20_000).optional(),
});
export type NodeTestRequest = z.infer<typeof nodeTestRequest>;

/** `POST /api/v1/wizard/relay/test`. */
export const relayTestRequest = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(500),
  /** Left out: the one that is stored for the relay. */
  socks5: z
    .url({ protocol: /^socks5h?$/ })
    .max(500)
    .optional(),
});
export type RelayTestRequest = z.infer<typeof relayTestRequest>;
