// What an owner does with slots, behind REST and console: recover, PIN, terminal, joining, numbers.

import { AppError, e164, type LineId, listingId, type Random, type SlotId, seconds, toHex } from "../base/index.ts";
import type { BoxViews, EventLog, FleetConsole, LineBinder, Rentals, SimVault } from "../core/index.ts";
import { SlotRunner } from "../modem/index.ts";
import type { AtReplyView, JoinView, LineView, SlotView } from "../protocol/index.ts";
import type { HardwareScout } from "./hardware-scout.ts";
import type { SlotFleet } from "./slot-fleet.ts";

export interface FleetControlDeps {
  readonly fleet: SlotFleet;
  readonly scout: HardwareScout;
  readonly binder: LineBinder;
  readonly sims: SimVault;
  readonly rentals: Rentals;
  readonly views: BoxViews;
  readonly events: EventLog;
  readonly random: Random;
}

export class FleetControl implements FleetConsole {
  readonly #deps: FleetControlDeps;

  constructor(deps: FleetControlDeps) {
    this.#deps = deps;
  }

  async recover(id: SlotId, rung: "at" | "cfun" | "usb_reset" | "power"): Promise<SlotView> {
    const runner = this.#modem(id);
    if (!runner.status().recovery.rungs.includes(rung)) {
      throw new AppError("slot.no_means", `slot ${id} has no means for ${rung}`, {
        hint: "Only a modem at a USB place can be reset, and only one on a board with power control can be switched.",
        context: { slot: id, rung },
      });
    }
    this.#audit("slot.recover_asked", id, { rung });
    runner.retry(rung === "at" ? null : rung);
    return this.#view(id);
  }

  async enterPin(id: SlotId, pin: string, confirm: boolean): Promise<SlotView> {
    const runner = this.#modem(id);
    const sim = runner.simAtLock;
    if (sim === null) {
      throw new AppError("sim.not_locked", `the SIM in slot ${id} does not ask for a PIN`, {
        hint: "Nothing has to be done; look at the slot's state.",
      });
    }
    await this.#deps.sims.setPin(sim, pin, confirm);
    this.#audit("slot.pin_entered", id, {});
    runner.retry(null);
    return this.#view(id);
  }

  async at(id: SlotId, command: string): Promise<AtReplyView> {
    const runner = this.#modem(id);
    // The name alone: what stands behind it may be private.
    this.#audit("slot.at_command", id, {
      command: /^AT[+^*#$%!&\\]?[A-Z]{0,12}/i.exec(command)?.[0].toUpperCase() ?? "?",
    });
    return await runner.terminal(command);
  }

  async permitJoin(span: number): Promise<JoinView> {
    await this.#deps.scout.permit(seconds(span));
    return this.#deps.scout.view();
  }

  async join(): Promise<JoinView> {
    await this.#deps.scout.look();
    return this.#deps.scout.view();
  }

  async remove(id: SlotId): Promise<void> {
    const { fleet, scout, binder } = this.#deps;
    fleet.get(id);
    if (!scout.hasJoined(id)) {
      throw new AppError("slot.configured", `slot ${id} is in the configuration`, {
        hint: "Take it out of the configuration and start the box again.",
        context: { slot: id },
      });
    }
    await scout.forget(id);
    binder.left(id);
    this.#audit("slot.removed", id, {});
  }

  async addLine(line: { readonly id: LineId; readonly number: string; readonly slot: SlotId }): Promise<LineView> {
    const { rentals, fleet, random } = this.#deps;
    fleet.get(line.slot);
    const taken = rentals.lines().find((each) => each.id === line.id || each.number === line.number);
    if (taken !== undefined) {
      throw new AppError("line.exists", `there is a line ${taken.id} already`, {
        hint: "Choose another id and number, or give the SIM to that line.",
        context: { line: taken.id },
      });
    }
    const listing = listingId(toHex(random.bytes(8)));
    const number = e164(line.number);
    await rentals.saveLine({ id: line.id, number, slot: line.slot, iccid: null, imsi: null, listingId: listing });
    return await this.#again(line.id, line.slot);
  }

  async adoptSim(lineId: LineId, slot: SlotId): Promise<LineView> {
    const { rentals, fleet, binder } = this.#deps;
    const line = rentals.line(lineId);
    if (line === null) {
      throw new AppError("rental.unknown_line", "the box has no such line", { hint: "List the lines and take an id." });
    }
    fleet.get(slot);
    const sim = binder.simIn(slot);
    if (sim === null || (sim.iccid === null && sim.imsi === null)) {
      throw new AppError("slot.no_sim", `no SIM that tells who it is was found in slot ${slot}`, {
        hint: "Wait until the slot is ready, then try again.",
        context: { slot },
      });
    }
    await this.#free(sim.iccid, lineId);
    await rentals.saveLine({ ...line, slot, iccid: sim.iccid, imsi: sim.iccid === null ? sim.imsi : null });
    this.#audit("line.adopted", slot, { line: lineId });
    this.#relieve(lineId, slot);
    return await this.#again(lineId, slot);
  }

  /** Another slot, where the line's old SIM still is, must not serve it any longer. */
  #relieve(lineId: LineId, slot: SlotId): void {
    for (const driver of this.#deps.fleet.list()) {
      const { id, lineId: served } = driver.status();
      if (driver instanceof SlotRunner && served === lineId && id !== slot) driver.retry(null);
    }
  }

  /** One SIM is one line's. */
  async #free(iccid: string | null, but: LineId): Promise<void> {
    const { rentals } = this.#deps;
    const owner = rentals.lines().find((line) => iccid !== null && line.iccid === iccid && line.id !== but);
    if (owner !== undefined) await rentals.saveLine({ ...owner, iccid: null, imsi: null, slot: null });
  }

  async #again(lineId: LineId, slot: SlotId): Promise<LineView> {
    const driver = this.#deps.fleet.get(slot);
    if (driver instanceof SlotRunner) driver.retry(null);
    this.#deps.views.rentalsChanged();
    const line = (await this.#deps.views.lines()).find(({ id }) => id === lineId);
    if (line === undefined) throw new AppError("base.unreachable", "a line that was saved is not there");
    return line;
  }

  #modem(id: SlotId): SlotRunner {
    const driver = this.#deps.fleet.get(id);
    if (driver instanceof SlotRunner) return driver;
    throw new AppError("slot.no_modem", `slot ${id} is no modem`, {
      hint: "Phones and gateways are set up where they are.",
      context: { slot: id },
    });
  }

  #view(id: SlotId): SlotView {
    const view = this.#deps.views.slots().find((slot) => slot.id === id);
    if (view === undefined) throw new AppError("base.unreachable", "a slot of the fleet is not shown");
    return view;
  }

  #audit(code: string, slot: SlotId, details: Readonly<Record<string, string>>): void {
    this.#deps.events.record({ level: "info", code, slot, details });
  }
}
