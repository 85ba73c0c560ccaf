// What `numberbox doctor` looks at besides the box itself.

import { z } from "zod";
import { eachOnce } from "./values.ts";

const service = z.strictObject({
  name: z.string().min(1).max(40).describe("What it is called in the findings."),
  url: z
    .url({ protocol: /^(?:tcp|https?)$/ })
    .max(300)
    // The console shows findings.
    .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password")
    .refine((text) => !text.startsWith("tcp:") || /^tcp:\/\/[^/]+:\d{1,5}\/?$/.test(text), "tcp://host:port")
    .describe("Where it answers: tcp://127.0.0.1:9022, or an address that a GET is sent to."),
});

const UNITS = [
  "asterisk.service",
  "drachtio.service",
  "mosquitto.service",
  "nodered.service",
  "emercoin.service",
  "numberbox.service",
  "numberbox-node-red.service",
] as const;

export const doctorSection = z
  .strictObject({
    services: z
      .array(service)
      .max(16)
      .superRefine(eachOnce<z.infer<typeof service>>("name"))
      .default([])
      .describe("Services that the box works with and cannot look at by itself, such as Asterisk or drachtio."),
    units: z
      .array(z.string().regex(/^[A-Za-z0-9@._-]{1,100}\.(?:service|socket|timer)$/, "a unit such as asterisk.service"))
      .max(32)
      .default([...UNITS])
      .describe("Units of systemd that should run if they are installed and enabled."),
  })
  .describe("What `numberbox doctor` looks at besides the box itself.");
export type DoctorSection = z.infer<typeof doctorSection>;
