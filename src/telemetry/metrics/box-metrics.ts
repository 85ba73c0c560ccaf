// The page that Prometheus reads: made anew for each scrape, from what the box is at that moment.

import { Counter, Gauge, Registry } from "prom-client";
import { type Clock, type Logger, messageOf, millis, seconds, withDeadline } from "../../base/index.ts";
import type {
  AlertFeed,
  BoxConsole,
  CallFeed,
  ChainConsole,
  MachinePort,
  MetricsConsole,
  MetricsFile,
  MqttConsole,
} from "../../core/index.ts";
import { METRICS, type MetricName, type MetricRow } from "./metric-table.ts";
import { ProcessFacts } from "./process-facts.ts";
import { type CertificateFact, type MetricPicture, type Sample, samplesOf } from "./samples.ts";
import { type ShippedFile, shippedFile } from "./shipped-files.ts";

export interface BoxMetricsDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly views: Pick<BoxConsole, "overview" | "slots" | "lines" | "rentals">;
  readonly machine: MachinePort | null;
  /** Null without a node. */
  readonly chain: Pick<ChainConsole, "view"> | null;
  /** How many publications are in which state. */
  readonly publications: () => ReadonlyMap<string, number>;
  readonly certificates: () => Promise<readonly CertificateFact[]>;
  readonly alerts: Pick<AlertFeed, "firing"> | null;
  readonly mqtt: Pick<MqttConsole, "brokers"> | null;
  /** Null on a box without calls. */
  readonly calls: CallFeed | null;
}

/** What a page costs is little, but nobody needs it twice a second: several scrapers share one. */
const FRESH = millis(1000);
/** Prometheus waits 10 s; what is slower than this is left out. */
const PART_LIMIT = seconds(5);

export class BoxMetrics implements MetricsConsole {
  readonly #deps: BoxMetricsDeps;
  readonly #process: ProcessFacts;
  #page: { readonly at: number; readonly text: Promise<string> } | null = null;

  constructor(deps: BoxMetricsDeps) {
    this.#deps = deps;
    this.#process = new ProcessFacts(deps.clock.now());
  }

  start(): void {
    this.#process.start();
  }

  stop(): void {
    this.#process.stop();
  }

  /** The text format 0.0.4. */
  page(): Promise<string> {
    const now = this.#deps.clock.monotonic();
    if (this.#page === null || now - this.#page.at >= FRESH) this.#page = { at: now, text: this.#make() };
    return this.#page.text;
  }

  file(name: ShippedFile): Promise<MetricsFile> {
    return shippedFile(name);
  }

  async #make(): Promise<string> {
    return await pageOf([...(await this.#box()), ...this.#process.samples()]);
  }

  async #box(): Promise<readonly Sample[]> {
    const { views, machine, chain, publications, certificates, alerts, mqtt } = this.#deps;
    const [overview, lines, rentals] = await Promise.all([views.overview(), views.lines(), views.rentals()]);
    const [facts, node, ends] = await Promise.all([
      this.#part("machine", machine?.facts(), null),
      this.#part("chain", chain?.view(), null),
      this.#part("certificates", certificates(), []),
    ]);
    return samplesOf({
      ...{ overview, lines, rentals, slots: views.slots() },
      ...{ machine: facts, chain: node, certificates: ends, publications: publications() },
      alerts: alerts?.firing() ?? [],
      brokers: mqtt?.brokers() ?? [],
      calls: this.#calls(),
    });
  }

  #calls(): MetricPicture["calls"] {
    const { calls } = this.#deps;
    const fact = calls?.fact() ?? null;
    return calls === null || fact === null ? null : { fact, open: calls.open(), totals: calls.totals() };
  }

  /** A part that is slow or broken leaves its own metrics out, not the page. */
  async #part<T>(what: string, work: Promise<T> | undefined, otherwise: T): Promise<T> {
    if (work === undefined) return otherwise;
    const { clock, log } = this.#deps;
    return await withDeadline(work, { clock, timeout: PART_LIMIT, what: `metrics of ${what}` }).catch((error) => {
      log.warn("metrics_part_failed", { part: what, reason: messageOf(error) });
      return otherwise;
    });
  }
}

/** The page of these samples: a registry of its own, so that nothing of another library stands in it. */
export async function pageOf(samples: readonly Sample[]): Promise<string> {
  const registry = new Registry();
  const made = new Map<MetricName, (sample: Sample) => void>();
  for (const each of samples) {
    const add = made.get(each.name) ?? metricOf(each.name, registry);
    made.set(each.name, add);
    add(each);
  }
  return await registry.metrics();
}

function metricOf(name: MetricName, registry: Registry): (sample: Sample) => void {
  const { type, help, labels = [] }: MetricRow = METRICS[name];
  const settings = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === "gauge") {
    const gauge = new Gauge(settings);
    return ({ labels: at, value }) => gauge.set(at, value);
  }
  const counter = new Counter(settings);
  return ({ labels: at, value }) => counter.inc(at, value);
}
