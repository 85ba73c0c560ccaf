// Alerts: what is watched, who is told, and when.

import { z } from "zod";
import { duration, eachOnce, identifier } from "./values.ts";

const severity = z.enum(["info", "warning", "critical"]);

interface RuleDefaults {
  readonly about: string;
  readonly severity: z.infer<typeof severity>;
  readonly after: string;
  readonly clear: string;
  readonly repeat?: string;
}

const common = ({ severity: grade, after, clear, repeat = "0s" }: RuleDefaults) => ({
  enabled: z.boolean().default(true).describe("Whether this is watched at all."),
  severity: severity.default(grade).describe("How grave it is. Critical alerts are told in quiet hours too."),
  after: duration("0s", "30d", after).describe("How long it must last before it is told."),
  clear_after: duration("0s", "30d", clear).describe("How long all must be well before it is over."),
  repeat: duration("0s", "30d", repeat).describe("How often it is told again until you acknowledge it; 0s for once."),
  ignore: z.array(z.string().min(1).max(100)).max(100).default([]).describe("Slots or parts that it leaves alone."),
});

const yesOrNo = (defaults: RuleDefaults) => z.strictObject(common(defaults)).prefault({}).describe(defaults.about);

const SIGN = { above: 1, below: -1 } as const;

function measured(
  defaults: RuleDefaults,
  side: keyof typeof SIGN,
  {
    raise,
    clear,
    unit,
    low,
    high,
  }: Readonly<{ raise: number; clear: number; unit: string; low: number; high: number }>,
) {
  const limit = (value: number) => z.number().min(low).max(high).default(value);
  return z
    .strictObject({
      ...common(defaults),
      raise_at: limit(raise).describe(`Bad from here on, in ${unit}.`),
      clear_at: limit(clear).describe(`Good again from here on, in ${unit}.`),
    })
    .refine(
      ({ raise_at: bad, clear_at: good }) => good * SIGN[side] <= bad * SIGN[side],
      `clear_at must not be ${side} raise_at`,
    )
    .prefault({})
    .describe(defaults.about);
}

const percent = { unit: "percent", low: 0, high: 100 } as const;

