// Reads a backup as a stream and checks all of it: head, every chunk, the manifest, and each entry's size and digest. What a sink was given
// counts only after the whole has been read: a fault near the end voids what came before.

import { type CryptoSuite, concatBytes, type Secret } from "../base/index.ts";
import {
  ARCHIVE_CHUNK,
  ARCHIVE_PREFIX,
  ARCHIVE_TAG,
  archiveHeadLength,
  damagedArchive,
  openArchive,
  truncatedArchive,
} from "../envelope/index.ts";
import { ByteReader, piecesOf } from "./chunk-stream.ts";
import {
  type ArchiveEntry,
  type ArchiveLimits,
  badManifest,
  DEFAULT_LIMITS,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
} from "./manifest.ts";

/** A SHA-256 that is fed piece by piece. */
export interface ArchiveHash {
  update(bytes: Uint8Array): void;
  /** In hex. */
  digest(): string;
}

/** Takes the entries in their order. */
export interface ArchiveSink {
  /** The manifest is known; nothing was written yet. A throw ends the reading. */
  begin(manifest: Manifest): Promise<void>;
  write(entry: ArchiveEntry, bytes: Uint8Array): Promise<void>;
  /** All bytes of the entry came, and its digest is right. Comes for empty entries too. */
  end(entry: ArchiveEntry): Promise<void>;
}

export interface ReadArchive {
  readonly source: AsyncIterable<Uint8Array>;
  readonly passphrase: Secret<string>;
  readonly suite: CryptoSuite;
  readonly newHash: () => ArchiveHash;
  readonly sink: ArchiveSink;
  readonly limits?: ArchiveLimits;
}

/** Keeps nothing: for looking at a backup and for checking one. */
export const noSink: ArchiveSink = {
  begin: async () => {},
  write: async () => {},
  end: async () => {},
};

async function* plaintext(raw: ByteReader, options: ReadArchive): AsyncGenerator<Uint8Array> {
  const prefix = await raw.take(ARCHIVE_PREFIX);
  const length = archiveHeadLength(prefix);
  const rest = await raw.take(length - ARCHIVE_PREFIX);
  if (rest.length < length - ARCHIVE_PREFIX) throw truncatedArchive();
  const opener = await openArchive({ ...options, head: concatBytes(prefix, rest) });
  for await (const { bytes, last } of piecesOf(raw.rest(), ARCHIVE_CHUNK + ARCHIVE_TAG)) {
    if (bytes.length < ARCHIVE_TAG) throw truncatedArchive();
    yield opener.open(bytes, last);
  }
}

async function readManifest(payload: ByteReader, limits: ArchiveLimits): Promise<Manifest> {
  const framed = await payload.take(4);
  if (framed.length < 4) throw badManifest("it is missing");
  const length = new DataView(framed.buffer, framed.byteOffset, 4).getUint32(0);
  if (length > MAX_MANIFEST_BYTES) throw badManifest("it is too long");
  const bytes = await payload.take(length);
  if (bytes.length < length) throw badManifest("it is not complete");
  return parseManifest(bytes, limits);
}

async function readEntry(payload: ByteReader, entry: ArchiveEntry, options: ReadArchive): Promise<void> {
  const hash = options.newHash();
  for (let left = entry.size; left > 0; ) {
    const bytes = await payload.some(Math.min(left, ARCHIVE_CHUNK));
    if (bytes === null) throw damagedArchive("it holds less than its list of contents says");
    hash.update(bytes);
    await options.sink.write(entry, bytes);
    left -= bytes.length;
  }
  if (hash.digest() !== entry.sha256) throw damagedArchive(`${entry.name} is not what the list of contents says`);
  await options.sink.end(entry);
}

/**
 * Reads and checks the whole archive. Memory: a few chunks and the manifest. Rejects with `archive.not_archive`,
 * `archive.newer_version`, `archive.wrong_passphrase`, `archive.truncated`, `archive.damaged`, `archive.bad_manifest`,
 * `archive.unsafe_name`, `archive.too_large`, `keystore.empty_passphrase`, and what source and sink reject with.
 */
export async function readArchive(options: ReadArchive): Promise<Manifest> {
  const raw = new ByteReader(options.source);
  try {
    const payload = new ByteReader(plaintext(raw, options));
    const manifest = await readManifest(payload, options.limits ?? DEFAULT_LIMITS);
    await options.sink.begin(manifest);
    for (const entry of manifest.entries) await readEntry(payload, entry, options);
    // Also reads the last chunk's mark: without it the file may have been cut.
    if ((await payload.some(1)) !== null) throw damagedArchive("it holds more than its list of contents says");
    return manifest;
  } finally {
    await raw.close();
  }
}
