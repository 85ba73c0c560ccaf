// What box, relay and commands refuse, as real processes: each with exit code 1, a code, a message that names what is wrong and a next
// step; what lies on SIMs and disks stays as it is.

import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sqlite3 from "sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../src/base/system-random.ts";
import { Field } from "./field.ts";
import { arrivedOn, deletedOf, numbered, overviewOf, sendTo, startAll } from "./field-watch.ts";
import { numberbox } from "./processes.ts";
import { type Ended, expectRefused } from "./refused.ts";

describe("configuration", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-refusals-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function write(text: string): string {
    const file = join(folder, "config.yaml");
    writeFileSync(file, text);
    return file;
  }

  const WRONG = `
colour: red
slots: [{ id: "1", port: 5, prot: /dev/ttyUSB0 }, { id: "Two words", port: /dev/ttyUSB1 }]
lines: [{ id: home, number: "0170 123" }]
relay: { url: "ftp://relay.example" }
intake: { sweep_every: soon, max_batch: 0, speed: high }
web: { listen: 8080 }
`;
  const PATHS = [
    "colour: unknown key",
    "slots.0.port: ",
    "slots.0.prot: unknown key",
    "slots.1.id: ",
    "lines.0.number: ",
    "relay.url: ",
    "intake.sweep_every: ",
    "intake.max_batch: ",
    "intake.speed: unknown key",
    "web.listen: ",
  ];

  it("with unknown keys and wrong values is refused by `config check` and `start`, every path named at once", async () => {
    const file = write(WRONG);
    const data = join(folder, "data");
    for (const args of [
      ["config", "check", file],
      ["start", "--config", file, "--data", data],
    ]) {
      const refused = await numberbox(args);
      expectRefused(refused, /^config\.invalid: .*config\.yaml has 10 problem\(s\):\n/);
      for (const path of PATHS) expect(refused.err).toContain(`\n  ${path}`);
    }
    expect(existsSync(data)).toBe(false);
  });

  it("that names a slot which does not exist, is no mapping, or has a relay without an address, is refused", async () => {
    const relay = 'relay: { url: "https://relay.example" }';
    const cases = [
      [`${relay}\nlines: [{ id: home, number: "+15550100", slot: "9" }]`, 'lines.0.slot: there is no slot "9"'],
      ["- just\n- a list", "(top level): "],
      ["relay: {}", "relay.url: "],
      [`${relay}\nslots: 3`, "slots: "],
    ];
    for (const [text, problem] of cases) {
      const refused = await numberbox(["config", "check", write(text ?? "")]);
      expectRefused(refused, /^config\.invalid: /);
      expect(refused.err).toContain(`\n  ${problem}`);
    }
  });

  it("that is no YAML is refused with its line, a missing file with its name", async () => {
    const file = write("slots:\n  - { id: '1', port: /dev/ttyUSB0\nlines: []\n");
    expectRefused(await numberbox(["config", "check", file]), /^config\.syntax: .*config\.yaml, line 3: /);
    const missing = await numberbox(["start", "--config", join(folder, "none.yaml")]);
    expectRefused(missing, /^config\.unreadable: .*none\.yaml cannot be read \(ENOENT\)\n/);
  });

  it("of a relay is held to its own schema", async () => {
    const file = write("providers: [{ name: alice, verify: short, encrypt: x }]\nkeep: 1s\nlisten: nowhere\n");
    for (const args of [
      ["config", "check", "--role", "relay", file],
      ["relay", "--config", file, "--data", join(folder, "relay")],
    ]) {
      const refused = await numberbox(args);
      expectRefused(refused, /^config\.invalid: /);
      for (const path of ["listen: ", "providers.0.verify: ", "providers.0.encrypt: unknown key", "keep: "])
        expect(refused.err).toContain(`\n  ${path}`);
    }
    expect((await numberbox(["config", "check", write('relay: { url: "https://relay.example" }')])).code).toBe(0);
  });
});

const run = (db: sqlite3.Database, sql: string): Promise<void> =>
  new Promise((resolve, reject) => db.exec(sql, (error) => (error === null ? resolve() : reject(error))));

async function changeDatabase(file: string, sql: string): Promise<void> {
  const db = new sqlite3.Database(file);
  await run(db, sql);
  await new Promise<void>((resolve) => db.close(() => resolve()));
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const content = readFileSync(file);
  content.set(bytes, at);
  writeFileSync(file, content);
}

