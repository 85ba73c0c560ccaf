// Days and proofs as REST and exports show them.

import { type CryptoSuite, toHex } from "../../base/index.ts";
import { leafBytes, merkleLeafHash } from "../../envelope/index.ts";
import type { ProofBundle, ProofDayView, ProofTree, ReceiptProof } from "../../protocol/index.ts";
import { DayTree } from "./day-tree.ts";
import type { IssuedReceipt, ProofDay, TreeStore } from "./ports-proofs.ts";
import { dateOf, type ProofDate, periodOf } from "./proof-date.ts";

export function dayView(day: ProofDay): ProofDayView {
  const { date, state, count, root, name, txid, height, problem, changedAt } = day;
  return { date, period: periodOf(date), state, count, root, name, txid, height, problem, changed_at: changedAt };
}

function treeView({ date, count, root, name, txid, height }: ProofDay & { readonly root: string }): ProofTree {
  return { date, period: periodOf(date), root, count, name, txid, height };
}

export interface BundleDeps {
  readonly suite: CryptoSuite;
  readonly store: TreeStore;
  readonly issuer: ProofBundle["issuer"];
}

/** Makes proofs for any receipts; each day's tree is opened once. */
export class BundleMaker {
  readonly #deps: BundleDeps;
  readonly #trees = new Map<
    ProofDate,
    { readonly day: ProofDay & { readonly root: string }; readonly tree: DayTree } | null
  >();

  constructor(deps: BundleDeps) {
    this.#deps = deps;
  }

  /** The bundle of `receipts`, with the trees that they are in. Errors: `proofs.damaged`. */
  async bundle(receipts: readonly IssuedReceipt[]): Promise<ProofBundle> {
    const proven: ReceiptProof[] = [];
    for (const each of receipts) proven.push(await this.#prove(each));
    const trees = [...this.#trees.values()].flatMap((entry) => (entry === null ? [] : [treeView(entry.day)]));
    const { issuer } = this.#deps;
    return { v: 1, type: "numberbox-proof", issuer, trees: trees.sort(byDate), receipts: proven };
  }

  async #prove({ kind, receipt, at }: IssuedReceipt): Promise<ReceiptProof> {
    const leaf = merkleLeafHash(this.#deps.suite, leafBytes(receipt));
    const date = dateOf(at);
    const found = await (await this.#open(date))?.tree.find(leaf);
    const proof = found ? { index: found.index, path: found.path.map((node) => toHex(node)) } : null;
    return { kind, receipt: copyOf(receipt), leaf_hash: toHex(leaf), date, proof };
  }

  async #open(date: ProofDate) {
    const known = this.#trees.get(date);
    if (known !== undefined) return known;
    const day = await this.#deps.store.day(date);
    const built = day !== null && day.root !== null && day.count > 0 ? { ...day, root: day.root } : null;
    const entry = built === null ? null : { day: built, tree: await DayTree.open(this.#deps, built) };
    this.#trees.set(date, entry);
    return entry;
  }
}

const byDate = (a: ProofTree, b: ProofTree): number => (a.date < b.date ? -1 : 1);

/** The schema's type has no readonly members. */
function copyOf(receipt: IssuedReceipt["receipt"]): ReceiptProof["receipt"] {
  const to = typeof receipt.to === "string" ? receipt.to : { ...receipt.to };
  return { ...receipt, to };
}
