// What Prometheus reads of a relay: counts of what came in, what was refused and why, and how full everything is. No key, no address,
// no id ever stands in a label.

import { Counter, Gauge, Registry } from "prom-client";
import { isAppError } from "../../base/index.ts";
import type { RelayStoreState } from "../../core/index.ts";
import { problemOf } from "./problems.ts";

/** How full the relay is at one moment. */
export interface RelayGauges {
  readonly connections: number;
  readonly sockets: number;
  /** Questions that are held open. */
  readonly waiting: number;
  /** Bytes of request bodies in memory. */
  readonly bodies: number;
  readonly store: RelayStoreState;
}

const GAUGES = {
  numberbox_relay_connections: "Open TCP connections",
  numberbox_relay_sockets: "Open WebSockets",
  numberbox_relay_questions_held: "Questions held open until something happens",
  numberbox_relay_body_bytes: "Bytes of request bodies in memory",
  numberbox_relay_store_ok: "1 while the store takes writes",
  numberbox_relay_heap_bytes: "Heap in use",
  numberbox_relay_rss_bytes: "Resident memory",
} as const;
type GaugeName = keyof typeof GAUGES;

export class RelayMetrics {
  readonly #registry = new Registry();
  readonly #requests = this.#counter("requests_total", "Requests that were answered", ["route", "status"]);
  readonly #refusals = this.#counter("refusals_total", "Refusals, by code", ["code"]);
  readonly #limits = this.#counter("limits_total", "Limits that were reached, by name", ["limit"]);
  readonly #forwards = this.#counter("forwards_total", "Messages handed in, by what became of them", ["status"]);
  readonly #receipts = this.#counter("receipts_total", "Renters' receipts that were taken", []);
  readonly #wiped = this.#counter("wiped_total", "Envelopes that were wiped without having been acknowledged", []);
  readonly #gauges: Readonly<Record<GaugeName, Gauge>>;
  readonly #figures: Gauge<"figure">;

  constructor() {
    const registers = [this.#registry];
    const made = Object.entries(GAUGES).map(([name, help]) => [name, new Gauge({ name, help, registers })]);
    this.#gauges = Object.fromEntries(made);
    const help = "Figures of the store, by name";
    this.#figures = new Gauge({ name: "numberbox_relay_store", help, labelNames: ["figure"], registers });
  }

  request(route: string, status: number): void {
    this.#requests.inc({ route, status: `${Math.floor(status / 100)}xx` });
  }

  /** Anything that a client was refused with. */
  refused(thrown: unknown): void {
    const { body, status } = problemOf(thrown);
    this.#refusals.inc({ code: body.code });
    const limit = isAppError(thrown) ? thrown.context.limit : undefined;
    if (status !== 429 && limit === undefined && body.code !== "relay.overloaded") return;
    this.limit(typeof limit === "string" ? limit : body.code.replace("relay.", ""));
  }

  /** For limits that end a connection without an answer. */
  limit(name: string): void {
    this.#limits.inc({ limit: name });
  }

  forwarded(status: string): void {
    this.#forwards.inc({ status });
  }

  acknowledged(count: number): void {
    if (count > 0) this.#receipts.inc(count);
  }

  wiped(count: number): void {
    if (count > 0) this.#wiped.inc(count);
  }

  /** The text format 0.0.4. */
  async page({ connections, sockets, waiting, bodies, store }: RelayGauges): Promise<string> {
    const { heapUsed, rss } = process.memoryUsage();
    const values: Readonly<Record<GaugeName, number>> = {
      numberbox_relay_connections: connections,
      numberbox_relay_sockets: sockets,
      numberbox_relay_questions_held: waiting,
      numberbox_relay_body_bytes: bodies,
      numberbox_relay_store_ok: store.ok ? 1 : 0,
      numberbox_relay_heap_bytes: heapUsed,
      numberbox_relay_rss_bytes: rss,
    };
    for (const [name, gauge] of Object.entries(this.#gauges)) gauge.set(values[name as GaugeName]);
    for (const [figure, value] of Object.entries(store.figures)) this.#figures.set({ figure }, value);
    return await this.#registry.metrics();
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter<L>({ name: `numberbox_relay_${name}`, help, labelNames, registers: [this.#registry] });
  }
}
