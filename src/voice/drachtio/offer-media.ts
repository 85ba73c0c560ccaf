// What an offer says of the encryption of its sound. Pure.

import type { MediaEncryption } from "../../core/index.ts";

/** Null: no sound is offered, or in a way that nobody here speaks. */
export function offeredEncryption(sdp: string): MediaEncryption | null {
  const [, profile] = /^m=audio \d+(?:\/\d+)? (\S+) /m.exec(sdp) ?? [];
  if (profile === undefined) return null;
  if (/^UDP\/TLS\/RTP\/SAVPF?$/.test(profile)) return "dtls";
  if (/^RTP\/SAVPF?$/.test(profile)) return /^a=fingerprint:/m.test(sdp) && !/^a=crypto:/m.test(sdp) ? "dtls" : "sdes";
  // Some phones offer keys without insisting on them.
  if (/^RTP\/AVPF?$/.test(profile)) return /^a=crypto:/m.test(sdp) ? "sdes" : "none";
  return null;
}
