// Mail over the stream: each message is judged by what its rental's subject holds, and written behind exactly that.

import {
  type AppError,
  type Clock,
  hasCode,
  isAppError,
  type Millis,
  millis,
  type Random,
  randomFraction,
  seconds,
} from "../base/index.ts";
import type {
  Acknowledgement,
  DeliveredMessage,
  ForwardBatch,
  ForwardResult,
  MailStore,
  PageRequest,
  ReceivedMessage,
  RentalRoute,
} from "../core/index.ts";
import { judgeForwards, mailboxMessage } from "../core/index.ts";
import type { MailboxMessage, MailboxPage, ProviderReceiptsPage } from "../protocol/index.ts";
import type { DeliverySums } from "./delivery-sums.ts";
import type { Envelopes } from "./envelopes.ts";
import { storeAway } from "./link.ts";
import { candidateOf, type GoneMessage, routeAddress, writeGone, writeMessage } from "./mail-entries.ts";
import type { MailLog } from "./mail-log.ts";
import type { RentalMail, RenterMail, SeenMessage } from "./mail-view.ts";
import type { ReceiptReader } from "./receipt-reader.ts";
import type { StateMirror } from "./state-mirror.ts";

export interface JetStreamMailDeps {
  readonly log: MailLog;
  readonly mirror: StateMirror;
  readonly envelopes: Envelopes;
  readonly receipts: ReceiptReader;
  readonly sums: DeliverySums;
  readonly clock: Clock;
  readonly random: Random;
  readonly patience?: Millis | undefined;
}

type Item = ForwardBatch["items"][number];

/** Before each look for a message that somebody has and that is not here; in milliseconds. */
const CATCH_UP_PAUSES = [0, 50, 100, 200, 400, 800] as const;
/** Each message waits for the cluster by itself: what waits beside it costs nothing. */
const TOGETHER = 256;
const PATIENCE: Millis = seconds(6);
const PAUSE = millis(150);
/** Of one entry: it must fit into a message of NATS, and acknowledgements come by 500. */
const MAX_GONE = 900;
/** A page stays small enough for a phone and for the relay's memory, whatever the envelopes' sizes. */
const MAX_PAGE_BYTES = 1024 * 1024;

export class JetStreamMail implements MailStore {
  readonly together = TOGETHER;
  readonly #deps: JetStreamMailDeps;

  constructor(deps: JetStreamMailDeps) {
    this.#deps = deps;
  }

