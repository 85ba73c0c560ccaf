// The machine, where it is the box's own.

import { z } from "zod";
import { duration } from "./values.ts";

const network = z.union([z.cidrv4(), z.cidrv6()], { error: "a network such as 192.0.2.0/24" });

const opening = z.strictObject({
  port: z.int().min(1).max(65_535),
  protocol: z.enum(["tcp", "udp"]).default("tcp"),
  from: z.array(network).min(1).max(16).optional().describe("Networks that it is open for; all unless given."),
});

const firewall = z.strictObject({
  ssh: z
    .boolean()
    .optional()
    .describe(
      "Whether SSH is open (port 22), to all networks. Left out: to the local network, where the machine has somebody's key, as one that Raspberry Pi Imager was given.",
    ),
  mdns: z.boolean().default(true).describe("Whether the box is found by its name under .local."),
  relay: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe("Port of a relay on this machine that the network is to reach; what the box itself opens needs no word."),
  mqtt: z
    .boolean()
    .default(false)
    .describe("Whether the broker on this machine is open to the network (port 8883, TLS)."),
  open: z.array(opening).max(32).default([]).describe("What else is open."),
});

/** Chips as udev's links name them (71-numberbox-switches.rules), or as `gpioinfo` does; lines as `gpioinfo` shows them. */
const gpioLine = (active: "high" | "low") =>
  z.strictObject({
    chip: z.string().regex(/^[\w.-]{1,64}$/, "a chip: header, i2c-20, or a name such as gpiochip1"),
    line: z
      .string({ error: "text in quotes" })
      .regex(/^[\w.-]{1,64}$/, "a line's number, or its name where it has one"),
    active: z.enum(["high", "low"]).default(active).describe("Level that means on, pressed, or without mains."),
  });

export const hostSection = z
  .strictObject({
    appliance: z
      .boolean()
      .default(false)
      .describe(
        "Whether the box looks after its machine: firewall, restart, factory reset. The SD-card image sets it.",
      ),
    firewall: firewall
      .prefault({})
      .describe("What the machine's firewall opens, besides the console and SIP as they are set."),
    access_point: z
      .enum(["set_up", "no_network", "never"])
      .default("set_up")
      .describe(
        "When the box opens a Wi-Fi of its own: while it is set up and has no network, also later after five minutes without one, or never.",
      ),
    light: gpioLine("high")
      .optional()
      .describe(
        "A light at a pin: steady is good, twice in a row is trouble, a flash every two seconds waits for its owner.",
      ),
    button: gpioLine("low")
      .optional()
      .describe("A button at a pin: held for ten seconds and let go, it deletes everything (factory reset)."),
    fan: gpioLine("high")
      .extend({
        on_at: z
          .int()
          .min(30)
          .max(90)
          .default(65)
          .describe("Degrees Celsius of the hottest sensor from which on it runs."),
        off_at: z.int().min(20).max(85).default(55).describe("Degrees from which down it rests."),
      })
      .refine(({ on_at, off_at }) => off_at <= on_at - 3, "off_at must be at least 3 degrees below on_at")
      .optional()
      .describe("A fan at a pin, through a transistor. It runs as well while the temperature is not known."),
    battery: gpioLine("high")
      .extend({ power_off_after: duration("0s", "1h", "30s").describe("How long the mains may be away.") })
      .optional()
      .describe("A pin of a UPS that tells that the mains are gone: then the machine is turned off in order."),
  })
  .describe("The machine that the box runs on, where it is an appliance.");
export type HostSection = z.infer<typeof hostSection>;
