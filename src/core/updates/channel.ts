// What a box believes of a channel of releases, and which of them it takes. Pure.

import { AppError, type CryptoSuite, fromBase64url, toHex, utf8 } from "../../base/index.ts";
import {
  parseWith,
  signedChannel,
  type UpdateChannel,
  type UpdateRelease,
  updateChannel,
} from "../../protocol/index.ts";
import { compareVersions, isRelease } from "./versions.ts";

/** Goes before the signed bytes, so that a signature for another purpose is worth nothing here. */
export const CHANNEL_DOMAIN = "numberbox-channel-1\n";

export interface ChannelTrust {
  readonly suite: CryptoSuite;
  /** Ed25519 public keys; one of them has signed. */
  readonly keys: readonly Uint8Array[];
  /** Of the newest edition that was ever seen. */
  readonly serial: number;
  readonly now: number;
}

function refused(code: string, message: string, hint: string): AppError {
  return new AppError(`update.${code}`, message, { hint });
}

const parsedJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError("update.bad_channel", "the channel is no JSON", { cause, hint: "Check `updates.channel`." });
  }
};

/**
 * The channel, once its signature, its age and its serial are right.
 * Errors: `update.bad_channel`, `update.channel_unsigned`, `update.channel_old`, `update.channel_expired`.
 */
export function openChannel(bytes: Uint8Array, { suite, keys, serial, now }: ChannelTrust): UpdateChannel {
  const signed = parseWith(signedChannel, parsedJson(bytes), "update.bad_channel", "The channel");
  const payload = fromBase64url(signed.payload);
  const signature = fromBase64url(signed.signature);
  const prefix = utf8(CHANNEL_DOMAIN);
  const message = new Uint8Array(prefix.length + payload.length);
  message.set(prefix);
  message.set(payload, prefix.length);
  if (!keys.some((key) => suite.ed25519Verify(key, message, signature)))
    throw refused("channel_unsigned", "no key that this box trusts has signed the channel", "Check `updates.keys`.");
  const channel = parseWith(updateChannel, parsedJson(payload), "update.bad_channel", "The channel");
  if (channel.serial < serial)
    throw refused(
      "channel_old",
      "an older edition of the channel than was seen before",
      "Somebody may be hiding updates.",
    );
  if (channel.expires_at <= now)
    throw refused(
      "channel_expired",
      "the channel was not renewed in time",
      "Check the box's clock, or ask who runs it.",
    );
  return channel;
}

/** Where a box stands among a thousand when a release goes out by and by: another place for each version. */
export function placeInRollout(suite: CryptoSuite, identity: Uint8Array, version: string): number {
  const text = utf8(`numberbox-rollout-1\n${toHex(identity)}\n${version}`);
  const digest = suite.sha256(text);
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % 1000;
}

export interface ChoiceFacts {
  readonly version: string;
  readonly compatible: string;
  readonly placeOf: (version: string) => number;
}

/**
 * The newest release that this box may take in one step; one that was off for a year goes by way of an older one. A system with a version of
 * another form, such as a build in between, is offered none: nobody knows which of the two would be newer.
 */
export function chooseRelease(channel: UpdateChannel, facts: ChoiceFacts): UpdateRelease | null {
  const { version, compatible, placeOf } = facts;
  if (!isRelease(version)) return null;
  return channel.releases
    .filter((release) => isRelease(release.version) && (release.from === undefined || isRelease(release.from)))
    .filter((release) => release.compatible === compatible)
    .filter((release) => compareVersions(release.version, version) > 0)
    .filter(({ from }) => from === undefined || compareVersions(version, from) >= 0)
    .filter((release) => placeOf(release.version) < release.rollout)
    .reduce<UpdateRelease | null>(
      (best, next) => (best === null || compareVersions(next.version, best.version) > 0 ? next : best),
      null,
    );
}
