// A running box as the provider of an escrow, over a simulated node; renter and arbiter with command lines of their own.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { publishLocalAccess, readLocalAccess } from "../../src/app/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { doctorView, escrowDocumentReply, escrowStepReply, escrowView } from "../../src/protocol/index.ts";
import { numberbox } from "../bin/run-rig.ts";
import { startSimEmercoin } from "../sim/emercoin/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { openBox } from "./box-rig.ts";

async function rig() {
  const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  onTestFinished(() => sim.stop());
  const folder = tempFolder();
  const path = (name: string): string => join(folder, name);
  const { host } = new URL(sim.url);
  const as = async (wallet: string, ...args: readonly string[]) => {
    const url = `http://${sim.user}@${host}/wallet/${wallet}`;
    const env = { NUMBERBOX_EMERCOIN_URL: url, NUMBERBOX_EMERCOIN_PASSWORD: sim.password, HOME: folder };
    const { code, out, err } = await numberbox(args, { env });
    expect(`${code} ${err}`).toBe("0 ");
    return out;
  };
  for (const wallet of ["renter", "arbiter"]) {
    await sim.call("createwallet", [wallet]);
    await as(wallet, "identity", "create", wallet, "--out", path(`${wallet}.key.json`));
    writeFileSync(path(`${wallet}.json`), await as(wallet, "escrow", "key", "--keyfile", path(`${wallet}.key.json`)));
  }
  const coins = z.string().parse(await sim.call("getnewaddress", [], "renter"));
  await sim.call("sendtoaddress", [coins, 10], "");
  sim.mine(1);
  writeFileSync(path("rpc"), sim.password);
  const arbiter: unknown = JSON.parse(readFileSync(path("arbiter.json"), "utf8"));
  const emercoin = { url: sim.url, user: sim.user, password_file: "rpc", wallet: "", poll_every: "1s" };
  const escrow = { arbiters: [{ name: "judge", ...z.object({}).loose().parse(arbiter) }], confirmations: 1 };
  const { box } = await openBox({ folder, slots: 1, sections: { emercoin, escrow } });
  await publishLocalAccess(folder, box.consoleUrl, { settings: box.store, random: systemRandom });
  const { url, token } = await readLocalAccess(folder);
  const call = async <T>(reply: z.ZodType<T>, method: string, at: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    return reply.parse(await (await fetch(`${url}/api/v1/${at}`, init)).json());
  };
  return { sim, folder, path, as, call };
}

const doctorOf = async ({ call }: Awaited<ReturnType<typeof rig>>): Promise<readonly string[]> =>
  (await call(doctorView, "GET", "doctor")).findings.filter(({ check }) => check === "escrows").map(({ code }) => code);

describe("escrows of a running box", () => {
  it("are made, funded, recorded in the chain, released, and watched until they are paid", {
    timeout: 60_000,
  }, async () => {
    const made = await rig();
    const { sim, folder, path, as, call } = made;
    const renter: unknown = JSON.parse(readFileSync(path("renter.json"), "utf8"));
    const wish = { renter, arbiter: "judge", amount: "3" };
    const { escrow } = await call(escrowStepReply, "POST", "escrows", wish);
    const id = escrow?.id ?? "";
    await call(escrowStepReply, "POST", `escrows/${id}/accept`, {});
    const deal = path("deal.json");
    const fetchDocument = async (): Promise<void> => {
      const { document } = await call(escrowDocumentReply, "GET", `escrows/${id}/document`);
      writeFileSync(deal, JSON.stringify(document));
    };
    const hand = async () =>
      await call(escrowView, "POST", "escrows/documents", { document: JSON.parse(readFileSync(deal, "utf8")) });
    await fetchDocument();
    await as("arbiter", "escrow", "accept", deal, "--keyfile", path("arbiter.key.json"));
    await as("renter", "escrow", "accept", deal, "--keyfile", path("renter.key.json"));
    await as("renter", "escrow", "fund", deal);
    sim.mine(1);
    expect(await as("renter", "escrow", "publish", deal, "--data", folder)).toContain(`ness:escrow:${id}`);
    await expect
      .poll(
        () => {
          sim.mine(1);
          return as("renter", "escrow", "verify", deal);
        },
        { timeout: 45_000, interval: 300 },
      )
      .toContain("record      ok");
    expect((await hand()).phase).toBe("funded");
    expect(await doctorOf(made)).toEqual(["escrow.whole"]);
    await call(escrowStepReply, "POST", `escrows/${id}/release`, { earned: "1.5" });
    expect(await doctorOf(made)).toEqual(["escrow.half_signed"]);
    await fetchDocument();
    await as("renter", "escrow", "sign", deal, "--confirmations", "1");
    expect((await hand()).phase).toBe("paying");
    await call(escrowStepReply, "POST", `escrows/${id}/send`, {});
    sim.mine(1);
    expect(await call(escrowView, "GET", `escrows/${id}`)).toMatchObject({
      phase: "settled",
      payout: { confirmations: 1 },
    });
    expect(await doctorOf(made)).toEqual(["escrow.whole"]);
  });
});
