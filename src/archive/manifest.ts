// The first thing inside a backup: whose it is, what made it, and each entry with its size and digest. Nothing else in the archive says
// where an entry goes, and an entry can be nothing but a plain file.

import { z } from "zod";
import { AppError, fromUtf8, utf8 } from "../base/index.ts";
import { nameProblem } from "./entry-name.ts";

/** What an entry is to the box. `data`: a file of the data folder; `file`: one from elsewhere that the configuration names. */
export const ENTRY_KINDS = ["database", "keystore", "config", "data", "file"] as const;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in hex");

const entry = z.strictObject({
  name: z.string().min(1).max(512),
  kind: z.enum(ENTRY_KINDS),
  /** Bytes. */
  size: z.int().min(0),
  sha256,
});
export type ArchiveEntry = z.infer<typeof entry>;

const manifest = z.strictObject({
  v: z.literal(1),
  /** Unix ms, by the clock of the box. */
  created_at: z.int().min(0),
  /** Random, 32 hex digits: tells one backup from another. */
  id: z.string().regex(/^[0-9a-f]{32}$/, "32 hex digits"),
  box: z.strictObject({
    version: z.string().max(100),
    /** Schema version of the database. */
    schema: z.int().min(1),
  }),
  identity: z.strictObject({
    name: z.string().max(64),
    /** Public key, base64url. */
    verify: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "a public key"),
  }),
  /** Files that the configuration names and that could not be read. */
  missing: z.array(z.string().max(600)).max(1000),
  entries: z.array(entry).min(1).max(20_000),
});
export type Manifest = z.infer<typeof manifest>;

/** A manifest of 20 000 entries is far below. */
export const MAX_MANIFEST_BYTES = 8 * 1024 * 1024;

export interface ArchiveLimits {
  /** Bytes of all entries together. */
  readonly bytes: number;
  /** Bytes of one entry that is not the database. */
  readonly fileBytes: number;
}

/** A card of a box is smaller, and no setting, key or flow comes near it. */
export const DEFAULT_LIMITS: ArchiveLimits = { bytes: 64 * 1024 ** 3, fileBytes: 64 * 1024 ** 2 };

export function badManifest(what: string): AppError {
  return new AppError("archive.bad_manifest", `the backup's list of contents is not usable: ${what}`, {
    hint: "It was made by another program or a fault; take another backup. Nothing was restored.",
  });
}

function refuseNames({ entries }: Manifest): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    const problem = nameProblem(name);
    if (problem !== null) {
      throw new AppError("archive.unsafe_name", `the backup holds a file whose name is not allowed (${problem})`, {
        hint: "Somebody prepared this backup to harm the machine, or it is damaged; nothing was restored.",
      });
    }
    // Some file systems take two names that differ in case for one.
    const folded = name.toLowerCase();
    if (seen.has(folded)) throw badManifest("a name comes twice");
    seen.add(folded);
  }
  for (const name of seen) {
    const parts = name.split("/");
    const above = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
    if (above.some((folder) => seen.has(folder))) throw badManifest("a file has the name of a folder");
  }
}

function refuseSizes({ entries }: Manifest, limits: ArchiveLimits): void {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const large = entries.some(({ kind, size }) => kind !== "database" && size > limits.fileBytes);
  if (total <= limits.bytes && !large) return;
  throw new AppError("archive.too_large", "the backup says that it holds more than a box can have", {
    hint: "It is damaged, or somebody prepared it to fill the disk; nothing was restored.",
    context: { bytes: total },
  });
}

/** One entry each of the first three kinds, at their names. */
function refuseKinds({ entries }: Manifest): void {
  for (const [kind, name] of [
    ["database", "box.db"],
    ["keystore", "keystore.json"],
    ["config", "config.yaml"],
  ] as const) {
    const found = entries.filter((each) => each.kind === kind || each.name === name);
    const right = found.every((each) => each.kind === kind && each.name === name);
    if (!right || (found.length !== 1 && kind !== "config")) throw badManifest(`it must have one ${name}`);
  }
  const misplaced = entries.some(
    ({ kind, name }) =>
      (kind === "data" && !name.startsWith("data/")) || (kind === "file" && !name.startsWith("files/")),
  );
  if (misplaced) throw badManifest("an entry has the name of another kind");
}

export function encodeManifest(value: Manifest): Uint8Array {
  return utf8(JSON.stringify(value));
}

/** Errors: `archive.bad_manifest`, `archive.unsafe_name`, `archive.too_large`, `archive.newer_version`. */
export function parseManifest(bytes: Uint8Array, limits: ArchiveLimits = DEFAULT_LIMITS): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(bytes));
  } catch {
    throw badManifest("it is no JSON");
  }
  const version = z.object({ v: z.int() }).safeParse(value);
  if (version.success && version.data.v > 1) {
    throw new AppError("archive.newer_version", "the backup was made by a newer program", {
      hint: "Restore it with the version of Numberbox that made it, or a newer one.",
    });
  }
  const parsed = manifest.safeParse(value);
  if (!parsed.success) throw badManifest(parsed.error.issues.map((issue) => issue.path.join(".")).join(", "));
  refuseNames(parsed.data);
  refuseSizes(parsed.data, limits);
  refuseKinds(parsed.data);
  return parsed.data;
}
