// Fetches what the phone received while the box could not be reached, by the app's own server. Reading again does no harm: the intake
// knows what it has.

import { days, hasCode, hours, type Millis, type UnixMs, unixMs } from "../base/index.ts";
import { INBOX_PAGE, type PhoneApi } from "./phone-api.ts";
import type { PhoneMessage } from "./phone-message.ts";

/** Service centres hand over late: what they stamped before the last reading may have come after it. */
const OVERLAP: Millis = days(1);
/** While no webhook gets through, the inbox is read every minute. */
const SHORT_OVERLAP: Millis = hours(2);
/** Their clocks are ahead at times. */
const AHEAD: Millis = hours(1);
const MAX_PAGES = 20;

export interface InboxReading {
  readonly api: PhoneApi;
  readonly registeredAt: UnixMs;
  /** The end of the last reading. */
  readonly syncedAt: UnixMs | null;
  /** True for one of many readings in a row. */
  readonly often: boolean;
  readonly now: UnixMs;
  readonly deliver: (message: PhoneMessage) => Promise<unknown>;
}

/** Never before the registration: what came earlier is the owner's. */
export function readingSince({
  registeredAt,
  syncedAt,
  often,
}: Pick<InboxReading, "registeredAt" | "syncedAt" | "often">): UnixMs {
  return unixMs(Math.max(registeredAt, (syncedAt ?? registeredAt) - (often ? SHORT_OVERLAP : OVERLAP)));
}

/** Resolves when all is durable. Errors: those of `PhoneApi` and of the intake. */
export async function readInbox(reading: InboxReading): Promise<void> {
  const { api, now, deliver } = reading;
  const since = readingSince(reading);
  const until = unixMs(now + AHEAD);
  const found: PhoneMessage[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const { messages } = await api.inbox(since, until, page * INBOX_PAGE);
    if (messages === null) return await api.exportInbox(since, until);
    found.push(...messages);
    if (messages.length < INBOX_PAGE) break;
  }
  // Handed over in the order of sending, all at once: the intake stores them in few commits.
  const ordered = found.toSorted((a, b) => (a.sentAt ?? 0) - (b.sentAt ?? 0));
  const results = await Promise.allSettled(ordered.map(deliver));
  for (const result of results) {
    // Of a SIM that the box has no line for: no reason to read all of it again.
    if (result.status === "rejected" && !isUnrouted(result.reason)) throw result.reason;
  }
}

const isUnrouted = (error: unknown): boolean => hasCode(error, "phone.no_line") || hasCode(error, "phone.sim_unknown");
