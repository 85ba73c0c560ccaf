// Every refusal of the relay: its code, its HTTP status and what the caller should do next. Codes are API.

import { AppError, type ErrorCode, isAppError, type Millis } from "../../base/index.ts";

const STATUS: ReadonlyMap<ErrorCode, number> = new Map<ErrorCode, number>([
  ["proofs.bad_date", 400],
  ["proofs.unknown_day", 404],
  ["proofs.unknown_message", 404],
  ["relay.bad_body", 400],
  ["relay.bad_json", 400],
  ["relay.bad_query", 400],
  ["relay.ts_ahead", 400],
  // Nobody is left to read this one.
  ["relay.aborted", 400],
  ["relay.unauthorized", 401],
  ["relay.challenge_required", 401],
  ["relay.bad_challenge", 401],
  ["relay.bad_login", 401],
  ["relay.unpaid", 402],
  ["relay.payment_required", 402],
  ["relay.bad_signature", 403],
  ["relay.unknown_provider", 403],
  ["relay.foreign_listing", 403],
  ["relay.foreign_order", 403],
  ["relay.foreign_escrow", 403],
  ["relay.unknown_escrow", 404],
  ["relay.unknown_route", 404],
  ["relay.unknown_order", 404],
  ["relay.unknown_record", 404],
  ["relay.not_offered", 404],
  ["relay.unknown_worm", 404],
  ["relay.no_calls", 404],
  ["relay.too_slow", 408],
  ["relay.provisioning_over", 404],
  ["relay.not_committed", 409],
  ["relay.line_rented", 409],
  ["relay.unknown_listing", 404],
  ["relay.unknown_rental", 404],
  ["relay.wrong_listing", 404],
  ["relay.conflict", 409],
  ["relay.stale_rev", 409],
  ["relay.ambiguous_listing", 409],
  ["relay.rental_over", 410],
  ["relay.chap_expired", 410],
  ["relay.too_large", 413],
  ["relay.bad_type", 415],
  ["relay.rate_limited", 429],
  ["relay.work_required", 429],
  ["relay.mailbox_full", 429],
  ["relay.too_many_orders", 429],
  ["relay.too_many_escrows", 429],
  ["relay.no_chain", 503],
  ["relay.stopping", 503],
  ["relay.overloaded", 503],
]);

/** The status of a refusal, or of what `problemOf` makes of a fault; null for a code that leaves the relay under neither. */
export function statusOfCode(code: string): number | null {
  if (code === "relay.busy") return 503;
  return code === "relay.internal" ? 500 : (STATUS.get(code as ErrorCode) ?? null);
}

