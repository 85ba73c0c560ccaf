// Where a listing can be rented, as its record says. Pure.

import type { ListingFields } from "./listing-record.ts";

const MOST_LENGTH = 300;

/** Addresses of relays, without a slash at the end: over TLS, or an onion service. What is none is left out. */
export function gatewaysOf({
  gateway_endpoints: endpoints,
}: Pick<ListingFields, "gateway_endpoints">): readonly string[] {
  const url = gatewayUrl(endpoints?.https ?? "");
  return url === null ? [] : [url];
}

function gatewayUrl(text: string): string | null {
  const url = text.length <= MOST_LENGTH && URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return null;
  const isOnion = url.protocol === "http:" && url.hostname.endsWith(".onion");
  return url.protocol === "https:" || isOnion ? url.href.replace(/\/+$/, "") : null;
}
