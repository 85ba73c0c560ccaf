// How errors leave the box: one table from code to status, one body (RFC 9457), and nothing of what third-party errors say.

import { STATUS_CODES } from "node:http";
import type { ErrorRequestHandler } from "express";
import { AppError, isAppError, type Logger } from "../../base/index.ts";
import type { ProblemReply } from "../shared/api.ts";

const STATUS_OF: Readonly<Record<string, number>> = {
  "base.bad_base64": 400,
  "base.bad_hex": 400,
  "base.bad_utf8": 400,
  "base.bad_value": 400,
  "base.stopped": 503,
  "base.timeout": 504,
  "base.unreachable": 502,
  "box.cannot_restart": 409,
  "config.syntax": 422,
  "crypto.bad_key": 400,
  "crypto.bad_length": 400,
  "crypto.low_order": 400,
  "dns.bad_record": 400,
  "dns.unknown": 404,
  "emercoin.amount_too_small": 400,
  "emercoin.bad_address": 400,
  "emercoin.bad_amount": 400,
  "emercoin.bad_base58": 400,
  "emercoin.bad_bech32": 400,
  "emercoin.bad_chap": 400,
  "emercoin.bad_credentials": 502,
  "emercoin.bad_descriptor": 400,
  "emercoin.bad_key": 400,
  "emercoin.bad_name": 400,
  "emercoin.bad_passphrase": 422,
  "emercoin.bad_psbt": 400,
  "emercoin.bad_reply": 502,
  "emercoin.bad_script": 400,
  "emercoin.bad_ticket": 400,
  "emercoin.bad_transaction": 400,
  "emercoin.busy": 503,
  "emercoin.coins_reserved": 409,
  "emercoin.in_chain": 409,
  "emercoin.incomplete": 409,
  "emercoin.inputs_spent": 409,
  "emercoin.locked": 409,
  "emercoin.minting_only": 409,
  "emercoin.name_exists": 409,
  "emercoin.name_foreign": 409,
  "emercoin.name_inactive": 409,
  "emercoin.name_pending": 409,
  "emercoin.no_answer": 503,
  "emercoin.no_funds": 409,
  "emercoin.no_peers": 503,
  "emercoin.no_wallet": 409,
  "emercoin.not_configured": 409,
  "emercoin.not_encrypted": 409,
  "emercoin.not_main": 409,
  "emercoin.not_reserved": 409,
  "emercoin.not_yet": 409,
  "emercoin.old_node": 502,
  "emercoin.psbt_mismatch": 409,
  "emercoin.rejected": 409,
  "emercoin.rpc_error": 502,
  "emercoin.safe_mode": 503,
  "emercoin.syncing": 503,
  "emercoin.too_large": 400,
  "emercoin.unknown_block": 404,
  "emercoin.unknown_chap": 404,
  "emercoin.unknown_name": 404,
  "emercoin.unknown_transaction": 404,
  "emercoin.unreachable": 503,
  "emercoin.wallet_loaded": 409,
  "emercoin.wallet_open": 409,
  "emercoin.warming_up": 503,
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
  "escrow.already_signed": 409,
  "escrow.bad_file": 400,
  "escrow.bad_funding": 409,
  "escrow.bad_id": 400,
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
  "identity.exists": 409,
  "identity.not_published": 409,
  "identity.published": 409,
  "identity.unchanged": 409,
  "line.exists": 409,
  "listing.bad_cid": 400,
  "listing.bad_record": 400,
  "listing.bad_value": 400,
  "listing.no_offer": 409,
  "listing.no_worm": 409,
  "listing.not_confirmed": 409,
  "listing.not_published": 409,
  "listing.published": 409,
  "listing.unbound": 409,
  "listing.unchanged": 409,
  "listing.unknown_line": 404,
  "modem.cannot_open": 503,
  "modem.closed": 503,
  "modem.error": 502,
  "modem.io": 502,
  "modem.no_storage": 409,
  "modem.no_such_port": 503,
  "modem.out_of_step": 502,
  "modem.timeout": 504,
  "modem.write_stuck": 504,
  "payload.bad_member": 400,
  "payload.bad_step": 400,
  "payload.bad_type": 400,
  "payload.bad_version": 400,
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
  "payment.not_signed": 409,
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
  "proofs.clock_in_doubt": 503,
  "proofs.day_closed": 409,
  "proofs.name_taken": 409,
  "proofs.no_identity": 409,
  "proofs.no_node": 409,
  "proofs.nothing_to_anchor": 409,
  "proofs.unknown_day": 404,
  "proofs.unknown_message": 404,
  "proofs.unknown_tree": 404,
  "publication.name_busy": 409,
  "publication.refused": 409,
  "publication.running": 409,
  "publication.too_late": 409,
  "publication.too_late_to_renew": 409,
  "publication.unknown": 404,
  "publication.unknown_name": 404,
  "registry.bad_day": 400,
  "registry.bad_value": 400,
  "relay.bad_reply": 502,
  "rental.bad_keys": 400,
  "rental.clock_in_doubt": 503,
  "rental.line_rented": 409,
  "rental.line_resting": 409,
  "rental.not_active": 409,
  "rental.unknown": 404,
  "rental.unknown_line": 404,
  "settings.bad_path": 400,
  "settings.conflict": 409,
  "settings.invalid": 422,
  "settings.nothing_to_undo": 409,
  "settings.unknown_version": 404,
  "sim.bad_pin": 400,
  "sim.last_attempt": 409,
  "sim.not_locked": 409,
  "sim.pin_wrong": 409,
  "sim.puk_required": 409,
  "sim.roaming_refused": 409,
  "slot.configured": 409,
  "slot.no_means": 409,
  "slot.no_modem": 409,
  "slot.no_sim": 409,
  "slot.no_terminal": 409,
  "slot.unknown": 404,
  "store.busy": 503,
  "store.full": 503,
  "store.low_space": 503,
  "ussd.bad_code": 400,
  "ussd.busy": 409,
  "ussd.cancelled": 409,
  "ussd.ended": 502,
  "ussd.failed": 502,
  "ussd.network_timeout": 504,
  "ussd.no_answer": 504,
  "ussd.no_session": 409,
  "ussd.not_supported": 409,
  "ussd.quota": 429,
  "ussd.refused": 403,
  "ussd.slot_not_ready": 409,
  "ussd.taken": 409,
  "ussd.unknown_code": 422,
  "web.already_set_up": 409,
  "web.bad_host": 421,
  "web.bad_idempotency_key": 400,
  "web.bad_json": 400,
  "web.bad_origin": 403,
  "web.bad_request": 400,
  "web.body_too_large": 413,
  "web.busy": 503,
  "web.csrf": 403,
  "web.idempotency_busy": 409,
  "web.idempotency_conflict": 422,
  "web.internal": 500,
  "web.live_full": 503,
  "web.not_found": 404,
  "web.pages_missing": 503,
  "web.rate_limited": 429,
  "web.scope": 403,
  "web.setup_needed": 403,
  "web.sign_in_needed": 401,
  "web.too_many_attempts": 429,
  "web.unsupported_media_type": 415,
  "web.weak_password": 400,
  "web.wrong_claim_code": 403,
  "web.wrong_password": 401,
};

/** Null for a code that has no status of its own. */
export function statusOfCode(code: string): number | null {
  return code.startsWith("terminal.") ? 403 : (STATUS_OF[code] ?? null);
}

export function statusOf(error: AppError): number {
  return statusOfCode(error.code) ?? (error.retryable ? 503 : 500);
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
