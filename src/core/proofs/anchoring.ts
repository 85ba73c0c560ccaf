// Takes a day's root into the chain: looks at what is there, then wishes for the name, or follows what was wished for before.

import { fromHex, fromUtf8, type UnixMs } from "../../base/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import { proofsName, proofsValue, WORM_USER } from "../../registry/index.ts";
import type { NamePublication, NamePublisher, NameWish } from "../chain/name-publication.ts";
import type { CoinWallet, NameReader } from "../chain/ports-chain.ts";
import {
  type AnchorFacts,
  type AnchorPlan,
  type AnchorStep,
  anchorProblems,
  chooseAnchorStep,
  type SuffixRule,
} from "./anchor-rules.ts";
import type { ProofDay } from "./ports-proofs.ts";

export type AnchorNode = Pick<NameReader, "name" | "nameHistory"> & Pick<CoinWallet, "owns">;

export interface AnchorPolicy {
  readonly suffix: SuffixRule;
  /** The gateway's name on the chain: its suffix, and the last part of its WORM. */
  readonly username: string;
  /** How long the name is to stay, in days of the chain. */
  readonly keepDays: number;
}

export interface AnchoringDeps extends AnchorPolicy {
  readonly publisher: NamePublisher;
  readonly node: AnchorNode;
  readonly now: () => UnixMs;
}

/** The name of a user's WORM record. */
export const wormOf = (username: string): string => `${WORM_USER}${username}`;

type Changes = Partial<Omit<ProofDay, "date" | "changedAt">>;

export class Anchoring {
  readonly #deps: AnchoringDeps;

  constructor(deps: AnchoringDeps) {
    this.#deps = deps;
  }

  /** What would be done now, and its cost. Rejects with the node's fault where it cannot be asked. */
  async plan(day: ProofDay): Promise<AnchorPlan> {
    const step = await this.#choose(day);
    const { name } = step;
    const value = fromUtf8(recordOf(day));
    if (step.type === "fail") return { name, value, cost: null, problem: step.problem };
    if (step.type !== "submit") return { name, value, cost: null, problem: null };
    const owner = await this.#owner();
    if (owner === null) return { name, value, cost: null, problem: this.#noIdentity() };
    const { cost, problem } = await this.#deps.publisher.plan(this.#wish(day, name, owner));
    return { name, value, cost, problem };
  }

  /** One step for a day that is built, submitted or failed. Returns the day as it is now; the caller stores it. */
  async advance(day: ProofDay): Promise<ProofDay> {
    const step = await this.#choose(day);
    switch (step.type) {
      case "submit":
        return this.#submit(day, step.name);
      case "follow":
        return this.#submitted(day, step.name, step.publication);
      case "anchored":
        return this.#anchored(day, step);
      case "fail":
        return this.#changed(day, { state: "failed", name: step.name, problem: step.problem });
    }
  }

  /** What is wrong with a day's anchor, by the chain as it is now; null for nothing. */
  async audit(day: ProofDay): Promise<ProblemBody | null> {
    if (day.state !== "anchored" || day.name === null) return day.problem;
    const record = await this.#deps.node.name(day.name);
    const step = chooseAnchorStep([await this.#facts(day.name)], recordOf(day));
    if (step.type === "anchored") return null;
    if (step.type === "fail") return step.problem;
    return anchorProblems.lost(day.name, {
      code: "proofs.anchor_gone",
      message: record === null ? "the chain does not have it any more" : `the name is ${record.state}`,
      hint: "Anchor the day again.",
    });
  }

  async #choose(day: ProofDay): Promise<AnchorStep> {
    const { suffix, username } = this.#deps;
    const plain = proofsName({ day: day.date, gateway: null });
    const own = proofsName({ day: day.date, gateway: username });
    const names = { auto: [plain, own], always: [own], never: [plain] }[suffix];
    // A name that was chosen under an earlier rule stays what it is.
    const all = day.state === "submitted" && day.name !== null && !names.includes(day.name) ? [day.name] : names;
    const facts: AnchorFacts[] = [];
    for (const name of all) facts.push(await this.#facts(name));
    return chooseAnchorStep(facts, recordOf(day));
  }

  async #facts(name: string): Promise<AnchorFacts> {
    const { node, publisher } = this.#deps;
    const record = await node.name(name);
    const mine = record !== null && (await node.owns(record.address));
    return { name, record, mine, publication: publisher.latest(name) };
  }

  /** The address that owns our identity: readers trust an anchor by it. */
  async #owner(): Promise<string | null> {
    const { node, username } = this.#deps;
    const worm = await node.name(wormOf(username));
    return worm !== null && worm.state === "active" && (await node.owns(worm.address)) ? worm.address : null;
  }

  #noIdentity(): ProblemBody {
    return anchorProblems.noIdentity(wormOf(this.#deps.username));
  }

  #wish(day: ProofDay, name: string, address: string): NameWish {
    const { keepDays: days } = this.#deps;
    return { purpose: "proofs", operation: "new", name, value: recordOf(day), days, address };
  }

  async #submit(day: ProofDay, name: string): Promise<ProofDay> {
    const before = this.#deps.publisher.latest(name);
    // One that came to nothing is told once; asked for again (the day is then `failed`) it is tried again.
    if (day.state === "submitted" && before !== null && before.id === day.publication) {
      return this.#changed(day, { state: "failed", name, problem: anchorProblems.lost(name, before.problem) });
    }
    const owner = await this.#owner();
    if (owner === null) return this.#changed(day, { state: "built", problem: this.#noIdentity() });
    return this.#submitted(day, name, await this.#deps.publisher.submit(this.#wish(day, name, owner)));
  }

  #submitted(day: ProofDay, name: string, { id, txid, problem }: NamePublication): ProofDay {
    return this.#changed(day, { state: "submitted", name, publication: id, txid, problem });
  }

  async #anchored(day: ProofDay, { name, txid }: { readonly name: string; readonly txid: string }): Promise<ProofDay> {
    const operation = (await this.#deps.node.nameHistory(name)).findLast((change) => change.txid === txid);
    return this.#changed(day, { state: "anchored", name, txid, height: operation?.height ?? null, problem: null });
  }

  #changed(day: ProofDay, changes: Changes): ProofDay {
    const next = { ...day, ...changes };
    const same = JSON.stringify(next) === JSON.stringify(day);
    return same ? day : { ...next, changedAt: this.#deps.now() };
  }
}

/** Always the same bytes for the same tree: that is how an anchor of ours is recognised after a crash. */
function recordOf(day: ProofDay): Uint8Array {
  return proofsValue({ merkleRoot: fromHex(day.root ?? ""), count: day.count, day: day.date });
}
