// The `.bmap` of an image (bmaptool's format 2.0): which blocks a flasher has to write. Whole file systems are in it, zeros and all, as the
// card may hold something else; the empty slot is not, but for its begin, so that no old system is left to start.

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { type DiskPlan, MIB, partitionOf, RECORD } from "./partition-plan.ts";

const BLOCK = 4096;
const PER_MIB = MIB / BLOCK;

export interface BlockRange {
  readonly first: number;
  readonly last: number;
}

/** The blocks that matter. `system`: bytes of the system's content. Pure. */
export function blockRanges(plan: DiskPlan, system: number): BlockRange[] {
  const whole = (start: number, size: number) => ({ first: start * PER_MIB, last: (start + size) * PER_MIB - 1 });
  const at = (name: Parameters<typeof partitionOf>[1]) => partitionOf(plan, name);
  const head = { first: 0, last: at("bootconfig").start * PER_MIB - 1 };
  const used = Math.max(1, Math.ceil(system / BLOCK));
  const data = at("data");
  return joined([
    head,
    ...(["bootconfig", "boot_a"] as const).map((name) => whole(at(name).start, at(name).size)),
    whole(at("boot_b").start, 1),
    logical(at("system_a"), used),
    logical(at("system_b"), PER_MIB),
    logical(data, (plan.size - data.start) * PER_MIB),
  ]);
}

/** A logical partition's first blocks, and its record in the chain before it. */
function logical({ start }: { readonly start: number }, blocks: number): BlockRange {
  const first = start * PER_MIB;
  return { first: first - RECORD * PER_MIB, last: first + blocks - 1 };
}

function joined(ranges: readonly BlockRange[]): BlockRange[] {
  const all: BlockRange[] = [];
  for (const range of ranges) {
    const before = all.at(-1);
    if (before !== undefined && before.last + 1 === range.first) all[all.length - 1] = { ...before, last: range.last };
    else all.push(range);
  }
  return all;
}

async function rangeSum(image: string, { first, last }: BlockRange): Promise<string> {
  const hash = createHash("sha256");
  const file = await open(image, "r");
  try {
    const stream = file.createReadStream({ start: first * BLOCK, end: (last + 1) * BLOCK - 1, autoClose: false });
    for await (const chunk of stream) hash.update(chunk as Buffer);
  } finally {
    await file.close();
  }
  return hash.digest("hex");
}

const CHECKSUM = /<BmapFileChecksum>\s*[0-9a-f]{64}\s*<\/BmapFileChecksum>/;

/** The whole file, with its own checksum in it, which counts as zeros while it is made. */
export async function blockMapText(image: string, plan: DiskPlan, system: number): Promise<string> {
  const ranges = blockRanges(plan, system);
  const mapped = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const lines: string[] = [];
  for (const range of ranges)
    lines.push(`    <Range chksum="${await rangeSum(image, range)}"> ${range.first}-${range.last} </Range>`);
  const text = `<?xml version="1.0" ?>
<bmap version="2.0">
  <ImageSize> ${plan.size * MIB} </ImageSize>
  <BlockSize> ${BLOCK} </BlockSize>
  <BlocksCount> ${plan.size * PER_MIB} </BlocksCount>
  <MappedBlocksCount> ${mapped} </MappedBlocksCount>
  <ChecksumType> sha256 </ChecksumType>
  <BmapFileChecksum> ${"0".repeat(64)} </BmapFileChecksum>
  <BlockMap>
${lines.join("\n")}
  </BlockMap>
</bmap>
`;
  const sum = createHash("sha256").update(text).digest("hex");
  return text.replace(CHECKSUM, `<BmapFileChecksum> ${sum} </BmapFileChecksum>`);
}
