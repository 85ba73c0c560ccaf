// How errors leave the box: one table from code to status, one body (RFC 9457), and nothing of what third-party errors say.

import { STATUS_CODES } from "node:http";
import type { ErrorRequestHandler } from "express";
import { AppError, isAppError, type Logger } from "../../base/index.ts";
import type { ProblemReply } from "../shared/session.ts";
import { ACCESS_STATUS } from "./access-status.ts";
import { tellCode } from "./audit/audit-notes.ts";
import { BACKUP_STATUS } from "./backup-status.ts";
import { CALL_STATUS } from "./call-status.ts";
import { CHAIN_STATUS } from "./chain-status.ts";
import { NETWORK_STATUS } from "./network-status.ts";
import { UPDATE_STATUS } from "./update-status.ts";

const STATUS_OF: Readonly<Record<string, number>> = {
  ...ACCESS_STATUS,
  ...BACKUP_STATUS,
  ...CALL_STATUS,
  ...CHAIN_STATUS,
  ...UPDATE_STATUS,
  ...NETWORK_STATUS,
  "alert.unknown": 404,
  "base.bad_base64": 400,
  "base.bad_hex": 400,
  "base.bad_utf8": 400,
  "base.bad_value": 400,
  "base.stopped": 503,
  "base.timeout": 504,
  "base.unreachable": 502,
  "box.cannot_restart": 409,
  "mqtt.own_broker_off": 409,
  "host.data_stays": 409,
  "host.no_disk": 404,
  "host.no_program": 503,
  "host.not_allowed": 503,
  "host.not_appliance": 409,
  "host.not_confirmed": 400,
  "host.program_failed": 503,
  "config.syntax": 422,
  "crypto.bad_key": 400,
  "crypto.bad_length": 400,
  "crypto.low_order": 400,
  "flows.not_ours": 409,
  "flows.not_running": 503,
  "flows.stopped": 409,
  "kept.unknown": 404,
  "keyfile.bad_cipher": 400,
  "keyfile.bad_json": 400,
  "keyfile.bad_key": 400,
  "keyfile.bad_shape": 400,
  "keyfile.duplicate_name": 400,
  "keyfile.mismatch": 400,
  "keyfile.needs_password": 422,
  "keyfile.no_identity": 400,
  "keyfile.not_user": 400,
  "keyfile.too_long": 400,
  "keyfile.unknown_format": 400,
  "keyfile.wrong_password": 422,
  "keystore.bad_file": 400,
  "keystore.bad_kdf": 400,
  "keystore.empty_passphrase": 422,
  "keystore.needs_key": 422,
  "keystore.needs_passphrase": 422,
  "keystore.wrong_unlock": 422,
  "line.exists": 409,
  "modem.cannot_open": 503,
  "modem.closed": 503,
  "modem.error": 502,
  "modem.io": 502,
  "modem.no_storage": 409,
  "modem.no_such_port": 503,
  "modem.out_of_step": 502,
  "modem.timeout": 504,
  "modem.write_stuck": 504,
  "notify.unknown_target": 404,
  "webhook.exists": 409,
  "payload.bad_member": 400,
  "payload.bad_step": 400,
  "payload.bad_type": 400,
  "payload.bad_version": 400,
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
  "relay.bad_reply": 502,
  "rental.bad_keys": 400,
  "rental.clock_in_doubt": 503,
  "rental.line_rented": 409,
  "rental.line_resting": 409,
  "rental.not_active": 409,
  "rental.own_line": 409,
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
  "ussd.slot_not_ready": 503,
  "ussd.taken": 409,
  "ussd.unknown_code": 422,
  "wizard.identity_in_use": 409,
  "wizard.other_identity": 422,
  "wizard.passphrase_needed": 422,
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
    tellCode(response, problem.code);
    const wait = problem.context?.retry_after_s;
    if (typeof wait === "number") response.set("Retry-After", String(wait));
    if (problem.status === 401) response.set("WWW-Authenticate", 'Bearer realm="numberbox"');
    response.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
  };
}
