// An escrow as its renter sees it without a node: what is taken in, what the document proves, what he signs.

import { describe, expect, it } from "vitest";
import { parseEmc, toBase64url } from "../../src/base/index.ts";
import { type EscrowFile, escrowFileText } from "../../src/core/index.ts";
import { ESCROW_ROLES } from "../../src/registry/index.ts";
import {
  agreeEscrow,
  disputeEscrow,
  type EscrowReader,
  escrowPart,
  escrowState,
  takeEscrow,
} from "../../src/renter/index.ts";
import { EscrowRig, passed } from "../core/escrow/escrow-rig.ts";
import { suite } from "./fixtures.ts";

function readerOf(rig: EscrowRig): EscrowReader {
  const { renter, provider } = rig.parties;
  const now = rig.ledger.timeS;
  return { suite, verify: renter.identity.verify, provider: toBase64url(provider.identity.verify), now };
}

async function signedByOthers(rig: EscrowRig): Promise<EscrowFile> {
  let file = await rig.proposed();
  for (const role of ["provider", "arbiter"] as const)
    file = passed(await rig.desk(role).accept(file, { role, seed: rig.parties[role].identity.seed }));
  return file;
}

describe("an escrow without a node", () => {
  it("goes from the proposal to the payout, each phase by the document", async () => {
    const rig = new EscrowRig();
    const reader = readerOf(rig);
    const { seed } = rig.parties.renter.identity;
    const { now } = reader;
    const phase = (file: EscrowFile): string => escrowState(suite, file, now).phase;
    let mine = takeEscrow(reader, escrowFileText(await signedByOthers(rig)), null);
    expect(escrowState(suite, mine, now)).toMatchObject({
      ...{ phase: "proposed", steps: ["accept"], missing: ["renter"], network: "regtest" },
    });
    mine = agreeEscrow(suite, mine, { seed, now });
    expect(escrowState(suite, mine, now)).toMatchObject({ phase: "agreed", steps: ["fund"], missing: [] });
    // The wallet's step, by the command; what comes back is taken in.
    mine = takeEscrow(reader, escrowFileText(await rig.desk("renter").fund(passed(mine))), mine);
    expect(phase(mine)).toBe("funded");
    rig.ledger.mine();
    mine = disputeEscrow(suite, mine, { statement: "No SMS came.", seed, now });
    expect(phase(mine)).toBe("disputed");
    const wish = { role: "provider", kind: "release", earned: parseEmc("1") } as const;
    mine = takeEscrow(reader, escrowFileText(await rig.desk("provider").settle(passed(mine), wish)), mine);
    expect(escrowState(suite, mine, now)).toMatchObject({ signed: ["provider"], payout: null });
    expect(escrowState(suite, mine, now).steps).toContain("sign");
    mine = takeEscrow(reader, escrowFileText(await rig.desk("renter").sign(passed(mine), "renter")), mine);
    const last = escrowState(suite, mine, now);
    expect(last).toMatchObject({ phase: "paying", steps: ["send"], signed: ["renter", "provider"] });
    expect(await rig.desk("arbiter").send(passed(mine))).toBe(last.payout);
  });

  it("is over where nothing was paid in in time, and is not agreed to any more", async () => {
    const rig = new EscrowRig();
    const file = takeEscrow(readerOf(rig), escrowFileText(await signedByOthers(rig)), null);
    const late = file.policy.refundAfter;
    expect(escrowState(suite, file, late)).toMatchObject({ phase: "expired", steps: [] });
    const { seed } = rig.parties.renter.identity;
    expect(() => agreeEscrow(suite, file, { seed, now: late })).toThrow(
      expect.objectContaining({ code: "escrow.expired" }),
    );
  });

  it("is refused for other parties, another escrow, and terms that do not fit", async () => {
    const rig = new EscrowRig();
    const reader = readerOf(rig);
    const file = await rig.proposed();
    const text = escrowFileText(file);
    const take =
      (other: Partial<EscrowReader>, taken = text, own: EscrowFile | null = null) =>
      () =>
        takeEscrow({ ...reader, ...other }, taken, own);
    const code = (name: string) => expect.objectContaining({ code: name });
    expect(take({ verify: rig.parties.arbiter.identity.verify })).toThrow(code("escrow.not_a_party"));
    expect(take({ provider: toBase64url(rig.parties.arbiter.identity.verify) })).toThrow(code("escrow.other_provider"));
    expect(take({}, text, await rig.proposed())).toThrow(code("escrow.other_policy"));
    expect(take({}, "{}")).toThrow(code("escrow.bad_file"));
    const elsewhere = text.replaceAll(file.policy.address, file.policy.roles.arbiter.address);
    expect(take({}, elsewhere)).toThrow(code("escrow.bad_policy"));
  });

  it("takes nothing that is not signed by whom it names", async () => {
    const rig = new EscrowRig();
    const file = await signedByOthers(rig);
    const { provider = "" } = file.signatures;
    const forged = {
      ...{ ...file, signatures: { provider, arbiter: provider, renter: provider } },
      evidence: [{ role: "arbiter" as const, statement: "Pay!", files: [], at: 1, signature: "A".repeat(86) }],
    };
    const taken = takeEscrow(readerOf(rig), escrowFileText(forged), null);
    expect(taken).toMatchObject({ signatures: { provider }, evidence: [] });
    expect(escrowState(suite, taken, rig.ledger.timeS).missing).toEqual(
      ESCROW_ROLES.filter((role) => role !== "provider"),
    );
  });
});

describe("escrowPart", () => {
  it("joins the rental's key with key and address of the wallet", async () => {
    const rig = new EscrowRig();
    const part = await rig.part("renter");
    expect(escrowPart(part.verify, part)).toEqual(part);
  });

  it.each([[{ key: "02ab" }], [{ address: "nobody's address, but long enough" }], [{ key: "" }]])(
    "refuses %o",
    async (wrong) => {
      const part = await new EscrowRig().part("renter");
      const { verify, key, address } = part;
      expect(() => escrowPart(verify, { key, address, ...wrong })).toThrow(
        expect.objectContaining({ code: "escrow.bad_party" }),
      );
    },
  );
});
