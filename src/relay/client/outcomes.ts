// What an answer of the relay means for the box, pure. A refusal counts only when it is the relay's own: a proxy's or a portal's page
// with the same status must never make the box give up a message.

import { type Millis, seconds } from "../../base/index.ts";
import type { ForwardOutcome, MarketOutcome, RegisterOutcome } from "../../core/index.ts";
import { forwardReply, registerReply, relayProblem, type WireMessage } from "../../protocol/index.ts";
import type { Answer } from "./http-exchange.ts";

type Retry = Extract<ForwardOutcome, { readonly kind: "retry" }>;

/** Try again later, for a reason of our own. */
export function retryLater(code: string, after: Millis | null = null): Retry {
  return { kind: "retry", code, after };
}

/** The relay's own code of a refusal; null when the answer is not the relay's. */
function codeOf(answer: Answer): string | null {
  const problem = relayProblem.safeParse(answer.body);
  return problem.success && /^relay\.[a-z_]{1,40}$/.test(problem.data.code) ? problem.data.code : null;
}

/** The relay is older than what was asked. */
export function isUnknownRoute(answer: Answer): boolean {
  return answer.status === 404 && codeOf(answer) === "relay.unknown_route";
}

/** Whether an answer is a relay's: anything else (a portal, a proxy) is no evidence of its time. */
export function isRelayAnswer(answer: Answer): boolean {
  return answer.status === 200 ? typeof answer.body === "object" : codeOf(answer) !== null;
}

function retryOf(answer: Answer, code: string): Retry {
  return retryLater(code, answer.retryAfterSeconds === null ? null : seconds(answer.retryAfterSeconds));
}

/** Refusals that hold one rental back while others go on: its credit is used up, its mailbox is full, or a clock is wrong. */
const HOLDING: ReadonlySet<string> = new Set(["relay.unpaid", "relay.mailbox_full", "relay.ts_ahead"]);
/** The relay does not know what the grant told it. */
const UNKNOWN: ReadonlySet<string> = new Set([
  "relay.unknown_rental",
  "relay.unknown_listing",
  "relay.unknown_provider",
]);
/** The relay has understood the request and will never take it. */
const FINAL: ReadonlySet<number> = new Set([400, 403, 404, 409, 410, 413, 415]);

export function forwardOutcome(answer: Answer, message: WireMessage): ForwardOutcome {
  if (answer.status === 200) {
    const reply = forwardReply.safeParse(answer.body);
    // A duplicate may lie there under another id: the same envelope came in the short form before.
    const ours = reply.success && (reply.data.id === message.id || reply.data.status === "duplicate");
    if (!ours) return retryLater("relay.bad_reply");
    const { status, receipt } = reply.data;
    return { kind: "accepted", status, ...(receipt === undefined ? {} : { receipt }) };
  }
  const code = codeOf(answer);
  if (code === null) return retryOf(answer, `relay.http_${answer.status}`);
  if (HOLDING.has(code)) return { kind: "held", code };
  if (UNKNOWN.has(code)) return { kind: "unregistered", code };
  return FINAL.has(answer.status) ? { kind: "refused", code } : retryOf(answer, code);
}

export function registerOutcome(answer: Answer): RegisterOutcome {
  if (answer.status === 200) {
    return registerReply.safeParse(answer.body).success ? { kind: "registered" } : retryLater("relay.bad_reply");
  }
  const code = codeOf(answer);
  if (code === null) return retryOf(answer, `relay.http_${answer.status}`);
  return FINAL.has(answer.status) ? { kind: "refused", code } : retryOf(answer, code);
}

/** Of records and answers: what the chain or the relay may come to know later is tried again. */
export function marketOutcome(answer: Answer): MarketOutcome {
  if (answer.status === 200 && isRelayAnswer(answer)) return { kind: "taken" };
  const code = codeOf(answer);
  if (code === null || code === "relay.not_committed")
    return { kind: "retry", code: code ?? `relay.http_${answer.status}` };
  return { kind: FINAL.has(answer.status) ? "refused" : "retry", code };
}
