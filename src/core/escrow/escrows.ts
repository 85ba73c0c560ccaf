// The escrows of a box: kept, watched, sent again after a crash, and acted on by its owner.

import {
  type AppError,
  type Clock,
  type Disposer,
  days,
  type Logger,
  type MicroEmc,
  type Millis,
  messageOf,
  type Random,
  SerialQueue,
  seconds,
  toBase64url,
  type UnixMs,
} from "../../base/index.ts";
import type { ChainNetwork } from "../../emercoin/index.ts";
import type { Identity } from "../../envelope/index.ts";
import {
  ESCROW_ROLES,
  type EscrowParty,
  type EscrowPolicy,
  type EscrowRecord,
  type EscrowRole,
  escrowName,
} from "../../registry/index.ts";
import type { NamePlan, NamePublication, NamePublisher, NameWish } from "../chain/name-publication.ts";
import type { EventLog } from "../event-log.ts";
import { type EscrowAction, type EscrowPlan, planEscrowStep, runEscrowStep } from "./escrow-actions.ts";
import { EscrowDesk, type EscrowDeskDeps, type EscrowStatus } from "./escrow-desk.ts";
import type { EscrowFile } from "./escrow-file.ts";
import { mergeEscrowFiles } from "./escrow-merge.ts";
import { type EscrowStep, escrowSteps, isEscrowOver } from "./escrow-phase.ts";
import { checkEscrowAmount, checkPolicy, type EscrowRuleDeps, escrowRefusal } from "./escrow-policy-rules.ts";
import { type EscrowTerms, newEscrowParty, proposeEscrow } from "./escrow-proposal.ts";
import { escrowWish } from "./escrow-record-wish.ts";
import type { EscrowStore, StoredEscrow } from "./ports-escrow.ts";

export interface Arbiter extends EscrowParty {
  readonly name: string;
}

export interface EscrowsDeps extends Pick<EscrowDeskDeps, "node" | "gate" | "suite" | "coin" | "confirmations"> {
  readonly store: EscrowStore;
  readonly network: () => Promise<ChainNetwork>;
  readonly identity: Identity;
  /** Whom the box trusts to decide. */
  readonly arbiters: readonly Arbiter[];
  readonly publisher: Pick<NamePublisher, "plan" | "submit" | "latest">;
  readonly clock: Clock;
  readonly now: () => UnixMs;
  readonly random: Random;
  readonly events: EventLog;
  readonly log: Logger;
}

export interface EscrowWish {
  readonly renter: EscrowParty;
  /** A name of `arbiters`. */
  readonly arbiter: string;
  readonly terms: EscrowTerms;
}

export interface EscrowView extends StoredEscrow {
  readonly status: EscrowStatus;
  readonly steps: readonly EscrowStep[];
  readonly record: NamePublication | null;
}

const EVERY = seconds(60);
/** A reorganisation can undo what was over; not after this time. */
const REOPENS = days(1);

