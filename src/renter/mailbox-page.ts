// One page of a mailbox at a relay of whichever version.

import { isAppError } from "../base/index.ts";
import { type MailboxPage, mailboxPage } from "../protocol/index.ts";
import type { GatewaySession } from "./gateway-session.ts";

export interface PageQuestion {
  readonly after: number;
  /** In which the relay gave `after`, as far as is known. */
  readonly epoch: string | null;
  readonly limit: number;
}

/** A relay that was set back to a version before epochs refuses the word. */
const isUnknownWord = (error: unknown): boolean => isAppError(error) && error.context.code === "relay.bad_query";

/** Rejects as `GatewaySession.with`. */
export async function askPage(
  session: GatewaySession,
  { after, epoch, limit }: PageQuestion,
  signal: AbortSignal,
): Promise<MailboxPage> {
  const path = `sms?after=${after}&limit=${limit}`;
  const ask = (more: string): Promise<MailboxPage> =>
    session.with(
      (http, token) => http.call({ method: "GET", path: `${path}${more}`, token, reply: mailboxPage, signal }),
      signal,
    );
  if (epoch === null) return await ask("");
  try {
    return await ask(`&epoch=${epoch}`);
  } catch (error) {
    if (!isUnknownWord(error)) throw error;
    return await ask("");
  }
}
