// The box's configuration: the one place that holds its type, defaults and ranges. `numberbox config schema` prints it as JSON Schema.

import { z } from "zod";
import { alertsSection, webhooksSection } from "./alerts-schema.ts";
import { androidSlot, eachSimOnce } from "./android-schema.ts";
import { backupSection } from "./backup-schema.ts";
import { balanceSection, ownNumberSection, slotBalance, ussdSection } from "./balance-schema.ts";
import { boxRelaySection } from "./box-relay-schema.ts";
import { emercoinSection } from "./chain-schema.ts";
import { doctorSection } from "./doctor-schema.ts";
import { enumSection } from "./enum-schema.ts";
import { escrowSection } from "./escrow-schema.ts";
import { eventsSection } from "./events-schema.ts";
import { hostSection } from "./host-schema.ts";
import { identitySection, lineListing, listingSection } from "./listing-schema.ts";
import { localeSection } from "./locale-schema.ts";
import { mqttSection } from "./mqtt-schema.ts";
import { nodeRedSection } from "./node-red-schema.ts";
import { paymentsSection } from "./payments-schema.ts";
import { proofsSection } from "./proofs-schema.ts";
import { senderPolicy } from "./sender-policy-schema.ts";
import { smppSlot } from "./smpp-schema.ts";
import { tlsSection } from "./tls-schema.ts";
import { updatesSection } from "./updates-schema.ts";
import { duration, eachOnce, identifier, listenAddress, logLevel } from "./values.ts";
import { lineVoice, voiceSection } from "./voice-schema.ts";

const port = z
  .string()
  .max(200)
  .regex(/^(?:usb:\d+-\d+(?:\.\d+)*(?::\d{1,2})?|\/\S+|tcp:\/\/\S+:\d{1,5}|sim:\/\/\S+)$/, {
    error: "usb:1-1.4, a path such as /dev/ttyUSB2, tcp://host:port or sim://name",
    abort: true,
  })
  .refine((text) => !text.startsWith("tcp:") || Number(text.slice(text.lastIndexOf(":") + 1)) <= 65_535, "a TCP port");

const audioPort = z.union([z.literal("none"), port], {
  error: "usb:1-1.4:1, a path such as /dev/ttyUSB1, tcp://host:port, sim://name or none",
});

const slot = z
  .strictObject({
    id: identifier.describe("Name of the position; never changes."),
    port: port.optional().describe("Where the modem is: its place in the USB tree (usb:1-1.4), or its AT interface."),
    board: identifier.optional().describe("Board that the modem is on, of `boards`."),
    position: z.int().min(1).max(99).optional().describe("Position on the board."),
    audio: audioPort
      .optional()
      .describe(
        "Port with the sound of calls, raw PCM: of a modem on a serial server or a plain tty, which do not tell; or none.",
      ),
    android: androidSlot.optional(),
    smpp: smppSlot.optional(),
    balance: slotBalance.optional(),
  })
  .refine(
    ({ port: at, board, android, smpp }) =>
      [at, board, android, smpp].filter((each) => each !== undefined).length === 1,
    "exactly one of port, board, android and smpp",
  )
  .refine(({ board, position }) => (board === undefined) === (position === undefined), "board and position go together")
  .refine(({ audio, port: at }) => audio === undefined || audio !== at, {
    message: "the port of AT commands carries no sound",
    path: ["audio"],
  });

const board = z.strictObject({
  id: identifier,
  file: z
    .string()
    .min(1)
    .max(200)
    .describe("Name of a board in `hardware/boards`, such as mpcie-8, or a path to a file of that form."),
  upstream: z
    .string()
    .regex(/^\d+-\d+(?:\.\d+)*(?:,\d+-\d+(?:\.\d+)*)*$/, "a sysfs path such as 1-1; several with commas")
    .describe("USB port that the board is plugged into, as `numberbox hardware ports` shows it."),
});

const join = z.strictObject({
  rules: z
    .array(z.string().regex(/^[0-9a-f]{4}:(?:[0-9a-f]{4}|\*)$/, "a USB id such as 2c7c:0125 or 2c7c:*"))
    .max(64)
    .default([])
    .describe("Modems that are taken without asking. Others only while the owner has opened the window for joining."),
});

