// A provider that hands messages to a relay as fast as it takes them: one connection for each rental, each in order.

import { rentalId, toBase64url, toHex } from "../../src/base/index.ts";
import { createSystemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom as random } from "../../src/base/system-random.ts";
import { createIdentity, type Identity, publicKeysToText, signGrant, signMessage } from "../../src/envelope/index.ts";
import { HttpLane, jsonRequest } from "./http-lane.ts";
import { machineTime, pause } from "./measure.ts";
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

function nextRequest(rental: Rental): { readonly id: string; readonly request: Buffer } {
  const seq = ++rental.seq;
  const id = toHex(random.bytes(16));
  const header = { v: 1, id, listing_id: LISTING, rental_id: rental.id, seq, ts: now() } as const;
  const message = signMessage({ suite, seed: provider.seed, header, envelope: random.bytes(ENVELOPE_BYTES) });
  return { id, request: jsonRequest("POST", "/forward", message) };
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

interface PaceOrder {
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Connections that share the messages of a steady load. */
const LANES = 32;

/**
 * Forwards messages at a steady rate, to one rental after another. Each with its time is returned: when it was due, in milliseconds of the
 * machine's clock, so that one that waited for the answer to another counts its wait.
 */
async function pace({ port, perSecond, seconds }: PaceOrder): Promise<readonly (readonly [id: string, at: number])[]> {
  const lanes = Array.from({ length: LANES }, () => new HttpLane(port));
  const sent: [string, number][] = [];
  const begun = machineTime();
  await Promise.all(
    lanes.map(async (lane, first) => {
      for (let at = first; at < perSecond * seconds; at += LANES) {
        const due = begun + (at * 1000) / perSecond;
        const rental = rentals[at % rentals.length];
        if (rental === undefined) throw new Error("there are no rentals");
        const { id, request } = nextRequest(rental);
        await pause(Math.max(0, due - machineTime()));
        sent.push([id, due]);
        const status = await lane.send(request);
        if (status >= 300) throw new Error(`a request was answered with ${status}`);
      }
    }),
  );
  for (const lane of lanes) lane.close();
  return sent;
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
    for (const rental of rentals)
      rental.requests = Array.from({ length: perRental }, () => nextRequest(rental).request);
  },
  /** Of the renters' keys, in base64url. */
  renterSeeds(): readonly string[] {
    return rentals.map(({ renter }) => toBase64url(renter.seed.reveal()));
  },
  pace,
  /** Forwards what is prepared; returns the milliseconds it took. */
  run(port: number): Promise<number> {
    return sendAll(port, (rental) => rental.requests);
  },
};

export type LoadOperations = typeof loadOperations;

if (process.send !== undefined) serve(loadOperations);
