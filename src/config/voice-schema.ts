// Calls: how renters' phones reach the box, what it may dial for them, and what callers hear when nobody can be rung.

import { z } from "zod";
import type { Millis } from "../base/index.ts";
import { trunkSection } from "./relay-voice-schema.ts";
import { duration, listenAddress, span } from "./values.ts";
import { drachtio, file, hostName, ipAddress, port, realm, transports } from "./voice-parts.ts";

const onLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127\./.test(host);
const asterisk = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password")
    .default("http://127.0.0.1:8088")
    .describe("Asterisk's HTTP server with ARI."),
  user: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "letters, digits, _ and -")
    .default("numberbox"),
  password_file: file.describe("A file with the password of that user; relative to the data folder."),
  sip_port: port.default(5070).describe("SIP of Asterisk on the loopback, behind drachtio."),
  rtp: z
    .strictObject({ from: port.default(20_000), to: port.default(20_199) })
    .refine(({ from, to }) => to > from, "to must be above from")
    .prefault({})
    .describe("UDP ports of the sound; two for each call."),
  audiosocket: listenAddress("127.0.0.1:9092")
    .refine(({ host }) => onLoopback(host), "an address of the loopback: the sound there is not encrypted")
    .describe("Where the box takes the sound of calls from Asterisk."),
});

/** `ring_out`: the caller hears it ring until he gives up, or his network diverts him. */
const treatment = z.enum(["reject", "ring_out", "announce"]);

const TREATMENTS = {
  no_rental: "Nobody rents the number.",
  no_registration: "No phone of the renter is registered.",
  busy: "The renter's phones are busy.",
  declined: "The renter declined.",
  no_answer: "Nobody answered within `ring_timeout`.",
} as const;

const inbound = z
  .strictObject({
    no_rental: treatment.default("reject").describe(TREATMENTS.no_rental),
    no_registration: treatment.default("reject").describe(TREATMENTS.no_registration),
    busy: treatment.default("reject").describe(TREATMENTS.busy),
    declined: treatment.default("reject").describe(TREATMENTS.declined),
    no_answer: treatment.default("reject").describe(TREATMENTS.no_answer),
  })
  .describe(
    "What a caller from the telephone network meets: the call is refused, rings on, or is taken for an announcement, which he pays for.",
  );

const country = z
  .string({ error: "text in quotes: NO would be no" })
  .regex(/^(?:[A-Z]{2}|own|any)$/, "a country such as DE, `own` for that of the line, or `any`");
const numberPattern = z
  .string({ error: "text in quotes: a number would lose its +" })
  .regex(/^\+[1-9][0-9]{0,14}\*?$/, "a number such as +15550100, or its beginning with * at the end");

const POLICY = {
  countries: z.array(country).max(250).describe("Where renters may call."),
  allow: z
    .array(numberPattern)
    .max(500)
    .describe("Numbers that may be called whatever country or price they have; emergency numbers never."),
  deny: z.array(numberPattern).max(500).describe("Numbers that are never called, before everything else."),
  premium: z
    .enum(["refuse", "allow"])
    .describe("Premium and shared-cost numbers, satellite telephones and the like: a minute may cost many times more."),
  short_codes: z.enum(["refuse", "allow"]).describe("Short national numbers, which the operator may charge anything."),
  max_call: span("1m", "24h").describe("When a call is ended, however much credit there is."),
  minutes_per_day: z.int().min(0).max(1440).describe("Dialled minutes of one rental in a day (UTC)."),
} as const;

const policy = z.strictObject({
  countries: POLICY.countries.default(["own"]),
  allow: POLICY.allow.default([]),
  deny: POLICY.deny.default([]),
  premium: POLICY.premium.default("refuse"),
  short_codes: POLICY.short_codes.default("refuse"),
  max_call: POLICY.max_call.prefault("2h"),
  minutes_per_day: POLICY.minutes_per_day.default(240),
});

const emc = z
  .string({ error: "text in quotes: a number would lose digits" })
  .regex(/^\d{1,10}(\.\d{1,6})?$/, "EMC with at most six digits behind the point, such as 0.001");

const BILLING = {
  price_per_minute: emc.describe(
    "EMC for each minute that has begun; `per_minute_voice` of the line's listing unless given.",
  ),
  included_minutes: z.int().min(0).max(1_000_000).describe("Minutes of a rental that cost nothing."),
  charge: z
    .enum(["dialled", "all"])
    .describe("Whether only calls that the renter dials cost, or also those that he takes."),
} as const;