const rules = z.strictObject({
  slot_down: yesOrNo({ about: "A slot brings no messages.", severity: "warning", after: "10m", clear: "1m" }),
  slot_gave_up: yesOrNo({ about: "The box has given up on a modem.", severity: "critical", after: "0s", clear: "1m" }),
  sim_lost: yesOrNo({ about: "A SIM is gone or cannot be read.", severity: "critical", after: "10m", clear: "1m" }),
  sms_storage: measured(
    { about: "A SIM's storage fills up.", severity: "warning", after: "2m", clear: "1m" },
    "above",
    { raise: 80, clear: 60, ...percent },
  ),
  signal_weak: measured(
    { about: "A slot hears its network badly.", severity: "info", after: "30m", clear: "10m" },
    "below",
    { raise: -107, clear: -101, unit: "dBm", low: -150, high: 0 },
  ),
  balance_low: yesOrNo({
    about: "A prepaid SIM has less than `alert_below` of its balance settings.",
    ...{ severity: "warning", after: "0s", clear: "0s" },
  }),
  phone_battery: measured(
    { about: "A phone's battery runs low and is not being charged.", severity: "warning", after: "5m", clear: "1m" },
    "below",
    { raise: 20, clear: 30, ...percent },
  ),
  outbox_age: measured(
    { about: "Messages wait for the relay.", severity: "warning", after: "1m", clear: "1m" },
    "above",
    { raise: 600, clear: 60, unit: "seconds", low: 1, high: 2_592_000 },
  ),
  relay_down: yesOrNo({ about: "The relay is out of reach.", severity: "critical", after: "5m", clear: "1m" }),
  calls_down: yesOrNo({
    about: "Asterisk, or the SIP server in front of it, is out of reach: no calls.",
    ...{ severity: "warning", after: "2m", clear: "1m" },
  }),
  intake_paused: yesOrNo({ about: "No messages are taken in.", severity: "critical", after: "1m", clear: "1m" }),
  clock_doubt: yesOrNo({ about: "The box is not sure of the time.", severity: "warning", after: "10m", clear: "0s" }),
  clock_unsynchronised: yesOrNo({
    about: "No time server sets the clock.",
    ...{ severity: "warning", after: "1h", clear: "1m" },
  }),
  disk_low: measured({ about: "The disk fills up.", severity: "warning", after: "10m", clear: "10m" }, "below", {
    raise: 10,
    clear: 12,
    ...percent,
  }),
  disk_full: measured({ about: "The disk is nearly full.", severity: "critical", after: "1m", clear: "5m" }, "below", {
    raise: 256,
    clear: 512,
    unit: "MiB",
    low: 16,
    high: 10_000_000,
  }),
  memory_low: measured({ about: "Memory runs out.", severity: "warning", after: "5m", clear: "5m" }, "below", {
    raise: 8,
    clear: 12,
    ...percent,
  }),
  temperature_high: measured({ about: "The machine is hot.", severity: "warning", after: "5m", clear: "5m" }, "above", {
    raise: 80,
    clear: 72,
    unit: "degrees Celsius",
    low: 0,
    high: 150,
  }),
  undervoltage: yesOrNo({
    about: "A Raspberry Pi has too little voltage.",
    ...{ severity: "warning", after: "1m", clear: "10m" },
  }),
  usb_over_current: yesOrNo({
    about: "A USB hub has cut a port off for too much current.",
    ...{ severity: "warning", after: "0s", clear: "1m" },
  }),
  chain_down: yesOrNo({ about: "The Emercoin node does not answer.", severity: "warning", after: "15m", clear: "1m" }),
  chain_lag: measured(
    { about: "The Emercoin node is behind the chain.", severity: "warning", after: "15m", clear: "1m" },
    "above",
    { raise: 6, clear: 2, unit: "blocks", low: 0, high: 1_000_000 },
  ),
  wallet_locked: yesOrNo({
    about: "Something waits for the wallet, which is locked.",
    ...{ severity: "warning", after: "5m", clear: "0s" },
  }),
  funds_low: measured(
    { about: "The wallet runs out of coins.", severity: "warning", after: "10m", clear: "10m" },
    "below",
    { raise: 0.5, clear: 1, unit: "EMC", low: 0, high: 1_000_000_000 },
  ),
  publication_failed: measured(
    { about: "Publications in Emercoin have failed.", severity: "warning", after: "0s", clear: "0s" },
    "above",
    { raise: 1, clear: 0, unit: "publications", low: 0, high: 10_000 },
  ),
  certificate_expiring: measured(
    { about: "A certificate expires.", severity: "warning", after: "1h", clear: "0s" },
    "below",
    { raise: 14, clear: 15, unit: "days", low: 0, high: 3650 },
  ),
  backup_overdue: yesOrNo({ about: "No backup was made in time.", severity: "warning", after: "1h", clear: "0s" }),
  delivery_failing: yesOrNo({
    about: "A channel or a webhook cannot be reached.",
    ...{ severity: "warning", after: "1h", clear: "0s" },
  }),
});

const file = z.string().min(1).max(500);
const httpUrl = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password");

const webhookChannel = z.strictObject({
  url: httpUrl.describe("Where the alert is posted to as JSON."),
  secret_file: file
    .optional()
    .describe("A file with the key that it is signed with (whsec_…); relative to the data folder."),
});

const emailChannel = z
  .strictObject({
    host: z.string().min(1).max(253).describe("Your provider's server for outgoing mail."),
    port: z.int().min(1).max(65_535).default(587),
    security: z
      .enum(["starttls", "tls", "none"])
      .default("starttls")
      .describe("starttls (port 587), tls (port 465), or none, for a server on this machine."),
    user: z.string().min(1).max(200).optional(),
    password_file: file.optional().describe("A file with the password; relative to the data folder."),
    ca_file: file.optional().describe("PEM of the authority that signed the server's certificate, if it is your own."),
    from: z.email().describe("Sender's address."),
    to: z.array(z.email()).min(1).max(10).describe("Who gets it."),
  })
  .refine(
    ({ user, password_file: password }) => (user === undefined) === (password === undefined),
    "user and password_file go together",
  );

