// Keeps lines with their SIMs: chooses a slot's line, remembers which SIM it is, and tells what happened when SIMs change places.

import { isAppError, type LineId, type Logger, type Millis, type SlotId, seconds } from "../base/index.ts";
import type { BoxEvent } from "../protocol/index.ts";
import type { EventLog } from "./event-log.ts";
import { type Binding, bindLine } from "./line-binding.ts";
import type { Line } from "./model.ts";
import type { LineFor, SimIdentity } from "./ports-slot.ts";
import type { Rentals } from "./rentals.ts";

export interface LineBinderDeps {
  readonly rentals: Pick<Rentals, "lines" | "line" | "saveLine">;
  readonly events: EventLog;
  readonly log: Logger;
  readonly monotonic: () => Millis;
}

/** A SIM that was moved leaves its old slot within this; two slots that still show one identity are two SIMs that say the same. */
const TWINS_FOR: Millis = seconds(45);

interface Twin {
  readonly line: Line;
  readonly since: Millis;
}

interface Seen {
  readonly sim: SimIdentity;
  readonly lineId: LineId | null;
}

export class LineBinder {
  readonly #deps: LineBinderDeps;
  /** By slot: its line as it is to be kept when it turns out that the other slot's SIM is another. */
  readonly #twins = new Map<SlotId, Twin>();
  /** What each slot has shown last. */
  readonly #seen = new Map<SlotId, Seen>();
  /** What was learnt and is not durable yet, so that two slots never learn the same line. */
  readonly #learnt = new Map<LineId, Line>();

  constructor(deps: LineBinderDeps) {
    this.#deps = deps;
  }

  /** The line of a SIM that was found in a slot. */
  readonly lineFor: LineFor = (slot, sim) => {
    const binding = this.#bind(slot, sim);
    const lineId = binding.kind === "none" || binding.kind === "other_sim" ? null : binding.line.id;
    this.#seen.set(slot, { sim, lineId });
    this.#act(slot, binding);
    return lineId;
  };

  /** The slot has no SIM, or is gone: its line may turn up elsewhere. */
  left(slot: SlotId): void {
    // Whose SIM was whose is open again.
    if (this.#seen.delete(slot)) this.#twins.clear();
  }

  /** Binds lines to SIMs that have shown one identity long enough together, so that each finds its own after a restart. */
  settleTwins(): void {
    for (const [slot, { line, since }] of this.#twins) {
      if (this.#deps.monotonic() - since < TWINS_FOR) continue;
      this.#twins.delete(slot);
      this.#keep(line);
    }
  }

  /** The SIM that was seen last in a slot. */
  simIn(slot: SlotId): SimIdentity | null {
    return this.#seen.get(slot)?.sim ?? null;
  }

  /** Slots with a SIM whose line was served elsewhere, and is free now. */
  mayServe(): readonly SlotId[] {
    const waiting = [...this.#seen].filter(([, { lineId }]) => lineId === null);
    return waiting.flatMap(([slot, { sim }]) => (this.#bind(slot, sim).kind === "bound" ? [slot] : []));
  }

  #bind(slot: SlotId, sim: SimIdentity): Binding {
    const served = new Map<LineId, SlotId>();
    for (const [other, { lineId }] of this.#seen) if (lineId !== null && other !== slot) served.set(lineId, other);
    const lines = this.#deps.rentals.lines().map((line) => this.#learnt.get(line.id) ?? line);
    return bindLine({ slot, sim, lines, served });
  }

  #act(slot: SlotId, binding: Binding): void {
    switch (binding.kind) {
      case "none":
        return;
      case "bound":
        return this.#moved(binding.line, slot);
      case "first":
        if (binding.learn === null) return;
        this.#tell("info", "line.bound", slot, binding.line);
        return this.#keep({ ...binding.line, ...binding.learn });
      case "other_sim":
        return this.#tell("warn", "line.other_sim", slot, binding.line);
      case "twin":
        if (binding.learn !== null)
          this.#twins.set(slot, { line: { ...binding.line, ...binding.learn }, since: this.#deps.monotonic() });
        return this.#tell("warn", "sim.same_identity", slot, binding.line);
    }
  }

  #moved(line: Line, slot: SlotId): void {
    if (line.slot === slot) return;
    if (line.slot !== null) this.#tell("info", "line.moved", slot, line, { from: line.slot, to: slot });
    this.#keep({ ...line, slot });
  }

  #tell(level: "info" | "warn", code: string, slot: SlotId, { id }: Line, details: BoxEvent["details"] = {}): void {
    this.#deps.events.record({ level, code, slot, line: id, details });
  }

  #keep(line: Line): void {
    this.#learnt.set(line.id, line);
    this.#deps.rentals.saveLine(line).then(
      () => this.#learnt.delete(line.id),
      // Kept in memory; the next look at the SIM tries again.
      (error) => this.#deps.log.warn("line_not_saved", { line: line.id, reason: isAppError(error) ? error.code : "?" }),
    );
  }
}
