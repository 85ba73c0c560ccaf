// What a provider offers for an order by escrow is believed nothing that the renter did not ask for.

import { beforeEach, describe, expect, it } from "vitest";
import { parseEmc, toBase64url } from "../../src/base/index.ts";
import { type EscrowFile, escrowFileText, newEscrowFile, proposeEscrow } from "../../src/core/index.ts";
import type { OrderAnswer, RentRequest } from "../../src/protocol/index.ts";
import type { EscrowParty, EscrowRole } from "../../src/registry/index.ts";
import { checkEscrowOffer } from "../../src/renter/escrow-offer.ts";
import { EscrowRig, rules } from "../core/escrow/escrow-rig.ts";
import { requestOf } from "../relay/market-fixtures.ts";

const rig = new EscrowRig("offer");
let roles: Record<EscrowRole, EscrowParty>;

beforeEach(async () => {
  roles = {
    renter: await rig.part("renter"),
    provider: await rig.part("provider"),
    arbiter: await rig.part("arbiter"),
  };
});

interface Changed {
  readonly roles?: Partial<Record<EscrowRole, EscrowParty>>;
  readonly amount?: string;
  readonly feesBps?: number;
}

function documentOf({ roles: others = {}, amount = "5", feesBps = 50 }: Changed = {}): EscrowFile {
  const terms = { amount: parseEmc(amount), feesBps, disputeS: 3600, refundAfter: rig.ledger.timeS + 86_400 };
  return proposeEscrow({ ...rules, random: rig.random }, { ...roles, ...others }, terms);
}

function ordered(): RentRequest {
  const { verify, key, address } = roles.renter;
  return {
    ...requestOf(),
    renter: { verify, encrypt: toBase64url(rig.parties.renter.identity.encrypt) },
    payment: { method: "escrow", arbiter: roles.arbiter.verify, fees_bps: 50, key, address },
  };
}

function check(file: EscrowFile, parts: { readonly request?: RentRequest; readonly amount?: string } = {}): void {
  const { request = ordered(), amount = "5" } = parts;
  const answer = { due: "5", received: "0" } as OrderAnswer;
  const offered = { method: "escrow", document: escrowFileText(file), amount, expires_at: 0 } as const;
  checkEscrowOffer(offered, answer, { request, provider: roles.provider.verify });
}

describe("an escrow that is offered for an order", () => {
  it("is taken when it is what was ordered", () => {
    expect(() => check(documentOf())).not.toThrow();
  });

  it("is refused for other keys, people, terms or coins", async () => {
    const other = await rig.part("renter");
    const stranger = await new EscrowRig("stranger").part("arbiter");
    const { renter, provider, arbiter } = roles;
    const wrong: readonly Changed[] = [
      { roles: { renter: { ...renter, key: other.key } } },
      { roles: { renter: { ...renter, address: other.address } } },
      { roles: { renter: { ...renter, verify: stranger.verify } } },
      { roles: { provider: { ...provider, verify: stranger.verify } } },
      { roles: { arbiter: { ...arbiter, verify: stranger.verify } } },
      { feesBps: 51 },
      { amount: "5.000001" },
    ];
    for (const change of wrong) {
      expect(() => check(documentOf(change)), JSON.stringify(change)).toThrow(
        expect.objectContaining({ code: "market.bad_quote" }),
      );
    }
  });

  it("is refused where the signed answer says another amount, and where none was ordered", () => {
    expect(() => check(documentOf(), { amount: "4" })).toThrow(expect.objectContaining({ code: "market.bad_quote" }));
    const plain = { ...ordered(), payment: { method: "emc" } as const };
    expect(() => check(documentOf(), { request: plain })).toThrow(
      expect.objectContaining({ code: "market.bad_quote" }),
    );
    const { policy } = documentOf();
    expect(() => check({ ...newEscrowFile(policy), signatures: {} })).not.toThrow();
  });
});
