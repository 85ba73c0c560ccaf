// REST: the box's own authority, for whoever is asked to trust it.

import { createHash, X509Certificate } from "node:crypto";
import { certificateReply } from "../shared/accounts.ts";
import type { TlsSource } from "./https.ts";
import { type Operation, operation } from "./operation.ts";

/** SHA-256 of the authority as devices show it before they install it. */
function fingerprintOf(authority: string): string {
  const hash = createHash("sha256").update(new X509Certificate(authority).raw).digest("hex").toUpperCase();
  return hash.match(/../g)?.join(":") ?? "";
}

export function certificateOperation(source: TlsSource | undefined): Operation {
  return operation({
    ...{ method: "get", path: "/certificate", scope: "open", tag: "Session", reply: certificateReply },
    summary: "What to compare before the box's own certificate authority is installed",
    run: () => {
      const authority = source?.authority() ?? null;
      if (source === undefined || authority === null) return { authority: null, names: [] };
      return { authority: fingerprintOf(authority), names: [...source.facts().hosts] };
    },
  });
}