const line = z.strictObject({
  id: identifier.describe("Name of the line; appears in logs instead of the number."),
  number: z
    .string({ error: "text in quotes: a number would lose its +" })
    .regex(/^\+[0-9]{7,15}$/, "an E.164 number such as +15550100"),
  slot: identifier.optional().describe("Slot that the SIM is in, while its ICCID is not given."),
  iccid: z
    .string()
    .regex(/^89[0-9A-F]{16,18}$/, "the 18-20 digits printed on the SIM")
    .optional(),
  own: z
    .boolean()
    .default(false)
    .describe("Yours alone: nobody rents it, it has no listing, and you read its messages in the console."),
  sender_policy: senderPolicy.optional().describe("Rules for this line, before those of the box."),
  listing: lineListing.optional().describe("What this line offers instead of the box's `listing`; false for nothing."),
  voice: lineVoice.optional().describe("Calls of this line, before what `voice` of the box says; false for no calls."),
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

function eachAudioOnce(items: readonly z.infer<typeof slot>[], context: z.RefinementCtx): void {
  items.forEach(({ audio }, at) => {
    if (audio === undefined || audio === "none") return;
    const taken = items.some((other, place) => other.port === audio || (place < at && other.audio === audio));
    if (taken) context.addIssue({ code: "custom", path: [at, "audio"], message: "another slot has this port" });
  });
}

const slots = z
  .array(slot)
  .max(32)
  .superRefine(eachOnce<z.infer<typeof slot>>("id"))
  .superRefine(eachOnce<z.infer<typeof slot>>("port"))
  .superRefine(eachAudioOnce)
  .superRefine(eachSimOnce);

const lines = z
  .array(line)
  .max(256)
  .superRefine(eachOnce<z.infer<typeof line>>("id"))
  .superRefine(eachOnce<z.infer<typeof line>>("number"))
  .superRefine(eachOnce<z.infer<typeof line>>("iccid"));

export const boxConfig = z
  .strictObject({
    version: z.literal(1).default(1),
    log: z.strictObject({ level: logLevel }).prefault({}),
    unlock: unlock.prefault({ key_file: "unlock.key" }),
    slots: slots.default([]),
    boards: z.array(board).max(8).superRefine(eachOnce<z.infer<typeof board>>("id")).default([]),
    join: join.prefault({}),
    lines: lines.default([]),
    relay: boxRelaySection.optional(),
    intake: z
      .strictObject({
        sweep_every: duration("2s", "1h", "30s").describe(
          "How often a SIM is read through without being told of a message.",
        ),
        part_timeout: duration("10s", "7d", "10m").describe("How long a long SMS waits for its missing parts."),
        late_parts: duration("0s", "30d", "7d").describe(
          "How long the parts of a long SMS that was delivered incomplete are kept, sealed, for those that come late.",
        ),
        unrented: z
          .enum(["keep", "drop"])
          .default("keep")
          .describe("Messages for a line without a renter: sealed to you, or dropped and counted."),
        sender_policy: senderPolicy.prefault({}),
        max_batch: z.int().min(1).max(1000).default(64).describe("Most messages in one disk commit."),
      })
      .prefault({}),
    modem: z
      .strictObject({
        roaming: z
          .enum(["allow", "refuse"])
          .default("allow")
          .describe("What a SIM does in a foreign network: stay on it, with a warning, or go off the air."),
      })
      .prefault({}),
    ussd: ussdSection.prefault({}),
    backup: backupSection.prefault({}),
    balance: balanceSection.optional(),
    own_number: ownNumberSection.optional(),
    emercoin: emercoinSection.optional(),
    identity: identitySection.prefault({}),
    locale: localeSection.prefault({}),
    listing: listingSection.optional(),
    proofs: proofsSection.prefault({}),
    enum: enumSection.prefault({}),
    rental: z
      .strictObject({
        rest_after_day: duration("0s", "366d", "24h").describe("Rest of a number after a rental of up to a day."),
        rest_after_longer: duration("0s", "366d", "30d").describe("Rest of a number after a longer rental."),
      })
      .prefault({}),
    payments: paymentsSection.prefault({}),
    escrow: escrowSection.prefault({}),
    events: eventsSection.prefault({}),
    alerts: alertsSection.prefault({}),
    webhooks: webhooksSection,
    doctor: doctorSection.prefault({}),
    updates: updatesSection.prefault({}),
    node_red: nodeRedSection.prefault({}),
    mqtt: mqttSection.prefault({}),
    voice: voiceSection.optional(),
    host: hostSection.prefault({}),
    web: z
      .strictObject({
        listen: listenAddress("127.0.0.1:8080").describe("Address of the console and the REST interface."),
        names: z
          .array(z.string().min(1).max(253))
          .max(16)
          .default([])
          .describe("Host names the box is reached by, besides addresses and .local names."),
        behind_proxy: z
          .boolean()
          .default(false)
          .describe(
            "Whether a TLS proxy on this machine stands in front, whose X-Forwarded headers are then believed.",
          ),
        tls: tlsSection.prefault({}),
        claim: z
          .enum(["auto", "code", "open"])
          .default("auto")
          .describe(
            "What makes the first visitor the owner: a code that is shown at the machine, or nothing. `auto`: a code where others than this machine reach the console.",
          ),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    const boards = new Set(config.boards.map((item) => item.id));
    config.slots.forEach((item, at) => {
      if (item.board === undefined || boards.has(item.board)) return;
      context.addIssue({ code: "custom", path: ["slots", at, "board"], message: `there is no board "${item.board}"` });
    });
    const known = new Set(config.slots.map((item) => item.id));
    const served = new Map<string, number>();
    const gateways = new Set(config.slots.filter((item) => item.smpp !== undefined).map((item) => item.id));
    config.lines.forEach((item, at) => {
      if (!item.own || item.listing === undefined || item.listing === false) return;
      const message = "a line of your own is not offered";
      context.addIssue({ code: "custom", path: ["lines", at, "listing"], message });
    });
    config.lines.forEach((item, at) => {
      if (item.slot === undefined) return;
      const complain = (message: string): void => {
        context.addIssue({ code: "custom", path: ["lines", at, "slot"], message });
      };
      if (!known.has(item.slot)) complain(`there is no slot "${item.slot}"`);
      // A line whose SIM is named by its ICCID is found wherever the SIM is.
      if (item.iccid !== undefined) return;
      // Messages of a gateway name the number that they are for.
      if (gateways.has(item.slot)) return;
      const other = served.get(item.slot);
      if (other === undefined) served.set(item.slot, at);
      else complain(`serves line ${other} already; tell SIMs of one slot apart by iccid`);
    });
  });

export type BoxConfig = z.infer<typeof boxConfig>;
