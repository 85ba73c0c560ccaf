// Calls over REST and in the console: `/api/v1/calls`, `/api/v1/sip`. No number of anybody, and no credential, is in any of these.

import { z } from "zod";
import { problemBody } from "./box.ts";
import { callPhase } from "./call-news.ts";

const time = z.int().min(0);
const count = z.int().min(0);

/** How the sound between box and phone fares. */
export const callQuality = z.object({
  /** Such as `opus`. */
  codec: z.string().nullable(),
  /** Of the way between phone and box; the telephone network behind the SIM is not encrypted. */
  encryption: z.enum(["none", "sdes", "dtls"]),
  /** RTP packets; null where RTCP tells nothing. */
  lost_received: count.nullable(),
  lost_sent: count.nullable(),
  jitter_ms: z.number().min(0).nullable(),
  round_trip_ms: z.number().min(0).nullable(),
});

/** Frames of 20 ms between modem and box. */
export const callSound = z.object({
  heard: count,
  said: count,
  /** Of those said: silence, because nothing came from the phone. */
  silence: count,
  /** Gaps of over 60 ms. */
  stalls: count,
});

export const callView = z.object({
  id: z.string(),
  direction: z.enum(["in", "out"]),
  slot: z.string().nullable(),
  line: z.string().nullable(),
  rental: z.string().nullable(),
  phase: callPhase,
  held: z.boolean(),
  started_at: time,
  /** Since when both hear each other; null before. */
  talking_at: time.nullable(),
  sound: callSound.nullable(),
  quality: callQuality.nullable(),
});
export type CallView = z.infer<typeof callView>;

/** Phones of one rental's SIP account. */
export const sipAccountView = z.object({
  rental: z.string(),
  line: z.string(),
  user: z.string(),
  /** How often the credential was replaced. */
  rotation: count,
  phones: z.array(
    z.object({
      /** What the phone says it is. */
      agent: z.string().nullable(),
      transport: z.enum(["udp", "tcp", "tls", "ws", "wss"]),
      expires_at: time,
    }),
  ),
});
export type SipAccountView = z.infer<typeof sipAccountView>;
export const sipAccountsReply = z.object({ accounts: z.array(sipAccountView) });

/** `GET …/calls`. */
export const callsReply = z.object({
  /** False on a box without the setting `voice`: nothing else of it says anything then. */
  configured: z.boolean(),
  /** Null: calls can be taken. */
  problem: problemBody.nullable(),
  /** Which SIP server phones register at; null while there is none. */
  edge: z.enum(["drachtio", "asterisk", "relay"]).nullable(),
  /** The relay that phones register at instead; `host` null until it was reached once. */
  relay: z
    .object({
      host: z.string().nullable(),
      /** Whether it carries the sound where routers stand between. */
      media: z.enum(["relayed", "direct"]).nullable(),
      /** Whether phones show who calls, which the relay then sees. */
      caller: z.enum(["hidden", "shown"]),
    })
    .optional(),
  /** Accounts that may register, and phones that are. */
  accounts: count,
  phones: count,
  /** Slots whose modem can carry sound. */
  voice_slots: count,
  calls: z.array(callView),
});
export type CallsReply = z.infer<typeof callsReply>;

/** A call that is over, as the box keeps it. */
export const callRecordView = z.object({
  cursor: z.int().min(1),
  id: z.string(),
  direction: z.enum(["in", "out"]),
  line: z.string(),
  /** Null: the call was for nobody. */
  rental: z.string().nullable(),
  started_at: time,
  /** Null: nobody spoke. */
  answered_at: time.nullable(),
  /** Whole seconds of talk. */
  duration: count,
  /** Such as `hung_up`; `lost` after a crash of the box. */
  cause: z.string(),
  /** Whether it has a signed receipt. */
  receipt: z.boolean(),
});
export type CallRecordView = z.infer<typeof callRecordView>;

/** `GET …/calls/history?after=&limit=`: newest first; `next` is the `after` of the page behind it, 0 when this is the last. */
export const callHistoryReply = z.object({ calls: z.array(callRecordView), next: z.int().min(0) });
export type CallHistoryReply = z.infer<typeof callHistoryReply>;
