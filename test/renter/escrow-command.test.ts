// `renter rent --method escrow` as a user runs it: the wallet's key in the order, the document beside it, copies over the relay.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { fromUtf8, parseEmc, toBase64url, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { escrowFileText, newEscrowParty, parseEscrowFile, proposeEscrow } from "../../src/core/index.ts";
import { numberbox } from "../bin/run-rig.ts";
import { EscrowRig, rules } from "../core/escrow/escrow-rig.ts";
import { type SimEmercoin, startSimEmercoin } from "../sim/emercoin/index.ts";
import { MarketStage } from "../sim/market-stage.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

const LISTING = "a1b2c3d4e5f64a7b";
const DAY_S = 86_400;

let root: string;
let stage: MarketStage;
let sim: SimEmercoin;
let rig: EscrowRig;

beforeEach(async () => {
  root = tempFolder();
  stage = await MarketStage.start();
  sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  const [market, chain] = [stage, sim];
  onTestFinished(async () => {
    await market.stop();
    await chain.stop();
  });
  writeFileSync(join(root, "rpc"), sim.password);
  rig = new EscrowRig("command");
  rig.ledger.timeS = Math.floor(systemClock.now() / 1000);
  const verify = toBase64url(rig.parties.arbiter.identity.verify);
  const escrow = { arbiters: [{ name: "anna", verify }], feesBps: 50, disputeDays: 7, refundDays: 60 };
  await stage.list({ id: LISTING, number: "+15550100", daily: "0.05", features: [], escrow });
  stage.escrowOf = async ({ payment, renter }) => {
    if (payment.method !== "escrow") throw new Error("not by escrow");
    const { key, address } = payment;
    const roles = {
      renter: { verify: renter.verify, key, address },
      provider: await newEscrowParty(rig.parties.provider.wallet.node(), stage.provider.verify),
      arbiter: await rig.part("arbiter"),
    };
    const terms = { feesBps: 50, disputeS: 7 * DAY_S, refundAfter: rig.ledger.timeS + 60 * DAY_S };
    const file = proposeEscrow({ ...rules, random: rig.random }, roles, { amount: parseEmc("0.05"), ...terms });
    return escrowFileText(await rig.desk("provider").accept(file, { role: "provider", seed: stage.provider.seed }));
  };
  const names = [...stage.names.all.values()];
  sim.plant(names.map(({ name, value }) => ({ name, value: fromUtf8(value), days: 30 })));
});

const run = (...args: readonly string[]) => numberbox(["renter", ...args], { env: { HOME: root } });
const nodeArgs = (): readonly string[] => [
  ...["--node", `http://${sim.user}@${new URL(sim.url).host}`, "--node-password-file", join(root, "rpc")],
];
const orders = (): string => join(root, ".local/state/numberbox/renter/orders");
const kept = (): readonly string[] => {
  try {
    return readdirSync(orders()).filter((name) => name.endsWith(".escrow.json"));
  } catch {
    return [];
  }
};

describe("renting by escrow on the command line", () => {
  it("shows arbiter and fee, keeps the provider's document, hands the copy in, and gets the number", async () => {
    const rent = ["rent", LISTING, "--method", "escrow", "--relay", stage.url];
    // A relay that has just started has not looked at its chain yet, and says so.
    const offers = async () => Object.values(await run("listings", "--escrow", "--relay", stage.url)).join("\n");
    await expect.poll(offers).toContain("decided by anna, for 0.5 %");
    expect((await run(...rent)).err).toContain("market.no_node");
    expect((await run(...rent, "--arbiter", "otto", ...nodeArgs())).err).toContain("Choose with --arbiter: anna.");
    const renting = run(...rent, ...nodeArgs());
    await expect.poll(kept, { timeout: 45_000 }).toHaveLength(1);
    const [name = ""] = kept();
    const file = join(orders(), name);
    const { policy, signatures } = parseEscrowFile(utf8(readFileSync(file, "utf8")));
    expect([policy.amount, Object.keys(signatures)]).toEqual([parseEmc("0.05"), ["provider"]]);
    const id = stage.orderOf(LISTING);
    expect(name).toBe(`${id}.escrow.json`);
    const key = join(orders(), `${id}.key.json`);
    const accept = await numberbox(["escrow", "accept", file, "--keyfile", key, ...nodeArgs()], {
      env: { HOME: root },
    });
    expect(accept.err).toBe("");
    expect((await run("escrow", id)).out).toContain("The provider has your copy");
    await expect.poll(() => stage.copies.length, { timeout: 45_000 }).toBe(1);
    const copy = parseEscrowFile(utf8(stage.copies[0] ?? ""));
    expect(Object.keys(copy.signatures).toSorted()).toEqual(["provider", "renter"]);
    await stage.paid(id);
    const { code, out, err } = await renting;
    expect(code, err).toBe(0);
    expect(out).toContain("Your number: +15550100");
    expect(err).toContain("The escrow's document: ");
  }, 60_000);
});
