// `PUT /rentals/{rental_id}`: a provider tells the relay who rents a listing and until when. A rental is ended by a grant with a
// higher `rev` that expires in the past.

import { type CryptoSuite, isAppError } from "../../base/index.ts";
import type { GrantContext, GrantDecision, RelayStore } from "../../core/index.ts";
import { canonicalJson, verifyGrant } from "../../envelope/index.ts";
import { parseWith, type RegisterReply, type RentalGrant, rentalGrant } from "../../protocol/index.ts";
import { refusal } from "./problems.ts";
import { type Providers, requestedKey } from "./providers.ts";
import type { RateLimits } from "./rate-limits.ts";

export interface RegistrationDeps {
  readonly store: Pick<RelayStore, "rentals">;
  readonly providers: Providers;
  readonly limits: RateLimits;
  readonly crypto: CryptoSuite;
}

/** Whether a verified grant may take the place of what is stored. Throws the refusal. Pure. */
export function decideGrant(grant: RentalGrant, text: string, context: GrantContext): GrantDecision {
  const { stored, listingOwner } = context;
  if (listingOwner !== null && listingOwner !== grant.provider) {
    throw refusal("relay.foreign_listing", "the listing belongs to another provider");
  }
  if (stored === null) return "created";
  const known = stored.grant;
  const moved = known.listing_id !== grant.listing_id || known.renter.verify !== grant.renter.verify;
  if (moved || known.provider !== grant.provider) {
    throw refusal("relay.conflict", "a rental never changes its listing, its provider or its renter's verify key");
  }
  if (grant.rev > stored.rev) return "updated";
  if (grant.rev < stored.rev) throw refusal("relay.stale_rev", `the relay knows rev ${stored.rev} of this grant`);
  if (text === stored.text) return "unchanged";
  throw refusal("relay.conflict", `the relay knows another grant with rev ${grant.rev}`);
}

export interface RegistrationRequest {
  /** As the path has it. */
  readonly rentalId: string;
  readonly body: unknown;
  /** The network address that it comes from. */
  readonly address: string;
}

/** Registers or updates a rental; resolves after fsync. Rejects with `relay.*` refusals or `store.*`. */
export async function registerRental(
  deps: RegistrationDeps,
  { rentalId, body, address }: RegistrationRequest,
): Promise<RegisterReply> {
  const grant = parseWith(rentalGrant, body, "relay.bad_body", "the grant");
  if (grant.rental_id !== rentalId) throw refusal("relay.bad_body", "rental_id: differs from the one in the path");
  const provider = deps.providers.get(grant.provider);
  requestedKey(grant.renter.verify, "renter.verify");
  requestedKey(grant.renter.encrypt, "renter.encrypt");
  if (!verifyGrant(deps.crypto, provider.key, grant)) {
    throw refusal("relay.bad_signature", "the grant's signature does not verify");
  }
  await deps.limits.take("forward", grant.provider);
  const text = canonicalJson(grant);
  const status = await saved(deps, { grant, text }, address);
  return { status, rental_id: grant.rental_id };
}

/** Whoever has a grant may send it again, its renter too. */
async function saved(
  { store, limits }: RegistrationDeps,
  { grant, text }: { readonly grant: RentalGrant; readonly text: string },
  address: string,
): Promise<GrantDecision> {
  let fresh = false;
  try {
    const status = await store.rentals.save({ grant, text }, (context) => decideGrant(grant, text, context));
    fresh = status !== "unchanged";
    return status;
  } catch (error) {
    // A store that is away has judged nothing.
    fresh = !isAppError(error) || !error.code.startsWith("relay.");
    throw error;
  } finally {
    if (!fresh) await limits.repeated(grant.provider, address);
  }
}
