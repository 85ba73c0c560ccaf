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
  memory_free_mb: z.int().nullable(),
  disk_free_mb: z.int().nullable(),
  clock_kept: z.boolean().nullable(),
});
export type HostView = z.infer<typeof hostView>;

/** `POST /host/factory-reset`. */
export const factoryResetRequest = z.strictObject({ confirm: z.string().max(64) });

/** That it was asked for; the box is gone soon. */
export const hostActionReply = z.object({ asked: z.enum(["reboot", "power_off", "factory_reset"]) });
export type HostActionReply = z.infer<typeof hostActionReply>;
