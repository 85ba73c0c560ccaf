// Bundles of receipts with their proofs: fetched from the box page by page, written as one file, read again.

import { open, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError, systemCodeOf, wrapError } from "../../base/index.ts";
import {
  type ProofBundle,
  type ProofPage,
  type ProofTree,
  parseJsonWith,
  proofBundle,
  proofPage,
} from "../../protocol/index.ts";
import type { CliIo } from "../cli-io.ts";
import type { BoxApi } from "./box-api.ts";
import { readConfigText } from "./data-option.ts";

export interface ReceiptSelection {
  readonly about?: string | undefined;
  readonly day?: string | undefined;
  readonly rental?: string | undefined;
}

/** All pages of a selection, in order. */
export async function* receiptPages(api: BoxApi, { about, day, rental }: ReceiptSelection): AsyncGenerator<ProofPage> {
  for (let after: string | null = null, more = true; more; ) {
    const given = { about, date: day, rental, after: after ?? undefined };
    const query = new URLSearchParams(
      Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined),
    );
    const page: ProofPage = await api.call({ method: "GET", path: `proofs/receipts?${query}`, reply: proofPage });
    yield page;
    after = page.next;
    more = after !== null;
  }
}

type Write = (text: string) => Promise<void>;

/** A bundle is written while it is read: a day may have more receipts than fit into memory. Returns how many. */
async function writeBundle(pages: AsyncIterable<ProofPage>, write: Write): Promise<number> {
  const trees = new Map<string, ProofTree>();
  let count = 0;
  let begun = false;
  for await (const { v, type, issuer, trees: some, receipts } of pages) {
    if (!begun) await write(`{"v":${v},"type":"${type}","issuer":${JSON.stringify(issuer)},"receipts":[`);
    begun = true;
    for (const tree of some) trees.set(tree.date, tree);
    for (const receipt of receipts) await write(`${count++ === 0 ? "" : ","}\n${JSON.stringify(receipt)}`);
  }
  await write(`\n],"trees":${JSON.stringify([...trees.values()])}}\n`);
  return count;
}

/** Writes to a new file (mode 0600), or to standard output without one. Returns how many receipts. Errors: `proofs.cannot_write`. */
export async function saveBundle(
  io: CliIo,
  pages: AsyncIterable<ProofPage>,
  file: string | undefined,
): Promise<number> {
  if (file === undefined) return writeBundle(pages, async (text) => io.out(text));
  const handle = await open(resolve(file), "wx", 0o600).catch((cause: unknown) => {
    throw wrapError(cause, "proofs.cannot_write", `${file} cannot be written (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Name a file that does not exist, in a folder that you may write.",
    });
  });
  try {
    const count = await writeBundle(pages, async (text) => void (await handle.write(text)));
    await handle.sync();
    return count;
  } catch (error) {
    // Half a file would look like a whole one that was damaged.
    await rm(resolve(file), { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Reads a bundle's file; `-` for standard input. Errors: `config.unreadable`, `proofs.bad_bundle`. */
export async function readBundle(io: CliIo, file: string): Promise<ProofBundle> {
  const text = file === "-" ? new TextDecoder().decode(await io.readInput()) : await readConfigText(file);
  const bundle = parseJsonWith(proofBundle, text, "proofs.bad_bundle", "The file of receipts");
  if (new Set(bundle.trees.map(({ date }) => date)).size === bundle.trees.length) return bundle;
  throw new AppError("proofs.bad_bundle", "the file has two trees of one day", {
    hint: "Ask the issuer for a fresh export.",
  });
}
