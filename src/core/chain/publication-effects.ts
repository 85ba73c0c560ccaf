// What the publisher has the node do. Both calls can be repeated: the machine looks before it asks again, and a transaction that is known
// already is not sent twice.

import { hasCode, isAppError } from "../../base/index.ts";
import type { WalletGate } from "./ports-chain.ts";
import type { PublishingNode } from "./publication-facts.ts";
import type { PublicationInput } from "./publication-machine.ts";
import type { StoredPublication } from "./publication-model.ts";
import { problemOf } from "./publication-problems.ts";

export interface AskDeps {
  readonly node: PublishingNode;
  readonly gate: WalletGate;
}

/** Asks the node for the operation. Rejects only when the box stops, or for a fault of the program. */
export async function askNode(
  { node, gate }: AskDeps,
  { wish, address }: StoredPublication,
): Promise<PublicationInput> {
  const { name, value, days, operation } = wish;
  const write = { name, value, days, address: address ?? "" };
  const ask = (): Promise<string> => {
    if (operation === "delete") return node.deleteName(name);
    return operation === "new" ? node.newName(write) : node.updateName(write);
  };
  try {
    // Only the purpose: what the wallet is open for can come into the log, and a name may hold a phone number.
    return { type: "accepted", txid: await gate.unlocked(`${operation} ${wish.purpose}`, ask) };
  } catch (error) {
    if (!isAppError(error) || error.code === "base.stopped") throw error;
    return { type: "refused", problem: problemOf(error) };
  }
}

/** Sends the transaction that vanished again. Null: the node has it. */
export async function sendAgain({ node }: AskDeps, hex: string): Promise<PublicationInput | null> {
  try {
    await node.broadcast(hex);
    return null;
  } catch (error) {
    if (!hasCode(error, "emercoin.inputs_spent")) throw error;
    return { type: "displaced", height: await node.height() };
  }
}
