// A quote that asks for something else than the renter agreed to.

import { AppError } from "../base/index.ts";

export function dishonest(what: string): AppError {
  return new AppError("market.bad_quote", `the provider's quote cannot be accepted: ${what}`, {
    hint: "Nothing was paid for it. Choose another listing.",
  });
}
