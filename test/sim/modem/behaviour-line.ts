// V.250: echo, answer format, S-registers, reset to defaults. Calls are a layer above; data calls there are none.

import type { Behaviour } from "./behaviour.ts";
import { wholeNumber } from "./command-line.ts";
import { accept, type Handler, numberSetting, report, tableBehaviour } from "./handlers.ts";
import type { Settings } from "./settings.ts";

export function lineBehaviour(): Behaviour {
  const table = tableBehaviour("line", {
    E: flag((settings, on) => {
      settings.echo = on;
    }),
    V: flag((settings, on) => {
      settings.verbose = on;
    }),
    Q: flag((settings, on) => {
      settings.quiet = on;
    }),
    Z: restore,
    "&F": restore,
    "&C": accept,
    "&D": accept,
    "&K": accept,
    "&W": accept,
    L: accept,
    M: accept,
    X: accept,
    D: (context) => context.fail("NO CARRIER"),
    I: report(({ modem }) => [
      modem.identity.manufacturer,
      modem.identity.model,
      `Revision: ${modem.identity.revision}`,
    ]),
    "+CMEE": errorFormat,
    "+IPR": lineSpeed,
    "+IFC": accept,
    "+ICF": accept,
  });
  return {
    name: "line",
    onCommand: (context, command) => {
      if (!/^S\d+$/.test(command.name)) return table.onCommand(context, command);
      register(context, command);
      return true;
    },
    bootLines: (modem) => ["RDY", ...(modem.card === undefined ? [] : [`+CPIN: ${modem.card.pinState}`])],
  };
}

const errorFormat = numberSetting({
  range: "(0-2)",
  max: 2,
  read: ({ modem }) => modem.settings.cmee,
  write: ({ modem }, value) => {
    modem.settings.cmee = value;
  },
});

/** Any speed is taken: the simulated line has none. */
const lineSpeed = numberSetting({ range: "(),(115200)", max: 4_000_000, read: () => 115_200, write: () => {} });

/** A parameter that is 0 (also when left out) or 1. */
function flag(write: (settings: Settings, on: boolean) => void): Handler {
  return (context, command) => {
    const value = wholeNumber(command.values[0], { min: 0, max: 1, fallback: 0 });
    if (value === undefined) context.fail("ERROR");
    else write(context.modem.settings, value === 1);
  };
}

const restore: Handler = (context) => {
  // The functionality level is the radio's state, not a parameter.
  context.modem.settings = { ...context.modem.powerOnSettings(), cfun: context.modem.settings.cfun };
};

const register: Handler = (context, command) => {
  const { registers } = context.modem.settings;
  const number = Number(command.name.slice(1));
  if (command.kind === "read") {
    context.info(String(registers.get(number) ?? 0).padStart(3, "0"));
    return;
  }
  const value = wholeNumber(command.values[0], { min: 0, max: number >= 3 && number <= 5 ? 127 : 255, fallback: 0 });
  if (value === undefined || number > 255) context.fail("ERROR");
  else registers.set(number, value);
};
