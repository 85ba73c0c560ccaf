// What is told of receipts and days: to the owner's console, in exports, and by a relay to anybody who knows a message's hash.

import { AppError, type CryptoSuite, unixMs } from "../../base/index.ts";
import type { ProofBundle, ProofPage } from "../../protocol/index.ts";
import { wormOf } from "./anchoring.ts";
import type { IssuedReceipt, ProofDay, ReceiptSource, TreeStore } from "./ports-proofs.ts";
import { dateOf, endOf, type ProofDate, startOf } from "./proof-date.ts";
import { unknownMessage } from "./proof-problems.ts";
import { BundleMaker } from "./proof-views.ts";

export interface ProofReaderDeps {
  readonly suite: CryptoSuite;
  readonly store: TreeStore;
  readonly source: ReceiptSource;
  /** Under which name the issuer is on the chain; null for none. */
  readonly username: string | null;
}

/** Receipts of a page: one slice more may come on top. */
const PAGE = 200;
const SLICES_PER_PAGE = 256;

export interface PageQuery {
  /** `next` of the page before; null for the first. */
  readonly after: string | null;
  readonly date: ProofDate | null;
  readonly rentalId: string | null;
}

const ALL_TIME = { from: unixMs(0), to: unixMs(Number.MAX_SAFE_INTEGER) };

export class ProofReader {
  readonly #deps: ProofReaderDeps;

  constructor(deps: ProofReaderDeps) {
    this.#deps = deps;
  }

  /** The verify key of whose trees these are. */
  get issuer(): string {
    return this.#deps.source.issuer;
  }

  /** Oldest first. */
  days(): Promise<readonly ProofDay[]> {
    return this.#deps.store.days();
  }

  /** A closed day. Errors: `proofs.unknown_day`. */
  async day(date: ProofDate): Promise<ProofDay> {
    const day = await this.#deps.store.day(date);
    if (day !== null && day.state !== "open") return day;
    throw new AppError("proofs.unknown_day", `${date} is not closed yet, or was before the first receipt`, {
      hint: "A day in UTC is closed some minutes after its end. `numberbox proofs list` shows the closed ones.",
      context: { date },
    });
  }

  /**
   * All receipts about one envelope or call (of one day, if `date` is given) with their proofs. Errors: `proofs.unknown_message`,
   * `proofs.damaged`.
   */
  async about(hash: string, date: ProofDate | null): Promise<ProofBundle> {
    const within = date === null ? null : { from: startOf(date), to: endOf(date) };
    const all = await this.#deps.source.about(hash, within);
    const receipts = date === null ? all : all.filter(({ at }) => dateOf(at) === date);
    if (receipts.length > 0) return this.#maker().bundle(receipts);
    throw unknownMessage();
  }

  /** The same of several at once, in one bundle; what nobody knows is left out. Errors: `proofs.damaged`. */
  async aboutEach(hashes: readonly string[], date: ProofDate): Promise<ProofBundle> {
    const within = { from: startOf(date), to: endOf(date) };
    const found: IssuedReceipt[] = [];
    for (const hash of new Set(hashes)) {
      const all = await this.#deps.source.about(hash, within);
      found.push(...all.filter(({ at }) => dateOf(at) === date));
    }
    return this.#maker().bundle(found);
  }

  /**
   * Receipts with their proofs, page by page. A page that found nothing among many may be empty and have one behind it. Errors:
   * `proofs.damaged`.
   */
  async page({ after, date, rentalId }: PageQuery): Promise<ProofPage> {
    const span = date === null ? ALL_TIME : { from: startOf(date), to: endOf(date) };
    const found: IssuedReceipt[] = [];
    let next = after;
    for (let slices = 0; slices < SLICES_PER_PAGE && found.length < PAGE; slices++) {
      const slice = await this.#deps.source.slice({ after: next, rentalId, ...span });
      found.push(...slice.receipts);
      next = slice.next;
      if (next === null) break;
    }
    return { ...(await this.#maker().bundle(found)), next };
  }

  #maker(): BundleMaker {
    const { suite, store, source, username } = this.#deps;
    const worm = username === null ? null : wormOf(username);
    return new BundleMaker({ suite, store, issuer: { verify: source.issuer, worm } });
  }
}
