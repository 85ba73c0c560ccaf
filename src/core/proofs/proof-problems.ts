// Refusals that more than one part has.

import { AppError } from "../../base/index.ts";

export function unknownMessage(): AppError {
  return new AppError("proofs.unknown_message", "there is no receipt of that message here", {
    hint: "Give the base64url SHA-256 of the sealed message, and the day in UTC on which it was delivered.",
  });
}
