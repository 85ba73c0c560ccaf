// Where an escrow stands, as a table over document and chain, and what each party can do there.

import { describe, expect, it } from "vitest";
import { ESCROW_PHASES, type EscrowFacts, escrowPhase, escrowSteps, isEscrowOver } from "../../../src/core/index.ts";
import { ESCROW_ROLES } from "../../../src/registry/index.ts";

const AGREED: EscrowFacts = {
  missing: [],
  refundDue: false,
  fundingConfirmations: null,
  unspent: false,
  disputed: false,
  settlement: null,
  signed: [],
  payoutConfirmations: null,
};
const FUNDED: EscrowFacts = { ...AGREED, fundingConfirmations: 3, unspent: true };
const release = { settlement: "release", signed: ["provider"] } as const;
const refund = { settlement: "refund", signed: ["renter"] } as const;
const decision = { settlement: "decision", signed: ["arbiter"], disputed: true } as const;
const both = { settlement: "release", signed: ["provider", "renter"] } as const;

type Steps = Readonly<Record<"renter" | "provider" | "arbiter", string>>;
const none: Steps = { renter: "", provider: "", arbiter: "" };
const toAll = (steps: string): Steps => ({ renter: steps, provider: steps, arbiter: steps });

describe("the phases of an escrow", () => {
  it.each<[string, EscrowFacts, string, Steps]>([
    ["nobody signed", { ...AGREED, missing: ESCROW_ROLES }, "proposed", toAll("accept")],
    ["one lacks", { ...AGREED, missing: ["arbiter"] }, "proposed", { ...none, arbiter: "accept" }],
    ["all signed", AGREED, "agreed", { ...none, renter: "fund" }],
    ["its time over, unsigned", { ...AGREED, missing: ["renter"], refundDue: true }, "expired", none],
    ["its time over, signed", { ...AGREED, refundDue: true }, "expired", none],
    ["in the mempool", { ...FUNDED, fundingConfirmations: 0 }, "funding", { ...none, renter: "fund" }],
    ["thrown out of its block", { ...FUNDED, fundingConfirmations: -1 }, "funding", { ...none, renter: "fund" }],
    [
      "lost and spent coins",
      { ...FUNDED, fundingConfirmations: 0, unspent: false },
      "funding",
      { ...none, renter: "fund" },
    ],
    [
      "in a block",
      FUNDED,
      "funded",
      { renter: "release refund dispute", provider: "release refund dispute", arbiter: "" },
    ],
    [
      "in a block, refund due",
      { ...FUNDED, refundDue: true },
      "funded",
      { renter: "release refund dispute", provider: "release refund dispute", arbiter: "refund" },
    ],
    [
      "a proposal that nobody signed",
      { ...FUNDED, settlement: "release" },
      "funded",
      { renter: "release refund dispute", provider: "release refund dispute", arbiter: "" },
    ],
    [
      "a release with one signature",
      { ...FUNDED, ...release },
      "releasing",
      { renter: "sign release refund dispute", provider: "release refund dispute", arbiter: "" },
    ],
    [
      "a refund with one signature",
      { ...FUNDED, ...refund },
      "refunding",
      { renter: "release refund dispute", provider: "sign release refund dispute", arbiter: "" },
    ],
    [
      "a refund that is due",
      { ...FUNDED, ...refund, refundDue: true },
      "refunding",
      { renter: "release refund dispute", provider: "sign release refund dispute", arbiter: "sign refund" },
    ],
    [
      "a complaint",
      { ...FUNDED, disputed: true },
      "disputed",
      { renter: "release refund dispute", provider: "release refund dispute", arbiter: "decide" },
    ],
    [
      "a complaint about a release",
      { ...FUNDED, ...release, disputed: true },
      "disputed",
      { renter: "sign release refund dispute", provider: "release refund dispute", arbiter: "decide" },
    ],
    ["a decision", { ...FUNDED, ...decision }, "decided", { renter: "sign", provider: "sign", arbiter: "" }],
    ["two signatures", { ...FUNDED, ...both }, "paying", toAll("send")],
    ["two signatures, funding thrown out", { ...FUNDED, ...both, fundingConfirmations: 0 }, "paying", toAll("send")],
    [
      "a payout in the mempool",
      { ...FUNDED, ...both, unspent: false, payoutConfirmations: 0 },
      "paying",
      toAll("send"),
    ],
    ["a payout in a block", { ...FUNDED, ...both, unspent: false, payoutConfirmations: 1 }, "settled", none],
    ["coins gone by another payout", { ...FUNDED, unspent: false }, "spent", none],
    ["another payout than the signed one", { ...FUNDED, ...both, unspent: false }, "spent", none],
  ])("%s", (_, facts, phase, steps) => {
    expect(escrowPhase(facts)).toBe(phase);
    for (const role of ESCROW_ROLES)
      expect(`${role}: ${escrowSteps(facts, role).join(" ")}`).toBe(`${role}: ${steps[role]}`);
  });

  it("ends where nobody can do anything any more", () => {
    expect(ESCROW_PHASES.filter(isEscrowOver)).toEqual(["expired", "settled", "spent"]);
  });
});
