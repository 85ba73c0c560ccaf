// The box's configuration: the one place that holds its type, defaults and ranges. `numberbox config schema` prints it as JSON Schema.

import { z } from "zod";
import { duration, identifier, listenAddress, logLevel } from "./values.ts";

const port = z
  .string()
  .max(200)
  .regex(/^(?:\/\S+|tcp:\/\/\S+:\d{1,5}|sim:\/\/\S+)$/, "a path such as /dev/ttyUSB2, tcp://host:port or sim://name");

const slot = z.strictObject({
  id: identifier.describe("Name of the modem position; never changes."),
  port: port.describe("Where the modem's AT interface is."),
});

const line = z.strictObject({
  id: identifier.describe("Name of the line; appears in logs instead of the number."),
  number: z.string().regex(/^\+[0-9]{7,15}$/, "an E.164 number such as +15550100"),
  slot: identifier.optional().describe("Slot that the SIM is in, while its ICCID is not given."),
  iccid: z
    .string()
    .regex(/^89[0-9A-F]{16,18}$/, "the 18-20 digits printed on the SIM")
    .optional(),
});

const unlock = z
  .strictObject({
    key_file: z
      .string()
      .min(1)
      .optional()
      .describe("32 random bytes; relative to the data folder. Unattended: protects nothing from a thief of the card."),
    passphrase_file: z.string().min(1).optional().describe("A file with the passphrase, for instance on a USB stick."),
    credential: z.string().min(1).optional().describe("Name of a systemd credential with the passphrase or key."),
  })
  .refine((value) => Object.keys(value).length === 1, "exactly one of key_file, passphrase_file and credential");

const unique = (items: readonly { readonly id: string }[]): boolean =>
  new Set(items.map((item) => item.id)).size === items.length;

export const boxConfig = z
  .strictObject({
    version: z.literal(1).default(1),
    log: z.strictObject({ level: logLevel }).prefault({}),
    unlock: unlock.prefault({ key_file: "unlock.key" }),
    slots: z.array(slot).max(32).refine(unique, "each id once").default([]),
    lines: z.array(line).max(256).refine(unique, "each id once").default([]),
    relay: z.strictObject({
      url: z.url({ protocol: /^https?$/ }).describe("The relay that keeps sealed messages for your renters."),
    }),
    intake: z
      .strictObject({
        sweep_every: duration("2s", "1h", "30s").describe(
          "How often a SIM is read through without being told of a message.",
        ),
        part_timeout: duration("10s", "7d", "10m").describe("How long a long SMS waits for its missing parts."),
        unrented: z
          .enum(["keep", "drop"])
          .default("keep")
          .describe("Messages for a line without a renter: sealed to you, or dropped and counted."),
        max_batch: z.int().min(1).max(1000).default(64).describe("Most messages in one disk commit."),
      })
      .prefault({}),
    rental: z
      .strictObject({
        rest_after_day: duration("0s", "366d", "24h").describe("Rest of a number after a rental of up to a day."),
        rest_after_longer: duration("0s", "366d", "30d").describe("Rest of a number after a longer rental."),
      })
      .prefault({}),
    web: z
      .strictObject({
        listen: listenAddress("127.0.0.1:8080").describe("Address of the console and the REST interface."),
        names: z
          .array(z.string().min(1).max(253))
          .max(16)
          .default([])
          .describe("Host names the box is reached by, besides addresses and .local names."),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    const slots = new Set(config.slots.map((item) => item.id));
    config.lines.forEach((item, at) => {
      if (item.slot === undefined || slots.has(item.slot)) return;
      context.addIssue({ code: "custom", path: ["lines", at, "slot"], message: `there is no slot "${item.slot}"` });
    });
  });

export type BoxConfig = z.infer<typeof boxConfig>;
