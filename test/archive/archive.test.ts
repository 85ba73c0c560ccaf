import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { argon2id } from "hash-wasm";
import { describe, expect, it } from "vitest";
import { nameProblem } from "../../src/archive/index.ts";
import { concatBytes, fromBase64url, fromUtf8, Secret, utf8 } from "../../src/base/index.ts";
import { ARCHIVE_CHUNK, ARCHIVE_PREFIX, ARCHIVE_TAG } from "../../src/envelope/index.ts";
import { rejectionOf } from "../envelope/error-code.ts";
import { basics, build, type File, framed, manifestOf, memorySink, read, sealPayload } from "./archive-rig.ts";

const sealedChunk = ARCHIVE_CHUNK + ARCHIVE_TAG;
const large: File = {
  name: "data/large.bin",
  kind: "data",
  bytes: new Uint8Array(3 * ARCHIVE_CHUNK).map((_, at) => at % 251),
};
const headLength = (archive: Uint8Array): number =>
  ARCHIVE_PREFIX + new DataView(archive.buffer, archive.byteOffset).getUint16(10);

/** Its chunks, sealed. */
function chunksOf(archive: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = headLength(archive); at < archive.length; at += sealedChunk)
    chunks.push(archive.subarray(at, at + sealedChunk));
  return chunks;
}

describe("a backup file", () => {
  it("gives back what was put in, in whatever pieces it comes", async () => {
    const empty: File = { name: "data/empty", kind: "data", bytes: new Uint8Array(0) };
    const files = [...basics, large, empty];
    const archive = await build(files);
    for (const pieces of [7, ARCHIVE_CHUNK, sealedChunk, 1_000_000]) {
      const sink = memorySink();
      const manifest = await read(archive, { pieces, sink });
      expect(manifest.entries.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
      for (const { name, bytes } of files) expect(sink.files.get(name)).toEqual(bytes);
    }
  });

  it("whose payload ends with a chunk is whole too", async () => {
    const overhead = framed(manifestOf([...basics, { ...large, bytes: new Uint8Array(100_000) }])).length;
    const used = overhead + basics.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const bytes = new Uint8Array(3 * ARCHIVE_CHUNK - used);
    const archive = await build([...basics, { ...large, bytes }]);
    expect(chunksOf(archive).map(({ length }) => length)).toEqual([sealedChunk, sealedChunk, sealedChunk]);
    await expect(read(archive)).resolves.toBeDefined();
  });

  it("is XChaCha20-Poly1305 under an Argon2id key, as anybody can compute it", async () => {
    const archive = await build(basics);
    const length = headLength(archive);
    const head = JSON.parse(fromUtf8(archive.subarray(ARCHIVE_PREFIX, length - 32)));
    const key = await argon2id({
      password: utf8("correct horse battery staple"),
      salt: fromBase64url(head.kdf.salt),
      memorySize: head.kdf.memory_kib,
      iterations: head.kdf.iterations,
      parallelism: head.kdf.parallelism,
      hashLength: 32,
      outputType: "binary",
    });
    const chunkKey = hkdf(sha256, key, new Uint8Array(0), utf8("numberbox/archive/chunk/v1"), 32);
    const last = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1);
    const nonce = concatBytes(fromBase64url(head.nonce), last);
    const plain = xchacha20poly1305(chunkKey, nonce, sha256(archive.subarray(0, length))).decrypt(
      archive.subarray(length),
    );
    expect(plain).toEqual(framed(manifestOf(basics), ...basics.map(({ bytes }) => bytes)));
  });

  it("refuses a wrong passphrase with one code, whatever the size", async () => {
    const secret = new Secret("correct horse battery stable");
    expect(await rejectionOf(read(await build(basics), { secret }))).toBe("archive.wrong_passphrase");
    expect(await rejectionOf(read(await build([...basics, large]), { secret }))).toBe("archive.wrong_passphrase");
    expect(await rejectionOf(read(await build(basics), { secret: new Secret("") }))).toBe("keystore.empty_passphrase");
  });

  it("opens with its passphrase typed in another normal form", async () => {
    const archive = await build(basics);
    await expect(
      read(archive, { secret: new Secret("correct horse battery staple".normalize("NFD")) }),
    ).resolves.toBeDefined();
  });

  it("that was cut is refused as such, at the end of a chunk above all", async () => {
    const archive = await build([...basics, large]);
    const chunks = chunksOf(archive);
    const head = archive.subarray(0, headLength(archive));
    for (let kept = 1; kept < chunks.length; kept++)
      expect(await rejectionOf(read(concatBytes(head, ...chunks.slice(0, kept))))).toBe("archive.truncated");
    expect(await rejectionOf(read(head))).toBe("archive.truncated");
    expect(await rejectionOf(read(head.subarray(0, 40)))).toBe("archive.truncated");
    expect(await rejectionOf(read(archive.subarray(0, 5)))).toBe("archive.not_archive");
  });

  it("with chunks in another order, twice, left out or of another file is refused", async () => {
    const archive = await build([...basics, large]);
    const [first, second, third, ...rest] = chunksOf(archive) as [Uint8Array, Uint8Array, Uint8Array];
    const head = archive.subarray(0, headLength(archive));
    const other = chunksOf(await build([...basics, { ...large, bytes: large.bytes.map((byte) => byte ^ 1) }]));
    for (const chunks of [
      [second, first, third, ...rest],
      [first, first, second, third, ...rest],
      [first, third, ...rest],
      [first, ...other.slice(1, 2), third, ...rest],
      [first, second, third, ...rest, ...rest],
      [first, second, third, ...rest, Uint8Array.of(0)],
    ]) {
      const code = await rejectionOf(read(concatBytes(head, ...chunks)));
      // The other file has the same randomness here, hence key and nonce: its second chunk opens, and its digest tells.
      expect(code).toBe("archive.damaged");
    }
  });

  it("of a newer format, of another program or with a strange head is refused", async () => {
    const archive = await build(basics);
    const changed = (at: number, value: number): Uint8Array => archive.map((byte, i) => (i === at ? value : byte));
    expect(await rejectionOf(read(changed(9, 2)))).toBe("archive.newer_version");
    expect(await rejectionOf(read(changed(8, 1)))).toBe("archive.newer_version");
    expect(await rejectionOf(read(changed(9, 0)))).toBe("archive.damaged");
    expect(await rejectionOf(read(changed(0, 0x50)))).toBe("archive.not_archive");
    expect(await rejectionOf(read(utf8("PK\u0003\u0004 a zip file")))).toBe("archive.not_archive");
    // Costs that would exhaust a Pi are not paid to find out that the head was forged.
    const text = fromUtf8(archive.subarray(ARCHIVE_PREFIX, headLength(archive) - 32));
    const costly = text.replace('"memory_kib":8192', '"memory_kib":9999999');
    const forged = concatBytes(archive.subarray(0, ARCHIVE_PREFIX), utf8(costly), new Uint8Array(32));
    new DataView(forged.buffer).setUint16(10, costly.length + 32);
    expect(await rejectionOf(read(forged))).toBe("archive.damaged");
  });
});

