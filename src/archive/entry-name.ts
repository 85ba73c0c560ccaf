// Names of entries: relative, of plain segments, the same on every file system. What could lead out of the staging folder, hide, or mean
// something else elsewhere is refused, not corrected.

const MAX_BYTES = 512;
const MAX_SEGMENT = 200;

function segmentProblem(segment: string): string | null {
  if (segment === "") return "an empty segment";
  if (segment === "." || segment === "..") return "a segment that leads elsewhere";
  if (segment.length > MAX_SEGMENT) return "a segment that is too long";
  if (/[. ]$/.test(segment)) return "a segment that ends in a dot or space";
  return null;
}

/** Why a name may not stand in an archive; null for a good one. */
export function nameProblem(name: string): string | null {
  if (name.length === 0 || new TextEncoder().encode(name).length > MAX_BYTES) return "its length";
  if (!name.isWellFormed() || name !== name.normalize("NFC")) return "its characters";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are refused.
  if (/[\u0000-\u001f\u007f-\u009f\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(name)) return "its characters";
  if (name.startsWith("/")) return "an absolute path";
  for (const segment of name.split("/")) {
    const problem = segmentProblem(segment);
    if (problem !== null) return problem;
  }
  return null;
}
