// The whole of an escrow by command lines: three people with a wallet and a key file each, and one document.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { parseEmc } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemCrypto } from "../../../src/base/system-crypto.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import type { EmercoinNode } from "../../../src/chain/index.ts";
import { parseEscrowFile } from "../../../src/core/index.ts";
import { nobleCoin } from "../../../src/envelope/index.ts";
import { escrowCommitment, escrowName, escrowValue } from "../../../src/registry/index.ts";
import { clientsOf } from "../../contract/node-clients.ts";
import { startSimEmercoin } from "../../sim/emercoin/index.ts";
import { numberbox } from "../run-rig.ts";

type Sim = Awaited<ReturnType<typeof startSimEmercoin>>;
const ROLES = ["renter", "provider", "arbiter"] as const;
type Role = (typeof ROLES)[number];

let sim: Sim;
let main: EmercoinNode;
let close: () => Promise<void>;
const folder = mkdtempSync(join(tmpdir(), "numberbox-"));
const path = (name: string): string => join(folder, name);

/** Runs `numberbox escrow …` as one of the parties. */
async function as(role: Role, ...args: readonly string[]) {
  const node = `${sim.nodes[0]?.url.replace("://", `://${sim.user}@`) ?? ""}/wallet/${role}`;
  const env = { NUMBERBOX_EMERCOIN_URL: node, NUMBERBOX_EMERCOIN_PASSWORD: sim.password, HOME: folder };
  return await numberbox(["escrow", ...args], { env });
}
const keyed = (role: Role): readonly string[] => ["--keyfile", path(`${role}.key.json`)];

/** As `as`, of what must succeed. */
async function ok(role: Role, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await as(role, ...args);
  expect(`${code} ${err}`).toBe("0 ");
  return out;
}
const refused = async (role: Role, ...args: readonly string[]): Promise<string> => {
  const { code, err } = await as(role, ...args);
  return `${code} ${err.slice(0, err.indexOf(":"))}`;
};
const phaseOf = async (role: Role, file: string): Promise<string> =>
  z.object({ phase: z.string() }).parse(JSON.parse(await ok(role, "status", file, "--json"))).phase;

