// The power budget: what the modems draw against what the supply, and each hub port, can give.

import { AppError } from "../base/index.ts";
import type { Board, BoardModel, BoardPosition } from "./board-schema.ts";
import { portOf } from "./board-tree.ts";

export interface PowerBudget {
  readonly modems: number;
  /** How many of them are taken to receive; the others are registered and idle. */
  readonly active: number;
  readonly volts: number;
  /** Currents at the supply's voltage, milliamperes. */
  readonly idle_ma: number;
  readonly receive_ma: number;
  /** With `supply.bursts_at_once` of the active modems in a transmit burst at the same instant. */
  readonly peak_ma: number;
  /** With all active modems in a burst at the same instant, which only chance brings about. */
  readonly worst_ma: number;
  readonly supply_ma: number;
  /** The supply's rating less its margin. */
  readonly usable_ma: number;
  /** `overloaded` where the average takes the margin, or the peak exceeds the rating; `tight` where the peak takes the margin. */
  readonly verdict: "good" | "tight" | "overloaded";
  readonly warnings: readonly string[];
}

/** VBUS (USB 2.0, 7.2.1). */
const USB_VOLTS = 5;
/** One GSM transmit slot (3GPP TS 45.002, 4.3.1), seconds. */
const GSM_SLOT_S = 577e-6;
/** Dip that modules bear in a burst: Quectel's EC25 hardware design asks for VBAT never below 3.3 V, from 3.8 V less what the track takes. */
const DIP_VOLTS = 0.3;

interface Draw {
  readonly position: BoardPosition;
  readonly model: BoardModel;
  /** At the supply's voltage. */
  readonly idle: number;
  readonly receive: number;
  readonly peak: number;
}

function drawOf(board: Board, position: BoardPosition): Draw {
  const power = (model: BoardModel): number => model.volts * model.peak_ma;
  const [model] = board.models
    .filter((item) => position.models.includes(item.id))
    .sort((one, other) => power(other) - power(one));
  if (model === undefined) throw new AppError("board.no_model", `position ${position.position} has no model`);
  const factor = model.volts / board.supply.volts / (board.supply.efficiency_percent / 100);
  return {
    position,
    model,
    idle: model.idle_ma * factor,
    receive: model.receive_ma * factor,
    peak: model.peak_ma * factor,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Positions as people write them: `1-8, 12`. */
function ranges(numbers: readonly number[]): string {
  const starts = numbers.filter((number) => !numbers.includes(number - 1));
  return starts
    .map((start) => {
      let end = start;
      while (numbers.includes(end + 1)) end++;
      return end === start ? `${start}` : `${start}-${end}`;
    })
    .join(", ");
}

/** Capacitance (microfarad) that carries a module over one burst while its port gives no more than `port_ma`. */
function neededMicrofarad(board: Board, model: BoardModel, port_ma: number): number {
  const given = (port_ma * USB_VOLTS * (board.supply.efficiency_percent / 100)) / model.volts;
  return Math.ceil(((Math.max(0, model.peak_ma - given) / 1000) * GSM_SLOT_S * 1e6) / DIP_VOLTS);
}

interface PortFindings {
  /** Positions whose port cannot carry the average. */
  readonly starved: readonly number[];
  /** Positions whose capacitors do not carry a burst, and what they would need. */
  readonly dipping: readonly number[];
  readonly needed_uf: number;
}

function checkPorts(board: Board, draws: readonly Draw[]): PortFindings {
  const starved: number[] = [];
  const dipping: number[] = [];
  let needed_uf = 0;
  for (const { position, model } of draws) {
    const port_ma = portOf(board, position)?.hub.port_ma;
    // A gpio switch feeds its modem from the board's rail, not from the hub's port.
    if (port_ma === undefined || position.power.kind === "gpio") continue;
    const average = (model.receive_ma * model.volts) / USB_VOLTS / (board.supply.efficiency_percent / 100);
    if (average > port_ma) starved.push(position.position);
    const needed = neededMicrofarad(board, model, port_ma);
    if (needed > board.supply.bulk_uf) dipping.push(position.position);
    needed_uf = Math.max(needed_uf, needed);
  }
  return { starved, dipping, needed_uf };
}

function warningsOf(board: Board, budget: Omit<PowerBudget, "verdict" | "warnings">, ports: PortFindings): string[] {
  const { supply } = board;
  const warnings: string[] = [];
  if (budget.receive_ma > budget.usable_ma)
    warnings.push(
      `The average of ${budget.receive_ma} mA takes the margin of the supply: it is rated ${budget.supply_ma} mA.`,
    );
  if (budget.peak_ma > budget.usable_ma)
    warnings.push(
      `A burst of ${Math.min(supply.bursts_at_once, budget.active)} modem(s) draws ${budget.peak_ma} mA of ${budget.usable_ma} mA without the margin.`,
    );
  if (budget.worst_ma > budget.supply_ma)
    warnings.push(
      `All active modems in one burst would draw ${budget.worst_ma} mA: start them one after another, and keep the capacitors at each modem.`,
    );
  if (ports.starved.length > 0)
    warnings.push(`The hub ports of positions ${ranges(ports.starved)} cannot carry the average of their modems.`);
  if (ports.dipping.length > 0)
    warnings.push(
      `Positions ${ranges(ports.dipping)} need ${ports.needed_uf} uF at the modem to bear a GSM burst; ${supply.bulk_uf} uF are fitted.`,
    );
  return warnings;
}

/**
 * The budget with `active` modems receiving (0 to the number of positions; all of them by default) and the rest idle. Each position
 * counts with the hungriest modem that fits it. Throws `board.bad_count`.
 */
export function powerBudget(board: Board, active: number = board.positions.length): PowerBudget {
  if (!Number.isInteger(active) || active < 0 || active > board.positions.length)
    throw new AppError("board.bad_count", `active modems: 0 to ${board.positions.length}`, {
      hint: `Board ${board.id} has ${board.positions.length} position(s).`,
    });
  const { supply } = board;
  const draws = board.positions.map((position) => drawOf(board, position)).sort((one, other) => other.peak - one.peak);
  const receiving = draws.slice(0, active);
  const receive =
    supply.base_ma + sum(receiving.map((draw) => draw.receive)) + sum(draws.slice(active).map((draw) => draw.idle));
  const bursts = receiving.map((draw) => Math.max(0, draw.peak - draw.receive));
  const currents = {
    modems: draws.length,
    active,
    volts: supply.volts,
    idle_ma: Math.ceil(supply.base_ma + sum(draws.map((draw) => draw.idle))),
    receive_ma: Math.ceil(receive),
    peak_ma: Math.ceil(receive + sum(bursts.slice(0, supply.bursts_at_once))),
    worst_ma: Math.ceil(receive + sum(bursts)),
    supply_ma: supply.milliamps,
    usable_ma: Math.floor(supply.milliamps * (1 - supply.margin_percent / 100)),
  };
  const ports = checkPorts(board, draws);
  const overloaded =
    currents.receive_ma > currents.usable_ma || currents.peak_ma > currents.supply_ma || ports.starved.length > 0;
  const tight = currents.peak_ma > currents.usable_ma || ports.dipping.length > 0;
  return {
    ...currents,
    verdict: overloaded ? "overloaded" : tight ? "tight" : "good",
    warnings: warningsOf(board, currents, ports),
  };
}
