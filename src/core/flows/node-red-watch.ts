// Node-RED as a service that systemd looks after: the box only sees whether it answers.

import {
  AppError,
  type Clock,
  type Disposer,
  type Logger,
  messageOf,
  seconds,
  type UnixMs,
  withDeadline,
} from "../../base/index.ts";
import type { FlowsView } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { FlowsConsole } from "./flows-console.ts";
import type { FlowHost } from "./node-red-supervisor.ts";

export interface NodeRedWatchDeps {
  readonly host: Pick<FlowHost, "probe">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly editor: string;
}

const EVERY = seconds(10);
const TIMEOUT = seconds(5);
/** Questions in a row without an answer: a restart of the service is no news. */
const MISSES = 3;

export class NodeRedWatch implements FlowsConsole {
  readonly #deps: NodeRedWatchDeps;
  readonly #stopping = new AbortController();
  #state: "starting" | "running" | "silent" = "starting";
  #since: UnixMs;
  #misses = 0;
  #cancel: Disposer = () => {};

  constructor(deps: NodeRedWatchDeps) {
    this.#deps = deps;
    this.#since = deps.now();
  }

  start(): void {
    void this.#look().catch((error) => this.#deps.log.error("node_red_watch", { reason: messageOf(error) }));
  }

  stop(): void {
    this.#stopping.abort();
    this.#cancel();
  }

  view(): FlowsView {
    const { editor } = this.#deps;
    return { run: "service", state: this.#state, since: this.#since, safe: false, failures: this.#misses, editor };
  }

  restart(): FlowsView {
    throw new AppError("flows.not_ours", "systemd looks after Node-RED on this box", {
      hint: "On a box of the image restart the machine, on the page Machine. Elsewhere: `sudo systemctl restart numberbox-node-red`.",
    });
  }

  async #look(): Promise<void> {
    const { host, clock } = this.#deps;
    const { signal } = this.#stopping;
    const waiting = { clock, timeout: TIMEOUT, what: "Node-RED", signal };
    const answered = await withDeadline(host.probe(signal), waiting).catch(() => false);
    if (signal.aborted) return;
    this.#misses = answered ? 0 : this.#misses + 1;
    if (answered) this.#turn("running");
    else if (this.#misses === MISSES) this.#turn("silent");
    this.#cancel = clock.after(EVERY, "Node-RED service", () => this.start());
  }

  #turn(state: "running" | "silent"): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#since = this.#deps.now();
    this.#deps.events.record({
      level: state === "running" ? "info" : "warn",
      code: state === "running" ? "flows.ready" : "flows.silent",
    });
  }
}
