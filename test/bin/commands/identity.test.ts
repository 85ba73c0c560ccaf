import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataFolder } from "../../../src/app/index.ts";
import { openOrCreateKeystore } from "../../../src/app/keystore-file.ts";
import { fromBase64url, Secret, toBase64, toBase64url } from "../../../src/base/index.ts";
import { systemCrypto } from "../../../src/base/system-crypto.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { type Identity, openKeystore, parseKeyfile, serialiseG2, wormXml } from "../../../src/envelope/index.ts";
import { formsOf, provider, renter } from "../../envelope/fixtures.ts";
import { haveVectors, vectorPath, vectorsNote, vectorText } from "../../envelope/vectors.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { numberbox, type Outcome, type RunOptions } from "../run-rig.ts";

const identity = (args: readonly string[], options?: RunOptions): Promise<Outcome> =>
  numberbox(["identity", ...args], options);
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const readKeys = (file: string) => parseKeyfile({ suite: systemCrypto, text: readFileSync(file, "utf8") });

/** A key file of two users in a new folder; the provider is the current one. */
function keyfile(...identities: readonly Identity[]): { readonly folder: string; readonly file: string } {
  const folder = tempFolder();
  const file = join(folder, "users.key.json");
  writeFileSync(
    file,
    serialiseG2(identities.length > 0 ? identities : [provider, renter], identities[0]?.name ?? provider.name),
  );
  return { folder, file };
}

function expectNoSecret({ out, err }: Outcome): void {
  for (const form of formsOf(provider.seed.reveal())) expect(out + err).not.toContain(form);
}

describe("numberbox identity create", () => {
  it("writes a key file for its owner alone, and tells only what is public", async () => {
    const file = join(tempFolder(), "ann.key.json");
    const made = await identity(["create", "ann", "--out", file, "--json"]);
    expect([made.code, made.err]).toEqual([0, ""]);
    expect(modeOf(file)).toBe(0o600);
    const { current, format } = readKeys(file);
    expect(format).toBe("G2");
    expect(JSON.parse(made.out)).toEqual({
      file,
      name: "ann",
      verify: toBase64url(current.verify),
      encrypt: toBase64url(current.encrypt),
      nonce: toBase64(current.nonce),
      worm_name: "worm:user:ness:ann",
    });
    for (const form of formsOf(current.seed.reveal())) expect(made.out).not.toContain(form);
  });

  it("never overwrites a file, and refuses a name that the chain should not have", async () => {
    const { file } = keyfile();
    const before = readFileSync(file, "utf8");
    const again = await identity(["create", "ann", "--out", file]);
    expect([again.code, again.err.split(":")[0]]).toEqual([1, "identity.cannot_write"]);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect((await identity(["create", "Ann X"])).err).toMatch(/^identity\.bad_name: /);
  });

  it("with --single writes the members that the guides of the network name", async () => {
    const file = join(tempFolder(), "ann.key.json");
    expect((await identity(["create", "ann", "--single", "--out", file])).code).toBe(0);
    const text = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, string>>;
    const { current, format } = readKeys(file);
    expect(format).toBe("G2s");
    expect(text.ed25519?.private).toBe(toBase64url(current.seed.reveal()));
    expect(text.x25519?.public).toBe(toBase64url(current.encrypt));
    expect(text.worm).toBe(wormXml(current));
    const sign = ["ptool", "sign", "--priv-keyfile", file, "--priv-field", "ed25519.private", "--in", file];
    const signed = await numberbox([...sign, "--out", `${file}.sig`]);
    expect([signed.code, signed.err]).toEqual([0, ""]);
    const signature = fromBase64url(readFileSync(`${file}.sig`, "utf8"));
    expect(systemCrypto.ed25519Verify(current.verify, new Uint8Array(readFileSync(file)), signature)).toBe(true);
  });
});

describe("numberbox identity show and worm", () => {
  it("show the public keys of a file, of all users or of one", async () => {
    const { file } = keyfile();
    const all = await identity(["show", "--keyfile", file, "--json"]);
    const lines = all.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ name, current }) => [name, current])).toEqual([
      ["provider", true],
      ["renter", false],
    ]);
    const one = await identity(["show", "--keyfile", file, "--user", "renter"]);
    expect(one.out).toBe(
      `renter (in use)\n  verify   ${toBase64url(renter.verify)}\n  encrypt  ${toBase64url(renter.encrypt)}\n  chain    worm:user:ness:renter\n`,
    );
    expectNoSecret(all);
    expect((await identity(["show", "--keyfile", file, "--user", "bob"])).err).toBe(
      "identity.no_user: there is no identity of that name\n  Use one of: provider, renter.\n",
    );
  });

  it("print the record byte for byte, its name, or the reference tool's line", async () => {
    const { file } = keyfile();
    expect((await identity(["worm", "--keyfile", file])).out).toBe(wormXml(provider));
    expect((await identity(["worm", "--keyfile", file, "--newline"])).out).toBe(`${wormXml(provider)}\n`);
    expect((await identity(["worm", "--keyfile", file, "--user", "renter", "--name"])).out).toBe(
      "worm:user:ness:renter",
    );
  });

  it("say so where there is neither a running box nor a keystore nor a file", async () => {
    const data = tempFolder();
    expect((await identity(["show", "--data", data])).err).toMatch(/^app\.not_running: /);
    expect((await identity(["worm", "--data", data])).err).toMatch(/^identity\.none: /);
    expect((await identity(["worm", "--keyfile", join(data, "x")])).err).toMatch(/^identity\.cannot_read: .*ENOENT/);
  });
});

