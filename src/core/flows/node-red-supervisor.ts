// Looks after the Node-RED process: starts it, asks it again and again whether it lives, ends it when it does not, and tells the owner.
// It runs the machine; what to do is decided there.

import {
  AppError,
  type Clock,
  type Disposer,
  type Logger,
  messageOf,
  minutes,
  type Random,
  randomFraction,
  seconds,
  type UnixMs,
  withDeadline,
} from "../../base/index.ts";
import type { FlowsView } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { FlowsConsole } from "./flows-console.ts";
import { type NodeRedEffect, type NodeRedInput, type NodeRedState, nodeRed } from "./node-red-machine.ts";

export interface FlowProcess {
  /** Resolves when the process is gone, whatever ended it. */
  readonly exited: Promise<void>;
  /** Asks it to end, or with `now` ends it at once. */
  end(now: boolean): void;
}

/** The machine's side of Node-RED. */
export interface FlowHost {
  /** Errors: `host.no_program` and what else keeps a process from starting. */
  spawn(options: { readonly safe: boolean }): Promise<FlowProcess>;
  /** Whether Node-RED answers now. Never rejects; may take for ever. */
  probe(signal: AbortSignal): Promise<boolean>;
}

export interface NodeRedSupervisorDeps {
  readonly host: FlowHost;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly editor: string;
}

const PROBE_EVERY = seconds(5);
const PROBE_TIMEOUT = seconds(5);
/** It has so long to end by itself. */
const ENDING = seconds(8);
const SETTLED = minutes(5);
/** A killed process is gone at once, unless the kernel holds it. */
const GONE = seconds(2);

export class NodeRedSupervisor implements FlowsConsole {
  readonly #deps: NodeRedSupervisorDeps;
  #state: NodeRedState = { kind: "stopped" };
  #since: UnixMs;
  #process: FlowProcess | null = null;
  #timers: Disposer[] = [];
  #probing = new AbortController();

  constructor(deps: NodeRedSupervisorDeps) {
    this.#deps = deps;
    this.#since = deps.now();
  }

  start(): void {
    this.#step({ kind: "start" });
  }

  /** Ends the process, by force if it does not end by itself in time. Idempotent. */
  async stop(): Promise<void> {
    this.#step({ kind: "stop" });
    const process = this.#process;
    if (process === null) return;
    const { clock } = this.#deps;
    await withDeadline(process.exited, { clock, timeout: GONE, what: "Node-RED ending" }).catch(() =>
      process.end(true),
    );
    this.#clear();
  }

  view(): FlowsView {
    const state = this.#state;
    return {
      run: "child",
      state: state.kind,
      since: this.#since,
      safe: "safe" in state && state.safe,
      failures: "failures" in state ? state.failures : 0,
      editor: this.#deps.editor,
    };
  }

  restart({ safe }: { readonly safe: boolean }): FlowsView {
    if (this.#state.kind === "stopped") {
      throw new AppError("flows.stopped", "Node-RED is stopped", { hint: "It starts with the box." });
    }
    this.#step({ kind: "restart", safe });
    return this.view();
  }

  #step(input: NodeRedInput): void {
    const { state, effects } = nodeRed(this.#state, input, randomFraction(this.#deps.random));
    if (state.kind !== this.#state.kind) {
      this.#since = this.#deps.now();
      this.#clear();
    }
    const entered = state.kind === this.#state.kind ? null : state.kind;
    this.#state = state;
    for (const effect of effects) this.#run(effect);
    if (entered === "starting" || entered === "running") this.#armProbe();
    if (entered === "running") this.#arm(SETTLED, "Node-RED settled", { kind: "settled" });
  }

  #run(effect: NodeRedEffect): void {
    switch (effect.kind) {
      case "spawn":
        void this.#spawn(effect.safe);
        break;
      case "end":
        this.#end(effect.now);
        break;
      case "wait":
        this.#arm(effect.for, "Node-RED again", { kind: "due" });
        break;
      case "tell":
        this.#tell(effect.what);
        break;
    }
  }

  async #spawn(safe: boolean): Promise<void> {
    try {
      const process = await this.#deps.host.spawn({ safe });
      this.#process = process;
      void process.exited.then(() => {
        this.#process = null;
        this.#step({ kind: "exited" });
      });
      // Told to end while it was being made.
      if (this.#state.kind === "ending") this.#end(true);
    } catch (error) {
      this.#deps.log.error("node_red_not_started", { reason: messageOf(error) });
      this.#step({ kind: "exited" });
    }
  }

  #end(now: boolean): void {
    this.#process?.end(now);
    if (now) return;
    const process = this.#process;
    this.#timers.push(this.#deps.clock.after(ENDING, "Node-RED ending", () => process?.end(true)));
  }

  #tell(what: "ready" | "ended" | "silent" | "safe"): void {
    const level = what === "ready" ? "info" : "warn";
    this.#deps.events.record({ level, code: `flows.${what}` });
  }

  #armProbe(): void {
    this.#timers.push(this.#deps.clock.after(PROBE_EVERY, "Node-RED probe", () => void this.#probe()));
  }

  async #probe(): Promise<void> {
    const probing = new AbortController();
    this.#probing = probing;
    const waiting = { clock: this.#deps.clock, timeout: PROBE_TIMEOUT, what: "Node-RED", signal: probing.signal };
    const answered = await withDeadline(this.#deps.host.probe(probing.signal), waiting).catch(() => false);
    if (probing.signal.aborted) return;
    probing.abort();
    const before = this.#state.kind;
    this.#step({ kind: answered ? "answered" : "missed" });
    if (this.#state.kind === before) this.#armProbe();
  }

  #arm(delay: typeof PROBE_EVERY, name: string, input: NodeRedInput): void {
    this.#timers.push(this.#deps.clock.after(delay, name, () => this.#step(input)));
  }

  /** Timers and questions belong to the state that they were made in. */
  #clear(): void {
    for (const cancel of this.#timers.splice(0)) cancel();
    this.#probing.abort();
  }
}
