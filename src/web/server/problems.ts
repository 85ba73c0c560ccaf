// How errors leave the box: one table from code to status, one body (RFC 9457), and nothing of what third-party errors say.

import { STATUS_CODES } from "node:http";
import type { ErrorRequestHandler } from "express";
import { AppError, isAppError, type Logger } from "../../base/index.ts";
import type { ProblemReply } from "../shared/api.ts";

const STATUS_OF: Readonly<Record<string, number>> = {
  "box.cannot_restart": 409,
  "base.bad_utf8": 400,
  "base.bad_value": 400,
  "base.stopped": 503,
  "base.timeout": 504,
  "config.syntax": 422,
  "dns.bad_record": 400,
  "dns.unknown": 404,
  "enum.bad_record": 400,
  "enum.bad_signature": 400,
  "enum.bad_sip": 400,
  "enum.disabled": 403,
  "enum.foreign_address": 409,
  "enum.full": 409,
  "enum.linked_address": 409,
  "enum.listed": 409,
  "enum.no_verifier": 409,
  "enum.not_confirmed": 400,
  "enum.not_published": 409,
  "enum.not_verifier": 409,
  "emercoin.bad_credentials": 502,
  "emercoin.bad_passphrase": 422,
  "emercoin.locked": 409,
  "emercoin.minting_only": 409,
  "emercoin.name_exists": 409,
  "emercoin.name_foreign": 409,
  "emercoin.name_inactive": 409,
  "emercoin.no_funds": 409,
  "emercoin.no_wallet": 409,
  "emercoin.not_configured": 409,
  "emercoin.not_encrypted": 409,
  "escrow.already_signed": 409,
  "escrow.bad_file": 400,
  "escrow.bad_funding": 409,
  "escrow.bad_policy": 400,
  "escrow.bad_split": 400,
  "escrow.expired": 409,
  "escrow.forged_evidence": 409,
  "escrow.incomplete": 409,
  "escrow.no_decision": 409,
  "escrow.no_dispute": 409,
  "escrow.no_settlement": 409,
  "escrow.not_a_party": 403,
  "escrow.not_agreed": 409,
  "escrow.not_for_arbiter": 403,
  "escrow.not_funded": 409,
  "escrow.not_heard": 409,
  "escrow.not_signed": 409,
  "escrow.not_yet": 409,
  "escrow.other_network": 409,
  "escrow.other_policy": 409,
  "escrow.other_wallet": 409,
  "escrow.too_small": 400,
  "escrow.unknown": 404,
  "escrow.unknown_arbiter": 403,
  "escrow.wrong_payout": 409,
  "flows.not_ours": 409,
  "flows.not_running": 503,
  "flows.stopped": 409,
  "payment.bad_signature": 400,
  "payment.bad_ticket": 400,
  "payment.chap_expired": 409,
  "payment.chap_foreign": 409,
  "payment.chap_limit": 429,
  "payment.chap_unknown": 409,
  "payment.chap_used": 409,
  "payment.coin_busy": 409,
  "payment.coin_spent": 409,
  "payment.coin_unconfirmed": 409,
  "payment.method_off": 409,
  "payment.not_offered": 409,
  "payment.not_ours": 502,
  "payment.order_over": 409,
  "payment.order_paid": 409,
  "payment.payer_flagged": 403,
  "payment.too_many": 429,
  "payment.undecided": 503,
  "payment.underfunded": 400,
  "payment.underpaid": 400,
  "payment.unknown_order": 404,
  "payment.wallet_locked": 409,
  "phone.api_refused": 502,
  "phone.bad_credentials": 422,
  "phone.bad_payload": 400,
  "phone.bad_reply": 502,
  "phone.bad_signature": 401,
  "phone.exists": 409,
  "phone.join_closed": 410,
  "phone.rate_limited": 429,
  "phone.stale": 403,
  "phone.too_many": 409,
  "phone.unknown": 404,
  "phone.unreachable": 502,
  "phone.url_refused": 422,
  "proofs.bad_date": 400,
  "proofs.no_node": 409,
  "proofs.nothing_to_anchor": 409,
  "proofs.unknown_day": 404,
  "proofs.unknown_message": 404,
  "rental.bad_keys": 400,
  "rental.clock_in_doubt": 503,
  "rental.line_rented": 409,
  "rental.line_resting": 409,
  "rental.not_active": 409,
  "rental.unknown": 404,
  "rental.unknown_line": 404,
  "line.exists": 409,
  "sim.bad_pin": 400,
  "sim.last_attempt": 409,
  "sim.not_locked": 409,
  "sim.pin_wrong": 409,
  "sim.puk_required": 409,
  "slot.configured": 409,
  "slot.no_means": 409,
  "slot.no_modem": 409,
  "slot.no_sim": 409,
  "slot.no_terminal": 409,
  "slot.unknown": 404,
  "settings.bad_path": 400,
  "settings.conflict": 409,
  "settings.invalid": 422,
  "settings.nothing_to_undo": 409,
  "settings.unknown_version": 404,
  "ussd.bad_code": 400,
  "ussd.busy": 409,
  "ussd.cancelled": 409,
  "ussd.ended": 502,
  "ussd.failed": 502,
  "ussd.no_answer": 504,
  "ussd.no_session": 409,
  "ussd.not_supported": 409,
  "ussd.network_timeout": 504,
  "ussd.quota": 429,
  "ussd.refused": 403,
  "ussd.taken": 409,
  "ussd.unknown_code": 422,
  "web.already_set_up": 409,
  "web.bad_host": 421,
  "web.bad_json": 400,
  "web.bad_origin": 403,
  "web.bad_request": 400,
  "web.body_too_large": 413,
  "web.busy": 503,
  "web.csrf": 403,
  "web.live_full": 503,
  "web.not_found": 404,
  "web.pages_missing": 503,
  "web.scope": 403,
  "web.setup_needed": 403,
  "web.sign_in_needed": 401,
  "web.too_many_attempts": 429,
  "web.unsupported_media_type": 415,
  "web.weak_password": 400,
  "web.wrong_claim_code": 403,
  "web.wrong_password": 401,
};

