// Public face of `archive`: the inside of a backup.

export { nameProblem } from "./entry-name.ts";
export { type ArchiveEntry, type ArchiveLimits, DEFAULT_LIMITS, type Manifest, parseManifest } from "./manifest.ts";
export { type ArchiveHash, type ArchiveSink, noSink, type ReadArchive, readArchive } from "./read-archive.ts";
export { type WriteArchive, writeArchive } from "./write-archive.ts";
