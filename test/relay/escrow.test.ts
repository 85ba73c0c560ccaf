// Escrow documents over the relay: each party sees the others' copies, and nobody else sees that there are any.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EscrowFile, escrowFileText } from "../../src/core/index.ts";
import type { Identity } from "../../src/envelope/index.ts";
import { escrowPapers } from "../../src/protocol/index.ts";
import { signEscrow } from "../../src/registry/index.ts";
import { EscrowRig } from "../core/escrow/escrow-rig.ts";
import { stranger, suite, verifyOf } from "./fixtures.ts";
import { type CallResult, RelayRig, verdictOf } from "./relay-rig.ts";

let rig: RelayRig;
let escrow: EscrowRig;
let file: EscrowFile;
beforeEach(async () => {
  rig = await RelayRig.start();
  escrow = new EscrowRig();
  file = await escrow.agreed();
});
afterEach(() => rig.stop());

const documentOf = (from: EscrowFile): unknown => JSON.parse(escrowFileText(from));
const path = (tail = ""): string => `/escrow/${file.policy.escrowId}${tail}`;

async function put(who: Identity, document: unknown, tail = ""): Promise<CallResult> {
  const token = await rig.login(who);
  return await rig.call(tail === "" ? "PUT" : "POST", path(tail), { token, body: { document } });
}
const get = async (who: Identity): Promise<CallResult> =>
  await rig.call("GET", path(), { token: await rig.login(who) });

describe("an escrow's documents at the relay", () => {
  it("go from each party to the others, one copy of each, through a restart", async () => {
    const { renter, provider, arbiter } = escrow.parties;
    expect(verdictOf(await put(provider.identity, documentOf(file)))).toBe("200 taken");
    expect(verdictOf(await put(provider.identity, documentOf(file)))).toBe("200 unchanged");
    const funded = await escrow.desk("renter").fund(file);
    expect(verdictOf(await put(renter.identity, documentOf(funded)))).toBe("200 taken");
    const shown = escrowPapers.parse((await get(arbiter.identity)).body);
    expect(shown.documents.map(({ role, document }) => [role, document])).toEqual([
      ["renter", documentOf(funded)],
      ["provider", documentOf(file)],
    ]);
    const token = await rig.login(renter.identity);
    await rig.halt();
    await rig.open();
    expect((await rig.call("GET", path(), { token })).body).toEqual(shown);
  });

  it("are not there for anybody else, and nobody else puts one in their place", async () => {
    const { provider } = escrow.parties;
    await put(provider.identity, documentOf(file));
    expect(verdictOf(await get(stranger))).toBe("404 relay.unknown_escrow");
    expect(verdictOf(await put(stranger, documentOf(file)))).toBe("403 relay.foreign_escrow");
    const other = await escrow.proposed();
    const policy = { ...other.policy, escrowId: file.policy.escrowId };
    const own = signEscrow(suite, policy, { role: "provider", seed: provider.identity.seed });
    const forged = { ...other, policy, signatures: { provider: own } };
    expect(verdictOf(await put(provider.identity, documentOf(forged)))).toBe("409 relay.conflict");
    expect(verdictOf(await put(provider.identity, documentOf(other)))).toBe("400 relay.bad_body");
    expect(verdictOf(await put(provider.identity, { v: 1 }))).toBe("400 relay.bad_body");
  });

  it("are taken only with the caller's own signature of the policy", async () => {
    const unsigned = await escrow.proposed();
    file = unsigned;
    expect(verdictOf(await put(escrow.parties.renter.identity, documentOf(unsigned)))).toBe("403 relay.bad_signature");
    const { renter, provider } = escrow.parties;
    const signed = await escrow.desk("renter").accept(unsigned, { role: "renter", seed: renter.identity.seed });
    expect(verdictOf(await put(renter.identity, documentOf(signed)))).toBe("200 taken");
    expect(verdictOf(await put(provider.identity, documentOf(signed)))).toBe("403 relay.bad_signature");
  });

  it("are few of one key where no provider of the relay has signed, and forgotten after two weeks", async () => {
    const { renter, provider } = escrow.parties;
    let token = await rig.login(renter.identity);
    const hand = async (one: EscrowFile): Promise<string> => {
      const options = { token, body: { document: documentOf(one) } };
      return verdictOf(await rig.call("PUT", `/escrow/${one.policy.escrowId}`, options));
    };
    const verdicts: string[] = [];
    for (let at = 0; at < 9; at++) verdicts.push(await hand(await escrow.agreed()));
    expect(verdicts).toEqual([...Array<string>(8).fill("200 taken"), "429 relay.too_many_escrows"]);
    await rig.halt();
    await rig.open(0, { providers: [{ verify: verifyOf(provider.identity), name: "of the escrow" }] });
    const known = await escrow.agreed();
    expect(await hand(known)).toBe("200 taken");
    await rig.passDays(15);
    token = await rig.login(renter.identity);
    expect((await rig.call("GET", `/escrow/${known.policy.escrowId}`, { token })).status).toBe(200);
    await rig.halt();
    await rig.open();
    expect(await hand(await escrow.agreed())).toBe("200 taken");
  });

  it("open a dispute with a statement of the caller's own", async () => {
    const { renter } = escrow.parties;
    expect(verdictOf(await put(renter.identity, documentOf(file), "/dispute"))).toBe("400 relay.bad_body");
    const at = escrow.now() / 1000;
    const evidence = [{ role: "renter", statement: "no SMS came", files: [], at, signature: "A".repeat(86) }] as const;
    const disputed = documentOf({ ...file, evidence });
    expect(verdictOf(await put(renter.identity, disputed, "/dispute"))).toBe("200 taken");
    const shown = escrowPapers.parse((await get(escrow.parties.arbiter.identity)).body);
    expect(JSON.stringify(shown)).toContain("no SMS came");
  });
});
