// Sealing and signing one SMS of ordinary length, as the intake does it, by both suites.

import type { CryptoSuite } from "../../src/base/index.ts";
import { createSystemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createIdentity, encodePayload, nobleSuite, sealV1, signMessage } from "../../src/envelope/index.ts";
import { bareSealer } from "./bare-crypto.ts";
import { against, type BenchOptions, perSecond, type Row, spread } from "./measure.ts";

const HEADER = {
  v: 1,
  id: "0123456789abcdef0123456789abcdef",
  listing_id: "a1b2c3d4e5f64a7b",
  rental_id: "fedcba9876543210fedcba9876543210",
  ts: 1_790_000_000,
} as const;

const payload = (seq: number): Uint8Array =>
  encodePayload({
    v: 1,
    type: "sms",
    from: "+15550100",
    to: "+12025550101",
    body: "your code is 482913 do not share it with anyone we will never ask you for this number today",
    sent_at: "2026-01-01T00:00:00+00:00",
    received_ms: 1_790_000_000_000,
    parts: 1,
    missing: [],
    class: null,
    listing_id: HEADER.listing_id,
    rental_id: HEADER.rental_id,
    seq,
  });

function sealer(suite: CryptoSuite): () => void {
  const provider = createIdentity(systemRandom, suite, "provider");
  const renter = createIdentity(systemRandom, suite, "renter");
  let seq = 0;
  return () => {
    seq++;
    const envelope = sealV1({ suite, random: systemRandom, recipient: renter.encrypt, plaintext: payload(seq) });
    signMessage({ suite, seed: provider.seed, header: { ...HEADER, seq }, envelope });
  };
}

export async function cryptoRow(options: BenchOptions): Promise<Row> {
  const repetitions = options.quick ? 5 : 9;
  const ms = options.quick ? 150 : 400;
  const bytes = payload(1).length;
  const [ours, noble, bare] = [sealer(createSystemCrypto()), sealer(nobleSuite), bareSealer(bytes)];
  for (const work of [ours, noble, bare]) perSecond(work, ms);
  const rates: Record<"ours" | "noble" | "bare", number[]> = { ours: [], noble: [], bare: [] };
  for (let i = 0; i < repetitions; i++) {
    rates.ours.push(perSecond(ours, ms));
    rates.bare.push(perSecond(bare, ms));
    rates.noble.push(perSecond(noble, ms));
  }
  const floor = (samples: readonly number[]) => against("bare node:crypto", samples, rates.bare);
  return {
    name: "seal and sign",
    figures: [
      { what: "system suite", unit: "SMS/s", value: spread(rates.ours), floor: floor(rates.ours) },
      { what: "noble suite", unit: "SMS/s", value: spread(rates.noble), floor: floor(rates.noble) },
    ],
    facts: { plaintext_bytes: bytes },
  };
}
