// A rental in words and for programs, with what is sealed in its grant.

import { isAppError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { type GrantSecret, openGrant } from "../../envelope/index.ts";
import type { RentalGrant } from "../../protocol/index.ts";
import { localTime, type RelayRental, senderPolicyText, shownTerms, visibleLine } from "../../renter/index.ts";
import type { OpenRenter } from "./renter-open.ts";

/** What is sealed in the grant, or null when it cannot be read. */
export function sealedTerms(renter: Pick<OpenRenter, "identity">, grant: RentalGrant): GrantSecret | null {
  try {
    return openGrant(systemCrypto, renter.identity.seed, grant);
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

export function rentalLine(renter: Pick<OpenRenter, "identity">, rental: RelayRental): object {
  const { rental_id, listing_id, provider, starts_at, expires_at, envelope_version } = rental.grant;
  const { state, last_seq } = rental;
  const secret = sealedTerms(renter, rental.grant);
  const { terms, calls } = secret === null ? { terms: null, calls: null } : shownTerms(secret.terms);
  const times = { starts_at, expires_at };
  const number = secret?.number ?? null;
  return { rental_id, listing_id, provider, number, terms, calls, ...times, envelope_version, state, last_seq };
}

export function rentalText(renter: Pick<OpenRenter, "identity">, rental: RelayRental): string {
  const secret = sealedTerms(renter, rental.grant);
  const number = visibleLine(secret?.number ?? "(unreadable)").padEnd(16);
  const until = localTime(rental.grant.expires_at * 1000);
  const head = `  ${number}  ${rental.state.padEnd(6)}  until ${until}  rental ${rental.grant.rental_id}\n`;
  const policy = senderPolicyText(secret?.terms ?? null);
  const calls = rental.state === "active" && shownTerms(secret?.terms ?? {}).calls;
  return [
    head,
    policy === null ? "" : `    ${visibleLine(policy)}\n`,
    calls ? "    Takes calls. To set up a phone: numberbox renter sip\n" : "",
  ].join("");
}

/** By number, those that cannot be read last; then by start. */
export function inOrder(renter: Pick<OpenRenter, "identity">, rentals: readonly RelayRental[]): readonly RelayRental[] {
  const keyed = rentals.map((rental) => ({ rental, number: sealedTerms(renter, rental.grant)?.number ?? "\uffff" }));
  keyed.sort((a, b) => {
    if (a.number !== b.number) return a.number < b.number ? -1 : 1;
    return a.rental.grant.starts_at - b.rental.grant.starts_at;
  });
  return keyed.map(({ rental }) => rental);
}