const HINTS: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ["relay.bad_body", "Correct what is named and send it again; GET /openapi.json tells the form."],
  ["relay.bad_json", "Send one JSON document in UTF-8, without a mark at its beginning."],
  ["relay.bad_query", "Correct what is named and ask again; GET /openapi.json tells each parameter."],
  ["relay.too_slow", "Send it again, over a better network or in smaller parts."],
  ["relay.ts_ahead", "Set the clock of the box; the relay's time is in the Date header."],
  ["relay.unauthorized", "Get a token: POST /auth/challenge, sign the challenge, POST /auth."],
  ["relay.challenge_required", "Sign the challenge given here with the key and POST /auth again."],
  ["relay.bad_challenge", "Sign the fresh challenge given here; each is good once, for a few minutes."],
  ["relay.bad_login", "Sign the UTF-8 bytes of the fresh challenge given here with the key of `pubkey`."],
  ["relay.unpaid", "Keep the message; forward it again after the renter has paid and the grant has a higher rev."],
  [
    "relay.payment_required",
    "Order with a key of your own: POST /rent with the members of `needs`; the provider's answer says how to pay.",
  ],
  ["relay.bad_signature", "Sign with the provider's key, over exactly the members that are sent."],
  ["relay.unknown_provider", "Ask the operator of this relay to add the provider's key to its configuration."],
  ["relay.foreign_listing", "Use a listing of your own: this one belongs to another provider."],
  ["relay.unknown_route", "See GET /openapi.json, or read /api, for the routes that there are."],
  ["relay.foreign_escrow", "Sign in with the key that the policy names for you."],
  ["relay.unknown_escrow", "Sign in with a key of its policy, or hand in a copy first."],
  ["relay.foreign_order", "Sign in with the renter's key that the order was made with."],
  ["relay.unknown_order", "Orders are forgotten after two days: make a new one with POST /rent."],
  ["relay.unknown_record", "Ask another relay, or the provider."],
  ["relay.unknown_worm", "Publish the WORM record, or sign in with the key itself."],
  ["relay.no_calls", "GET /info names a relay's gateway where it has one; type the account's settings into the phone."],
  ["relay.provisioning_over", "Have the app show a new code: each is good once, for ten minutes."],
  ["relay.not_offered", "Read the listing's record: GET /listings/{id}/offchain."],
  ["relay.not_committed", "Send the record that the chain commits to now, signed by the listing's provider."],
  ["relay.line_rented", "Choose another listing; GET /listings/available shows those that are free."],
  ["relay.too_many_orders", "Pay or leave the orders that are open; they end by themselves."],
  ["relay.too_many_escrows", "Have the provider sign first, if this relay serves him; others are kept for two weeks."],
  ["relay.no_chain", "Try again in a moment: the relay's Emercoin node does not answer."],
  ["relay.unknown_listing", "Register a rental of this listing first: PUT /rentals/{rental_id}."],
  ["relay.unknown_rental", "Look at GET /rentals; a provider registers a rental with PUT /rentals/{rental_id}."],
  ["relay.wrong_listing", "Send the listing of the rental's grant."],
  ["relay.conflict", "Nothing was changed; the relay already holds something else under this name."],
  ["relay.stale_rev", "Send the grant with the highest rev."],
  ["relay.ambiguous_listing", "Send the full form, which names the rental."],
  ["relay.rental_over", "Stop forwarding for this rental; a renter rents the number anew."],
  ["relay.chap_expired", "Send challenges that are good for a while; set the clock of the box."],
  ["relay.too_large", "Send less at once."],
  ["relay.bad_type", "Send Content-Type: application/json without Content-Encoding."],
  ["relay.rate_limited", "Wait for the seconds of Retry-After."],
  ["relay.work_required", "Find a counter for `work.challenge` and send it in the header Proof-Of-Work."],
  ["relay.mailbox_full", "Keep the message; the renter must read and acknowledge first."],
  ["relay.stopping", "Try again in a moment."],
  ["relay.overloaded", "Try again in a moment."],
  ["relay.busy", "Try again in a moment; tell the operator of the relay if it lasts."],
  ["relay.internal", "Try again; tell the operator of the relay if it happens again."],
]);

// Fault lists quote member names of the request; nobody needs more of them than this.
const MAX_ERROR_LENGTH = 600;

/** A refusal. `retryAfter` becomes the Retry-After header, in whole seconds rounded up. */
export function refusal(code: ErrorCode, message: string, retryAfter?: Millis): AppError {
  const hint = HINTS.get(code);
  return new AppError(code, message, {
    retryable: retryAfter !== undefined,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfter === undefined ? {} : { context: { retry_after_s: Math.max(1, Math.ceil(retryAfter / 1000)) } }),
  });
}

/** A limit was reached: the same with its name, by which the metrics count it. */
export function limited(
  code: ErrorCode,
  limit: string,
  { message, wait }: { readonly message: string; readonly wait: Millis },
): AppError {
  const error = refusal(code, message, wait);
  const { hint } = error;
  return new AppError(code, message, {
    retryable: true,
    ...(hint === undefined ? {} : { hint }),
    context: { ...error.context, limit },
  });
}

export interface Problem {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly body: { readonly error: string; readonly code: string; readonly hint?: string };
}

/**
 * What the client is told about anything thrown. Codes outside this file's table are the relay's own trouble: what passes becomes 503
 * `relay.busy`, all others 500 `relay.internal`, and neither tells more.
 */
export function problemOf(thrown: unknown): Problem {
  const known = isAppError(thrown) ? STATUS.get(thrown.code) : undefined;
  if (isAppError(thrown) && known !== undefined) {
    const hint = thrown.hint ?? HINTS.get(thrown.code);
    const wait = thrown.context.retry_after_s;
    return {
      status: known,
      retryAfterSeconds: typeof wait === "number" ? wait : undefined,
      body: {
        error: thrown.message.slice(0, MAX_ERROR_LENGTH),
        code: thrown.code,
        ...(hint === undefined ? {} : { hint }),
      },
    };
  }
  const busy = isAppError(thrown) && (thrown.retryable || thrown.code === "base.stopped");
  const code: ErrorCode = busy ? "relay.busy" : "relay.internal";
  const error = busy ? "the relay cannot store anything now" : "the relay failed on this request";
  return {
    status: busy ? 503 : 500,
    retryAfterSeconds: busy ? 5 : undefined,
    body: { error, code, hint: HINTS.get(code) ?? "" },
  };
}
