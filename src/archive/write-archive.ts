// Writes a backup as a stream: the manifest, then the bytes of its entries one after another, all sealed in chunks.

import { AppError, concatBytes } from "../base/index.ts";
import { ARCHIVE_CHUNK, type ArchiveSealer } from "../envelope/index.ts";
import { piecesOf } from "./chunk-stream.ts";
import { type ArchiveEntry, encodeManifest, type Manifest } from "./manifest.ts";

export interface WriteArchive {
  readonly sealer: ArchiveSealer;
  readonly manifest: Manifest;
  /** The bytes of an entry, exactly as many as its `size`. */
  readonly contents: (entry: ArchiveEntry) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, bytes.length);
  return out;
}

async function* payload({ manifest, contents }: WriteArchive): AsyncGenerator<Uint8Array> {
  const head = encodeManifest(manifest);
  yield concatBytes(lengthOf(head), head);
  for (const entry of manifest.entries) {
    let written = 0;
    for await (const bytes of contents(entry)) {
      written += bytes.length;
      if (written > entry.size) break;
      yield bytes;
    }
    if (written !== entry.size) {
      throw new AppError("backup.changed", `${entry.name} changed while it was being backed up`, {
        hint: "The backup is tried again by itself.",
        retryable: true,
      });
    }
  }
}

/** The bytes of the file. Memory: a few chunks, whatever the size of the entries. Throws `backup.changed` (retryable). */
export async function* writeArchive(options: WriteArchive): AsyncGenerator<Uint8Array> {
  yield options.sealer.head;
  for await (const { bytes, last } of piecesOf(payload(options), ARCHIVE_CHUNK)) yield options.sealer.seal(bytes, last);
}
