// Where passkeys work: a browser ties them to the page's host name. It must be a name, not an address, over https or on `localhost`.

import { isIP } from "node:net";
import type { Request } from "express";
import { AppError } from "../../../base/index.ts";

export interface RelyingParty {
  /** The host name. */
  readonly id: string;
  readonly origin: string;
}

/** Of a request that passed the Host check. Errors: `web.no_passkeys_here`. */
export function relyingPartyOf(request: Pick<Request, "headers" | "secure">): RelyingParty {
  const host = (request.headers.host ?? "").toLowerCase();
  const id = host.replace(/:\d+$/, "");
  const isName = id !== "" && !id.startsWith("[") && isIP(id) === 0;
  const isLocal = id === "localhost" || id.endsWith(".localhost");
  if (isName && (request.secure || isLocal)) return { id, origin: `${request.secure ? "https" : "http"}://${host}` };
  throw new AppError(
    "web.no_passkeys_here",
    "browsers use passkeys only at a host name over https, not at an address",
    {
      hint: "Open the console by the box's name over https, with the box's certificate installed.",
    },
  );
}
