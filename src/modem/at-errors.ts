// What a conversation with a modem can fail with. A command is named by its prefix only: the rest may hold a PIN or a USSD code.

import { type AtCommand, type FinalResult, isTransient } from "../at/index.ts";
import { AppError } from "../base/index.ts";
import { WRITE_LIMIT } from "./timeouts.ts";

/** The modem answered with an error: its fixed name, and whether the same command may work a moment later. */
export function modemError(request: AtCommand, final: Extract<FinalResult, { kind: "error" }>): AppError {
  const name = final.name ?? final.source;
  return new AppError("modem.error", `AT${request.prefix} was answered with ${name}`, {
    retryable: true,
    context: { command: request.prefix, source: final.source, code: final.code, name, transient: isTransient(final) },
  });
}

export function outOfStep(message = "the modem's answers do not belong to the questions"): AppError {
  return new AppError("modem.out_of_step", message, { retryable: true });
}

export function notAnswered({ prefix, timeoutMs }: AtCommand): AppError {
  const message = `AT${prefix} was not answered within ${timeoutMs} ms`;
  return new AppError("modem.timeout", message, { retryable: true, context: { command: prefix } });
}

export function writeStuck(request: AtCommand): AppError {
  return new AppError("modem.write_stuck", `the port did not take AT${request.prefix} within ${WRITE_LIMIT} ms`, {
    retryable: true,
    hint: "Check that the cable or the serial server uses no hardware flow control.",
    context: { command: request.prefix },
  });
}