const billing = z.strictObject({
  price_per_minute: BILLING.price_per_minute.optional(),
  included_minutes: BILLING.included_minutes.default(0),
  charge: BILLING.charge.default("dialled"),
});

export const voiceSection = z
  .strictObject({
    host: hostName.describe("Name or address that renters' phones register at."),
    realm: realm
      .optional()
      .describe("Of the phones' passwords; `host` unless given. Changing it makes phones sign in anew."),
    public_address: ipAddress
      .optional()
      .describe("Address that phones send their sound to, where the box stands behind a router; its own unless given."),
    sip_edge: z
      .enum(["auto", "drachtio", "asterisk", "relay"])
      .default("auto")
      .describe(
        "Who talks SIP with phones: drachtio-server, Asterisk itself, or the relay, for a box behind a router. `auto`: drachtio where it is set up.",
      ),
    listen: ipAddress.default("0.0.0.0").describe("Address that phones are taken at."),
    transports: transports.prefault({}).describe("Ports for SIP; `false` for none."),
    encryption: z
      .enum(["sdes", "dtls", "none"])
      .default("sdes")
      .describe(
        "How the sound between phone and box is encrypted. The telephone network behind the SIM is not. With `sip_edge: relay` the keys of SDES pass through the relay; with DTLS they do not, but box or phone must be reachable from outside.",
      ),
    cert_file: file
      .optional()
      .describe("PEM file with the certificate for TLS and its chain; one that the box makes unless given."),
    key_file: file.optional().describe("PEM file with its private key."),
    drachtio: drachtio.optional().describe("drachtio-server, where it is installed."),
    relay: trunkSection.prefault({}),
    asterisk,
    ring_timeout: duration("5s", "60s", "25s").describe("How long phones ring."),
    missed_calls: z
      .enum(["send", "off"])
      .default("send")
      .describe("Whether renters get a message of each call that nobody took. It counts as an SMS of the rental."),
    inbound: inbound.prefault({}),
    policy: policy.prefault({}).describe("What renters may dial. Emergency numbers are never dialled."),
    billing: billing.prefault({}),
  })
  .refine(
    ({ cert_file: cert, key_file: key }) => (cert === undefined) === (key === undefined),
    "cert_file and key_file go together",
  )
  .refine(({ sip_edge: edge, drachtio: set }) => edge !== "drachtio" || set !== undefined, {
    path: ["drachtio"],
    message: "needed for the sip_edge drachtio",
  })
  .describe("Calls over SIP. Needs Asterisk.");
export type VoiceSection = z.infer<typeof voiceSection>;

/** Of one line, instead of the box's. */
export const lineVoice = z.union([
  z.literal(false),
  z.strictObject({
    ring_timeout: span("5s", "60s").optional(),
    inbound: z
      .strictObject({
        no_rental: treatment.optional().describe(TREATMENTS.no_rental),
        no_registration: treatment.optional().describe(TREATMENTS.no_registration),
        busy: treatment.optional().describe(TREATMENTS.busy),
        declined: treatment.optional().describe(TREATMENTS.declined),
        no_answer: treatment.optional().describe(TREATMENTS.no_answer),
      })
      .optional(),
    policy: z.strictObject(POLICY).partial().optional(),
    billing: z.strictObject(BILLING).partial().optional(),
  }),
]);
export type LineVoice = z.infer<typeof lineVoice>;

export type InboundTreatment = z.infer<typeof treatment>;

/** What holds for the calls of one line. */
export interface LineVoiceSettings {
  readonly ringTimeout: Millis;
  readonly inbound: VoiceSection["inbound"];
  readonly policy: VoiceSection["policy"];
  readonly billing: VoiceSection["billing"];
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** `base` with what `own` says itself. Lists are replaced, not joined. */
function over<T extends object>(base: T, own: Given<T> | undefined): T {
  const said = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  return { ...base, ...Object.fromEntries(said) };
}

/** The box's settings with those of a line; null where there are no calls. */
export function voiceOfLine(box: VoiceSection | undefined, line: LineVoice | undefined): LineVoiceSettings | null {
  if (box === undefined || line === false) return null;
  return {
    ringTimeout: line?.ring_timeout ?? box.ring_timeout,
    inbound: over(box.inbound, line?.inbound),
    policy: over(box.policy, line?.policy),
    billing: over(box.billing, line?.billing),
  };
}