describe("numberbox identity export", () => {
  it("writes the box's identity from its keystore, which show reads too while the box rests", async () => {
    const folder = tempFolder();
    const deps = {
      folder,
      unlock: { key_file: "unlock.key" },
      credentials: undefined,
      suite: systemCrypto,
      random: systemRandom,
    };
    const { identities } = await openOrCreateKeystore(deps, "provider");
    const verify = toBase64url(identities[0]?.verify ?? new Uint8Array(0));
    expect((await identity(["show", "--data", folder])).out).toBe(`${verify}\n`);
    const file = join(folder, "out.key.json");
    const done = await identity(["export", "--data", folder, "--out", file]);
    expect([done.code, done.err, modeOf(file)]).toEqual([0, "", 0o600]);
    expect(toBase64url(readKeys(file).current.verify)).toBe(verify);
    expect((await identity(["export", "--data", folder, "--out", file])).err).toMatch(
      /^identity\.cannot_write: .*exists already/,
    );
  });

  it("seals a backup with a password typed twice, which opens again and with no other", async () => {
    const { file, folder } = keyfile();
    const sealed = join(folder, "backup.json");
    const lines = ["correct horse", "correct horse"];
    const args = ["export", "--keyfile", file, "--encrypt", "--out", sealed];
    expect((await identity(args, { lines: ["one", "two"] })).err).toMatch(/^identity\.passwords_differ: /);
    expect((await identity(args)).err).toMatch(/^identity\.no_password: /);
    expect(readdirSync(folder)).toEqual(["users.key.json"]);
    const done = await identity(args, { lines });
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(done.out).not.toContain("correct horse");
    const text = readFileSync(sealed, "utf8");
    for (const form of formsOf(provider.seed.reveal())) expect(text).not.toContain(form);
    expect(JSON.parse(text)).toMatchObject({ kdf: { name: "argon2id" } });
    const unlock = { passphrase: new Secret("correct horse") };
    expect((await openKeystore({ suite: systemCrypto, unlock, text })).identities).toHaveLength(2);
    const password = join(folder, "password");
    writeFileSync(password, "correct horse\n");
    const shown = await identity(["worm", "--keyfile", sealed, "--password-file", password]);
    expect(shown.out).toBe(wormXml(provider));
    expect((await identity(["worm", "--keyfile", sealed], { lines: ["wrong"] })).err).toMatch(
      /^keystore\.wrong_unlock: /,
    );
  }, 60_000);
});

describe("numberbox identity import", () => {
  it("gives a new box its identity, asks before it replaces one, and keeps the old key", async () => {
    const data = tempFolder();
    const { file } = keyfile();
    const first = await identity(["import", file, "--data", data, "--json"]);
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(JSON.parse(first.out)).toMatchObject({ outcome: "created", kept: null, name: "provider" });
    expect((await identity(["show", "--data", data])).out).toBe(`${toBase64url(provider.verify)}\n`);
    expectNoSecret(first);
    expect(JSON.parse((await identity(["import", file, "--data", data, "--json"])).out)).toMatchObject({
      outcome: "same",
    });

    const other = ["import", file, "--user", "renter", "--data", data];
    expect((await identity(other)).err).toMatch(/^identity\.exists: the box has an identity already, "provider"\n/);
    const replaced = await identity([...other, "--replace"]);
    expect(replaced.out).toContain("Its old one is kept as provider.");
    expect((await identity(["show", "--data", data])).out).toBe(`${toBase64url(renter.verify)}\n`);
    expect((await identity(["worm", "--data", data, "--user", "provider"])).out).toBe(wormXml(provider));
  });

  it("of another key under the same name keeps the old one under a name of its own", async () => {
    const data = tempFolder();
    await identity(["import", keyfile(provider).file, "--data", data]);
    const twin = { ...renter, name: "provider" };
    const done = await identity(["import", keyfile(twin).file, "--data", data, "--replace", "--json"]);
    const { kept } = JSON.parse(done.out) as { kept: string };
    expect(kept).toMatch(/^provider-[0-9a-f]{8}$/);
    const old = await identity(["show", "--data", data, "--user", kept, "--json"]);
    expect(JSON.parse(old.out)).toMatchObject({ verify: toBase64url(provider.verify) });
  });

  it("refuses while the box runs", async () => {
    const data = tempFolder();
    const running = await openDataFolder(data);
    expect((await identity(["import", keyfile().file, "--data", data])).err).toMatch(/^app\.folder_in_use: /);
    await running.release();
  });

  it("refuses where a database without keystore lies", async () => {
    const data = tempFolder();
    const { file } = keyfile();
    writeFileSync(join(data, "box.db"), "");
    expect((await identity(["import", file, "--data", data])).err).toMatch(/^keystore\.missing: /);
    expect(readdirSync(data)).toEqual(["box.db"]);
  });
});

describe.skipIf(!haveVectors)(`the network's own key files${vectorsNote}`, () => {
  it.each([
    ["users.key.json", "worm_provider123.xml", []],
    ["encrypted.keys.old.json", null, ["correct horse"]],
    ["user_g1.key.json", null, []],
    ["user_codegen.key.json", null, []],
  ] as const)("%s is read, and its record printed", async (name, worm, lines) => {
    const done = await identity(["worm", "--keyfile", vectorPath(`ness/${name}`)], { lines });
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(done.out).toMatch(/^<worm>\n.*<\/worm>$/s);
    if (worm !== null) expect(done.out).toBe(vectorText(`ness/${worm}`));
  });

  it("that are encrypted ask for their password", async () => {
    const path = vectorPath("ness/encrypted.keys.old.json");
    expect((await identity(["show", "--keyfile", path])).err).toMatch(/^identity\.no_password: /);
    expect((await identity(["show", "--keyfile", path], { lines: ["wrong"] })).err).toMatch(
      /^keyfile\.wrong_password: /,
    );
  });
});
