// The daily work on receipts: closes each UTC day some minutes after midnight, builds its tree, and takes the root into the chain. Days
// that were missed are caught up with, in order.
//
// The rule of days: a receipt belongs to the day on which it was issued or came here, and nothing is dated into a day that is closed. What
// comes while the clock stands in a closed day (it was set back) is dated at the first moment after it: late receipts are in the next day.

import {
  AppError,
  type Clock,
  type CryptoSuite,
  hasCode,
  type Logger,
  type Millis,
  messageOf,
  minutes,
  SerialQueue,
  type UnixMs,
  unixMs,
} from "../../base/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { AnchorPlan } from "./anchor-rules.ts";
import type { Anchoring } from "./anchoring.ts";
import { buildTree } from "./day-tree.ts";
import type { ProofDay, ReceiptSource, TreeStore } from "./ports-proofs.ts";
import { dateOf, endedDays, endOf, type ProofDate } from "./proof-date.ts";
import type { ProofReader } from "./proof-reader.ts";

export interface ProofPolicy {
  /** `manual`: a day waits until somebody asks for its anchor, since that costs coins. */
  readonly publish: "auto" | "manual";
  /** Whether a day without a receipt is anchored too. */
  readonly emptyDays: "skip" | "record";
  /** How long after midnight a day is closed: what was dated before is durable by then. */
  readonly closeAfter: Millis;
}

export interface ProofServiceDeps extends ProofPolicy {
  readonly suite: CryptoSuite;
  readonly store: TreeStore;
  readonly source: ReceiptSource;
  readonly reader: ProofReader;
  /** Null where no node is configured. */
  readonly anchoring: Anchoring | null;
  readonly clock: Clock;
  readonly now: () => UnixMs;
  /** Whether `now` is believed; no day is closed by a clock in doubt. */
  readonly trusted: () => boolean;
  readonly log: Logger;
  readonly events: Pick<EventLog, "record">;
}

const EVERY: Millis = minutes(5);
const FINAL: readonly ProofDay["state"][] = ["open", "empty", "anchored"];

export class ProofService {
  readonly #deps: ProofServiceDeps;
  readonly #abort = new AbortController();
  readonly #queue = new SerialQueue("proofs");
  readonly #reader: ProofReader;
  #closedUntil: UnixMs = unixMs(0);
  #running: Promise<void> = Promise.resolve();

  constructor(deps: ProofServiceDeps) {
    this.#deps = deps;
    this.#reader = deps.reader;
  }