export class Escrows {
  readonly #deps: EscrowsDeps;
  readonly #all = new Map<string, StoredEscrow>();
  readonly #changes = new SerialQueue("escrows");
  #cancel: Disposer = () => {};
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: EscrowsDeps) {
    this.#deps = deps;
  }

  async load(): Promise<void> {
    for (const escrow of await this.#deps.store.escrows()) this.#all.set(escrow.file.policy.escrowId, escrow);
  }

  /** Begins the rounds; what a crash left unsent is sent in the first. */
  start(): void {
    this.#arm(seconds(1));
  }

  /** Lets the round that runs end. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#changes.stop();
    await this.#round;
  }

  list(): readonly StoredEscrow[] {
    return [...this.#all.values()];
  }

  /** Errors: `escrow.unknown`. */
  get(id: string): StoredEscrow {
    const found = this.#all.get(id);
    if (found !== undefined) return found;
    throw escrowRefusal("escrow.unknown", "there is no such escrow", "Take an id from the list.");
  }

  /** Asks the chain. Errors: `escrow.unknown`, the node's. */
  async view(id: string): Promise<EscrowView> {
    const status = await this.#desk(await this.#rules()).status(this.get(id).file);
    const stored = await this.#changes.run(() => this.#seen(id, status));
    const record = this.#deps.publisher.latest(escrowName(id));
    return { ...stored, status, steps: escrowSteps(status, stored.role), record };
  }

  arbiters(): readonly Arbiter[] {
    return this.#deps.arbiters;
  }

  /** The box's part for an escrow that somebody else proposes. */
  party(): Promise<EscrowParty> {
    const { node, identity } = this.#deps;
    return newEscrowParty(node, identity.verify);
  }

  /** What can be said of a proposal without making keys for it. Throws `escrow.unknown_arbiter`, `escrow.bad_policy`. */
  checkProposal({ arbiter, terms }: EscrowWish): Arbiter {
    const named = this.#deps.arbiters.find(({ name }) => name === arbiter);
    if (named === undefined) throw unknownArbiter();
    checkEscrowAmount(terms.amount);
    return named;
  }

  /** A new escrow with the box as provider; kept, not signed. Errors: `escrow.unknown_arbiter`, `escrow.bad_policy`. */
  async propose(wish: EscrowWish): Promise<StoredEscrow> {
    const { random } = this.#deps;
    const { name: _, ...arbiter } = this.checkProposal(wish);
    const rules = await this.#rules();
    const roles = { renter: wish.renter, provider: await this.party(), arbiter };
    return await this.take(proposeEscrow({ ...rules, random }, roles, wish.terms));
  }

  /**
   * Keeps a document, or takes what is new in it. Errors: `escrow.not_a_party`, `escrow.unknown_arbiter`, `escrow.bad_policy`,
   * `escrow.other_policy`.
   */
  async take(file: EscrowFile): Promise<StoredEscrow> {
    const rules = await this.#rules();
    const { policy } = file;
    checkPolicy(rules, policy);
    const role = this.#roleIn(policy);
    return await this.#changes.run(async () => {
      const known = this.#all.get(policy.escrowId);
      if (known !== undefined)
        return await this.#save({ ...known, file: mergeEscrowFiles(rules, known.file, file, this.#unix()) });
      this.#checkArbiter(policy, role);
      const at = this.#deps.now();
      return await this.#save({ file, role, phase: "proposed", createdAt: at, changedAt: at });
    });
  }

  /** What a step would pay; changes nothing. Errors: as `act`. */
  async plan(id: string, action: EscrowAction): Promise<EscrowPlan> {
    const { file, role } = this.get(id);
    const rules = await this.#rules();
    return await planEscrowStep(rules, { desk: this.#desk(rules), file, role, now: this.#unix() }, action);
  }

  /** Errors: those of `EscrowDesk`. */
  act(id: string, action: EscrowAction): Promise<StoredEscrow> {
    return this.#changes.run(async () => {
      const { file, role } = this.get(id);
      const desk = this.#desk(await this.#rules());
      const { seed } = this.#deps.identity;
      await runEscrowStep({ desk, file, role, now: this.#unix() }, action, async () => seed);
      return this.get(id);
    });
  }

  async planRecord(id: string, form: EscrowRecord["form"]): Promise<NamePlan> {
    return await this.#deps.publisher.plan(await this.#wish(id, form));
  }

  /** Puts the escrow's record into the chain. Errors: `escrow.not_agreed`, those of the publisher. */
  async publish(id: string, form: EscrowRecord["form"]): Promise<NamePublication> {
    return await this.#deps.publisher.submit(await this.#wish(id, form));
  }

  /** Coins at the address that the document does not tell of. Scans the chain. */
  async strayAmount(id: string): Promise<MicroEmc> {
    return await this.#desk(await this.#rules()).strayAmount(this.get(id).file);
  }

  /** One round over all that is not over: sends again what is missing in the chain, and tells of what changed. */
  async tick(): Promise<void> {
    for (const { file, phase, changedAt } of this.list()) {
      if (this.#stopped) return;
      const { escrowId: id } = file.policy;
      if (isEscrowOver(phase) && this.#deps.now() > changedAt + REOPENS) continue;
      await this.#look(id).catch((error: unknown) => {
        this.#deps.log.warn("escrow_round_failed", { escrow: id, reason: messageOf(error) });
      });
    }
  }

  async #look(id: string): Promise<void> {
    const desk = this.#desk(await this.#rules());
    await this.#changes.run(() => desk.resume(this.get(id).file));
    const status = await desk.status(this.get(id).file);
    await this.#changes.run(() => this.#seen(id, status));
  }

  async #seen(id: string, { phase }: EscrowStatus): Promise<StoredEscrow> {
    const stored = this.get(id);
    if (stored.phase === phase) return stored;
    this.#deps.events.record({ level: "info", code: `escrow.${phase}`, details: { escrow: id } });
    return await this.#save({ ...stored, phase });
  }

  async #save(escrow: StoredEscrow): Promise<StoredEscrow> {
    const next = { ...escrow, changedAt: this.#deps.now() };
    await this.#deps.store.saveEscrow(next);
    this.#all.set(next.file.policy.escrowId, next);
    return next;
  }

  async #wish(id: string, form: EscrowRecord["form"]): Promise<NameWish> {
    return escrowWish(await this.#rules(), this.get(id).file, { form, now: this.#unix() });
  }

  async #rules(): Promise<EscrowRuleDeps> {
    const { suite, coin, network } = this.#deps;
    return { suite, coin, network: await network() };
  }

  /** A desk whose documents end up here. Call what writes by it within `#changes`. */
  #desk(rules: EscrowRuleDeps): EscrowDesk {
    const { node, gate, confirmations } = this.#deps;
    const clock = { now: this.#deps.now };
    const store = async (file: EscrowFile): Promise<void> => {
      await this.#save({ ...this.get(file.policy.escrowId), file });
    };
    return new EscrowDesk({ ...rules, node, gate, confirmations, clock, store });
  }

  #unix(): number {
    return Math.floor(this.#deps.now() / 1000);
  }

  #roleIn({ roles }: EscrowPolicy): EscrowRole {
    const own = toBase64url(this.#deps.identity.verify);
    const role = ESCROW_ROLES.find((each) => roles[each].verify === own);
    if (role !== undefined) return role;
    const hint = "Give the other parties the block of `POST /api/v1/escrows/party`, or of `numberbox escrow key`.";
    throw escrowRefusal("escrow.not_a_party", "this box has no part in the escrow", hint);
  }

  /** An arbiter who is the renter's friend could give him everything. */
  #checkArbiter({ roles }: EscrowPolicy, own: EscrowRole): void {
    const known = this.#deps.arbiters.some(({ verify }) => verify === roles.arbiter.verify);
    if (own !== "arbiter" && !known) throw unknownArbiter();
  }

  #arm(wait: Millis): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.clock.after(wait, "escrows", () => {
      this.#round = this.tick().finally(() => this.#arm(EVERY));
    });
  }
}

function unknownArbiter(): AppError {
  const hint = "Name him in `escrow.arbiters` of the configuration, if you trust him.";
  return escrowRefusal("escrow.unknown_arbiter", "the arbiter is none of those that this box trusts", hint);
}
