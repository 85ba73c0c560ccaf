// Updates of the whole system: what a channel of releases says, what the box shows of it, and what it remembers over a restart.

import { z } from "zod";

/** `major.minor.patch`, each at most four digits. */
export const releaseVersion = z.string().regex(/^(?:0|[1-9]\d{0,3})(?:\.(?:0|[1-9]\d{0,3})){2}$/, "like 1.2.3");
/** What a system is made for, such as `numberbox-arm64`: of another one no bundle is taken. */
const compatible = z.string().regex(/^[a-z0-9-]{1,64}$/, "like numberbox-arm64");

export const updateRelease = z.strictObject({
  version: releaseVersion,
  compatible,
  /** Unix ms. */
  published_at: z.int().min(0),
  /** Absolute, or relative to the channel's own address. */
  url: z.string().min(1).max(2000),
  /** Bytes. */
  size: z
    .int()
    .min(1)
    .max(4 * 1024 ** 3),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** What is new, by language; `en` is always there. Plain text. */
  notes: z.record(z.string().regex(/^[a-z]{2}$/), z.string().max(4000)).refine((notes) => notes.en !== undefined, "en"),
  /** So many of a thousand boxes are offered it. */
  rollout: z.int().min(0).max(1000),
  /** The oldest version that may go to it in one step; left out, every one. */
  from: releaseVersion.optional(),
});
export type UpdateRelease = z.infer<typeof updateRelease>;

export const updateChannel = z.strictObject({
  format: z.literal("numberbox-channel-1"),
  /** Grows with every edition: an older one than was seen is refused. */
  serial: z.int().min(1),
  issued_at: z.int().min(0),
  /** After it the edition is stale: somebody may be withholding newer ones. */
  expires_at: z.int().min(0),
  releases: z.array(updateRelease).max(100),
});
export type UpdateChannel = z.infer<typeof updateChannel>;

/** As it is served: the exact bytes of the channel in base64url, and an Ed25519 signature over them in its own domain. */
export const signedChannel = z.strictObject({
  payload: z.base64url().max(1_000_000),
  signature: z.base64url().length(86),
});

export const updatePhase = z.enum([
  "idle",
  "downloading",
  "checking",
  "installing",
  "installed",
  "restarting",
  "trying",
]);
export type UpdatePhase = z.infer<typeof updatePhase>;

const updateResult = z.object({
  version: z.string(),
  from: z.string(),
  at: z.int(),
  result: z.enum(["confirmed", "rolled_back", "failed"]),
  /** A code; null of a success. */
  problem: z.string().nullable(),
});
export type UpdateResult = z.infer<typeof updateResult>;

/** What was so before the restart into a new system, by which it is judged after it. */
export const updatePending = z.object({
  version: z.string(),
  from: z.string(),
  at: z.int(),
  /** Slots that answered. */
  slots: z.array(z.string()),
  relay: z.boolean(),
  /** Every modem that answered was on its network. */
  network: z.boolean().default(false),
  /** The start of the machine in which it was asked for: the same one later means that the machine never restarted. */
  boot: z.string().default(""),
});
export type UpdatePending = z.infer<typeof updatePending>;

export const updateRecords = z.object({
  serial: z.int().min(0),
  /** Whose serial that is; empty where an older version noted it. */
  trust: z.string().default(""),
  checked_at: z.int().nullable(),
  pending: updatePending.nullable(),
  /** What lies ready in the half that does not run. `slot`: the half that ran while it was written. */
  installed: z.object({ version: z.string(), slot: z.string() }).nullable().default(null),
  history: z.array(updateResult),
});
export type UpdateRecords = z.infer<typeof updateRecords>;

/** A bundle that was found on a stick. */
const foundBundle = z.object({ id: z.string(), name: z.string(), size: z.int(), stick: z.string() });

export const updateView = z.object({
  /** False where the system is not one of ours: packages are then the owner's business. */
  supported: z.boolean(),
  version: z.string(),
  /** `A` or `B`: which half of the card runs. */
  slot: z.string().nullable(),
  phase: updatePhase,
  /** 0-100 of what goes on; null where nobody knows. */
  percent: z.int().min(0).max(100).nullable(),
  /** The version that is being brought in, or tried. */
  target: z.string().nullable(),
  /** What a new system still waits for before it is kept: `store`, `relay`, `network`, or a slot. */
  waits_for: z.array(z.string()),
  channel: z
    .object({
      url: z.string(),
      checked_at: z.int().nullable(),
      problem: z.string().nullable(),
      offer: z
        .object({ version: z.string(), published_at: z.int(), size: z.int(), notes: z.record(z.string(), z.string()) })
        .nullable(),
    })
    .nullable(),
  /** Bytes of a bundle that is handed in. */
  handed_in: z.int().min(0),
  sticks: z.array(foundBundle),
  problem: z.string().nullable(),
  /** Newest first. */
  history: z.array(updateResult),
});
export type UpdateView = z.infer<typeof updateView>;

/** `POST /update/install`: exactly one place that the bundle comes from. */
export const updateInstall = z.discriminatedUnion("source", [
  z.strictObject({ source: z.literal("channel"), version: releaseVersion }),
  z.strictObject({ source: z.literal("upload") }),
  z.strictObject({ source: z.literal("stick"), id: z.string().regex(/^[0-9a-f]{16}$/) }),
]);
export type UpdateInstall = z.infer<typeof updateInstall>;

/** `POST /update/upload?offset=`. */
export const updateUploaded = z.object({ size: z.int().min(0) });
