// A day's tree over very many receipts: how fast it is built, what it takes of memory, and how long one proof takes. Receipts are derived
// and signed as the box does it; the tree lies in a real database.

import { join } from "node:path";
import { silentLogger, toBase64url, unixMs } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import {
  BoxReceipts,
  buildTree,
  DayTree,
  type ForwardedRow,
  type IssuedRows,
  type ProofDay,
  proofDate,
  type ReceiptSource,
  startOf,
} from "../../src/core/index.ts";
import { createIdentity, leafBytes, merkleLeafHash } from "../../src/envelope/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { type BenchOptions, type Row, spread } from "./measure.ts";

const DATE = proofDate("20260115");
const SLICE = 64;
const NOTHING = { issuer: null, name: null, publication: null, txid: null, height: null, problem: null };

function rowOf(n: number): ForwardedRow {
  const seed = new Uint8Array(8);
  new DataView(seed.buffer).setFloat64(0, n);
  const hash = toBase64url(suite.sha256(seed));
  const at = unixMs(startOf(DATE) + (n % 86_400_000));
  return { hash, rentalId: "", listingId: "a1b2c3d4e5f64a7b", renter: "", at, accepted: null };
}

/** Rows of so many messages, made when they are asked for: what is measured is not their storage. */
function rowsOf(count: number): IssuedRows {
  return {
    forwarded: async ({ after }) => {
      const start = Number(after);
      const end = Math.min(count, start + SLICE);
      const rows = Array.from({ length: end - start }, (_, i) => rowOf(start + i));
      // A database answers in a later turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      return { rows, next: end < count ? String(end) : null };
    },
    acknowledged: async () => ({ rows: [], next: null }),
    forwardedAs: async () => null,
    acknowledgedAs: async () => [],
  };
}

/** Resident and unshared memory, in MB, looked at ten times a second. */
function watchMemory(): () => number {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 100);
  look();
  return () => {
    clearInterval(timer);
    look();
    return peak / 1024 / 1024;
  };
}

async function measureProofs(source: ReceiptSource, tree: DayTree, count: number): Promise<readonly number[]> {
  const { receipts } = await source.slice({ after: "m0", from: unixMs(0), to: unixMs(1e15), rentalId: null });
  const samples: number[] = [];
  for (const { receipt } of receipts.slice(0, 50)) {
    const begin = performance.now();
    const proof = await tree.find(merkleLeafHash(suite, leafBytes(receipt)));
    samples.push(performance.now() - begin);
    if (proof === null) throw new Error(`a receipt is not in the tree of ${count}`);
  }
  return samples;
}

export async function proofsRow(options: BenchOptions): Promise<Row> {
  const count = options.quick ? 100_000 : 1_000_000;
  const { seed, verify } = createIdentity(systemRandom, suite, "provider");
  const source = new BoxReceipts({ suite, rows: rowsOf(count), seed, provider: toBase64url(verify) });
  const store = await openBoxStore({ clock: systemClock, log: silentLogger, file: join(options.folder, "proofs.db") });
  try {
    const { trees } = store.proofs;
    // With code, caches and heap warm: what grows then grows with the day.
    const { signal } = new AbortController();
    const few = new BoxReceipts({ suite, rows: rowsOf(count / 5), seed, provider: toBase64url(verify) });
    await buildTree({ suite, store: trees, source: few, signal }, DATE);
    globalThis.gc?.();
    const before = process.memoryUsage.rss() / 1024 / 1024;
    const peak = watchMemory();
    const begin = performance.now();
    const built = await buildTree({ suite, store: trees, source, signal }, DATE);
    const ms = performance.now() - begin;
    const day: ProofDay = { date: DATE, state: "built", ...built, ...NOTHING, changedAt: unixMs(0) };
    await trees.finishTree(day);
    const grown = peak() - before;
    const opened = performance.now();
    const tree = await DayTree.open({ suite, store: trees }, day);
    const openMs = performance.now() - opened;
    const proofs = await measureProofs(source, tree, count);
    return {
      name: "a day's tree",
      figures: [
        { what: "signed, sorted and stored", unit: "receipts/s", value: spread([(built.count * 1000) / ms]) },
        {
          what: "memory, above that of a fifth as many",
          unit: "MB",
          value: spread([grown]),
          target: "does not grow with the day",
        },
        { what: "opening the tree", unit: "ms", value: spread([openMs]) },
        { what: "one proof of the open tree", unit: "ms", value: spread(proofs) },
      ],
      facts: {
        receipts: built.count,
        build_seconds: Math.round(ms / 100) / 10,
        database_bytes: (await store.stats()).bytes,
      },
    };
  } finally {
    await store.close();
  }
}
