// Where new systems come from, and when they may be started by themselves.

import { z } from "zod";

const time = "(?:[01]\\d|2[0-3]):[0-5]\\d";
const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

const hoursOfDay = z
  .string()
  .regex(new RegExp(`^${time}-${time}$`), { error: "two times of day, such as 03:00-05:00", abort: true })
  .refine((text) => text.slice(0, 5) !== text.slice(6), "two different times")
  .transform((text) => ({ from: minuteOf(text), to: minuteOf(text.slice(6)) }));

const isOwn = (text: string): boolean => /^http:\/\/(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)[:/]/.test(text);

export const updatesSection = z
  .strictObject({
    channel: z
      .url({ protocol: /^https?$/ })
      .max(1000)
      .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password")
      .refine((text) => text.startsWith("https:") || isOwn(text), "https, but for this machine itself")
      .optional()
      .describe("Address of a channel of releases. Left out: bundles come by hand or on a stick."),
    keys: z
      .array(z.string().regex(/^[A-Za-z0-9_-]{43}$/, "an Ed25519 key in base64url"))
      .max(8)
      .default([])
      .describe("Keys that may sign the channel."),
    socks5: z
      .url({ protocol: /^socks5h?$/ })
      .optional()
      .describe(
        "A SOCKS5 proxy to the channel, such as socks5h://127.0.0.1:1080; it resolves the name. Nothing goes beside it.",
      ),
    ca_file: z
      .string()
      .min(1)
      .max(400)
      .optional()
      .describe("PEM of the authority of the channel's server; relative to the data folder. Left out: the system's."),
    window: hoursOfDay
      .optional()
      .describe(
        "Hours, such as 03:00-05:00, in which updates are installed and started by themselves. Left out: never.",
      ),
  })
  .refine(({ channel, keys }) => channel === undefined || keys.length > 0, {
    path: ["keys"],
    message: "a channel needs a key that signs it",
  });
