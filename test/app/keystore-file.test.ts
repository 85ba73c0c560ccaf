import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { currentIdentity, type KeystoreDeps, openOrCreateKeystore } from "../../src/app/keystore-file.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { codeOf } from "../contract/box-store.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

function depsOf(folder: string, more: Partial<KeystoreDeps> = {}): KeystoreDeps {
  const unlock = { key_file: "unlock.key" };
  return { folder, unlock, credentials: undefined, suite: systemCrypto, random: systemRandom, ...more };
}

const open = (folder: string, more: Partial<KeystoreDeps> = {}) =>
  openOrCreateKeystore(depsOf(folder, more), "provider");
const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** A folder with a keystore, and what it holds. */
async function made(more: Partial<KeystoreDeps> = {}) {
  const folder = tempFolder();
  const contents = await open(folder, more);
  return { folder, contents, verify: currentIdentity(contents).verify };
}

describe("the first start", () => {
  it("makes a key file and a keystore, for their owner alone; the next start opens them", async () => {
    const { folder, contents, verify } = await made();
    expect(readdirSync(folder).sort()).toEqual(["keystore.json", "unlock.key"]);
    for (const name of readdirSync(folder)) expect(modeOf(join(folder, name))).toBe(0o600);
    expect(readFileSync(join(folder, "unlock.key"))).toHaveLength(32);
    const again = await open(folder);
    expect(currentIdentity(again).verify).toEqual(verify);
    expect(again.storageKey.reveal()).toEqual(contents.storageKey.reveal());
  });

  it("takes a key file that is there, also at an absolute path", async () => {
    const elsewhere = join(tempFolder(), "stick.key");
    writeFileSync(elsewhere, new Uint8Array(32).fill(7));
    const { folder } = await made({ unlock: { key_file: elsewhere } });
    expect(readdirSync(folder)).toEqual(["keystore.json"]);
    await open(folder, { unlock: { key_file: elsewhere } });
  });

  it("that broke off after the key file goes on with it", async () => {
    const { folder } = await made();
    const key = readFileSync(join(folder, "unlock.key"));
    rmSync(join(folder, "keystore.json"));
    await open(folder);
    expect(readFileSync(join(folder, "unlock.key"))).toEqual(key);
  });

  it("is none where a database lies already: new keys would orphan it", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "box.db"), "");
    expect(await codeOf(open(folder))).toBe("keystore.missing");
    expect(readdirSync(folder)).toEqual(["box.db"]);
  });

  it("writes nothing secret in clear", async () => {
    const { folder, contents } = await made();
    const text = readFileSync(join(folder, "keystore.json"));
    const seed = currentIdentity(contents).seed.reveal();
    for (const secret of [seed, contents.storageKey.reveal(), readFileSync(join(folder, "unlock.key"))]) {
      const bytes = Buffer.from(secret);
      for (const form of [bytes, Buffer.from(bytes.toString("hex")), Buffer.from(bytes.toString("base64url"))])
        expect(text.includes(form)).toBe(false);
    }
  });
});

describe("the key file", () => {
  it("that is wrong opens nothing and changes nothing", async () => {
    const { folder } = await made();
    const before = readFileSync(join(folder, "keystore.json"));
    writeFileSync(join(folder, "unlock.key"), new Uint8Array(32));
    expect(await codeOf(open(folder))).toBe("keystore.wrong_unlock");
    expect(readFileSync(join(folder, "keystore.json"))).toEqual(before);
  });

  it("that is missing is never made anew while a keystore exists", async () => {
    const { folder } = await made();
    rmSync(join(folder, "unlock.key"));
    const error: unknown = await open(folder).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "keystore.no_unlock" });
    expect(String(error)).toContain("ENOENT");
    expect(readdirSync(folder)).toEqual(["keystore.json"]);
  });

  it.each([0, 31, 33])("of %i bytes is refused", async (length) => {
    const folder = tempFolder();
    writeFileSync(join(folder, "unlock.key"), new Uint8Array(length));
    expect(await codeOf(open(folder))).toBe("keystore.bad_key_file");
  });

  it("is `unlock.key` when the configuration names nothing", async () => {
    const { folder } = await made({ unlock: {} });
    expect(readdirSync(folder).sort()).toEqual(["keystore.json", "unlock.key"]);
  });
});

describe("a passphrase", () => {
  const file = (content: string | Uint8Array): Partial<KeystoreDeps> => {
    const path = join(tempFolder(), "passphrase");
    writeFileSync(path, content);
    return { unlock: { passphrase_file: path } };
  };

  it("in a file opens the keystore, with and without the newline of an editor", async () => {
    const { folder, verify } = await made(file("seven quiet otters\n"));
    expect(readdirSync(folder)).toEqual(["keystore.json"]);
    for (const text of ["seven quiet otters", "seven quiet otters\r\n"])
      expect(currentIdentity(await open(folder, file(text))).verify).toEqual(verify);
    expect(await codeOf(open(folder, file("seven quiet otters ")))).toBe("keystore.wrong_unlock");
  });

  it.each([
    ["nothing", "\n", "keystore.empty_passphrase"],
    ["bytes that are no text", Uint8Array.of(0xff, 0xfe, 0x80), "keystore.bad_passphrase"],
  ])("of %s is refused", async (_name, content, code) => {
    expect(await codeOf(made(file(content)))).toBe(code);
  });

  it("whose file is not there is told with its path", async () => {
    const missing = { unlock: { passphrase_file: "/nowhere/passphrase" } };
    const error: unknown = await made(missing).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "keystore.no_unlock" });
    expect(String(error)).toContain("/nowhere/passphrase");
  });

  it("does not open what a key sealed", async () => {
    const { folder } = await made();
    expect(await codeOf(open(folder, file("seven quiet otters")))).toBe("keystore.needs_key");
  });
});

describe("a systemd credential", () => {
  const credential = (content: string | Uint8Array): Partial<KeystoreDeps> => {
    const credentials = tempFolder();
    writeFileSync(join(credentials, "box"), content);
    return { unlock: { credential: "box" }, credentials };
  };

  it("of 32 bytes is a key", async () => {
    const key = new Uint8Array(32).fill(0xf0);
    const { folder, verify } = await made(credential(key));
    expect(currentIdentity(await open(folder, credential(key))).verify).toEqual(verify);
    expect(await codeOf(open(folder, credential(new Uint8Array(32))))).toBe("keystore.wrong_unlock");
  });

  it("of another length is a passphrase", async () => {
    const { folder, verify } = await made(credential("seven quiet otters"));
    expect(currentIdentity(await open(folder, credential("seven quiet otters\n"))).verify).toEqual(verify);
    expect(await codeOf(made(credential(new Uint8Array(40).fill(0xff))))).toBe("keystore.bad_passphrase");
  });

  it("is missed outside of systemd", async () => {
    expect(await codeOf(made({ unlock: { credential: "none-of-that-name" } }))).toBe("keystore.no_unlock");
  });
});

describe("a keystore", () => {
  it("that is damaged is refused", async () => {
    const { folder } = await made();
    writeFileSync(join(folder, "keystore.json"), "{}");
    expect(await codeOf(open(folder))).toMatch(/^keystore\./);
  });

  it("that cannot be read is told so", async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "keystore.json"));
    expect(await codeOf(open(folder))).toBe("app.unreadable");
  });

  it("whose current identity is not in it is refused", async () => {
    const { contents } = await made();
    expect(() => currentIdentity({ ...contents, current: "nobody" })).toThrowError(
      expect.objectContaining({ code: "keystore.bad_file" }),
    );
  });
});
