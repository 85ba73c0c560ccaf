// What the box's REST and WebSocket say to the console and the command line. Never SMS text, never a sender.

import { z } from "zod";
import { callNews } from "./call-news.ts";
import { senderRules } from "./sender-policy.ts";
import { envelopeVersion, listingIdText, publicKeyText, rentalIdText } from "./text.ts";

const id = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, "1-32 of a-z 0-9 . _ -");
const unixMs = z.number().int().min(0);

export const problemBody = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type ProblemBody = z.infer<typeof problemBody>;

/** `down`: not reachable or not usable now; `stopped`: the box is ending. */
export const slotState = z.enum(["starting", "ready", "down", "stopped"]);
export type SlotState = z.infer<typeof slotState>;

/** What brings a slot's messages: a modem with AT commands, an Android phone with its gateway app, or an SMPP account of a gateway. */
export const slotKind = z.enum(["modem", "phone", "smpp"]);
export type SlotKind = z.infer<typeof slotKind>;

/** The steps that are taken to bring a failing modem back, the mildest first; `give_up`: a person has to look. */
export const recoveryRung = z.enum(["drain", "at", "cfun", "usb_reset", "power", "give_up"]);
export type RecoveryRung = z.infer<typeof recoveryRung>;

export const recoveryView = z.object({
  /** The rung that is being tried, null while nothing has to be recovered. */
  rung: recoveryRung.nullable(),
  /** Tries on this rung so far. */
  attempts: z.number().int(),
  since: unixMs.nullable(),
  /** When the next try is due, null while one runs or none is planned. */
  next_at: unixMs.nullable(),
  /** Rungs that this slot has the means for; a rung it lacks is passed over. */
  rungs: z.array(recoveryRung),
  /** Hardware resets of the last day, which are budgeted. */
  resets_today: z.number().int(),
});
export type RecoveryView = z.infer<typeof recoveryView>;

export const slotView = z.object({
  id,
  kind: slotKind,
  line: z.object({ id, number: z.string(), rented: z.boolean() }).nullable(),
  state: slotState,
  /** What the slot does or waits for, a fixed word such as `sim_pin` or `registering`. */
  step: z.string(),
  since: unixMs,
  problem: problemBody.nullable(),
  /** What works but needs attention: roaming, a full storage, no way for SMS in sight. */
  warnings: z.array(problemBody),
  manufacturer: z.string().nullable(),
  model: z.string().nullable(),
  firmware: z.string().nullable(),
  /** The set of a vendor's habits that is used, such as `quectel-ec2x`. */
  profile: z.string().nullable(),
  imei: z.string().nullable(),
  iccid: z.string().nullable(),
  imsi: z.string().nullable(),
  /** The provider that the SIM names (EF_SPN), which may be another than the network's. */
  provider: z.string().nullable(),
  /** The number that SIM or network tell of themselves; the line's number is what the owner says. */
  own_number: z.string().nullable(),
  operator: z.string().nullable(),
  /** Country and network code of the operator, 5 or 6 digits. */
  mcc_mnc: z.string().nullable(),
  registration: z.string().nullable(),
  technology: z.string().nullable(),
  signal_dbm: z.number().nullable(),
  sms_storage: z.object({ used: z.number().int(), total: z.number().int() }).nullable(),
  /** Of a phone. */
  battery: z.object({ percent: z.number().int(), charging: z.boolean() }).nullable(),
  /** What the SIM's operator said last of its prepaid balance; `amount` is decimal, such as `-1234.50`. */
  balance: z.object({ amount: z.string(), currency: z.string().nullable(), at: unixMs }).nullable(),
  last_sms_at: unixMs.nullable(),
  received: z.number().int(),
  recovery: recoveryView,
});
export type SlotView = z.infer<typeof slotView>;

/** `POST /api/v1/slots/{id}/recover`: what is tried at once; `at` begins again without a reset. */
export const recoverRequest = z.strictObject({ rung: z.enum(["at", "cfun", "usb_reset", "power"]).default("at") });

/** `POST /api/v1/slots/{id}/sim/pin`. `confirm`: the last try may be used. */
export const pinRequest = z.strictObject({ pin: z.string().max(8), confirm: z.boolean().default(false) });

/** `POST /api/v1/slots/{id}/at`: one command line, with its AT. */
export const atRequest = z.strictObject({ command: z.string().min(2).max(200) });
export const atReplyView = z.object({ lines: z.array(z.string()), ok: z.boolean(), result: z.string() });
export type AtReplyView = z.infer<typeof atReplyView>;

/** `POST /api/v1/join`: the window in which new modems are taken; 0 closes it. */
export const joinRequest = z.strictObject({ seconds: z.int().min(0).max(3600).default(254) });
export const joinView = z.object({
  open: z.boolean(),
  closes_at: unixMs.nullable(),
  /** Modems that are plugged in and belong to no slot. */
  found: z.array(z.object({ usb: z.string(), usb_id: z.string(), name: z.string().nullable() })),
});
export type JoinView = z.infer<typeof joinView>;

