import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspectBackup } from "../../../src/app/backup/restore-box.ts";
import { finishRestore } from "../../../src/app/backup/restore-switch.ts";
import { openDataFolder } from "../../../src/app/data-folder.ts";
import { currentIdentity, openKeystoreFile } from "../../../src/app/keystore-file.ts";
import { equalBytes, Secret, silentLogger, toHex, utf8 } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemCrypto as suite } from "../../../src/base/system-crypto.ts";
import { parseBoxConfig } from "../../../src/config/index.ts";
import { BOX_SCHEMA_VERSION, openBoxStore } from "../../../src/store/index.ts";
import { build, type File } from "../../archive/archive-rig.ts";
import { rejectionOf } from "../../envelope/error-code.ts";
import { formsOf, provider } from "../../envelope/fixtures.ts";
import { rentalIdOf } from "../../sim/store-samples.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import {
  type BoxFolder,
  backupOf,
  boxFolder,
  digestsOf,
  FLOWS,
  keysOf,
  passphrase,
  put,
  restore,
} from "./backup-rig.ts";

async function openedStore(folder: string) {
  return await openBoxStore({ file: join(folder, "box.db"), clock: systemClock, log: silentLogger });
}

async function manifestNames(archive: Uint8Array): Promise<readonly string[]> {
  const source = (async function* () {
    yield archive;
  })();
  return (await inspectBackup({ source, passphrase, suite })).entries.map(({ name }) => name);
}

/** The whole box is there, under keys of this folder. */
async function expectRestored(folder: string): Promise<void> {
  const keys = await openKeystoreFile(keysOf(folder));
  expect(keys && equalBytes(currentIdentity(keys).verify, provider.verify)).toBe(true);
  const store = await openedStore(folder);
  try {
    expect((await store.rentals()).length).toBe(2);
    expect((await store.nextMessages(rentalIdOf(1), 9)).map(({ message }) => message.seq)).toEqual([1, 2]);
    expect((await store.restore.restoreMark())?.backupAt).toBeGreaterThan(0);
  } finally {
    await store.close();
  }
  expect(readFileSync(join(folder, "node-red/flows.json"), "utf8")).toBe(FLOWS);
}

describe("a backup of a box", () => {
  it("holds what makes the box, and nothing that others make again or that must not leave it", async () => {
    const box = await boxFolder();
    const names = await manifestNames(await backupOf(box));
    expect([...names].sort()).toEqual([
      "box.db",
      "config.yaml",
      "data/boards/own.yaml",
      "data/node-red/flows.json",
      "data/secrets/node.password",
      "files/1/wallet.pass",
      "keystore.json",
    ]);
    expect(readdirSync(box.folder)).not.toContain("backup-work");
  });

  it("is made while the box has its database open", async () => {
    const box = await boxFolder();
    const store = await openedStore(box.folder);
    try {
      const archive = await backupOf(box);
      await store.probe();
      const folder = join(tempFolder(), "new");
      await restore(archive, folder);
      await expectRestored(folder);
    } finally {
      await store.close();
    }
  });

  it("shows no key, secret or name in clear", async () => {
    const box = await boxFolder();
    const text = Buffer.from(await backupOf(box)).toString("latin1");
    const hidden = ["wallet-passphrase", "node-password", "flows.json", "SQLite format", "box.db"];
    for (const form of [...formsOf(provider.seed.reveal()), ...hidden]) expect(text).not.toContain(form);
    expect(text).not.toContain(readFileSync(join(box.folder, "unlock.key")).toString("latin1"));
  });

  it("leaves links alone, and says what the configuration names and is not there", async () => {
    const box = await boxFolder();
    symlinkSync("/etc/passwd", join(box.folder, "link"));
    const text = `${box.configText}payments: {}\nslots:\n  - { id: a, smpp: { host: h, system_id: x, password_file: /nowhere/smpp.pass } }\n`;
    const archive = await backupOf({ ...box, configText: text });
    const source = (async function* () {
      yield archive;
    })();
    const manifest = await inspectBackup({ source, passphrase, suite });
    expect(manifest.entries.map(({ name }) => name)).not.toContain("data/link");
    expect(manifest.missing.join()).toContain("nowhere/smpp.pass");
  });

  it("refuses a passphrase that others could guess, and a folder without a box", async () => {
    const box = await boxFolder();
    expect(await rejectionOf(backupOf(box, { passphrase: new Secret("eleven char") }))).toBe("backup.weak_passphrase");
    expect(await rejectionOf(backupOf({ ...box, folder: tempFolder() }))).toBe("backup.no_box");
  });
});

