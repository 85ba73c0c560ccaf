// What Asterisk tells of a channel, in the words of its leg, and what it is told of who calls. Pure.

import type { AriEvent } from "./ari-schemas.ts";
import type { LegInput } from "./leg-machine.ts";
import { LEG_PREFIX } from "./sweep.ts";

/** What stands in From. Whatever the telephone network says, it must not end the quotes. */
export function callerId(from: string | null): string {
  const number = from?.replace(/[^\w+*#-]/g, "") ?? "";
  return number === "" ? "anonymous" : `"${number}" <${number}>`;
}

/** A phone that dialled is told of the answer; a phone that was rung comes into Stasis when it answers. */
export function isAnswerSent({ type, channel }: Exclude<AriEvent, { type: "ContactStatusChange" }>): boolean {
  return type === "ChannelStateChange" && channel.state === "Up" && !channel.id.startsWith(LEG_PREFIX);
}

/** What an event means to the leg of its channel. */
export function inputOf(event: Exclude<AriEvent, { type: "ContactStatusChange" }>): LegInput | null {
  const channel = event.channel.id;
  switch (event.type) {
    case "StasisStart":
      // Of a phone that dials it is only the beginning.
      return event.args[0] === "dial" ? null : { type: "answered", channel };
    case "ChannelStateChange":
      return event.channel.state === "Ringing" ? { type: "rings", channel } : null;
    case "ChannelDestroyed":
      return { type: "gone", channel, q850: event.cause, sip: event.tech_cause ?? null };
    case "ChannelDtmfReceived":
      return { type: "digit", channel, digit: event.digit };
    case "ChannelHold":
      return { type: "held", channel, held: true };
    case "ChannelUnhold":
      return { type: "held", channel, held: false };
    case "ChannelHangupRequest":
    case "StasisEnd":
      return null;
  }
}
