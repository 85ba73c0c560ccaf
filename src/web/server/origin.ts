// Where a request may come from. Pure checks on headers: the Host check stops DNS rebinding (a stranger's name that resolves to
// the box), the Origin check stops other sites' pages from writing or listening with the owner's cookie.

import { isIP } from "node:net";
import { AppError } from "../../base/index.ts";

export interface OriginHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly contentType: string | undefined;
  /** Value of `X-Numberbox`, which no other site's page can send without asking first. */
  readonly marker: string | undefined;
}

/** Host name without port and brackets, lower case; null when the header is malformed. */
function hostName(host: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host);
  return match === null ? null : (match[1] ?? match[2] ?? "").toLowerCase();
}

function isOwnName(name: string, names: readonly string[]): boolean {
  if (isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost")) return true;
  return /^[a-z0-9-]+\.local$/.test(name) || names.some((own) => own.toLowerCase() === name);
}

/** Throws `web.bad_host` unless `Host` is an address, a loopback name, a name under `.local`, or one of the configured `names`. */
export function checkHost(host: string | undefined, names: readonly string[]): void {
  const name = hostName(host ?? "");
  if (name !== null && isOwnName(name, names)) return;
  throw new AppError("web.bad_host", "the request names a host that is not this box", {
    hint: "Use the box's address or its .local name, or add the name to the box's configuration.",
  });
}

/** Throws `web.bad_origin` when a page of another site sent the request. */
export function checkOrigin(headers: OriginHeaders): void {
  if (headers.origin === undefined) return;
  const origin = URL.parse(headers.origin);
  if (origin !== null && /^https?:$/.test(origin.protocol) && origin.host === headers.host?.toLowerCase()) return;
  throw new AppError("web.bad_origin", "the request comes from another site's page", {
    hint: "Open the box's own console and repeat it there.",
  });
}

/** For writes that a cookie vouches for: own origin, and either the marker header or JSON together with an Origin. Throws `web.csrf`. */
export function checkWrite(headers: OriginHeaders): void {
  checkOrigin(headers);
  const isJson = /^application\/json\b/i.test(headers.contentType ?? "");
  if (headers.marker === "1" || (isJson && headers.origin !== undefined)) return;
  throw new AppError("web.csrf", "the request does not show that the box's own page sent it", {
    hint: "Send the header `X-Numberbox: 1`.",
  });
}