describe("restoring", () => {
  it("gives another folder the same box under keys of its own", async () => {
    const box = await boxFolder();
    const folder = join(tempFolder(), "new");
    const { aside, unlockChanged } = await restore(await backupOf(box), folder);
    expect([aside, unlockChanged]).toEqual([null, false]);
    await expectRestored(folder);
    expect(toHex(readFileSync(join(folder, "unlock.key")))).not.toBe(
      toHex(readFileSync(join(box.folder, "unlock.key"))),
    );
    expect(readdirSync(folder).sort()).toEqual(
      [
        "boards",
        "box.db",
        "config.yaml",
        "keystore.json",
        "node-red",
        "restored-files",
        "secrets",
        "unlock.key",
      ].sort(),
    );
    for (const name of ["box.db", "keystore.json", "config.yaml", "unlock.key", "secrets/node.password"])
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  it("names files of the old machine where they are now, and keeps the owner's comments", async () => {
    const box = await boxFolder();
    const folder = tempFolder();
    await restore(await backupOf(box), folder);
    const text = readFileSync(join(folder, "config.yaml"), "utf8");
    const { emercoin } = parseBoxConfig(text, "restored");
    expect(emercoin?.password_file).toBe("secrets/node.password");
    const moved = emercoin?.passphrase_file ?? "";
    expect(moved).toMatch(/^restored-files\/[0-9a-f]{12}\/1\/wallet\.pass$/);
    expect(readFileSync(join(folder, moved), "utf8")).toBe("wallet-passphrase\n");
    expect(text).toContain("# the owner's own words");
    expect(text).toContain("# inside");
  });

  it("unlocks by a key file where the old box had a passphrase on its own machine", async () => {
    const box = await boxFolder();
    const stick = put(tempFolder(), "stick.pass", "a passphrase on a stick");
    const configText = `${box.configText}unlock: { passphrase_file: ${stick} }\n`;
    const folder = tempFolder();
    const archive = await backupOf({ ...box, configText });
    expect(await manifestNames(archive)).not.toContain("files/2/stick.pass");
    const { unlockChanged } = await restore(archive, folder);
    expect(unlockChanged).toBe(true);
    await expectRestored(folder);
    expect(readFileSync(join(folder, "config.yaml"), "utf8")).not.toContain("stick.pass");
    // Or as this machine's own configuration says.
    const other = tempFolder();
    await restore(archive, other, { unlock: { passphrase_file: stick } });
    const keys = await openKeystoreFile({ ...keysOf(other), unlock: { passphrase_file: stick } });
    expect(keys?.current).toBe("provider");
  });

  it("leaves a box alone unless it is to be replaced, and then keeps its files", async () => {
    const [box, other] = [await boxFolder(), await boxFolder()];
    const archive = await backupOf(box);
    const before = digestsOf(other.folder);
    expect(await rejectionOf(restore(archive, other.folder))).toBe("restore.not_empty");
    expect(digestsOf(other.folder)).toEqual(before);
    const { aside } = await restore(archive, other.folder, { replace: true });
    await expectRestored(other.folder);
    const { "local-access.json": _gone, ...kept } = before;
    expect(digestsOf(join(other.folder, aside ?? ""))).toEqual(kept);
  });

  it("refuses a folder that a running box holds", async () => {
    const box = await boxFolder();
    const held = await openDataFolder(box.folder);
    // The lock is this process's own, and it lives.
    expect(await rejectionOf(restore(await backupOf(box), box.folder, { replace: true }))).toBe("app.folder_in_use");
    await held.release();
  });
});

describe("a backup that must not be restored", () => {
  async function refusalOf(archive: Uint8Array, other: BoxFolder, secret = passphrase): Promise<string> {
    const before = digestsOf(other.folder);
    const code = await rejectionOf(restore(archive, other.folder, { replace: true, passphrase: secret }));
    expect(digestsOf(other.folder)).toEqual(before);
    const fresh = join(tempFolder(), "new");
    expect(await rejectionOf(restore(archive, fresh, { passphrase: secret }))).toBe(code);
    expect(existsSync(fresh)).toBe(false);
    return code;
  }
  /** Well sealed, under the rig's passphrase. */
  const forged = async (files: readonly File[], changes = {}): Promise<Uint8Array> => await build(files, changes);
  const theirs = new Secret("correct horse battery staple");
  const database: File = { name: "box.db", kind: "database", bytes: utf8("no database") };
  const keystore: File = { name: "keystore.json", kind: "keystore", bytes: utf8("{}") };

  it("is refused without touching anything: cut, changed, of another passphrase", async () => {
    const box = await boxFolder();
    const archive = await backupOf(box);
    expect(await refusalOf(archive.subarray(0, archive.length - 1), box)).toBe("archive.damaged");
    const chunk = 65_536 + 16;
    const whole = Math.floor((archive.length - 300) / chunk);
    expect(whole).toBeGreaterThan(0);
    expect(
      await refusalOf(
        archive.map((byte, at) => (at === archive.length - 100 ? byte ^ 1 : byte)),
        box,
      ),
    ).toBe("archive.damaged");
    expect(await refusalOf(archive, box, new Secret("another passphrase"))).toBe("archive.wrong_passphrase");
    expect(await refusalOf(utf8("not a backup"), box)).toBe("archive.not_archive");
  });

  it("is refused: newer, leading elsewhere, under a name of the box's own", async () => {
    const box = await boxFolder();
    const code = async (archive: Uint8Array): Promise<string> => await refusalOf(archive, box, theirs);
    const newer = { box: { version: "9.0.0", schema: BOX_SCHEMA_VERSION + 1 } };
    expect(await code(await forged([database, keystore], newer))).toBe("restore.newer_schema");
    const data = (name: string): File => ({ name, kind: "data", bytes: utf8("x") });
    expect(await code(await forged([database, keystore, data("data/../../x")]))).toBe("archive.unsafe_name");
    for (const name of [
      "data/unlock.key",
      "data/box.db-wal",
      "data/box.lock",
      "data/restore-staging/x",
      "data/restore-decision.json",
    ])
      expect([name, await code(await forged([database, keystore, data(name)]))]).toEqual([name, "archive.unsafe_name"]);
  });

  it("is refused when its keys or its database are none", async () => {
    const box = await boxFolder();
    const code = async (files: readonly File[]): Promise<string> => await refusalOf(await forged(files), box, theirs);
    expect(await code([database, keystore])).toBe("keystore.bad_file");
    const config: File = { name: "config.yaml", kind: "config", bytes: utf8("relay: 7") };
    expect(await code([database, keystore, config])).toBe("config.invalid");
  });

  it("is refused before the decision where a folder of the old box cannot be moved", async () => {
    if (process.getuid?.() === 0) return;
    const box = await boxFolder();
    const archive = await backupOf(box);
    mkdirSync(join(box.folder, "theirs"));
    chmodSync(join(box.folder, "theirs"), 0o500);
    const before = digestsOf(box.folder);
    expect(await rejectionOf(restore(archive, box.folder, { replace: true }))).toBe("restore.cannot_move");
    expect(digestsOf(box.folder)).toEqual(before);
  });
});

describe("a restore that is killed at any step", () => {
  class Killed extends Error {}

  it("leaves the old box, or is finished by whoever takes the folder next", async () => {
    const box = await boxFolder();
    const archive = await backupOf(box);
    const outcomes: string[] = [];
    for (let at = 0; ; at++) {
      const other = await boxFolder();
      const before = digestsOf(other.folder);
      let steps = 0;
      const onStep = (): void => {
        if (steps++ === at) throw new Killed();
      };
      const done = await restore(archive, other.folder, { replace: true, onStep }).then(
        () => true,
        () => false,
      );
      // A second power cut at the same place while the next start finishes it.
      steps = 0;
      await finishRestore(other.folder, onStep).catch(() => {});
      const held = await openDataFolder(other.folder);
      await held.release();
      const now = digestsOf(other.folder);
      expect(readdirSync(other.folder).filter((name) => name.startsWith("restore-"))).toEqual([]);
      if (now["box.db"] === before["box.db"]) {
        expect(now).toEqual(before);
        outcomes.push("old");
      } else {
        await expectRestored(other.folder);
        outcomes.push("new");
      }
      if (done) break;
    }
    expect(outcomes.length).toBeGreaterThan(15);
    expect(outcomes[0]).toBe("old");
    // Once the new one is decided, there is no way back to the old.
    expect(outcomes.slice(1).every((outcome) => outcome === "new")).toBe(true);
  });
});