  /** Learns which days are closed. To be called before anything is dated. */
  async load(): Promise<void> {
    const closed = (await this.#deps.store.days()).findLast(({ state }) => state !== "open");
    if (closed !== undefined) this.#closedUntil = endOf(closed.date);
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** Ends a tree that is being built; it is built anew at the next start. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#queue.stop();
  }

  /** When something that happens now is dated: never into a closed day. */
  dated(): UnixMs {
    return unixMs(Math.max(this.#deps.now(), this.#closedUntil));
  }

  /** Closes what has ended and moves each day on by what can be done now. */
  tick(): Promise<void> {
    return this.#queue.run(async () => {
      if (!this.#deps.trusted()) return;
      await this.#closeEnded();
      for (const day of await this.#deps.store.days()) if (!FINAL.includes(day.state)) await this.#advance(day);
    });
  }

  /** What anchoring a day would do and cost. Errors: `proofs.unknown_day`, `proofs.nothing_to_anchor`, `proofs.no_node`, the node's. */
  async plan(date: ProofDate): Promise<AnchorPlan> {
    const day = await this.#anchorable(date);
    return this.#anchoring().plan(day);
  }

  /** Anchors a day now, also one that failed before. Errors as those of `plan`. */
  anchor(date: ProofDate): Promise<ProofDay> {
    return this.#queue.run(async () => this.#step(await this.#anchorable(date)));
  }

  /**
   * Ends the running day now, for somebody who wants its proof today: what is issued later is dated to the next day's first moment. Any
   * other day is left as it is. Errors: `proofs.clock_in_doubt`.
   */
  endEarly(date: ProofDate): Promise<void> {
    return this.#queue.run(async () => {
      const running = (await this.#deps.store.days()).findLast((day) => day.state === "open");
      if (running?.date !== date) return;
      if (!this.#deps.trusted()) {
        throw new AppError("proofs.clock_in_doubt", "the box does not know for sure what day it is", {
          hint: "Try again when it has reached its relay.",
          retryable: true,
        });
      }
      await this.#build(date);
    });
  }

  /** What a person should look at: days that should be in the chain and are not, or stand there otherwise. Asks the node. */
  async orphans(): Promise<readonly { readonly date: ProofDate; readonly problem: ProblemBody }[]> {
    const found: { date: ProofDate; problem: ProblemBody }[] = [];
    for (const day of await this.#deps.store.days()) {
      const problem = await this.#orphan(day);
      if (problem !== null) found.push({ date: day.date, problem });
    }
    return found;
  }

  async #orphan(day: ProofDay): Promise<ProblemBody | null> {
    if (day.state === "open" || day.state === "empty") return null;
    if (day.state === "anchored") return (await this.#deps.anchoring?.audit(day)) ?? null;
    return (
      day.problem ?? {
        code: "proofs.not_anchored",
        message: `the receipts of ${day.date} are not in the chain yet`,
        hint: `Anchor them by \`numberbox proofs anchor --day ${day.date}\`, or set \`proofs.publish\` to \`auto\`.`,
      }
    );
  }

  async #loop(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await this.tick().catch((error: unknown) => {
        if (!signal.aborted) this.#deps.log.warn("proofs_failed", { reason: messageOf(error) });
      });
      // Aborting the wait is how it ends.
      await this.#deps.clock.sleep(EVERY, "proofs", signal).catch(() => {});
    }
  }

  async #closeEnded(): Promise<void> {
    const { store, closeAfter, now } = this.#deps;
    const days = await store.days();
    const last = days.at(-1);
    if (last === undefined) return store.saveDay(this.#fresh(dateOf(now()), "open"));
    const first = last.state === "open" ? last.date : dateOf(endOf(last.date));
    for (const date of endedDays(first, now(), closeAfter)) await this.#build(date);
  }

  async #build(date: ProofDate): Promise<void> {
    const { store, emptyDays, source, events } = this.#deps;
    this.#closedUntil = endOf(date);
    const tree = await buildTree({ ...this.#deps, signal: this.#abort.signal }, date);
    const state = tree.count === 0 && emptyDays === "skip" ? "empty" : "built";
    await store.finishTree({ ...this.#fresh(date, state), ...tree, issuer: source.issuer });
    events.record({ level: "info", code: "proofs.day_closed", details: { date, receipts: tree.count } });
  }

  /** One step of the daily job: in manual mode only what somebody has asked for goes on. */
  async #advance(day: ProofDay): Promise<void> {
    const wanted = day.state === "submitted" || (day.state === "built" && this.#deps.publish === "auto");
    if (!wanted || this.#deps.anchoring === null) return;
    try {
      await this.#step(day);
    } catch (error) {
      // The node cannot be asked, or the name is busy: nothing has changed, and the next round asks again.
      if (hasCode(error, "base.stopped")) throw error;
      this.#deps.log.warn("anchor_not_possible", { date: day.date, reason: messageOf(error) });
    }
  }

  async #step(day: ProofDay): Promise<ProofDay> {
    const { store, events } = this.#deps;
    const next = await this.#anchoring().advance(day);
    if (next === day) return day;
    await store.saveDay(next);
    if (next.state === "anchored")
      events.record({ level: "info", code: "proofs.anchored", details: { date: day.date, name: next.name ?? "" } });
    if (next.problem !== null && next.problem.code !== day.problem?.code)
      events.record({
        level: "warn",
        code: "proofs.anchor_problem",
        details: { date: day.date, reason: next.problem.code },
      });
    return next;
  }

  #anchoring(): Anchoring {
    const { anchoring } = this.#deps;
    if (anchoring !== null) return anchoring;
    throw new AppError("proofs.no_node", "no Emercoin node is configured", {
      hint: "Name one in the section `emercoin` of the configuration.",
    });
  }

  async #anchorable(date: ProofDate): Promise<ProofDay> {
    const day = await this.#reader.day(date);
    if (day.state !== "empty") return day;
    throw new AppError("proofs.nothing_to_anchor", `no receipt was issued on ${date}`, {
      hint: "Set `proofs.empty_days` to `record` if days without a receipt are to be anchored too.",
    });
  }

  #fresh(date: ProofDate, state: ProofDay["state"]): ProofDay {
    const nothing = { issuer: null, name: null, publication: null, txid: null, height: null, problem: null };
    return { date, state, count: 0, root: null, ...nothing, changedAt: this.#deps.now() };
  }
}
