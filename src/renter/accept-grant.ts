// Which grants a renter believes: signed by their provider, made out to this key, and by the provider that was first seen for the
// listing. A relay that swaps the provider's key is found out here.

import { AppError, type CryptoSuite, fromBase64url } from "../base/index.ts";
import { verifyGrant } from "../envelope/index.ts";
import type { RentalGrant } from "../protocol/index.ts";

export interface AcceptGrantOptions {
  readonly suite: CryptoSuite;
  readonly grant: RentalGrant;
  /** The renter's own public keys, base64url. */
  readonly renter: { readonly verify: string; readonly encrypt: string };
  /** The provider's key known for the listing. */
  readonly pin: string | undefined;
  /** The grant known for this rental. */
  readonly known: RentalGrant | undefined;
}

/**
 * Throws `renter.bad_grant` (not signed by its provider), `renter.foreign_grant` (for other keys), `renter.provider_changed` (the
 * listing or the rental had another provider) or `renter.old_grant` (a revision before the known one).
 */
export function checkGrant(options: AcceptGrantOptions): void {
  const { suite, grant, renter, pin, known } = options;
  const refuse = (code: `renter.${string}`, what: string, hint: string): AppError =>
    new AppError(code, `the grant of rental ${grant.rental_id} ${what}`, {
      hint,
      context: { rental_id: grant.rental_id, listing_id: grant.listing_id },
    });
  if (!verifyGrant(suite, fromBase64url(grant.provider), grant)) {
    throw refuse("renter.bad_grant", "is not signed by its provider", "Ask the provider to grant it again.");
  }
  if (grant.renter.verify !== renter.verify || grant.renter.encrypt !== renter.encrypt) {
    throw refuse(
      "renter.foreign_grant",
      "is made out to other keys",
      "Use the key file that the rental was granted to.",
    );
  }
  if (grant.provider !== (pin ?? grant.provider) || grant.provider !== (known?.provider ?? grant.provider)) {
    const hint = `Ask the provider. If the change is real: numberbox renter login --trust ${grant.listing_id}`;
    throw refuse("renter.provider_changed", "names another provider than before", hint);
  }
  if (known !== undefined && grant.rev < known.rev) {
    throw refuse("renter.old_grant", "is older than the one known", "Tell the relay's operator.");
  }
}
