import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { publishLocalAccess } from "../../../src/app/index.ts";
import { proofBundle } from "../../../src/protocol/index.ts";
import { serveNames } from "../../sim/names-http.ts";
import { DATE, hashOf, ProofBox, renter, verifyOf } from "../../sim/proof-box.ts";
import { rentalIdOf } from "../../sim/store-samples.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { startFixture, type WebFixture } from "../../web/web-fixture.ts";
import { numberbox, type Outcome } from "../run-rig.ts";

let box: ProofBox;
let folder: string;
let web: WebFixture;

beforeEach(async () => {
  box = await ProofBox.open();
  await box.forward(1, 5);
  await box.acknowledge(2);
  await box.forward(1, 3, { rental: 2 });
  folder = tempFolder();
  web = await startFixture({ proofs: box });
  onTestFinished(() => web.stop());
  await publishLocalAccess(folder, web.web.url, { settings: web.settings, random: web.random });
});

const run = (...args: readonly string[]): Promise<Outcome> => numberbox([...args, "--data", folder]);
const verify = (file: string, ...more: readonly string[]) => numberbox(["receipts", "verify", file, ...more]);

describe("numberbox proofs", () => {
  it("lists closed days and anchors one, after a dry run that tells the cost and writes nothing", async () => {
    expect(await run("proofs", "list")).toEqual({ code: 0, out: "", err: "" });
    await box.endDay();
    const root = (await box.reader.day(DATE)).root ?? "";
    expect((await run("proofs", "list")).out).toBe(`${DATE}  built           11 receipts  ${root}\n`);
    const dry = await run("proofs", "anchor", "--dry-run");
    expect(dry.out).toContain(`ness:proofs:sms:${DATE}\n  {"merkle_root":"${root}","count":11,`);
    expect(dry.out).toContain("cost: about 0.0123");
    expect(dry.out).toContain("Nothing was written.");
    expect(box.publisher.all).toEqual([]);
    expect((await run("proofs", "anchor", "--day", "2026-01-15")).out).toContain("The day is submitted.");
    expect((await run("proofs", "list", "--orphans")).out).toMatch(/^20260115 {2}proofs\.not_anchored: /);
    box.publisher.confirm();
    await box.service.tick();
    expect((await run("proofs", "list", "--orphans")).out).toBe("");
    const [day] = (await run("proofs", "list", "--json")).out.split("\n");
    expect(JSON.parse(day ?? "")).toMatchObject({ date: DATE, state: "anchored", txid: box.publisher.all[0]?.txid });
    expect((await run("proofs", "anchor", "--day", DATE)).out).toContain("nothing is sent");
  });

  it("proves one message, and gives the renter's own copy when asked for it", async () => {
    await box.endDay();
    const bundle = proofBundle.parse(JSON.parse((await run("proofs", "prove", hashOf(2))).out));
    expect(bundle.receipts.map(({ kind }) => kind)).toEqual(["provider", "relay", "renter"]);
    expect(JSON.stringify(bundle.receipts.filter(({ kind }) => kind !== "renter"))).not.toContain(verifyOf(renter));
    const copy = JSON.parse((await run("proofs", "prove", hashOf(2), "--for-renter")).out);
    expect(copy).toMatchObject({ msg_hash: hashOf(2), to: verifyOf(renter) });
    expect(await run("proofs", "prove", hashOf(99))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^proofs\.unknown_message/),
    });
    expect((await run("proofs", "prove", "short")).code).toBe(2);
  });

  it("checks every receipt of a day of the running box", async () => {
    await box.endDay();
    expect((await run("proofs", "verify", DATE)).out).toContain(`11 receipts of ${DATE} hold: signed, and in the tree`);
    const { store } = box;
    const block = await store.proofs.trees.block(DATE, 0, 0);
    if (block === null) throw new Error("there is no block");
    await store.proofs.trees.clearTree(DATE);
    await store.proofs.trees.saveBlocks(DATE, 0, [
      { index: 0, first: block.subarray(0, 32), root: block.subarray(0, 32), hashes: block },
    ]);
    expect((await run("proofs", "verify", DATE)).err).toMatch(/^proofs\.damaged/);
  });

  it("says what to do for a day that is none or not closed", async () => {
    expect((await run("proofs", "anchor", "--day", "20260116")).err).toMatch(/^proofs\.unknown_day/);
    expect((await run("proofs", "anchor", "--day", "tomorrow")).code).toBe(2);
    expect((await run("proofs", "anchor", "--day", "20260230")).err).toMatch(/^proofs\.bad_date/);
  });
});

