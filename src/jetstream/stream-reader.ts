// Reads a stream in order without a gap: from a place to where it ends, or on and on. The server's consumer behind it lives on one server
// and may go with it at any time: whatever is odd (a number left out, a silence) makes a new one behind the last entry.

import { AckPolicy, DeliverPolicy, ReplayPolicy } from "@nats-io/jetstream";
import { createInbox, type Msg, nuid, type Subscription } from "@nats-io/transport-node";
import {
  type Clock,
  type Deferred,
  type Disposer,
  deferred,
  type Logger,
  messageOf,
  millis,
  seconds,
  stoppedError,
} from "../base/index.ts";
import type { NatsLink } from "./link.ts";

export interface StreamEntry {
  /** Of the stream. */
  readonly seq: number;
  readonly subject: string;
  readonly data: Uint8Array;
  /** `KV-Operation: DEL` or `PURGE`: the key is gone. */
  readonly deleted: boolean;
}

export interface ReaderOptions {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: string;
  readonly filter: string;
  readonly from:
    | { readonly kind: "sequence"; readonly first: number }
    /** Each subject's last entry, then all that come. */
    | { readonly kind: "last_of_each" }
    | { readonly kind: "time"; readonly at: Date };
  readonly onEntry: (entry: StreamEntry) => void;
}

const HEARTBEAT = seconds(1);
/** Some heartbeats. */
const SILENCE = millis(3500);
const RETRY = millis(300);
const ONE_MS_IN_NS = 1_000_000;
/** `$JS.ACK.<stream>.<consumer>.<times delivered>.<stream sequence>.<consumer sequence>.<time>.<pending>` */
const REPLY = /\.\d+\.(\d+)\.(\d+)\.\d+\.(\d+)$/;

export class StreamReader {
  readonly #options: ReaderOptions;
  #subscription: Subscription | null = null;
  #consumer = "";
  #position: number;
  #anything = false;
  #consumed = 0;
  #cancel: Disposer = () => {};
  #forget: Disposer = () => {};
  #caughtUp: Deferred<void> = deferred();
  #generation = 0;
  #stopped = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#position = options.from.kind === "sequence" ? options.from.first - 1 : 0;
  }

  /** Stream sequence of the last entry that was handed on. */
  get position(): number {
    return this.#position;
  }

  /** Starts reading; resolves once everything that the stream had at the time was handed on. */
  start(): Promise<void> {
    // Its consumer may have been on the server that is gone.
    this.#forget = this.#options.link.onReconnect(() => this.#again("a lost connection"));
    void this.#open();
    return this.#caughtUp.promise;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#forget();
    this.#caughtUp.reject(stoppedError("reading a stream"));
    this.#drop();
  }

  #drop(): void {
    this.#generation++;
    this.#cancel();
    this.#subscription?.unsubscribe();
    this.#subscription = null;
    const { link, stream } = this.#options;
    // The server forgets it by itself as well.
    if (this.#consumer !== "" && link.connected()) link.jsm.consumers.delete(stream, this.#consumer).catch(() => {});
    this.#consumer = "";
  }

  async #open(): Promise<void> {
    const { link, stream, filter, log } = this.#options;
    const generation = ++this.#generation;
    const inbox = createInbox();
    const name = `reader-${nuid.next()}`;
    this.#consumed = 0;
    try {
      this.#subscription = link.connection.subscribe(inbox, {
        callback: (error, message) => {
          if (error === null && generation === this.#generation) this.#onMessage(message);
        },
      });
      this.#consumer = name;
      const info = await link.jsm.consumers.add(stream, {
        ...{ name, deliver_subject: inbox, filter_subject: filter, ...this.#place() },
        ack_policy: AckPolicy.None,
        replay_policy: ReplayPolicy.Instant,
        flow_control: true,
        idle_heartbeat: HEARTBEAT * ONE_MS_IN_NS,
        inactive_threshold: 30_000 * ONE_MS_IN_NS,
        mem_storage: true,
        num_replicas: 1,
      });
      if (generation !== this.#generation) return;
      if (info.num_pending === 0 && info.delivered.consumer_seq === 0) this.#caughtUp.resolve();
      this.#arm();
    } catch (error) {
      if (generation === this.#generation) this.#again(messageOf(error));
      else log.debug("nats_reader_late", { stream });
    }
  }

  #place() {
    const { from } = this.#options;
    if (this.#anything || from.kind === "sequence") {
      return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: this.#position + 1 };
    }
    if (from.kind === "last_of_each") return { deliver_policy: DeliverPolicy.LastPerSubject };
    return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: from.at.toISOString() };
  }

  /** Drops the consumer and makes another one soon. */
  #again(reason: string): void {
    if (this.#stopped) return;
    this.#options.log.debug("nats_reader_anew", { stream: this.#options.stream, reason });
    this.#drop();
    this.#cancel = this.#options.clock.after(RETRY, "a stream's reader", () => void this.#open());
  }

  #arm(): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(SILENCE, "a stream's heartbeat", () => this.#again("silence"));
  }

  #onMessage(message: Msg): void {
    this.#arm();
    const { headers } = message;
    if (headers?.code === 100) return this.#onStatus(message);
    if (headers !== undefined && headers.code >= 400) return this.#again(headers.description);
    const [, seq, consumed, pending] = REPLY.exec(message.reply ?? "") ?? [];
    if (Number(consumed) !== this.#consumed + 1) return this.#again("an entry was left out");
    this.#consumed++;
    this.#position = Number(seq);
    this.#anything = true;
    const operation = headers?.get("KV-Operation") ?? "";
    const entry = {
      seq: Number(seq),
      subject: message.subject,
      data: message.data,
      deleted: operation === "DEL" || operation === "PURGE",
    };
    try {
      this.#options.onEntry(entry);
    } catch (error) {
      // An entry that nobody understands must not hold up those behind it.
      this.#options.log.error("nats_bad_entry", {
        stream: this.#options.stream,
        seq: entry.seq,
        reason: messageOf(error),
      });
    }
    if (pending === "0") this.#caughtUp.resolve();
  }

  /** Heartbeats and requests for flow control. */
  #onStatus(message: Msg): void {
    const stalled = message.headers?.get("Nats-Consumer-Stalled") ?? "";
    if (message.reply !== undefined && message.reply !== "") message.respond();
    else if (stalled !== "") this.#options.link.connection.publish(stalled);
    const last = message.headers?.get("Nats-Last-Consumer") ?? "";
    if (last !== "" && Number(last) > this.#consumed) this.#again("an entry was lost");
  }
}