beforeAll(async () => {
  sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  const url = sim.nodes[0]?.url.replace("://", `://${sim.user}:${sim.password}@`) ?? "";
  const clients = clientsOf({ url, peerUrl: undefined, mine: async (n) => void sim.mine(n), stop: () => sim.stop() });
  close = clients.stop;
  main = clients.client();
  for (const role of ROLES) {
    await main.session.write("createwallet", [role], { reply: z.unknown() });
    const address = await clients.client(role).newAddress("coins");
    await main.broadcast((await main.fund([{ address, amount: parseEmc("20") }])).hex);
    await numberbox(["identity", "create", role, "--out", path(`${role}.key.json`)]);
  }
  sim.mine(1);
});
afterAll(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

async function agreed(name: string): Promise<string> {
  const file = path(name);
  for (const role of ROLES) writeFileSync(path(`${role}.part.json`), await ok(role, "key", ...keyed(role)));
  const parts = ROLES.flatMap((role) => [`--${role}`, path(`${role}.part.json`)]);
  await ok("provider", "propose", "--amount", "5", ...parts, "--out", file);
  for (const role of ROLES) await ok(role, "accept", file, ...keyed(role));
  return file;
}

describe("numberbox escrow", () => {
  it("leads from three key files to a payout, and every dry run changes nothing", async () => {
    const file = await agreed("deal.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, "utf8");
    const dry = await ok("renter", "fund", file, "--dry-run");
    expect(dry).toContain("Would fund as the renter");
    expect(dry).toContain("5 EMC to the escrow");
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(await ok("renter", "fund", file)).toContain("waits for the funding to get into a block");
    expect(await refused("provider", "release", file, "--earned", "4.2")).toBe("1 escrow.not_funded");
    sim.mine(3);
    expect(await phaseOf("provider", file)).toBe("funded");
    const plan = await ok("provider", "release", file, "--earned", "4.2", "--dry-run");
    expect(plan).toContain("4.2 EMC to the provider");
    expect(plan).toContain("0.7999 EMC to the renter");
    expect(await ok("provider", "release", file, "--earned", "4.2")).toContain("signed by provider");
    expect(await refused("arbiter", "sign", file)).toBe("1 escrow.not_for_arbiter");
    expect(await ok("renter", "sign", file)).toContain("numberbox escrow send");
    await ok("arbiter", "send", file);
    sim.mine(1);
    expect(await phaseOf("renter", file)).toBe("settled");
    const { policy } = parseEscrowFile(new Uint8Array(readFileSync(file)));
    const coins = await main.unspentAt(policy.roles.provider.address);
    expect(coins.map(({ amount }) => amount)).toEqual([4_200_000]);
    expect(await ok("renter", "list", folder)).toContain("settled");
  });

  it("puts together what parties did with their own copies", async () => {
    const file = await agreed("combined.json");
    const copy = path("copy.json");
    copyFileSync(file, copy);
    await ok("renter", "fund", file);
    sim.mine(3);
    await ok("provider", "combine", copy, file);
    await ok("provider", "release", copy, "--earned", "1");
    await ok("renter", "combine", file, copy);
    expect(await phaseOf("renter", file)).toBe("releasing");
    expect(await refused("renter", "combine", file, path("deal.json"))).toBe("1 escrow.other_policy");
  });

  it("hears both sides before the arbiter decides, and pays him then", async () => {
    const file = await agreed("dispute.json");
    await ok("renter", "fund", file);
    sim.mine(3);
    writeFileSync(path("receipts.json"), "[]");
    await ok(
      "renter",
      "dispute",
      file,
      "--reason",
      "no SMS came",
      "--attach",
      path("receipts.json"),
      ...keyed("renter"),
    );
    const ruling = ["decide", file, "--earned", "2", "--reason", "half of them came"];
    expect(await refused("arbiter", ...ruling, ...keyed("arbiter"))).toBe("1 escrow.not_heard");
    await ok("provider", "dispute", file, "--reason", "they did", ...keyed("provider"));
    expect(await refused("provider", ...ruling, ...keyed("provider"))).toBe("1 escrow.not_a_party");
    expect(await ok("arbiter", ...ruling, ...keyed("arbiter"), "--dry-run")).toContain("0.024999 EMC to the arbiter");
    await ok("arbiter", ...ruling, ...keyed("arbiter"));
    expect(await ok("provider", "verify", file)).toContain("decision    ok");
    await ok("provider", "sign", file);
    await ok("provider", "send", file);
    sim.mine(1);
    expect(await phaseOf("arbiter", file)).toBe("settled");
  });

  it("verifies documents and the record in the chain, and names what is wrong", async () => {
    const file = await agreed("verified.json");
    expect(await ok("arbiter", "verify", file)).toContain("record      unknown: it was not published");
    const { policy } = parseEscrowFile(new Uint8Array(readFileSync(file)));
    const name = escrowName(policy.escrowId);
    const value = escrowValue(nobleCoin, { form: "commitment", commitment: escrowCommitment(systemCrypto, policy) });
    await main.newName({ name, value, days: 30, address: await main.newAddress("names") });
    sim.mine(1);
    expect(await ok("arbiter", "verify", file)).toContain("record      ok");
    const bent = path("bent.json");
    writeFileSync(bent, readFileSync(file, "utf8").replace('"fees_bps": 50', '"fees_bps": 900'));
    const { code, out, err } = await as("arbiter", "verify", bent);
    expect(out).toContain("signatures  failed: not signed by renter, provider, arbiter");
    expect(out).toContain("record      failed");
    expect(`${code} ${err.split("\n")[0] ?? ""}`).toContain("1 escrow.not_sound: ");
  });

  it("refuses a wallet that is nobody's, and a file that is no document", async () => {
    const file = await agreed("strange.json");
    const others = await numberbox(["escrow", "fund", file], {
      env: {
        NUMBERBOX_EMERCOIN_URL: `${sim.nodes[0]?.url.replace("://", `://${sim.user}@`) ?? ""}/wallet/`,
        NUMBERBOX_EMERCOIN_PASSWORD: sim.password,
        HOME: folder,
      },
    });
    expect(others.err).toContain("escrow.which_role");
    expect(await refused("renter", "accept", path("receipts.json"), ...keyed("renter"))).toBe("1 escrow.bad_file");
    expect(await refused("renter", "status", path("nowhere.json"))).toBe("1 escrow.cannot_read");
    expect((await as("renter", "--help")).out).toContain("In order:");
  });
});
