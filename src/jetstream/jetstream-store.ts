// A relay's storage in a NATS cluster, for several processes: put together, started and ended in order.

import { z } from "zod";
import { isAppError, stoppedError } from "../base/index.ts";
import type { RelayListener, RelayStore, RelayStoreState } from "../core/index.ts";
import { JetStreamAccepted } from "./accepted-store.ts";
import { DeliverySums } from "./delivery-sums.ts";
import { Envelopes } from "./envelopes.ts";
import { JetStreamGrants } from "./grant-store.ts";
import { type NatsLink, openLink, storeAway } from "./link.ts";
import { MailLog } from "./mail-log.ts";
import { JetStreamMail } from "./mail-store.ts";
import type { JetStreamOptions } from "./options.ts";
import { JetStreamOrders } from "./order-store.ts";
import { paperStore } from "./paper-store.ts";
import { ReceiptReader } from "./receipt-reader.ts";
import { providerStore, recordStore } from "./record-store.ts";
import { JetStreamCursors } from "./run-store.ts";
import { JetStreamSessions } from "./session-store.ts";
import { StateBucket } from "./state-bucket.ts";
import { StateMirror } from "./state-mirror.ts";
import { secretRow } from "./state-rows.ts";
import { ensureStreams, type StreamNames, streamNames, whenReady } from "./streams.ts";
import { JetStreamUpkeep } from "./upkeep.ts";

const PROBE = z.object({ at: z.number() });

interface Parts {
  readonly link: NatsLink;
  readonly mirror: StateMirror;
  readonly mailLog: MailLog;
  readonly envelopes: Envelopes;
  readonly bucket: StateBucket;
  readonly challenges: StateBucket;
  readonly names: StreamNames;
}

class JetStreamStore implements RelayStore {
  readonly mail: RelayStore["mail"];
  readonly rentals: RelayStore["rentals"];
  readonly providers: RelayStore["providers"];
  readonly records: RelayStore["records"];
  readonly orders: RelayStore["orders"];
  readonly papers: RelayStore["papers"];
  readonly sessions: RelayStore["sessions"];
  readonly accepted: RelayStore["accepted"];
  readonly upkeep: RelayStore["upkeep"];
  readonly cursors: RelayStore["cursors"];
  readonly #parts: Parts;
  readonly #options: JetStreamOptions;
  #closing: Promise<void> | undefined;

  constructor(options: JetStreamOptions, parts: Parts, sessions: JetStreamSessions) {
    this.#options = options;
    this.#parts = parts;
    const { link, mirror, mailLog, names, bucket: state } = parts;
    const reading = { ...options, link, stream: names.mail, mirror };
    const mail = new JetStreamMail({
      ...options,
      mirror,
      log: mailLog,
      envelopes: parts.envelopes,
      receipts: new ReceiptReader(reading),
      sums: new DeliverySums({ mirror, log: mailLog }),
    });
    this.mail = mail;
    this.rentals = new JetStreamGrants({ bucket: state, mirror, log: mailLog });
    this.providers = providerStore(state);
    this.records = recordStore(state, mirror);
    this.orders = new JetStreamOrders({ bucket: state, mirror });
    this.papers = paperStore(state, mirror);
    this.sessions = sessions;
    this.cursors = new JetStreamCursors({ ...reading, state });
    this.accepted = new JetStreamAccepted({ ...reading, mailLog });
    this.upkeep = new JetStreamUpkeep({ ...reading, mailLog, mail, bucket: state, sessions });
  }

  listen(listener: RelayListener): void {
    this.#parts.mailLog.listen(listener);
    this.#parts.mirror.listen(listener, (rentalId, { renter }) => this.#parts.mailLog.forget(renter, rentalId));
  }

  async issuer(verify: string): Promise<string> {
    let agreed = verify;
    await whenReady(this.#options.clock, () =>
      this.#parts.bucket.change(secretRow, "issuer", (row) => {
        agreed = row?.key ?? verify;
        return row === null ? { key: verify } : undefined;
      }),
    );
    return agreed;
  }

  async probe(): Promise<void> {
    if (this.#closing !== undefined) throw stoppedError("the relay's store");
    await this.#parts.challenges.change(PROBE, "probe", () => ({ at: this.#options.clock.now() }));
  }

  async state(): Promise<RelayStoreState> {
    const { link, mailLog, mirror, names } = this.#parts;
    const ours = { state_keys: mirror.size, renters_remembered: mailLog.renters, mail_seen: mailLog.position };
    if (!link.connected()) return { kind: "nats", ok: false, figures: { connected: 0, ...ours } };
    try {
      const streams = await Promise.all(Object.values(names).map((name) => link.jsm.streams.info(name)));
      // The fewest of any stream: so many servers may be lost without a loss, but one.
      const current = streams.map(
        ({ cluster }) => 1 + (cluster?.replicas ?? []).filter((one) => one.current && one.offline !== true).length,
      );
      const [mail, held] = streams;
      const figures = {
        ...{ connected: 1, ...ours },
        ...{ mail_entries: mail?.state.messages ?? 0, mail_bytes: mail?.state.bytes ?? 0 },
        // With the marks of keys that were removed lately.
        state_entries: held?.state.messages ?? 0,
        replicas_current: Math.min(...current),
        replicas_wanted: this.#options.replicas,
      };
      return { kind: "nats", ok: figures.replicas_current > this.#options.replicas / 2, figures };
    } catch {
      return { kind: "nats", ok: false, figures: { connected: 1, ...ours } };
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#parts.mailLog.stop();
    this.#parts.mirror.stop();
    this.#parts.envelopes.stop();
    await this.#parts.link.close();
  }
}

/**
 * Connects, makes the streams that are missing, reads the state and follows both. Errors: `store.away`, `store.no_replicas`,
 * `base.timeout`.
 */
export async function openJetStreamStore(options: JetStreamOptions): Promise<RelayStore> {
  const link = await openLink(options);
  const names = streamNames(options.prefix);
  try {
    await ensureStreams(link, options);
    const log = options.log.child({ part: "nats" });
    const shared = { ...options, log, link };
    const mirror = new StateMirror({ ...shared, stream: names.state });
    const bucket = (stream: string) => new StateBucket({ ...shared, stream });
    const state = new StateBucket({
      ...shared,
      stream: names.state,
      written: (key, revision, data) => mirror.apply(key, revision, data),
    });
    await mirror.start();
    const challenges = bucket(names.challenges);
    const remembering = { ...shared, state, tokens: bucket(names.tokens), challenges };
    const sessions = await whenReady(options.clock, () => JetStreamSessions.open(remembering));
    const envelopes = new Envelopes({ ...shared, stream: names.mail });
    const mailLog = new MailLog({ ...shared, stream: names.mail, mirror, envelopes });
    await whenReady(options.clock, () => mailLog.start());
    return new JetStreamStore(
      { ...options, log },
      { link, mirror, mailLog, envelopes, bucket: state, challenges, names },
      sessions,
    );
  } catch (error) {
    await link.close();
    throw isAppError(error) ? error : storeAway(error, "opening the store");
  }
}
