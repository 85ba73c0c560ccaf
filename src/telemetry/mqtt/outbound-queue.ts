// What waits for a broker, bounded. States: the newest of each topic, all of them again after each connect. Events and replies: in order,
// the oldest thrown away and counted when there are too many. No clock, no I/O.

export interface Outbound {
  readonly topic: string;
  /** Empty: the retained message is taken away. */
  readonly payload: string;
  readonly kind: "state" | "event" | "reply";
}

export interface QueueLimits {
  readonly events: number;
  readonly replies: number;
  /** States are bounded by the slots; this is the end of it whatever happens. */
  readonly states: number;
  /** UTF-8 bytes of topic and payload together. */
  readonly bytes: number;
}

export const QUEUE_LIMITS: QueueLimits = { events: 500, replies: 50, states: 1000, bytes: 32 * 1024 };

const encoder = new TextEncoder();

export class OutboundQueue {
  readonly #limits: QueueLimits;
  /** What the broker should hold. */
  readonly #states = new Map<string, string>();
  readonly #due = new Set<string>();
  readonly #flying = new Map<string, string>();
  #events: Outbound[] = [];
  #replies: Outbound[] = [];
  #dropped = { events: 0, replies: 0, oversize: 0 };

  constructor(limits: QueueLimits = QUEUE_LIMITS) {
    this.#limits = limits;
  }

  get waiting(): { readonly states: number; readonly events: number; readonly replies: number } {
    return { states: this.#due.size, events: this.#events.length, replies: this.#replies.length };
  }

  get dropped(): { readonly events: number; readonly replies: number; readonly oversize: number } {
    return this.#dropped;
  }

  put(message: Outbound): void {
    if (encoder.encode(message.topic + message.payload).length > this.#limits.bytes) this.#drop("oversize");
    else if (message.kind === "state") this.#putState(message);
    else if (message.kind === "event") this.#events = this.#bounded([...this.#events, message], "events");
    else this.#replies = this.#bounded([...this.#replies, message], "replies");
  }

  /** Whether the broker was told of this state, or will be. */
  holds(topic: string): boolean {
    return this.#states.has(topic);
  }

  /** The broker has forgotten everything, or may have. */
  allAgain(): void {
    for (const topic of this.#states.keys()) this.#due.add(topic);
  }

  /** One state again. */
  again(topic: string): void {
    if (this.#states.has(topic)) this.#due.add(topic);
  }

  /**
   * The next to send, null for nothing. States first, at most one message of a topic under way, so that an older one never comes after a
   * newer one.
   */
  take(): Outbound | null {
    for (const topic of this.#due) {
      if (this.#flying.has(topic)) continue;
      const payload = this.#states.get(topic) ?? "";
      this.#due.delete(topic);
      this.#flying.set(topic, payload);
      return { topic, payload, kind: "state" };
    }
    return this.#replies.shift() ?? this.#events.shift() ?? null;
  }

  /** The broker has it. */
  sent({ kind, topic, payload }: Outbound): void {
    if (kind !== "state") return;
    this.#flying.delete(topic);
    // Taken away is taken away; after the next connect nobody speaks of it.
    if (payload === "" && this.#states.get(topic) === "") this.#states.delete(topic);
  }

  /** The broker may not have them: they go out again, in their old order. What it did have it gets twice, as QoS 1 is. */
  returned(messages: readonly Outbound[]): void {
    for (const { kind, topic } of messages) {
      if (kind !== "state") continue;
      this.#flying.delete(topic);
      this.#due.add(topic);
    }
    const of = (kind: Outbound["kind"]): Outbound[] => messages.filter((message) => message.kind === kind);
    this.#events = this.#bounded([...of("event"), ...this.#events], "events");
    this.#replies = this.#bounded([...of("reply"), ...this.#replies], "replies");
  }

  #putState({ topic, payload }: Outbound): void {
    const known = this.#states.get(topic);
    if (known === payload) return;
    if (known === undefined && this.#states.size >= this.#limits.states) {
      this.#drop("oversize");
      return;
    }
    this.#states.set(topic, payload);
    this.#due.add(topic);
  }

  #bounded(messages: Outbound[], kind: "events" | "replies"): Outbound[] {
    const over = messages.length - this.#limits[kind];
    if (over <= 0) return messages;
    this.#dropped = { ...this.#dropped, [kind]: this.#dropped[kind] + over };
    return messages.slice(over);
  }

  #drop(kind: "oversize"): void {
    this.#dropped = { ...this.#dropped, [kind]: this.#dropped[kind] + 1 };
  }
}
