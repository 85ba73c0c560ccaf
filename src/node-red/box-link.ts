// One box as the nodes of a flow share it: its live feed, with what is new in it, and its REST.

import { type Clock, type Disposer, Events, type Logger, type Random } from "../base/index.ts";
import type {
  BoxEvent,
  CallNews,
  LineView,
  LiveFrame,
  Overview,
  RentalView,
  SlotView,
  SmsView,
} from "../protocol/index.ts";
import type { GetAccess } from "./box-access.ts";
import { NO_EVENTS, onEvent, onSnapshot } from "./event-cursor.ts";
import type { OpenFeedSocket } from "./feed-socket.ts";
import { type LinkState, LiveClient } from "./live-client.ts";
import { type Fetch, RestClient } from "./rest-client.ts";

interface LinkEvents {
  readonly state: LinkState;
  readonly slot: SlotView;
  /** All slots there are: what is missing is gone. */
  readonly slots: readonly SlotView[];
  readonly rentals: { readonly lines: readonly LineView[]; readonly rentals: readonly RentalView[] };
  readonly overview: Overview;
  readonly event: BoxEvent;
  readonly sms: SmsView;
  readonly call: CallNews;
  readonly other: Readonly<Record<string, unknown>>;
}

export interface BoxLinkDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly fetch: Fetch;
  readonly open: OpenFeedSocket;
  readonly access: GetAccess;
}

export class BoxLink {
  readonly rest: RestClient;
  readonly clock: Clock;
  readonly #events: Events<LinkEvents>;
  readonly #live: LiveClient;
  readonly #slots = new Map<string, SlotView>();
  #cursor = NO_EVENTS;

  constructor(deps: BoxLinkDeps) {
    this.clock = deps.clock;
    this.rest = new RestClient(deps);
    this.#events = new Events("box link", deps.log);
    this.#live = new LiveClient({
      ...deps,
      onFrame: (frame) => this.#take(frame),
      onOther: (frame) => this.#events.emit("other", frame),
      onState: (state) => this.#events.emit("state", state),
    });
  }

  get state(): LinkState {
    return this.#live.state;
  }

  /** The slots as they were told last. */
  get slots(): readonly SlotView[] {
    return [...this.#slots.values()];
  }

  on<K extends keyof LinkEvents>(event: K, listener: (value: LinkEvents[K]) => void): Disposer {
    return this.#events.on(event, listener);
  }

  start(): void {
    this.#live.start();
  }

  stop(): void {
    this.#live.stop();
  }

  #take(frame: LiveFrame): void {
    switch (frame.type) {
      case "snapshot":
        this.#snapshot(frame);
        break;
      case "slot":
        this.#slots.set(frame.slot.id, frame.slot);
        this.#events.emit("slot", frame.slot);
        break;
      case "overview":
        this.#events.emit("overview", frame.overview);
        break;
      case "rentals":
        this.#events.emit("rentals", frame);
        break;
      case "call":
        this.#events.emit("call", frame.call);
        break;
      case "sms":
        this.#events.emit("sms", frame.sms);
        break;
      case "event":
        this.#event(frame.event);
        break;
    }
  }

  #snapshot({ overview, slots, lines, rentals, events }: Extract<LiveFrame, { type: "snapshot" }>): void {
    this.#slots.clear();
    for (const slot of slots) this.#slots.set(slot.id, slot);
    this.#events.emit("slots", slots);
    this.#events.emit("rentals", { lines, rentals });
    this.#events.emit("overview", overview);
    const { cursor, fresh } = onSnapshot(this.#cursor, { startedAt: overview.started_at, events });
    this.#cursor = cursor;
    for (const event of fresh) this.#events.emit("event", event);
  }

  #event(event: BoxEvent): void {
    const { cursor, fresh } = onEvent(this.#cursor, event);
    this.#cursor = cursor;
    if (fresh === null) return;
    if (fresh.code === "slot.removed" && fresh.slot !== null && this.#slots.delete(fresh.slot)) {
      this.#events.emit("slots", this.slots);
    }
    this.#events.emit("event", fresh);
  }
}
