// The pair that signs updates is looked at before anything is built.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "../../os-image/lib/command.ts";
import { checkSigning, developmentKeys } from "../../os-image/lib/signing-keys.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

/** The pairs are made a moment later than this file is read. */
const now = new Date(Date.now() + 3_600_000);
const P256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

async function pair(
  folder: string,
  name: string,
  kind: readonly string[],
  extra: readonly string[] = ["-nodes"],
  days = 3650,
) {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const subject = ["-days", String(days), "-subj", `/CN=${name}`];
  await command("openssl", [
    "req",
    "-x509",
    "-newkey",
    ...kind,
    ...extra,
    ...subject,
    "-keyout",
    key,
    "-out",
    certificate,
  ]);
  return { key, certificate, keyring: certificate };
}

describe("the pair for signing updates", () => {
  it("is RSA or EC, as the development pair is", async () => {
    const folder = tempFolder();
    await checkSigning(await developmentKeys(folder), now);
    await checkSigning(await pair(folder, "rsa", ["rsa:2048"]), now);
    await checkSigning(await pair(folder, "ec", P256), now);
  });

  it("is no Ed25519, has no passphrase, belongs together and is valid", async () => {
    const folder = tempFolder();
    const [one, other] = [await pair(folder, "one", P256), await pair(folder, "other", P256)];
    const edwards = await pair(folder, "edwards", ["ed25519"]);
    const locked = await pair(folder, "locked", P256, ["-passout", "pass:secret"]);
    const late = new Date(now.getTime() + 3651 * 86_400_000);
    const refused = async (bad: Parameters<typeof checkSigning>[0], says: string, at = now): Promise<void> => {
      await expect(checkSigning(bad, at)).rejects.toMatchObject({ code: "image.sign_key" });
      await expect(checkSigning(bad, at)).rejects.toThrow(says);
    };
    await refused(edwards, "ed25519");
    await refused(locked, "cannot be read");
    await refused({ ...one, certificate: other.certificate }, "is not the certificate of");
    await refused(one, "is valid from", late);
    await refused({ ...one, key: join(folder, "none") }, "cannot be read");
  });

  it("is for boxes that know it for years: what is signed later is no update to them, and nothing can tell them more", async () => {
    const folder = tempFolder();
    const short = await pair(folder, "short", P256, ["-nodes"], 365);
    await expect(checkSigning(short, now)).rejects.toThrow(/ends on \d{4}-\d\d-\d\d, and their updates with it/);
    const long = await pair(folder, "long", P256);
    const both = join(folder, "both.pem");
    await writeFile(both, (await readFile(short.certificate, "utf8")) + (await readFile(long.certificate, "utf8")));
    await checkSigning({ ...short, keyring: both }, now);
  });

  const hasRauc = spawnSync("rauc", ["--version"]).error === undefined;
  it.skipIf(!hasRauc)("counts by the time of the signature, wherever the box's clock stands", async () => {
    const folder = tempFolder();
    const { key, certificate } = await pair(folder, "pair", P256, [
      ...["-nodes", "-addext", "keyUsage=critical,digitalSignature"],
      ...["-addext", "extendedKeyUsage=emailProtection,codeSigning"],
    ]);
    await mkdir(join(folder, "in"));
    await writeFile(join(folder, "in/a.img"), randomBytes(65_536));
    const manifest = "[update]\ncompatible=x\nversion=1.0.0\n[bundle]\nformat=verity\n[image.system]\nfilename=a.img\n";
    await writeFile(join(folder, "in/manifest.raucm"), manifest);
    const bundle = join(folder, "b.raucb");
    await command("rauc", ["bundle", `--cert=${certificate}`, `--key=${key}`, join(folder, "in"), bundle]);
    const shipped = await readFile("os-image/rootfs/etc/rauc/system.conf", "utf8");
    const settings = /^\[keyring\]\n(?:\w.*\n)+/m.exec(shipped)?.[0].replace(/^path=.*$/m, `path=${certificate}`);
    const file = join(folder, "system.conf");
    await writeFile(file, `[system]\ncompatible=x\nbootloader=noop\n${settings}`);
    // RAUC has no other clock than the machine's: the word is held to what it does at any time.
    expect(settings).toContain("\nuse-bundle-signing-time=true\n");
    expect((await command("rauc", ["-c", file, "info", bundle])).toString()).toContain("1.0.0");
  });
});
