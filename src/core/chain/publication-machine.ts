// The life of one name operation, pure: what is known goes in, the next state and what has to be done come out. Success is the name's
// own record (or its history) with our txid, deep enough: a lost race and a late update confirm as well, without effect
// (our emercoin.md §3, "Life cycle").

import { hours, type UnixMs } from "../../base/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { NamePublicationState } from "./name-publication.ts";
import type { NameChange, NameRecord, PendingName, TransactionStatus } from "./ports-chain.ts";
import { isOpen, type StoredPublication } from "./publication-model.ts";
import { problems } from "./publication-problems.ts";

export interface PublicationRules {
  /** Confirmations that count as done. */
  readonly confirmations: number;
  /** Blocks before expiry from which on a name is not updated any more. */
  readonly margin: number;
}

/** What the chain says of a name before an operation on it. */
export interface NameFacts {
  readonly height: number;
  readonly record: NameRecord | null;
  /** Whether the wallet has the owner's key. */
  readonly owned: boolean;
  /** What waits in the mempool for this name. */
  readonly pending: readonly PendingName[];
  /** Confirmed operations on this name; only needed of a publication that is in doubt. */
  readonly history: readonly NameChange[];
}

/** What the chain says of an operation that was sent. */
export interface SentFacts {
  readonly height: number;
  readonly record: NameRecord | null;
  readonly transaction: TransactionStatus | null;
  /** Whether the name's history has our transaction: it took effect, whatever came behind it. */
  readonly effective: boolean;
}

export type PublicationInput =
  | { readonly type: "named"; readonly address: string }
  | { readonly type: "prepared"; readonly facts: NameFacts }
  | { readonly type: "accepted"; readonly txid: string }
  | { readonly type: "refused"; readonly problem: ProblemBody }
  | { readonly type: "observed"; readonly facts: SentFacts }
  | { readonly type: "displaced"; readonly height: number }
  | { readonly type: "troubled"; readonly problem: ProblemBody }
  | { readonly type: "cancelled" };

/** `send`: ask the node for the operation. `rebroadcast`: send `hex` again. `retry`: look again after a pause that grows. */
export type PublicationEffect = "send" | "rebroadcast" | "retry";

export interface PublicationStep {
  readonly state: StoredPublication;
  readonly effects: readonly PublicationEffect[];
}

const PATIENCE = hours(3);

/** The node refuses for good. */
const FINAL: ReadonlySet<string> = new Set(["emercoin.name_foreign", "emercoin.bad_name", "emercoin.rejected"]);
/** The node has certainly not acted, and may do so later. */
const NOT_ACTED: ReadonlySet<string> = new Set([
  "emercoin.unreachable",
  "emercoin.busy",
  "emercoin.warming_up",
  "emercoin.syncing",
  "emercoin.bad_credentials",
  "emercoin.locked",
  "emercoin.minting_only",
  "emercoin.no_wallet",
  "emercoin.no_funds",
  "emercoin.coins_reserved",
]);

type Change = Partial<Omit<StoredPublication, "id" | "wish" | "createdAt" | "changedAt">>;

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Our operation among those of its name: same operation, value and owner, and not older than our question. */
function findOurs(publication: StoredPublication, facts: NameFacts): string | null {
  const { wish, address, askedAt } = publication;
  // In doubt without having asked: a backup was restored, and the old box may have asked. The same value may have stood long ago: only
  // what stands now counts.
  const unasked = askedAt === null;
  const isOwner = (other: PendingName): boolean => (unasked ? other.mine || facts.owned : other.address === address);
  const isOurs = (other: PendingName): boolean =>
    other.operation === wish.operation &&
    (wish.operation === "delete" || (isOwner(other) && same(other.value ?? new Uint8Array(), wish.value)));
  const confirmed = (unasked ? facts.history.slice(-1) : facts.history).findLast(
    (each) => each.height > (askedAt ?? 0) && isOurs(each),
  );
  return (confirmed ?? facts.pending.find((each) => each.mine && isOurs(each)))?.txid ?? null;
}

export type Verdict =
  | { readonly kind: "go"; readonly address: string | null }
  | { readonly kind: "wait"; readonly problem: ProblemBody }
  | { readonly kind: "fail"; readonly problem: ProblemBody };

function judgeNew({ record, height }: NameFacts): Verdict {
  if (record?.state === "active") return { kind: "fail", problem: problems.exists };
  // The owner still has the block in which the name expires (emercoin.md: name_new is refused at expires_in 0).
  if (record?.state === "expired" && record.expiresAt >= height) return { kind: "wait", problem: problems.expiring };
  return { kind: "go", address: null };
}

function judgeOwned(operation: "update" | "delete", { record, height, owned }: NameFacts, margin: number): Verdict {
  if (record?.state !== "active") return { kind: "fail", problem: problems.inactive };
  if (!owned) return { kind: "fail", problem: problems.foreign };
  if (operation === "update" && record.expiresAt - height < margin) return { kind: "fail", problem: problems.tooLate };
  return { kind: "go", address: record.address };
}

/** Whether an operation could go out now. `address` is the current owner's, which an update keeps; null for a new name. */
export function judge(operation: StoredPublication["wish"]["operation"], facts: NameFacts, margin: number): Verdict {
  const verdict = operation === "new" ? judgeNew(facts) : judgeOwned(operation, facts, margin);
  // A name that nobody can give us is not worth waiting for; one that waits for another operation is.
  if (verdict.kind === "go" && facts.pending.length > 0) return { kind: "wait", problem: problems.busy };
  return verdict;
}