/** `POST /api/v1/lines`: a number for the SIM in a slot. */
export const lineRequest = z.strictObject({
  id,
  number: z.string().regex(/^\+[0-9]{7,15}$/, "an E.164 number such as +15550100"),
  slot: id,
});
/** `POST /api/v1/lines/{id}/sim`: the SIM that is in the slot is the line's from now on. */
export const adoptRequest = z.strictObject({ slot: id });

export const lineView = z.object({
  id,
  number: z.string(),
  slot: id.nullable(),
  listing_id: listingIdText,
  state: z.enum(["free", "rented", "resting"]),
  rests_until: unixMs.nullable(),
  /** SMS dropped unread, by the sender policy. */
  denied: z.number().int(),
});
export type LineView = z.infer<typeof lineView>;

export const rentalView = z.object({
  id: rentalIdText,
  line: id,
  number: z.string(),
  listing_id: listingIdText,
  state: z.enum(["active", "ended", "expired"]),
  renter: z.object({ verify: publicKeyText, encrypt: publicKeyText }),
  envelope_version: envelopeVersion,
  starts_at: unixMs,
  expires_at: unixMs,
  ended_at: unixMs.nullable(),
  /** SMS sealed for this rental so far. */
  messages: z.number().int(),
  /** SMS that the relay has not taken yet. */
  waiting: z.number().int(),
  /** SMS whose renter has sent a signed receipt. */
  acknowledged: z.number().int(),
  credit: z.number().int().nullable(),
  /** Rules of this rental alone; null for none. */
  sender_policy: senderRules.nullable(),
});
export type RentalView = z.infer<typeof rentalView>;

/** `POST /api/v1/rentals`. The renter's two public keys, never a key file with a private member. */
export const grantRequest = z.strictObject({
  line: z.string().min(1).max(40),
  renter: z.strictObject({ verify: publicKeyText, encrypt: publicKeyText }),
  days: z.number().int().min(1).max(366),
  envelope_version: envelopeVersion.default(1),
  credit: z.number().int().min(0).nullable().default(null),
  sender_policy: senderRules.optional(),
});
export type GrantRequest = z.infer<typeof grantRequest>;

export const relayLinkView = z.object({
  /** Empty without a relay. */
  url: z.string(),
  /** `none`: no relay is configured, and what renters wait for stays in the outbox. */
  state: z.enum(["none", "connecting", "up", "down"]),
  since: unixMs,
  problem: problemBody.nullable(),
});

export const overview = z.object({
  version: z.string(),
  /** The box's own verify key: what a relay's operator and renters know it by. */
  provider: publicKeyText,
  started_at: unixMs,
  now: unixMs,
  clock: z.enum(["trusted", "suspect"]),
  intake: z.object({ state: z.enum(["running", "paused"]), problem: problemBody.nullable() }),
  counts: z.object({
    received: z.number().int(),
    forwarded: z.number().int(),
    acknowledged: z.number().int(),
    duplicates: z.number().int(),
    undecodable: z.number().int(),
    unrented: z.number().int(),
    /** Dropped unread, by the sender policy. */
    denied: z.number().int(),
  }),
  outbox: z.object({ depth: z.number().int(), oldest_ms: z.number().int().nullable() }),
  relay: relayLinkView,
});
export type Overview = z.infer<typeof overview>;

export const boxEvent = z.object({
  seq: z.number().int(),
  at: unixMs,
  level: z.enum(["info", "warn", "error"]),
  /** Fixed code such as `slot.ready`; the console translates it. */
  code: z.string(),
  slot: id.nullable(),
  line: id.nullable(),
  /** Safe values for the text: counts, codes, names of parts; never SMS text or senders. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type BoxEvent = z.infer<typeof boxEvent>;

/** An SMS that lies sealed on disk: that it came, never what it says or who sent it. */
export const smsView = z.object({
  /** As the renter sees it. */
  id: z.string(),
  at: unixMs,
  line: id,
  slot: id.nullable(),
  /** Null for a message that is held for the owner, because nobody rents the line. */
  rental: rentalIdText.nullable(),
  /** Its number among the rental's messages; null for a held one. */
  seq: z.number().int().nullable(),
});
export type SmsView = z.infer<typeof smsView>;

/** Frames of the console's WebSocket (`/api/v1/live`), server to browser. */
export const liveFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("snapshot"),
    overview,
    slots: z.array(slotView),
    lines: z.array(lineView),
    rentals: z.array(rentalView),
    events: z.array(boxEvent),
  }),
  z.object({ type: z.literal("overview"), overview }),
  z.object({ type: z.literal("slot"), slot: slotView }),
  z.object({ type: z.literal("rentals"), lines: z.array(lineView), rentals: z.array(rentalView) }),
  z.object({ type: z.literal("event"), event: boxEvent }),
  z.object({ type: z.literal("sms"), sms: smsView }),
  z.object({ type: z.literal("call"), call: callNews }),
]);
export type LiveFrame = z.infer<typeof liveFrame>;
