// Notices as the senders get them.

import { unixMs } from "../../src/base/index.ts";
import type { ChannelBody, Notice } from "../../src/core/index.ts";

export const words: ChannelBody = {
  title: "Warning: Slot s1 is down (modem.timeout)",
  text: "Slot s1 is down (modem.timeout).\nThe box keeps trying.",
  severity: "warning",
  what: "raised",
  alert: "00112233445566ff",
  rule: "slot_down",
  subject: "s1",
  box: "attic",
};

export const notice = (more: Partial<Notice> = {}): Notice => ({
  ...{ id: "00112233445566ff-raised-1", target: "channel:a", type: "alert.raised", at: unixMs(1_800_000_000_000) },
  body: JSON.stringify(words),
  ...more,
});

export const never = new AbortController().signal;
