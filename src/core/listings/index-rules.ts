// The index's decisions, pure: whether a page of the walk fits to the one before, and what a block or a reorganisation leaves to be read.

import { listingIdOf } from "../../registry/index.ts";
import type { BlockNames, NameRecord, NameRow } from "../chain/ports-chain.ts";
import type { IndexedListing, IndexPosition, SeenBlock } from "./index-model.ts";

/** Blocks that a reorganisation can take away without a new walk. */
export const KEPT_BLOCKS = 100;
/** More than any listing's value has; longer ones are not kept. */
const MAX_VALUE = 2048;

/** The order of the node's database: by length, then by bytes. A page itself is sorted by age (emercoin.md, name_filter). */
export function databaseOrder(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

export interface WalkPage {
  readonly rows: readonly NameRow[];
  /** Rows that were asked for. */
  readonly asked: number;
  /** Height at which the page was read. */
  readonly height: number;
}

export interface WalkStep {
  readonly walk: IndexPosition["walk"];
  readonly upserts: readonly IndexedListing[];
}

/**
 * Takes in a page that was asked for from `walkFrom`. Each page begins with the last row of the one before. If it does not, names went
 * away before it and others moved up: the walk goes back, so that none is passed over.
 */
export function stepWalk(walk: NonNullable<IndexPosition["walk"]>, { rows, asked, height }: WalkPage): WalkStep {
  const sorted = [...rows].sort((a, b) => databaseOrder(a.name, b.name));
  const first = sorted[0];
  const overlaps =
    walkFrom(walk) === 0 || walk.last === null || (first !== undefined && databaseOrder(first.name, walk.last) <= 0);
  if (!overlaps) return { walk: { ...walk, from: Math.max(0, walk.from - asked) }, upserts: [] };
  const upserts = sorted.flatMap((row) => indexed(row.name, { ...row, expiresAt: height + row.expiresIn }) ?? []);
  if (rows.length < asked) return { walk: null, upserts };
  return { walk: { from: walkFrom(walk) + rows.length, last: sorted.at(-1)?.name ?? walk.last }, upserts };
}

export function walkFrom({ from }: NonNullable<IndexPosition["walk"]>): number {
  return Math.max(0, from - 1);
}

interface Found {
  readonly value: Uint8Array;
  readonly expiresAt: number;
  readonly txid?: string;
  readonly address?: string;
}

/** Null for what is no listing. */
function indexed(name: string, { value, expiresAt, txid, address }: Found): IndexedListing | null {
  const id = listingIdOf(name);
  if (id === null || value.length > MAX_VALUE) return null;
  return { id, value, expiresAt, txid: txid ?? null, address: address ?? null };
}

/** What a record read anew makes of a listing; null: it goes. */
export function ofRecord(record: NameRecord | null): IndexedListing | null {
  return record === null || record.state === "deleted" ? null : indexed(record.name, record);
}

export function seenBlock({ height, hash, names }: BlockNames): SeenBlock {
  return { height, hash, ids: names.flatMap((name) => listingIdOf(name) ?? []) };
}

export function withBlocks(blocks: readonly SeenBlock[], more: readonly SeenBlock[]): readonly SeenBlock[] {
  return [...blocks, ...more].slice(-KEPT_BLOCKS);
}