  /** Rentals are independent of each other: what one waits for holds up no other. */
  async store(batch: ForwardBatch): Promise<readonly ForwardResult[]> {
    const results = new Map<Item, ForwardResult>();
    const byRental = Map.groupBy(batch.items, ({ route }) => route.rentalId);
    const work = [...byRental.values()].map(async (items) => {
      // All stand in the rental's queue at once, so that what the next batch brings comes behind them.
      const settled = await Promise.all(items.map((item) => this.#settled(() => this.#storeOne(item, batch))));
      for (const [at, item] of items.entries())
        results.set(item, settled[at] ?? { kind: "refuse", code: "relay.internal" });
    });
    await Promise.all(work);
    return batch.items.map((item) => results.get(item) ?? { kind: "refuse", code: "relay.internal" });
  }

  async page(renter: string, request: PageRequest & { readonly rentalId?: string | undefined }): Promise<MailboxPage> {
    const { log, mirror, envelopes } = this.#deps;
    const { after, limit, rentalId } = request;
    const mail = await log.open(renter);
    const page: SeenMessage[] = [];
    let bytes = 0;
    let more = false;
    // Not beyond what the reader has seen: something with a lower cursor might still come.
    for (const message of mail.waiting(after, log.position)) {
      if (rentalId !== undefined && message.rentalId !== rentalId) continue;
      more = page.length === limit || (page.length > 0 && bytes >= MAX_PAGE_BYTES);
      if (more) break;
      page.push(message);
      bytes += message.size;
    }
    const read = await Promise.all(
      page.map(async ({ cursor, rentalId: id }): Promise<MailboxMessage | null> => {
        const route = mirror.route(id);
        const entry = await envelopes.read(cursor);
        // Acknowledged meanwhile, or its rental has gone.
        if (route === null || entry === null) return null;
        return mailboxMessage({ candidate: candidateOf(entry, id), route }, cursor);
      }),
    );
    return { messages: read.filter((one) => one !== null), next: page.at(-1)?.cursor ?? after, more };
  }

  async received(renter: string, hashes: readonly string[]): Promise<readonly ReceivedMessage[]> {
    const { log, clock } = this.#deps;
    const mail = await log.open(renter);
    const pauses = [...CATCH_UP_PAUSES];
    for (;;) {
      const found = this.#receivedOf(mail, hashes);
      const pause = pauses.shift();
      if (found.length >= hashes.length || pause === undefined) return found;
      // The renter may have it from another process, by a server that was faster than the leader.
      if (pause > 0) await clock.sleep(millis(pause), "an entry that another process has seen");
      await log.catchUp(mail);
    }
  }

  #receivedOf(mail: RenterMail, hashes: readonly string[]): readonly ReceivedMessage[] {
    const { mirror } = this.#deps;
    return [...mail.rentals.values()].flatMap((rental) => {
      const route = mirror.route(rental.rentalId);
      if (route === null) return [];
      return hashes.flatMap((hash): ReceivedMessage[] => {
        const seen = rental.byHash(hash);
        if (seen === undefined) return [];
        const { listingId, provider, rentalId } = route;
        return [{ id: seen.id, hash, rentalId, listingId, provider, acknowledged: seen.acknowledged }];
      });
    });
  }

  async acknowledge(renter: string, entries: readonly Acknowledgement[]): Promise<void> {
    const mail = await this.#deps.log.open(renter);
    const byRental = Map.groupBy(entries, (entry) => entry.rentalId);
    for (const [rentalId, ofRental] of byRental) {
      await this.wipe(mail, rentalId, (rental) =>
        ofRental.flatMap(({ messageId, receipt }) => {
          const message = rental.byId(messageId);
          return message === undefined || message.acknowledged ? [] : [{ message, receipt }];
        }),
      );
    }
  }

  async course(rentalId: string, { after, limit }: PageRequest): Promise<readonly DeliveredMessage[]> {
    const { log, mirror, envelopes } = this.#deps;
    const route = mirror.route(rentalId);
    if (route === null) return [];
    const mail = await log.open(route.renter);
    const behind = [...mail.rental(rentalId).all()].flatMap((message) =>
      message.seq === null || message.seq <= after ? [] : [{ ...message, seq: message.seq }],
    );
    const page = behind.toSorted((one, other) => one.seq - other.seq).slice(0, limit);
    const receipts = await envelopes.receipts(
      page.flatMap(({ goneAt, acknowledged }) => (acknowledged ? [goneAt] : [])),
    );
    return page.map(({ id, seq, v, ts, hash, signature, storedAt, gone }) => ({
      ...{ id, seq, v, ts, hash, signature, storedAt, waiting: !gone },
      receipt: receipts.get(id) ?? null,
    }));
  }

  sums(listingIds: readonly string[]): ReturnType<MailStore["sums"]> {
    return this.#deps.sums.of(listingIds);
  }

  receipts(provider: string, request: PageRequest): Promise<ProviderReceiptsPage> {
    return this.#deps.receipts.page(provider, request);
  }

  /**
   * Writes down what is to go of a rental, with the renter's receipt or null for what has expired; the envelopes are deleted soon after.
   * Returns how many went. Errors: `store.away`.
   */
  wipe(
    mail: RenterMail,
    rentalId: string,
    goners: (rental: RentalMail) => readonly { readonly message: SeenMessage; readonly receipt: string | null }[],
  ): Promise<number> {
    const { log, mirror, envelopes } = this.#deps;
    const route = mirror.route(rentalId);
    if (route === null) return Promise.resolve(0);
    return mail.rental(rentalId).queue.run(async () => {
      const gone = await this.#insist(async () => {
        const of = goners(mail.rental(rentalId)).slice(0, MAX_GONE);
        if (of.length === 0) return of;
        const entry = writeGone(of.map(({ message, receipt }) => goneOf(message, receipt)));
        const written = await log.append(mail, routeAddress(route), entry, `gone ${of[0]?.message.id} ${of.length}`);
        return written.kind === "written" ? of : null;
      });
      envelopes.remove(gone.map(({ message }) => message.cursor));
      return gone.length;
    });
  }

  #storeOne(item: Item, batch: ForwardBatch): Promise<ForwardResult> {
    const { route, candidate } = item;
    return this.#deps.log.open(route.renter).then((mail) =>
      mail.rental(route.rentalId).queue.run(() =>
        this.#insist(async () => {
          const verdict = this.#judge(mail, item, batch);
          if (verdict.kind !== "store") return verdict;
          const data = writeMessage(candidate, batch.storedAt);
          const written = await this.#deps.log.append(mail, routeAddress(route), data, candidate.id);
          if (written.kind === "conflict") return null;
          const pushed = await this.#deps.log.seen(written.seq);
          return { kind: "stored", status: pushed ? "delivered" : "queued", storedAt: batch.storedAt };
        }),
      ),
    );
  }

  #judge(mail: RenterMail, { candidate, route }: Item, { now, storedAt, caps }: ForwardBatch) {
    const rental = mail.rental(route.rentalId);
    const row = this.#deps.mirror.rentals.get(route.rentalId);
    const counts = row === undefined ? [] : [countsOf(route, row, rental)];
    const state = { known: rental.alike(candidate), rentals: counts, mailboxes: [mail.counts] };
    const [verdict] = judgeForwards({ candidates: [candidate], state, now, storedAt, caps }).verdicts;
    return verdict ?? { kind: "refuse" as const, code: "relay.internal" as const };
  }

  /** Repeats `attempt` while it answers null (somebody was faster) or the cluster is away, for a while. Errors: `store.away`. */
  async #insist<T>(attempt: () => Promise<T | null>): Promise<T> {
    const { clock, random, patience = PATIENCE } = this.#deps;
    const until = clock.monotonic() + patience;
    for (;;) {
      let fault: AppError | null = null;
      try {
        const result = await attempt();
        if (result !== null) return result;
      } catch (error) {
        if (!passes(error)) throw error;
        fault = error;
      }
      if (clock.monotonic() < until) {
        if (fault !== null) await clock.sleep(millis(PAUSE * (0.5 + randomFraction(random))), "the NATS cluster");
        continue;
      }
      throw fault ?? storeAway("other processes write to the same rental", "writing mail");
    }
  }

  /** A message's own failure is its own result. */
  async #settled(work: () => Promise<ForwardResult>): Promise<ForwardResult> {
    try {
      return await work();
    } catch (error) {
      return { kind: "failed", error };
    }
  }
}

const passes = (error: unknown): error is AppError =>
  isAppError(error) && error.retryable && !hasCode(error, "base.stopped");

function countsOf(
  { rentalId, renter }: RentalRoute,
  row: { readonly expires_at: number; readonly credit: number | null },
  rental: { readonly accepted: number; readonly highestSeq: number },
) {
  const { expires_at: expiresAt, credit } = row;
  return { rentalId, renter, expiresAt, credit, accepted: rental.accepted, lastSeq: rental.highestSeq };
}

function goneOf(
  { id, seq, v, ts, hash, scope, storedAt, cursor, signature }: SeenMessage,
  receipt: string | null,
): GoneMessage {
  return { id, seq, v, ts, hash, scope, at: storedAt, cursor, signature, receipt };
}
