// How good the sound between Asterisk and a phone is, from RTP and RTCP.

import type { CallQuality, MediaEncryption } from "../../core/index.ts";
import type { AriCommands } from "./ari-commands.ts";
import type { AriStatistics } from "./ari-schemas.ts";

/** Seconds. Nobody talks over more. */
const LONGEST_ROUND_TRIP = 60;

/** Asks Asterisk. `offered`: the encryption of the account. Errors: those of ARI. */
export async function callQuality(ari: AriCommands, channel: string, offered: MediaEncryption): Promise<CallQuality> {
  const [statistics, codec, secure] = await Promise.all([
    ari.statistics(channel),
    ari.variable(channel, "CHANNEL(audionativeformat)"),
    ari.variable(channel, "CHANNEL(rtp,secure,audio)"),
  ]);
  return qualityOf(statistics, codec, secure === "1" ? offered : "none");
}

export function qualityOf(statistics: AriStatistics, codec: string, encryption: MediaEncryption): CallQuality {
  const { rxploss, txploss, rxjitter, rtt } = statistics;
  return {
    // `(ulaw)`, or `(ulaw|alaw)` before the first packet.
    codec: /^\(?([a-z0-9]+)/.exec(codec)?.[1] ?? null,
    encryption,
    lost: { received: count(rxploss), sent: count(txploss) },
    jitter: inMs(rxjitter),
    // Zero is what Asterisk says before RTCP has come, and 65536 s when the phone's clock runs ahead of it.
    roundTrip: rtt === 0 || (rtt ?? 0) > LONGEST_ROUND_TRIP ? null : inMs(rtt),
  };
}

function count(value: number | undefined): number | null {
  return value === undefined || value < 0 ? null : value;
}

function inMs(seconds: number | undefined): number | null {
  return seconds === undefined || seconds < 0 ? null : Math.round(seconds * 1000);
}
