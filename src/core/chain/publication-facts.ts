// Reads what the machine has to know of a name, as few calls as the state needs.

import type { NameWish } from "./name-publication.ts";
import type { ChainNode } from "./ports-chain.ts";
import type { NameFacts, SentFacts } from "./publication-machine.ts";

/** What the publisher asks of the node. */
export type PublishingNode = Pick<
  ChainNode,
  | "status"
  | "height"
  | "lastPowReward"
  | "name"
  | "nameHistory"
  | "pendingNames"
  | "newName"
  | "updateName"
  | "deleteName"
  | "transaction"
  | "broadcast"
  | "newAddress"
  | "owns"
>;

export interface FactsQuery {
  readonly wish: Pick<NameWish, "name" | "operation">;
  /** Whether an operation of ours may be in mempool or chain. */
  readonly inDoubt: boolean;
  /** Transactions of other publications, which this one's cannot be. */
  readonly others: ReadonlySet<string>;
}

export async function nameFacts(node: PublishingNode, { wish, inDoubt, others }: FactsQuery): Promise<NameFacts> {
  const { name, operation } = wish;
  // The height first: what comes into the chain while we read lies above it.
  const height = await node.height();
  const pending = (await node.pendingNames()).filter((each) => each.name === name);
  const record = await node.name(name);
  const history = inDoubt ? await node.nameHistory(name) : [];
  const owned = operation !== "new" && record?.state === "active" && (await node.owns(record.address));
  return { height, record, owned, pending, history: history.filter((each) => !others.has(each.txid)) };
}

export async function sentFacts(node: PublishingNode, name: string, txid: string): Promise<SentFacts> {
  const height = await node.height();
  const transaction = await node.transaction(txid);
  if (transaction === null || transaction.confirmations <= 0) {
    return { height, record: null, transaction, effective: false };
  }
  const record = await node.name(name);
  const effective = record?.txid === txid || (await node.nameHistory(name)).some((each) => each.txid === txid);
  return { height, record, transaction, effective };
}
