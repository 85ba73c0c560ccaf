import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { BoxHandle } from "../../src/app/index.ts";
import { currentIdentity, openOrCreateKeystore } from "../../src/app/keystore-file.ts";
import { publishLocalAccess } from "../../src/app/local-access.ts";
import { toBase64url, unixMs } from "../../src/base/index.ts";
import { BoxReceipts } from "../../src/core/index.ts";
import { publicKeysToText, verifyAnyReceipt } from "../../src/envelope/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { renter } from "../core/core-rig.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { frameOf, newBoard, openBox, openRelay, parts, ready } from "./box-rig.ts";

const keys = publicKeysToText(renter);

/** The provider's key of a box that starts later. */
async function providerKey(folder: string): Promise<Uint8Array> {
  const unlock = { key_file: "unlock.key" };
  return currentIdentity(await openOrCreateKeystore({ ...parts, folder, unlock, credentials: undefined }, "provider"))
    .verify;
}

/** The box keeps the relay's word for the message beside its own, both good, and by the key that the relay tells of itself. */
async function hasRelayReceipt({ store, identity }: BoxHandle, relayUrl: string): Promise<void> {
  const { verify } = (await (await fetch(`${relayUrl}/info`)).json()) as { readonly verify: string };
  const { receiptRows: rows } = store.proofs;
  const provider = toBase64url(identity.verify);
  const receipts = new BoxReceipts({ suite: parts.suite, rows, seed: identity.seed, provider });
  const all = { after: null, from: unixMs(0), to: unixMs(Number.MAX_SAFE_INTEGER), rentalId: null };
  const issued = (await receipts.slice(all)).receipts;
  expect(issued.map(({ kind, receipt }) => [kind, receipt.from])).toEqual([
    ["provider", provider],
    ["relay", verify],
  ]);
  for (const { receipt } of issued) expect(verifyAnyReceipt(parts.suite, receipt).ok).toBe(true);
}

describe("the box role", () => {
  it("takes SMS although its calls cannot be set up, and says so", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "own.crt"), "no certificate");
    writeFileSync(join(folder, "own.key"), "no key");
    const voice = { host: "127.0.0.1", cert_file: "own.crt", key_file: "own.key", asterisk: { password_file: "ari" } };
    const { box, log } = await openBox({ folder, sections: { voice } });
    await ready(box);
    expect(log.lines.join("\n")).toMatch(/calls_not_prepared.*voice\.no_certificate/);
    const { access } = await publishLocalAccess(folder, box.consoleUrl, { settings: box.store, random: parts.random });
    const headers = { authorization: `Bearer ${access.token}` };
    const metrics = await (await fetch(`${box.consoleUrl}/metrics`, { headers })).text();
    expect(metrics).toMatch(/^numberbox_voice_up 0$/m);
  });

  it("brings an SMS from the SIM to the relay and remembers everything over a restart", async () => {
    const folder = tempFolder();
    const relay = await openRelay(await providerKey(folder));
    const board = newBoard();
    const { box } = await openBox({ folder, relayUrl: relay.url, board });
    await ready(box);
    expect(box.slots().map(({ id, lineId, state }) => [id, lineId, state])).toEqual([
      ["1", "line-1", "ready"],
      ["2", "line-2", "ready"],
    ]);
    await box.console.grant({ line: "line-1", renter: keys, days: 1, envelope_version: 1, credit: null });
    const forwarded = frameOf(box, (frame) => frame.type === "overview" && frame.overview.counts.forwarded === 1);
    board.modem(1).sendSms({ from: "+15550100", body: "hello" });
    await forwarded;
    const overview = await box.console.overview();
    expect(overview).toMatchObject({ counts: { received: 1, forwarded: 1 }, relay: { state: "up" }, clock: "trusted" });
    await hasRelayReceipt(box, relay.url);
    await box.stop();
    await box.stop();
    expect(readdirSync(folder).sort()).toEqual(["box.db", "keystore.json", "unlock.key"]);

    const { box: again } = await openBox({ folder, relayUrl: relay.url, board });
    expect(again.identity.verify).toEqual(box.identity.verify);
    expect(await again.console.rentals()).toMatchObject([{ line: "line-1", state: "active", messages: 1 }]);
    expect((await again.console.lines()).map((line) => line.listing_id)).toEqual(
      (await box.console.lines()).map((line) => line.listing_id),
    );
  });

  it("knows its relay and the time also when it has nothing to forward", async () => {
    const folder = tempFolder();
    const relay = await openRelay(await providerKey(folder));
    const { box } = await openBox({ folder, relayUrl: relay.url });
    if ((await box.console.overview()).relay.state !== "up")
      await frameOf(box, (frame) => frame.type === "overview" && frame.overview.relay.state === "up");
    expect(box.console.events({ after: 0, limit: 500 }).map(({ code }) => code)).toContain("relay.up");
  });

  it("fetches what stayed on the SIMs as soon as the disk takes writes again", async () => {
    const board = newBoard(1);
    const { box } = await openBox({ board, slots: 1 });
    await ready(box);
    const { store } = box;
    const commitIntake = store.commitIntake.bind(store);
    let fails = 1;
    const paused = frameOf(box, (frame) => frame.type === "event" && frame.event.code === "intake.paused");
    store.commitIntake = async (batch) => {
      if (fails-- > 0) throw new Error("disk full");
      await commitIntake(batch);
    };
    const stored = frameOf(box, (frame) => frame.type === "slot" && frame.slot.received === 1);
    board.modem(1).sendSms({ from: "+15550100", body: "hello" });
    await paused;
    expect((await box.console.overview()).intake.state).toBe("paused");
    await stored;
    expect((await box.console.overview()).intake.state).toBe("running");
    expect((await store.counters()).received).toBe(1);
  });

  it("that cannot open its console stops what it has started and frees its folder", async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const folder = tempFolder();
    expect(await codeOf(openBox({ folder, listen: `127.0.0.1:${port}` }))).toBe("web.listen");
    expect(existsSync(join(folder, "box.lock"))).toBe(false);
    const { box } = await openBox({ folder });
    await ready(box);
  });

  it("refuses a database that is none, and leaves it alone", async () => {
    const folder = tempFolder();
    const { box } = await openBox({ folder });
    await box.stop();
    writeFileSync(join(folder, "box.db"), "this is no database at all");
    expect(await codeOf(openBox({ folder }))).toMatch(/^store\./);
    expect(readFileSync(join(folder, "box.db"), "utf8")).toBe("this is no database at all");
    expect(existsSync(join(folder, "box.lock"))).toBe(false);
  });

  it("refuses a folder that another one holds", async () => {
    const { folder } = await openBox();
    expect(await codeOf(openBox({ folder }))).toBe("app.folder_in_use");
  });
});

describe("the relay role", () => {
  it("holds its folder while it runs, and frees it when it ends or cannot start", async () => {
    const folder = tempFolder();
    const relay = await openRelay(new Uint8Array(32).fill(3), folder);
    expect(await codeOf(openRelay(new Uint8Array(32).fill(3), folder))).toBe("app.folder_in_use");
    await relay.stop();
    expect(existsSync(join(folder, "box.lock"))).toBe(false);
    writeFileSync(join(folder, "relay.sqlite"), "this is no database at all");
    expect(await codeOf(openRelay(new Uint8Array(32).fill(3), folder))).toMatch(/^store\./);
    expect(existsSync(join(folder, "box.lock"))).toBe(false);
  });
});
