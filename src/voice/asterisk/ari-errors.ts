// What goes wrong between the box and Asterisk, in words that name no account and no path.

import { AppError, type ErrorCode, type Millis, systemCodeOf } from "../../base/index.ts";

const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string, string]>> = {
  401: [
    "voice.ari_refused",
    "Asterisk does not take the box's password",
    "Check `user` and `password_file` of `asterisk`.",
  ],
  403: ["voice.ari_refused", "Asterisk does not let the box in", "Check the user in Asterisk's ari.conf."],
  404: ["voice.ari_gone", "Asterisk does not have it any more", "Nothing to do: the call was over."],
  409: ["voice.ari_conflict", "what Asterisk should do does not fit the state of the call", "Nothing to do."],
};

export function refusal(status: number, what: string): AppError {
  const [code, message, hint] = BY_STATUS[status] ?? [
    "voice.ari_failed",
    "Asterisk could not do it",
    "Look into Asterisk's log.",
  ];
  return new AppError(code, `${what}: ${message} (${status})`, { hint, context: { status }, retryable: status >= 500 });
}

export function unreachable(cause: unknown): AppError {
  return new AppError("voice.ari_unreachable", "Asterisk cannot be reached", {
    hint: "Check that Asterisk runs and that `url` of `asterisk` is right; the box tries again by itself.",
    retryable: true,
    cause,
    context: { reason: systemCodeOf(cause) ?? "" },
  });
}

export function tooSlow(what: string, timeout: Millis): AppError {
  return new AppError("voice.ari_timeout", `${what}: Asterisk did not answer within ${timeout} ms`, {
    hint: "Look at the load of the machine and into Asterisk's log.",
    retryable: true,
  });
}
