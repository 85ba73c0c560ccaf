// Node-RED beside the box.

import { z } from "zod";

export const nodeRedSection = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe("Whether flows run on this box. Node-RED takes some 150 MB of memory."),
    run: z
      .enum(["child", "service"])
      .default("child")
      .describe("Who starts it: the box itself, or systemd as numberbox-node-red.service, under a user of its own."),
    socket: z
      .string()
      .min(2)
      // A socket's path is cut there by the kernel.
      .max(107)
      .startsWith("/")
      .optional()
      .describe("Where the editor is reached: a file of the box's own, or of the service in /run/numberbox-node-red."),
    memory_mb: z
      .int()
      .min(64)
      .max(4096)
      .default(256)
      .describe("Memory for the objects of the flows, in MB; more ends Node-RED, and it starts again."),
    nice: z.int().min(0).max(19).default(10).describe("How much everything else on the machine goes before it."),
  })
  .describe("Flows in Node-RED, in a process of their own; their editor is at /flows/ of the console.");
export type NodeRedSection = z.infer<typeof nodeRedSection>;