describe("numberbox receipts", () => {
  it("exports a day into a file that verifies without a box, and finds one changed digit in it", async () => {
    await box.anchorDay();
    const file = join(folder, "day.json");
    expect((await run("receipts", "export", "--day", DATE, "--out", file)).out).toBe(`Wrote 11 receipts to ${file}.\n`);
    const good = await verify(file);
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toContain("11 receipts hold");
    expect(good.out).toContain(`ness:proofs:sms:${DATE}`);
    expect((await run("proofs", "verify", file)).code).toBe(0);
    const lines = (await verify(file, "--json")).out.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).ok)).toEqual(Array(11).fill(true));

    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text.replace(/"path":\["(.)/, (whole, digit) => whole.replace(digit, digit === "0" ? "1" : "0")),
    );
    const bad = await verify(file);
    expect(bad).toMatchObject({ code: 1, err: expect.stringMatching(/^proofs\.not_verified: 1 of 11/) });
    expect(bad.out).toContain("is not in the tree of its day");
  });

  it("holds the anchors against the chain where a node is named", async () => {
    await box.anchorDay();
    const file = join(folder, "day.json");
    await run("receipts", "export", "--day", DATE, "--out", file);
    const env = { NUMBERBOX_EMERCOIN_URL: await serveNames(box.names) };
    const onChain = (...more: readonly string[]) => numberbox(["receipts", "verify", file, ...more], { env });
    expect(await onChain()).toMatchObject({
      code: 0,
      out: expect.stringContaining("is in the chain, 21 confirmations"),
    });
    expect((await verify(file)).out).toContain("name a node by --node");
    const day = await numberbox(["proofs", "verify", DATE, "--data", folder], { env });
    expect(day).toMatchObject({ code: 0, out: expect.stringContaining("21 confirmations") });
    expect(await onChain("--confirmations", "22")).toMatchObject({ code: 1, out: expect.stringContaining("too few") });
    const name = `ness:proofs:sms:${DATE}`;
    const record = await box.names.name(name);
    box.names.put(name, record?.value ?? new Uint8Array(), "emrt1stranger");
    expect(await onChain()).toMatchObject({ code: 1, out: expect.stringContaining("owned by another address") });
    box.names.records.delete(name);
    const gone = await onChain("--json");
    expect(JSON.parse(gone.out.trim().split("\n").at(-1) ?? "")).toMatchObject({
      fault: "proofs.anchor_gone",
      ok: false,
    });
  });

  it("exports those of one rental, and writes over no file", async () => {
    await box.endDay();
    const { out } = await run("receipts", "export", "--rental", rentalIdOf(2));
    expect(proofBundle.parse(JSON.parse(out)).receipts).toHaveLength(3);
    const file = join(folder, "taken.json");
    writeFileSync(file, "mine");
    expect((await run("receipts", "export", "--out", file)).err).toMatch(/^proofs\.cannot_write/);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("leaves no half of a file behind", async () => {
    const file = join(folder, "half.json");
    await box.store.close();
    expect((await run("receipts", "export", "--out", file)).code).toBe(1);
    expect(existsSync(file)).toBe(false);
  });

  it("refuses what is no bundle", async () => {
    const file = join(folder, "other.json");
    writeFileSync(file, "{}");
    expect((await verify(file)).err).toMatch(/^proofs\.bad_bundle/);
    expect((await verify(join(folder, "none.json"))).err).toMatch(/^config\.unreadable/);
  });
});
