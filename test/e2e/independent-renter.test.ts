// A renter in Python, written from the formats alone, at the real relay: it reads, decrypts and verifies what our code sealed, our
// relay takes its receipts, and it can check our renter's export.

import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "../../src/base/index.ts";
import { publicKeysToText, serialiseG2 } from "../../src/envelope/index.ts";
import { exportBundle } from "../../src/renter/index.ts";
import { type Rig, rigFor } from "../renter/client-rig.ts";
import { FakeRelay, hashOf } from "../renter/fake-relay.ts";
import { grantOf, messageOf, NOW, NUMBER, RENTAL, renter, shortMessageOf, stranger } from "../renter/fixtures.ts";
import { type RealRelay, startRealRelay } from "../renter/real-relay.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const SCRIPT = fileURLToPath(new URL("./independent-renter.py", import.meta.url));
const probe = spawnSync("python3", ["-c", "import cryptography"], { stdio: "ignore" });
const missing = probe.status === 0 ? "" : " (skipped: needs python3 with the package cryptography)";

interface PythonRun {
  readonly exit: number;
  readonly lines: readonly { readonly type: string; readonly [member: string]: unknown }[];
}

function python(...argv: readonly string[]): Promise<PythonRun> {
  return new Promise((resolve, reject) => {
    execFile("python3", [SCRIPT, ...argv], { timeout: 60_000 }, (error, stdout, stderr) => {
      if (stderr !== "") return reject(new Error(stderr));
      const lines = stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line));
      return resolve({ exit: error === null ? 0 : 1, lines });
    });
  });
}

let folder: string;
let keyfile: string;
let relay: RealRelay;
let fake: FakeRelay;
let rig: Rig;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "independent-renter-"));
  keyfile = join(folder, "users.key.json");
  writeFileSync(keyfile, serialiseG2([stranger, renter], renter.name));
  relay = await startRealRelay(new VirtualClock(NOW));
  fake = await FakeRelay.start();
  await relay.grant(grantOf());
  rig = await rigFor(relay.url);
});
afterEach(async () => {
  await relay.stop();
  await fake.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ofType = (run: PythonRun, type: string) => run.lines.filter((line) => line.type === type);

describe(`an independent renter in Python${missing}`, () => {
  it.skipIf(missing !== "")("reads, verifies and acknowledges what the relay serves", async () => {
    const body = 'Ключ: 1234, "quoted", 👩‍👧, \u0007 and a long tail '.repeat(12);
    const messages = [await messageOf({ seq: 1, body: "Your code is 123456" }), await messageOf({ seq: 2, body })];
    for (const message of messages) await relay.forward(message);
    const short = shortMessageOf(utf8("From: +15551230000\nYour code is 123456\n"));
    await relay.forwardShort(short);

    const run = await python("inbox", "--keyfile", keyfile, "--relay", relay.url, "--ack");

    expect(ofType(run, "error")).toEqual([]);
    expect(ofType(run, "rental")).toEqual([{ type: "rental", rental_id: RENTAL, number: NUMBER }]);
    expect(ofType(run, "sms")).toMatchObject([
      { v: 1, from: "+15550199", to: NUMBER, body: "Your code is 123456", seq: 1, verified: true },
      { body, seq: 2, received_ms: NOW + 2000, sent_at: "2026-01-01T01:00:00+01:00", parts: 1, missing: [] },
    ]);
    expect(ofType(run, "text")).toMatchObject([{ body: "From: +15551230000\nYour code is 123456\n" }]);
    expect(ofType(run, "ack")).toEqual([{ type: "ack", accepted: [...messages, short].map(hashOf), refused: [] }]);
    expect(run.exit).toBe(0);
    await rig.client.sync(rig.sink, rig.abort.signal);
    expect(rig.sink.entries).toEqual([]);
  });

  it.skipIf(missing !== "")("refuses what a relay changed", async () => {
    fake.rentals = [{ grant: grantOf(), state: "active", last_seq: 3 }];
    fake.push(
      { ...(await messageOf({ seq: 1 })), ts: 1 },
      await messageOf({ seq: 2, payload: { seq: 9 } }),
      await messageOf({ seq: 3, to: stranger }),
      await messageOf({ seq: 4 }),
    );
    const run = await python("inbox", "--keyfile", keyfile, "--relay", fake.url);
    expect(ofType(run, "error")).toHaveLength(3);
    expect(ofType(run, "sms")).toMatchObject([{ seq: 4 }]);
    expect(run.exit).toBe(1);
  });

  it.skipIf(missing !== "")("checks our renter's export offline, and finds one changed word in it", async () => {
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    await relay.forwardShort(shortMessageOf(utf8("two")));
    await rig.client.sync(rig.sink, rig.abort.signal);
    const { grants, inbox } = rig.state;
    const file = join(folder, "export.json");
    const parts = { renter: publicKeysToText(renter), grants, inbox, relays: [], now: NOW };
    writeFileSync(file, JSON.stringify(exportBundle({ ...parts, texts: true })));
    const good = await python("check-export", "--keyfile", keyfile, file);
    expect(good).toEqual({ exit: 0, lines: [{ type: "checked", grants: 1, messages: 2 }] });

    writeFileSync(file, readFileSync(file, "utf8").replace('"plain":"two"', '"plain":"too"'));
    expect((await python("check-export", "--keyfile", keyfile, file)).exit).toBe(1);
  });
});
