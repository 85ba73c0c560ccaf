// Posts JSON somewhere: no redirects are followed, of the answer only the status counts, and an abort ends it at once.

import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { type Millis, millis, systemCodeOf } from "../base/index.ts";
import type { SendOutcome } from "../core/index.ts";

export interface HttpPost {
  /** `http:` or `https:`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** PEM of an authority beside those that the system trusts. */
  readonly ca?: string | undefined;
}

/** A receiver that wishes for more is told of nothing for a day at most. */
const LONGEST_WISH_SECONDS = 86_400;

/** Never rejects. */
export function httpPost(
  { url, headers, body, ca }: HttpPost,
  now: () => number,
  signal: AbortSignal,
): Promise<SendOutcome> {
  return new Promise((resolve) => {
    const send = new URL(url).protocol === "https:" ? httpsRequest : httpRequest;
    const outgoing = send(url, {
      method: "POST",
      // A connection of its own: a kept one that the receiver has closed meanwhile would look like a failure.
      agent: false,
      signal,
      headers: { ...headers, "content-length": body.length },
      ...(ca === undefined ? {} : { ca }),
    });
    outgoing.once("response", (incoming) => {
      resolve(outcomeOf(incoming, now));
      // Nobody reads what it says: it may be endless.
      incoming.destroy();
    });
    outgoing.on("error", (error) => resolve(unsent(error, signal)));
    outgoing.end(body);
  });
}

function unsent(error: unknown, signal: AbortSignal): SendOutcome {
  const system = systemCodeOf(error) ?? "";
  const tls = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(system);
  const code = signal.aborted ? "notify.stopped" : tls ? "notify.tls" : "notify.unreachable";
  return { kind: "retry", code, status: null, after: null };
}

function outcomeOf(incoming: IncomingMessage, now: () => number): SendOutcome {
  const status = incoming.statusCode ?? 0;
  if (status >= 200 && status < 300) return { kind: "sent", status };
  if (status === 410) return { kind: "gone", code: "notify.gone", status };
  const code = status >= 300 && status < 400 ? "notify.redirected" : "notify.http_status";
  return { kind: "retry", code, status, after: wishOf(incoming.headers["retry-after"], now) };
}

/** `Retry-After`: seconds, or a date (RFC 9110 section 10.2.3). */
function wishOf(header: string | undefined, now: () => number): Millis | null {
  if (header === undefined) return null;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - now()) / 1000;
  return Number.isNaN(seconds) ? null : millis(Math.round(1000 * Math.min(LONGEST_WISH_SECONDS, Math.max(0, seconds))));
}
