// What is wrong with bytes that never became a request.

import { type AppError, seconds } from "../../base/index.ts";
import { limited, refusal } from "./problems.ts";

/** `code`: Node's own, of the server's event `clientError`. `headBytes`: how large a request's head may be. */
export function clientFault(code: string | undefined, headBytes: number): AppError {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT": {
      const message = "the request did not come within its time";
      return limited("relay.too_slow", "slow_request", { message, wait: seconds(1) });
    }
    case "HPE_HEADER_OVERFLOW":
      return refusal("relay.too_large", `the head of the request is larger than ${headBytes} bytes`);
    default:
      return refusal("relay.bad_body", "this is no HTTP request");
  }
}
