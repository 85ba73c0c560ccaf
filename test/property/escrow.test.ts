// Escrows whose processes are killed between any two steps, and whose parties use old copies of their documents.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { microEmc } from "../../src/base/index.ts";
import { type EscrowFile, escrowPhase, mergeEscrowFiles } from "../../src/core/index.ts";
import { FLAT_FEE_MICRO } from "../../src/emercoin/index.ts";
import { splitEscrow } from "../../src/registry/index.ts";
import { AMOUNT, EscrowRig, passed, rules } from "../core/escrow/escrow-rig.ts";
import { Killed, type Touch } from "../sim/escrow-ledger.ts";

const EARNED = microEmc(3_210_987);
const SHARED = AMOUNT - FLAT_FEE_MICRO;

type Ending = "release" | "refund" | "decision";
type Lives = { readonly life: number; readonly back: number }[];

/** A process that is dead from its `after`-th touch of the outside on. */
function mortal(after: number): Touch {
  let left = after;
  return () => {
    if (left-- <= 0) throw new Killed();
  };
}

/** What the parties do next, as a person would: look where it stands, do that. */
async function oneStep(rig: EscrowRig, file: EscrowFile, touch: Touch, ending: Ending) {
  const { provider, arbiter } = rig.parties;
  const status = await rig.desk("renter", touch).status(file);
  const [missing] = status.missing;
  switch (escrowPhase(status)) {
    case "proposed":
      if (missing === undefined) return;
      return await rig.desk(missing, touch).accept(file, { role: missing, seed: rig.parties[missing].identity.seed });
    case "agreed":
    case "funding":
      await rig.desk("renter", touch).fund(file);
      return rig.ledger.mine();
    case "funded": {
      if (ending === "refund") {
        return await rig.desk("renter", touch).settle(file, { role: "renter", kind: "refund", earned: microEmc(0) });
      }
      if (ending === "release") {
        const wish = { role: "provider", kind: "release", earned: EARNED } as const;
        return await rig.desk("provider", touch).settle(file, wish);
      }
      const said = { role: "provider", statement: "not paid", files: [], at: rig.ledger.timeS - 7200 } as const;
      return await rig.desk("provider", touch).addEvidence(file, said, provider.identity.seed);
    }
    case "disputed":
      return await rig
        .desk("arbiter", touch)
        .decide(file, { earned: EARNED, reason: "receipts" }, arbiter.identity.seed);
    case "releasing":
      return await rig.desk("renter", touch).sign(file, "renter");
    case "refunding":
    case "decided":
      return await rig.desk("provider", touch).sign(file, "provider");
    default:
      await rig.desk("renter", touch).send(file);
      return rig.ledger.mine();
  }
}

const lives = (...all: readonly (readonly [life: number, back: number])[]): Lives =>
  all.map(([life, back]) => ({ life, back }));

/**
 * Found once. Two copies of the document each hold a funding that was stored and not sent; the older is sent, then the newer. The
 * second line dies at the same places since the node is asked more before a funding is sent.
 */
const FOUND: readonly [Ending, Lives][] = [
  ["release", lives([5, 0], [5, 0], [5, 0], [7, 0], [5, 2], [7, 0], [5, 2])],
  ["release", lives([5, 0], [5, 0], [5, 0], [7, 0], [5, 2], [7, 0], [11, 2])],
];

describe("escrows under crashes", () => {
  it("are funded once and paid out once, whatever dies when", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Ending>("release", "refund", "decision"),
        fc.array(fc.record({ life: fc.nat(24), back: fc.nat(3) }), { maxLength: 25 }),
        async (ending, lives) => {
          const rig = new EscrowRig(JSON.stringify([ending, lives]));
          const first = await rig.proposed();
          rig.stored.push(passed(first));
          const latest = (): EscrowFile => rig.stored.at(-1) ?? first;
          let settled = false;
          for (let round = 0; round < 80 && !settled; round++) {
            const { life, back } = lives[round] ?? { life: 1000, back: 0 };
            rig.ledger.timeS += 60;
            // An old copy is put together with the newest one by its owner, sooner or later.
            const old = rig.stored.at(-1 - back) ?? latest();
            const file = round % 2 === 0 ? old : mergeEscrowFiles(rules, old, latest(), rig.ledger.timeS);
            await oneStep(rig, file, mortal(life), ending).catch((error: unknown) => {
              if (!(error instanceof Killed) && round < lives.length && back > 0) return;
              if (!(error instanceof Killed)) throw error;
            });
            settled = (await rig.desk("renter").status(latest())).phase === "settled";
          }
          expect(settled).toBe(true);
          expect(rig.ledger.receivedBy(first.policy.address)).toEqual([AMOUNT]);
          expect(rig.ledger.coinsAt(first.policy.address)).toEqual([]);
          const earned = ending === "refund" ? microEmc(0) : EARNED;
          const byArbiter = ending === "decision";
          const split = splitEscrow({ amount: microEmc(SHARED), earned, feesBps: 50, byArbiter });
          expect(rig.shares(first)).toEqual([split.provider, split.renter, split.arbiter]);
        },
      ),
      { numRuns: 40, examples: FOUND.map(([ending, all]): [Ending, Lives] => [ending, all]) },
    );
  });

  it("divide every amount to the unit, and nothing is lost but the network's fee", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1000, max: 10 ** 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(10_000),
        async (amount, part, feesBps) => {
          const shared = microEmc(amount - FLAT_FEE_MICRO);
          const earned = microEmc(Math.floor(shared * part));
          const split = splitEscrow({ amount: shared, earned, feesBps, byArbiter: true });
          expect(split.provider + split.renter + split.arbiter).toBe(shared);
          expect(Math.min(split.provider, split.renter, split.arbiter)).toBeGreaterThanOrEqual(0);
          expect(split.arbiter).toBe(Number((BigInt(shared) * BigInt(feesBps)) / 10_000n));
        },
      ),
    );
  });
});
