// What a wish would cost and what stands in its way. Reads only.

import { isAppError, type MicroEmc, microEmc } from "../../base/index.ts";
import { FLAT_FEE_MICRO } from "../../emercoin/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { NamePlan, NameWish } from "./name-publication.ts";
import type { NodeStatus, WalletGate } from "./ports-chain.ts";
import { nameFacts, type PublishingNode } from "./publication-facts.ts";
import { judge, type PublicationRules } from "./publication-machine.ts";
import type { StoredPublication } from "./publication-model.ts";
import { problemOf, problems, runningPublication } from "./publication-problems.ts";

export interface PlanDeps {
  readonly node: PublishingNode;
  readonly gate: WalletGate;
  /** Throws for what the chain must not have: private keys, numbers, endpoints, prices. */
  readonly lint: (wish: NameWish) => void;
  readonly rules: PublicationRules;
  /** The fee of a name operation (burnt), by what the last block made by work minted. */
  readonly nameFee: (wish: NameWish, lastPowReward: MicroEmc) => MicroEmc;
}

/** Rejects with the node's fault where it cannot be asked: without it nobody knows the cost. */
export async function planWish(deps: PlanDeps, wish: NameWish, open: StoredPublication | null): Promise<NamePlan> {
  const { node, gate, rules, lint, nameFee } = deps;
  const status = await node.status();
  const cost = microEmc(nameFee(wish, await node.lastPowReward()) + FLAT_FEE_MICRO);
  const problem =
    lintProblem(lint, wish) ??
    (open === null ? null : problemOf(runningPublication(wish.name, open.id))) ??
    (await nameProblem(node, wish, rules)) ??
    walletProblem(status, gate, cost);
  return { wish, cost, problem };
}

function lintProblem(lint: PlanDeps["lint"], wish: NameWish): ProblemBody | null {
  try {
    lint(wish);
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return problemOf(error);
  }
}

async function nameProblem(
  node: PublishingNode,
  wish: NameWish,
  { margin }: PublicationRules,
): Promise<ProblemBody | null> {
  const facts = await nameFacts(node, { wish, inDoubt: false, others: new Set() });
  const verdict = judge(wish.operation, facts, margin);
  return verdict.kind === "go" ? null : verdict.problem;
}

function walletProblem({ synced, wallet }: NodeStatus, gate: WalletGate, cost: MicroEmc): ProblemBody | null {
  if (!synced) return problems.syncing;
  if (wallet === null) return problems.noWallet;
  if (wallet.lock === "minting") return problems.minting;
  if (wallet.lock === "locked" && !gate.ready) return problems.locked;
  return wallet.confirmed < cost ? problems.noFunds : null;
}
