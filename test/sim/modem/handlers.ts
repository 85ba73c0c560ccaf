// How the base layers are written: a table of command names, and the forms most settings share (V.250 5.4.3 and 5.4.4).

import type { Behaviour, CommandContext } from "./behaviour.ts";
import { type Command, wholeNumber } from "./command-line.ts";

export type Handler = (context: CommandContext, command: Command) => void;

/** A behaviour that answers the commands of a table and no others. */
export function tableBehaviour(name: string, table: Readonly<Record<string, Handler>>): Behaviour {
  const handlers = new Map(Object.entries(table));
  return {
    name,
    onCommand: (context, command) => {
      const handler = handlers.get(command.name);
      if (handler === undefined) return false;
      handler(context, command);
      return true;
    },
  };
}

export interface Setting {
  /** What the test form shows, for instance `(0-2)`. */
  readonly range: string;
  readonly max: number;
  readonly read: (context: CommandContext) => string | number;
  readonly write: (context: CommandContext, value: number) => void;
}

/** `AT+X?`, `AT+X=?` and `AT+X=n` of a setting that is one whole number from 0. */
export function numberSetting(setting: Setting): Handler {
  return (context, command) => {
    if (command.kind === "test") context.info(`${command.name}: ${setting.range}`);
    else if (command.kind === "read") context.info(`${command.name}: ${setting.read(context)}`);
    else {
      const value = wholeNumber(command.values[0], { min: 0, max: setting.max, fallback: 0 });
      if (value === undefined) context.fail({ cme: 50 });
      else setting.write(context, value);
    }
  };
}

/** A command that only tells something: `lines` for its action and read forms, success for its test form. */
export function report(lines: (context: CommandContext) => readonly string[]): Handler {
  return (context, command) => {
    if (command.kind === "set") context.fail({ cme: 50 });
    else if (command.kind !== "test") context.info(...lines(context));
  };
}

/** Accepted and without effect: settings of a serial line or a call that a simulator has no use for. */
export const accept: Handler = () => {};

/** Fails the command when there is no card, or a locked one. `area` says in which commands' words. */
export function needsCard(area: "cme" | "cms", handler: Handler): Handler {
  return (context, command) => {
    const state = context.modem.card?.pinState;
    if (state === "READY") handler(context, command);
    else if (area === "cms") context.fail({ cms: state === undefined ? 310 : 311 });
    else context.fail({ cme: state === undefined ? 10 : state === "SIM PIN" ? 11 : 12 });
  };
}
