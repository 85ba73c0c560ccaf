// The machine under the box, and the few things that its owner may do to it.

import { z } from "zod";

/** `GET /host`. */
export const hostView = z.object({
  /** Whether the machine is the box's own; without that it does nothing to it. */
  appliance: z.boolean(),
  /** What has to be typed for a factory reset. */
  name: z.string(),
  /** Where a browser in the network finds the console. */
  addresses: z.array(z.string()),
  uptime_s: z.int().nullable(),
  temperature_c: z.number().nullable(),
  /** Whether the fan is told to run; null without one. */
  fan: z.boolean().nullable(),
  memory_free_mb: z.int().nullable(),
  disk_free_mb: z.int().nullable(),
  clock_kept: z.boolean().nullable(),
  /** Who may sign in by SSH, by which keys, and from where; null on a machine that is not the box's own. */
  ssh: z
    .object({
      open: z.enum(["shut", "local", "all"]),
      keys: z.array(z.object({ user: z.string(), type: z.string(), comment: z.string() })),
    })
    .nullable(),
});
export type HostView = z.infer<typeof hostView>;

/** `POST /host/factory-reset`. */
export const factoryResetRequest = z.strictObject({ confirm: z.string().max(64) });

/** Why a move of the data failed; the image's `data-disk` says which. */
export const MOVE_FAULTS = [
  "interrupted",
  "no_disk",
  "own_disk",
  "too_small",
  "no_partition",
  "no_file_system",
  "not_kept",
] as const;

/** What became of a move; `at` in milliseconds since 1970. */
export const moveOutcome = z.discriminatedUnion("result", [
  z.object({ result: z.literal("moved"), at: z.int() }),
  z.object({ result: z.literal("failed"), reason: z.enum(MOVE_FAULTS), at: z.int() }),
]);
export type MoveOutcome = z.infer<typeof moveOutcome>;

/** `GET /host/storage`. */
export const storageView = z.object({
  /** Null on a machine that cannot move its data. */
  data: z
    .object({
      on: z.enum(["card", "disk"]),
      model: z.string().nullable(),
      last: moveOutcome.nullable(),
    })
    .nullable(),
  /** Disks that the data can be moved to; `holds` is what is on them now, by label. */
  disks: z.array(
    z.object({
      id: z.string(),
      model: z.string(),
      bus: z.enum(["usb", "nvme"]),
      size_mb: z.int(),
      holds: z.array(z.string()),
    }),
  ),
});
export type StorageView = z.infer<typeof storageView>;

/** `POST /host/move-data`. */
export const moveDataRequest = z.strictObject({ disk: z.string().min(1).max(199), confirm: z.string().max(64) });

/** That it was asked for; the box is gone soon. */
export const hostActionReply = z.object({ asked: z.enum(["reboot", "power_off", "factory_reset", "move_data"]) });
export type HostActionReply = z.infer<typeof hostActionReply>;
