// Small backups in memory: well made ones, and ones that no program of ours would write.

import { createHash } from "node:crypto";
import {
  type ArchiveEntry,
  type ArchiveLimits,
  type ArchiveSink,
  type Manifest,
  noSink,
  readArchive,
  writeArchive,
} from "../../src/archive/index.ts";
import { concatBytes, Secret, utf8 } from "../../src/base/index.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import { ARCHIVE_CHUNK, type Argon2Params, sealArchive } from "../../src/envelope/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

// What is tested is the format, not the delay.
export const cheap: Argon2Params = { memory_kib: 8192, iterations: 1, parallelism: 1 };
export const passphrase = new Secret("correct horse battery staple");

export const newHash = () => {
  const hash = createHash("sha256");
  return { update: (bytes: Uint8Array) => void hash.update(bytes), digest: () => hash.digest("hex") };
};

export interface File {
  readonly name: string;
  readonly kind: ArchiveEntry["kind"];
  readonly bytes: Uint8Array;
}

export const basics: readonly File[] = [
  { name: "box.db", kind: "database", bytes: utf8("a database") },
  { name: "keystore.json", kind: "keystore", bytes: utf8("{}") },
];

export function manifestOf(files: readonly File[], changes: Partial<Manifest> = {}): Manifest {
  return {
    v: 1,
    created_at: 1_800_000_000_000,
    id: "00112233445566778899aabbccddeeff",
    box: { version: "1.0.0", schema: 8 },
    identity: { name: "provider", verify: "A".repeat(43) },
    missing: [],
    entries: files.map(({ name, kind, bytes }) => {
      const hash = newHash();
      hash.update(bytes);
      return { name, kind, size: bytes.length, sha256: hash.digest() };
    }),
    ...changes,
  };
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return concatBytes(...parts);
}

export async function build(files: readonly File[], changes: Partial<Manifest> = {}): Promise<Uint8Array> {
  const sealer = await sealArchive({ suite, random: new SeededRandom("archive"), passphrase, argon2: cheap });
  const bytesOf = new Map(files.map((file) => [file.name, file.bytes]));
  const manifest = manifestOf(files, changes);
  return await collect(writeArchive({ sealer, manifest, contents: ({ name }) => [bytesOf.get(name) ?? utf8("")] }));
}

/** A well-sealed archive over any payload. */
export async function sealPayload(payload: Uint8Array): Promise<Uint8Array> {
  const sealer = await sealArchive({ suite, random: new SeededRandom("archive"), passphrase, argon2: cheap });
  const parts = [sealer.head];
  let at = 0;
  for (; payload.length - at > ARCHIVE_CHUNK; at += ARCHIVE_CHUNK)
    parts.push(sealer.seal(payload.subarray(at, at + ARCHIVE_CHUNK), false));
  return concatBytes(...parts, sealer.seal(payload.subarray(at), true));
}

/** A payload with any JSON for its manifest. */
export function framed(manifest: unknown, ...contents: readonly Uint8Array[]): Uint8Array {
  const head = utf8(JSON.stringify(manifest));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, head.length);
  return concatBytes(length, head, ...contents);
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export interface ReadOptions {
  readonly pieces?: number;
  readonly secret?: Secret<string>;
  readonly sink?: ArchiveSink;
  readonly limits?: ArchiveLimits;
}

export function read(archive: Uint8Array, options: ReadOptions = {}): Promise<Manifest> {
  const { pieces = 50_000, secret = passphrase, sink = noSink, limits } = options;
  return readArchive({
    source: inPieces(archive, pieces),
    passphrase: secret,
    suite,
    newHash,
    sink,
    ...(limits === undefined ? {} : { limits }),
  });
}

/** Keeps everything in memory. */
export function memorySink(): ArchiveSink & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    begin: async () => {},
    write: async ({ name }, bytes) => void files.set(name, concatBytes(files.get(name) ?? new Uint8Array(0), bytes)),
    end: async ({ name }) => void files.set(name, files.get(name) ?? new Uint8Array(0)),
  };
}