export function statusOf(error: AppError): number {
  if (error.code.startsWith("terminal.")) return 403;
  return STATUS_OF[error.code] ?? (error.retryable ? 503 : 500);
}

/** The body of a refusal. */
export function problemOf(error: AppError): ProblemReply {
  const status = statusOf(error);
  return {
    type: `urn:numberbox:problem:${error.code}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    ...error.toJSON(),
  };
}

/** Errors of express and its body reader carry a 4xx `status`; what they say may quote the request, so only the kind is kept. */
function fromHttpError(status: number): AppError {
  switch (status) {
    case 413:
      return new AppError("web.body_too_large", "the request's body is too large", { hint: "Send less at once." });
    case 415:
      return new AppError("web.unsupported_media_type", "the body's encoding is not supported", {
        hint: "Send plain UTF-8 without compression.",
      });
    default:
      return new AppError("web.bad_request", "the request is malformed", {
        hint: "Correct the request and send it again.",
      });
  }
}

/** Anything caught on the way of a request as an `AppError` that is safe to show. */
export function asAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (typeof status === "number" && status >= 400 && status < 500) return fromHttpError(status);
  return new AppError("web.internal", "the box could not do this", {
    cause: error,
    hint: "Try again; if it stays, look into the box's log.",
  });
}

/** Last handler of the application: every error becomes a problem document; those that are the box's fault are logged by code. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (caught: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(caught);
      return;
    }
    const problem = problemOf(asAppError(caught));
    if (problem.status >= 500) {
      const cause = caught instanceof Error ? caught.name : typeof caught;
      log.warn("web_request_failed", { code: problem.code, status: problem.status, cause });
    }
    const wait = problem.context?.retry_after_s;
    if (typeof wait === "number") response.set("Retry-After", String(wait));
    if (problem.status === 401) response.set("WWW-Authenticate", 'Bearer realm="numberbox"');
    response.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
  };
}