function prepared(publication: StoredPublication, facts: NameFacts, { margin }: PublicationRules): Outcome {
  const ours = publication.inDoubt ? findOurs(publication, facts) : null;
  if (ours !== null) return { change: { state: "sent", txid: ours, inDoubt: false, problem: null } };
  const verdict = judge(publication.wish.operation, facts, margin);
  if (verdict.kind === "fail") return { change: { state: "failed", inDoubt: false, problem: verdict.problem } };
  if (verdict.kind === "wait") return { change: { problem: verdict.problem }, effects: ["retry"] };
  const address = verdict.address ?? publication.address;
  // What was pending when we asked first would be taken for ours if the height were moved up with each question.
  const askedAt = publication.askedAt ?? facts.height;
  return { change: { address, askedAt, inDoubt: true, problem: null }, effects: ["send"] };
}

function refused(problem: ProblemBody): Outcome {
  if (FINAL.has(problem.code)) return { change: { state: "failed", inDoubt: false, problem } };
  if (NOT_ACTED.has(problem.code)) return { change: { inDoubt: false, problem }, effects: ["retry"] };
  // Nothing was pending a moment ago: either our own operation of an earlier question came through just now, or the mark is stuck.
  if (problem.code === "emercoin.name_pending") return { change: { problem: problems.stuck }, effects: ["retry"] };
  return { change: { problem }, effects: ["retry"] };
}

function missing({ hex }: StoredPublication): Outcome {
  const change: Change = { state: "sent", confirmations: 0, problem: problems.vanished };
  return hex === null
    ? { change: { ...change, state: "waiting", txid: null, inDoubt: true }, effects: ["retry"] }
    : { change, effects: ["rebroadcast"] };
}

function confirmed(needed: number, facts: SentFacts, { confirmations, hex }: TransactionStatus): Outcome {
  const state: NamePublicationState = confirmations < needed ? "confirming" : facts.effective ? "done" : "lost";
  const { record } = facts;
  const expiresAt = record?.state === "active" && facts.effective ? record.expiresAt : null;
  const problem = facts.effective ? null : problems.overtaken;
  return { change: { state, confirmations, hex, expiresAt, displacedAt: null, problem } };
}

function observed(publication: StoredPublication, facts: SentFacts, at: UnixMs): Outcome {
  const { transaction } = facts;
  if (transaction === null) return missing(publication);
  if (transaction.confirmations < 0) return displaced(publication, facts.height);
  if (transaction.confirmations > 0) return confirmed(publication.needed, facts, transaction);
  const problem = at - publication.createdAt > PATIENCE ? problems.unconfirmed : null;
  return { change: { state: "sent", confirmations: 0, hex: transaction.hex, displacedAt: null, problem } };
}

/** The transaction cannot be mined in the chain as it is. It is given up when the chain has stayed so for long enough. */
function displaced({ displacedAt, needed }: StoredPublication, height: number): Outcome {
  const since = displacedAt ?? height;
  const state: NamePublicationState = height - since >= needed ? "lost" : "sent";
  return { change: { state, confirmations: 0, displacedAt: since, problem: problems.displaced } };
}

interface Outcome {
  readonly change: Change;
  readonly effects?: readonly PublicationEffect[];
}

function outcomeOf(
  publication: StoredPublication,
  input: PublicationInput,
  { rules, at }: { readonly rules: PublicationRules; readonly at: UnixMs },
): Outcome {
  switch (input.type) {
    case "named":
      return { change: { address: input.address } };
    case "prepared":
      return prepared(publication, input.facts, rules);
    case "accepted":
      return { change: { state: "sent", txid: input.txid, inDoubt: false, problem: null } };
    case "refused":
      return refused(input.problem);
    case "observed":
      return observed(publication, input.facts, at);
    case "displaced":
      return displaced(publication, input.height);
    case "troubled":
      return { change: { problem: input.problem }, effects: ["retry"] };
    case "cancelled":
      return { change: { state: "cancelled", problem: null } };
  }
}

const EXPECTED: Readonly<Record<PublicationInput["type"], readonly NamePublicationState[]>> = {
  named: ["waiting"],
  prepared: ["waiting"],
  accepted: ["waiting"],
  refused: ["waiting"],
  observed: ["sent", "confirming"],
  displaced: ["sent", "confirming"],
  troubled: ["waiting", "sent", "confirming"],
  cancelled: ["waiting"],
};

/** Polls that learn nothing new write nothing. */
function sameState(a: StoredPublication, b: StoredPublication): boolean {
  const { problem: problemA, ...restA } = a;
  const { problem: problemB, ...restB } = b;
  return problemA?.code === problemB?.code && JSON.stringify(restA) === JSON.stringify(restB);
}

/** One step. An input that does not belong to the state (a late answer, a second cancel) changes nothing. */
export function stepPublication(
  publication: StoredPublication,
  input: PublicationInput,
  context: { readonly rules: PublicationRules; readonly at: UnixMs },
): PublicationStep {
  const ignored = !isOpen(publication) || !EXPECTED[input.type].includes(publication.state);
  if (ignored || (input.type === "cancelled" && publication.inDoubt)) return { state: publication, effects: [] };
  const { change, effects = [] } = outcomeOf(publication, input, context);
  const state = { ...publication, ...change };
  return { state: sameState(publication, state) ? publication : { ...state, changedAt: context.at }, effects };
}
