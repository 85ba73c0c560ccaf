// What calls of a modem can fail with. Numbers and keys appear in none of them.

import { AppError, hasCode } from "../../base/index.ts";

export const lineBusy = (): AppError =>
  new AppError("voice.line_busy", "the line has a call already", { hint: "Wait for its end.", retryable: true });

export const notReady = (): AppError =>
  new AppError("voice.not_ready", "the slot is not ready", {
    retryable: true,
    hint: "Wait until `numberbox slots` shows it as ready.",
  });

export const noAudio = (): AppError =>
  new AppError("voice.no_audio", "the modem has no way for sound, or its audio port is closed", {
    hint: "Look at the slot's audio port; the modem's profile says which models have one.",
  });

export const badNumber = (): AppError =>
  new AppError("voice.bad_number", "a number is 1-20 digits, with + before an international one", {
    hint: "Correct the number.",
  });

export const badDigit = (): AppError =>
  new AppError("voice.bad_digit", "the modem cannot send this key", { hint: "Send one of 0-9, * and #." });

export const callOver = (): AppError => new AppError("voice.call_over", "the call is over");

/** The modem's own error, in the words of calls; what else went wrong stays what it is. */
export function refusedBy(error: unknown): unknown {
  if (!hasCode(error, "modem.error")) return error;
  return new AppError("voice.modem_refused", "the modem refused the call", {
    retryable: true,
    hint: "Check that the SIM may make calls, and that the slot is registered for them.",
    cause: error,
    context: error.context,
  });
}