const telegramChannel = z.strictObject({
  token_file: file.describe("A file with the token of your bot, from @BotFather; relative to the data folder."),
  chats: z
    .array(z.string({ error: "text in quotes" }).regex(/^(-?\d{1,20}|@\w{4,64})$/, "a chat id such as 123456789"))
    .min(1)
    .max(10)
    .describe("Ids of the chats; write to your bot first, so that it may answer."),
  url: httpUrl.default("https://api.telegram.org").describe("Address of the Bot API, if you run your own."),
});

const channel = z
  .strictObject({
    id: identifier,
    webhook: webhookChannel.optional(),
    email: emailChannel.optional(),
    telegram: telegramChannel.optional(),
  })
  .refine(
    ({ webhook, email, telegram }) => [webhook, email, telegram].filter((each) => each !== undefined).length === 1,
    "exactly one of webhook, email and telegram",
  );
export type AlertChannel = z.infer<typeof channel>;

const clockTime = (fallback: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 22:00")
    .default(fallback);

function knownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const quietHours = z
  .strictObject({
    from: clockTime("22:00").describe("From this time on only critical alerts are told."),
    to: clockTime("07:00").describe("Until this time."),
    zone: z
      .string()
      .refine(knownZone, "a time zone such as Europe/Madrid")
      .optional()
      .describe("Time zone; the box's when left out."),
  })
  .refine(({ from, to }) => from !== to, "from and to are the same");

export const alertsSection = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether the box watches itself."),
    language: z
      .enum(["en", "ru", "es", "de"])
      .optional()
      .describe("Language of the messages; the box's when left out."),
    rules: rules.prefault({}),
    flapping: z
      .strictObject({
        raises: z.int().min(2).max(100).default(4).describe("What comes back so often"),
        within: duration("1m", "7d", "1h").describe("within this time"),
        calm: duration("1m", "7d", "30m").describe("is over only after all has been well for so long."),
      })
      .prefault({}),
    quiet_hours: quietHours.optional().describe("When only critical alerts are told. Left out: never."),
    channels: z.array(channel).max(16).superRefine(eachOnce<AlertChannel>("id")).default([]),
    routes: z
      .array(
        z.strictObject({
          severity: severity.default("warning").describe("Alerts as grave as this or graver"),
          to: z.array(identifier).min(1).max(16).describe("go to these channels."),
        }),
      )
      .max(32)
      .optional()
      .describe("Which alerts go where. Left out: warnings and critical ones to all channels."),
  })
  .superRefine(({ channels, routes }, context) => {
    const known = new Set(channels.map(({ id }) => id));
    routes?.forEach(({ to }, at) => {
      to.forEach((id, item) => {
        if (known.has(id)) return;
        context.addIssue({ code: "custom", path: ["routes", at, "to", item], message: `there is no channel "${id}"` });
      });
    });
  });
export type AlertsSection = z.infer<typeof alertsSection>;

const EVENT_PATTERN = /^(\*|[a-z]+(\.[a-z_]+)*(\.\*)?)$/;

const webhook = z.strictObject({
  id: identifier,
  url: httpUrl.describe("Where events are posted to as JSON."),
  events: z
    .array(z.string().regex(EVENT_PATTERN, "an event such as sms.received, a group such as slot.*, or *"))
    .min(1)
    .max(50)
    .describe("Which events: sms.received, slot.*, rental.*, payment.*, chain.*, alert.*, or *."),
  secret_file: file.describe("A file with the signing key (whsec_ and base64); two lines while you change it."),
  content: z
    .strictObject({
      lines: z
        .array(identifier)
        .min(1)
        .max(256)
        .describe("Lines whose messages are sent along while nobody rents them; needs intake.unrented: keep."),
      seal_to: z
        .string()
        .regex(/^[A-Za-z0-9_-]{43}$/, "an X25519 public key, 43 characters of base64url")
        .describe("The key that they are sealed to; only its owner can read them."),
    })
    .optional()
    .describe("Left out: metadata only."),
});
export type WebhookSection = z.infer<typeof webhook>;

export const webhooksSection = z.array(webhook).max(16).superRefine(eachOnce<WebhookSection>("id")).default([]);
