// A provider that hands messages to a relay as fast as it takes them: one connection for each rental, each in order.

import { rentalId, toBase64url, toHex } from "../../src/base/index.ts";
import { createSystemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom as random } from "../../src/base/system-random.ts";
import { createIdentity, type Identity, publicKeysToText, signGrant, signMessage } from "../../src/envelope/index.ts";
import { HttpLane, jsonRequest } from "./http-lane.ts";
import { machineTime } from "./measure.ts";
import { serve } from "./worker.ts";

interface Rental {
  readonly id: string;
  readonly renter: Identity;
  seq: number;
  requests: Buffer[];
}

const LISTING = "a1b2c3d4e5f64a7b";
/** An envelope v1 around 512 bytes. Its content does not matter to a relay. */
const ENVELOPE_BYTES = 572;

const suite = createSystemCrypto();
const provider = createIdentity(random, suite, "provider");
let rentals: readonly Rental[] = [];

const now = (): number => Math.floor(Date.now() / 1000);

function grantRequest({ id, renter }: Rental): Buffer {
  const grant = signGrant({
    suite,
    random,
    seed: provider.seed,
    statement: {
      v: 1,
      rental_id: id,
      listing_id: LISTING,
      provider: toBase64url(provider.verify),
      renter: publicKeysToText(renter),
      starts_at: now() - 60,
      expires_at: now() + 86_400,
      envelope_version: 1,
      rev: 1,
      credit: null,
    },
    secret: { number: "+15550100", terms: {} },
  });
  return jsonRequest("PUT", `/rentals/${id}`, grant);
}

function nextRequest(rental: Rental): Buffer {
  const seq = ++rental.seq;
  const id = toHex(random.bytes(16));
  const header = { v: 1, id, listing_id: LISTING, rental_id: rental.id, seq, ts: now() } as const;
  const message = signMessage({ suite, seed: provider.seed, header, envelope: random.bytes(ENVELOPE_BYTES) });
  return jsonRequest("POST", "/forward", message);
}

/** Sends what `requestsOf` gives, every rental on its own connection; returns the milliseconds it took. */
async function sendAll(port: number, requestsOf: (rental: Rental) => readonly Buffer[]): Promise<number> {
  const lanes = rentals.map((rental) => ({ lane: new HttpLane(port), requests: requestsOf(rental) }));
  const start = machineTime();
  await Promise.all(
    lanes.map(async ({ lane, requests }) => {
      for (const request of requests) {
        const status = await lane.send(request);
        if (status >= 300) throw new Error(`a request was answered with ${status}`);
      }
    }),
  );
  const took = machineTime() - start;
  for (const { lane } of lanes) lane.close();
  return took;
}

export const loadOperations = {
  /** Makes rentals, each with a renter of its own; returns the provider's key. */
  makeRentals(count: number): string {
    rentals = Array.from({ length: count }, (_, at) => ({
      id: rentalId(toHex(random.bytes(16))),
      renter: createIdentity(random, suite, `renter-${at}`),
      seq: 0,
      requests: [],
    }));
    return toBase64url(provider.verify);
  },
  async register(port: number): Promise<void> {
    await sendAll(port, (rental) => [grantRequest(rental)]);
  },
  /** Signs that many messages for each rental. */
  prepare(perRental: number): void {
    for (const rental of rentals) rental.requests = Array.from({ length: perRental }, () => nextRequest(rental));
  },
  /** Forwards what is prepared; returns the milliseconds it took. */
  run(port: number): Promise<number> {
    return sendAll(port, (rental) => rental.requests);
  },
};

export type LoadOperations = typeof loadOperations;

if (process.send !== undefined) serve(loadOperations);
