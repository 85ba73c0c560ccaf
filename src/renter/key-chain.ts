// A renter's keys: one master, and from it a key for each rental, so that nobody can tell that two rentals belong together. A backup of
// the master, made once, brings all of them back.

import { type CryptoSuite, Secret } from "../base/index.ts";
import { deriveKey, type Identity, identityFromSeed } from "../envelope/index.ts";

const SEED_DOMAIN = "numberbox/renter-rental-key/v1/";
const NONCE_DOMAIN = "numberbox/renter-rental-nonce/v1/";
const NONCE_LENGTH = 16;

/** Key `index`; 0 is the master itself, for rentals that a provider grants by hand. */
export function rentalKey(suite: CryptoSuite, master: Identity, index: number): Identity {
  if (index === 0) return master;
  const seed = deriveKey(suite, master.seed, `${SEED_DOMAIN}${index}`).reveal();
  const nonce = deriveKey(suite, new Secret(seed), `${NONCE_DOMAIN}${index}`).reveal().subarray(0, NONCE_LENGTH);
  return identityFromSeed(suite, { name: `rental-${index}`, seed, nonce });
}