describe("a data folder", () => {
  let field: Field;
  const start = (data = field.boxData): Promise<Ended> =>
    numberbox(["start", "--config", join(field.folder, "box.yaml"), "--data", data]);

  /** Refused, and the modem was not even spoken to. */
  async function expectStartRefused(refusal: RegExp): Promise<void> {
    const spoken = field.board.modem(1).commandCount;
    expectRefused(await start(), refusal);
    expect(field.board.modem(1).commandCount).toBe(spoken);
    expect(deletedOf(field)).toBe(1);
  }

  /** Puts something else in the place of a file, tries, and puts it back. */
  async function withChanged(name: string, change: (file: string) => unknown, refusal: RegExp): Promise<void> {
    const file = join(field.boxData, name);
    copyFileSync(file, `${file}.kept`);
    await change(file);
    const changed = existsSync(file) ? readFileSync(file) : null;
    await expectStartRefused(refusal);
    expect(existsSync(file) ? readFileSync(file) : null).toEqual(changed);
    renameSync(`${file}.kept`, file);
  }

  beforeAll(async () => {
    field = await Field.open({ slots: 1, seed: "data folder" });
    await startAll(field);
    sendTo(field, 1, ["before"]);
    expect(await field.drained(200)).toBe(true);
  });
  afterAll(async () => {
    await field.close();
    field.remove();
  });

  it("that a box uses is refused to a second one, and the first goes on", async () => {
    expectRefused(await start(), /^app\.folder_in_use: another Numberbox \(process \d+\) uses /);
    expect((await overviewOf(field)).intake.state).toBe("running");
    await field.box?.stop();
    sendTo(field, 1, numbered("meanwhile", 3));
  });

  it("that is a file is refused", async () => {
    const file = join(field.folder, "file");
    writeFileSync(file, "");
    expectRefused(await start(file), /^app\.no_folder: the data folder .*file cannot be made \(EEXIST\)\n/);
  });

  it("whose unlock key is missing, cut short or another's is refused, and no new key is made", async () => {
    const missing = /^keystore\.no_unlock: key file .*unlock\.key cannot be read \(ENOENT\)\n/;
    await withChanged("unlock.key", (file) => rmSync(file), missing);
    await withChanged("unlock.key", (file) => writeFileSync(file, "short"), /^keystore\.bad_key_file: .*32 bytes\n/);
    await withChanged("unlock.key", (file) => writeFileSync(file, systemRandom.bytes(32)), /^keystore\.wrong_unlock: /);
  });

  it("whose keystore is missing or damaged is refused, and no new one is made", async () => {
    await withChanged("keystore.json", (file) => rmSync(file), /^keystore\.missing: /);
    await withChanged("keystore.json", (file) => writeFileSync(file, '{"v":1,'), /^keystore\.bad_file: /);
    await withChanged("keystore.json", (file) => writeFileSync(file, ""), /^keystore\.bad_file: /);
  });

  it("whose database is damaged, another program's or of a newer program is refused and kept as it is", async () => {
    const noise = systemRandom.bytes(8192);
    await withChanged("box.db", (file) => overwrite(file, 8192, noise), /^store\.corrupt: /);
    await withChanged("box.db", (file) => overwrite(file, 0, noise.subarray(0, 100)), /^store\.corrupt: /);
    await withChanged(
      "box.db",
      (file) => changeDatabase(file, "PRAGMA user_version = 999"),
      /^store\.newer_schema: .*999/,
    );
    await withChanged("box.db", (file) => changeDatabase(file, "PRAGMA application_id = 7"), /^store\.foreign_file: /);
  });

  it("that is whole again goes on where it was", async () => {
    await field.startBox();
    expect(await field.drained(300)).toBe(true);
    expect(arrivedOn(field, 1, await field.inbox())).toEqual(["before", ...numbered("meanwhile", 3)]);
  });
});

describe("a port that is taken", () => {
  it("ends box and relay before they touch a SIM, and frees the data folder", async () => {
    const field = await Field.open({ slots: 1, seed: "ports" });
    const other = createServer();
    try {
      await startAll(field);
      await field.box?.stop();
      await field.relay?.stop();
      sendTo(field, 1, ["waiting"]);
      const listening = new URL(field.relayUrl).host;
      await new Promise<void>((resolve) => other.listen(Number(listening.split(":")[1]), "127.0.0.1", resolve));
      const config = JSON.parse(readFileSync(join(field.folder, "box.yaml"), "utf8"));
      const taken = join(field.folder, "taken.yaml");
      writeFileSync(taken, JSON.stringify({ ...config, web: { listen: listening } }));
      const spoken = field.board.modem(1).commandCount;
      const box = await numberbox(["start", "--config", taken, "--data", field.boxData]);
      expectRefused(box, /^web\.listen: the console cannot listen on 127\.0\.0\.1 port \d+$/m);
      expect(field.board.modem(1).commandCount).toBe(spoken);
      const relay = await numberbox(["relay", "--config", join(field.folder, "relay.yaml"), "--data", field.relayData]);
      expectRefused(relay, /^relay\.cannot_listen: the relay cannot listen on 127\.0\.0\.1:\d+$/m);
      await new Promise((resolve) => other.close(resolve));

      await field.restartRelay();
      await field.startBox();
      expect(await field.drained(300)).toBe(true);
      expect(arrivedOn(field, 1, await field.inbox())).toEqual(["waiting"]);
    } finally {
      other.close();
      await field.close();
      field.remove();
    }
  });
});