describe("what is inside of a backup", () => {
  const inside = async (manifest: object, ...contents: readonly Uint8Array[]): Promise<string> =>
    await rejectionOf(read(await sealPayload(framed(manifest, ...contents))));
  const contents = basics.map(({ bytes }) => bytes);
  const withName = (name: string, kind = "data") => ({
    ...manifestOf(basics),
    entries: [...manifestOf(basics).entries, { name, kind, size: 0, sha256: "0".repeat(64) }],
  });

  it("must not lead out of its folder", async () => {
    const names = ["/etc/passwd", "data/../../x", "..", "data//x", "data/./x", "data/x/", "data\\..\\x", "C:/x"];
    for (const name of [...names, "data/x\u0000y", "data/\u202etxt", "data/x. ", `data/${"x".repeat(300)}`])
      expect([name, await inside(withName(name), ...contents)]).toEqual([name, "archive.unsafe_name"]);
    expect(nameProblem("data/node-red/flows.json")).toBeNull();
    expect(nameProblem("files/0/Grüße.pem")).toBeNull();
  });

  it("must not come twice, nor as file and folder, nor under the name of another kind", async () => {
    const twice = { ...manifestOf(basics), entries: [...manifestOf(basics).entries, ...manifestOf(basics).entries] };
    expect(await inside(twice, ...contents)).toBe("archive.bad_manifest");
    const folded = {
      ...withName("data/a"),
      entries: [...withName("data/a").entries, ...withName("data/A").entries.slice(2)],
    };
    expect(await inside(folded, ...contents)).toBe("archive.bad_manifest");
    const nested = {
      ...withName("data/a"),
      entries: [...withName("data/a").entries, ...withName("data/a/b").entries.slice(2)],
    };
    expect(await inside(nested, ...contents)).toBe("archive.bad_manifest");
    expect(await inside(withName("box.db/x"), ...contents)).toBe("archive.bad_manifest");
    expect(await inside(withName("unlock.key"), ...contents)).toBe("archive.bad_manifest");
    expect(await inside(withName("data/x", "file"), ...contents)).toBe("archive.bad_manifest");
    expect(await inside(withName("data/x", "symlink"), ...contents)).toBe("archive.bad_manifest");
    expect(await inside({ ...manifestOf(basics.slice(1)) }, utf8("{}"))).toBe("archive.bad_manifest");
  });

  it("must be what its list says, to the byte", async () => {
    expect(await inside(manifestOf(basics), utf8("a database"))).toBe("archive.damaged");
    expect(await inside(manifestOf(basics), ...contents, utf8("x"))).toBe("archive.damaged");
    expect(await inside(manifestOf(basics), utf8("A database"), utf8("{}"))).toBe("archive.damaged");
  });

  it("must not claim more than a box can have, or than was allowed", async () => {
    const { entries } = manifestOf(basics);
    const huge = entries.map((entry) => ({ ...entry, size: 2 ** 50 }));
    expect(await inside({ ...manifestOf(basics), entries: huge })).toBe("archive.too_large");
    const bomb = await build([...basics, large]);
    expect(await rejectionOf(read(bomb, { limits: { bytes: 1000, fileBytes: 1000 } }))).toBe("archive.too_large");
    expect(await rejectionOf(read(bomb, { limits: { bytes: 2 ** 40, fileBytes: 1000 } }))).toBe("archive.too_large");
  });

  it("must be of this version and have only members that are known", async () => {
    expect(await inside({ ...manifestOf(basics), v: 2, more: true }, ...contents)).toBe("archive.newer_version");
    expect(await inside({ ...manifestOf(basics), more: true }, ...contents)).toBe("archive.bad_manifest");
    expect(await rejectionOf(read(await sealPayload(utf8("no"))))).toBe("archive.bad_manifest");
    expect(await rejectionOf(read(await sealPayload(Uint8Array.of(255, 255, 255, 255))))).toBe("archive.bad_manifest");
  });

  it("that changed while it was written is an error of the writer", async () => {
    const entries = manifestOf(basics).entries.map((entry) => ({ ...entry, size: entry.size + 1 }));
    expect(await rejectionOf(build(basics, { entries }))).toBe("backup.changed");
    const fewer = manifestOf(basics).entries.map((entry) => ({ ...entry, size: 1 }));
    expect(await rejectionOf(build(basics, { entries: fewer }))).toBe("backup.changed");
  });
});
