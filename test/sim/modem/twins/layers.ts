// Quirks that several vendors share, each as one layer.

import type { Behaviour, CommandContext, Failure } from "../behaviour.ts";
import { type Command, wholeNumber } from "../command-line.ts";
import { accept, type Handler, report, tableBehaviour } from "../handlers.ts";
import type { SimModem } from "../sim-modem.ts";

/** The layers under `self` answer `command`. */
function below(self: Behaviour, context: CommandContext, command: Command): boolean {
  const { behaviours } = context.modem;
  return behaviours.slice(behaviours.indexOf(self) + 1).some((layer) => layer.onCommand(context, command));
}

/** `context` whose information lines go through `change`. */
function through(context: CommandContext, change: (line: string) => string): CommandContext {
  return {
    modem: context.modem,
    info: (...lines) => context.info(...lines.map(change)),
    fail: (failure) => context.fail(failure),
    later: (delay, name, task) => context.later(delay, name, task),
    abortable: (onAbort) => context.abortable(onAbort),
    prompt: (onText) => context.prompt(onText),
  };
}

/** Every line that the layers below say goes through `change`, answers and unsolicited ones. */
export function restyled(change: (line: string) => string): Behaviour {
  const self: Behaviour = {
    name: "restyled",
    onCommand: (context, command) => below(self, through(context, change), command),
    onUrc: (lines) => lines.map(change),
  };
  return self;
}

/** As `restyled`, for the answers of some commands only. */
export function answersRestyled(commands: RegExp, change: (line: string) => string): Behaviour {
  const self: Behaviour = {
    name: "answers restyled",
    onCommand: (context, command) => commands.test(command.name) && below(self, through(context, change), command),
  };
  return self;
}

/** `+CSQ: 21,99` as `+CSQ:21,99`. */
export const withoutSpace = (line: string): string => line.replace(/^([+^*#%$!][A-Z]+):\s+/, "$1:");
/** `"1234"` as `1234`, but for texts and numbers, which no modem leaves bare. */
export const withoutQuotes = (line: string): string => line.replaceAll('"', "");
/** `1,2,3` as `1, 2, 3`. */
export const withSpaces = (line: string): string => line.replace(/,(?=\S)/g, ", ");

/** Lines at power-on, besides the base layers'. */
export function boots(...lines: readonly string[]): Behaviour {
  return { name: "boot lines", onCommand: () => false, bootLines: () => lines };
}

/** Commands that this firmware does not have. */
export function lacks(commands: RegExp, failure: Failure = "ERROR"): Behaviour {
  return {
    name: "lacks",
    onCommand: (context, command) => {
      if (!commands.test(command.name)) return false;
      context.fail(failure);
      return true;
    },
  };
}

/** The last layer of a firmware with words of its own for what it does not know. */
export function knowsNothingElse(failure: Failure): Behaviour {
  return lacks(/^[+^*#%$!]/, failure);
}

/** Takes so many questions about the SIM after each start before it can answer one. */
export function busyAtStart(commands: RegExp, failure: Failure, times = 2): Behaviour {
  let left = times;
  return {
    name: "busy at start",
    onCommand: (context, command) => {
      if (left <= 0 || !commands.test(command.name) || command.kind === "test") return false;
      left--;
      context.fail(failure);
      return true;
    },
    bootLines: () => {
      left = times;
      return [];
    },
  };
}

/** Unsolicited lines of no meaning, one after each few commands, in turn. */
export function noisy(every: number, ...lines: readonly string[]): Behaviour {
  let asked = 0;
  return {
    name: "noisy",
    onCommand: ({ modem }) => {
      const line = lines[Math.floor(asked / every) % lines.length];
      if (asked++ % every === every - 1 && line !== undefined) modem.urc(line);
      return false;
    },
  };
}

/** ATE0 is answered with OK, and the echo stays. */
export const echoStays = (): Behaviour => tableBehaviour("echo stays", { E: accept });

/** +COPS=3,2 is answered with OK, and +COPS? goes on with the name. */
export function operatorByName(): Behaviour {
  return {
    name: "operator by name",
    onCommand: (_, command) => command.name === "+COPS" && command.kind === "set" && command.values[0] === "3",
  };
}

/** Neither +COPS nor the registrations tell the access technology. */
export function withoutTechnology(): Behaviour {
  return answersRestyled(/^\+(?:COPS|C[GE]?REG)$/, (line) =>
    line.replace(/^(\+COPS: \d,\d,"[^"]*"),\d+$/, "$1").replace(/^(\+C[GE]?REG: .*"),\d+$/, "$1"),
  );
}

/** +CSQ does not know the strength. */
export const signalUnknown = (): Behaviour => tableBehaviour("no +CSQ", { "+CSQ": report(() => ["+CSQ: 99,99"]) });

/** The number of the card under the vendor's name: `line` of an ICCID. */
export function iccidBy(names: readonly string[], line: (iccid: string) => string): Behaviour {
  const handler: Handler = (context, command) => {
    if (context.modem.card === undefined) context.fail({ cme: 10 });
    else if (command.kind !== "test") context.info(line(context.modem.card.identity.iccid));
  };
  return tableBehaviour("card's number", Object.fromEntries(names.map((name) => [name, handler])));
}

/** Tries left at the PIN, `line` of the number. */
export function triesBy(name: string, line: (pin: number) => string): Behaviour {
  return tableBehaviour("tries left", {
    [name]: (context) => {
      const { card } = context.modem;
      if (card === undefined) context.fail({ cme: 10 });
      else context.info(...line(card.pinTries).split("\n"));
    },
  });
}

/** Commands that restart it. */
export function restartsBy(name: string, ...values: readonly string[]): Behaviour {
  return {
    name: "restarts",
    onCommand: ({ modem }, command) => {
      if (command.name !== name || values.some((value, at) => command.values[at] !== value)) return false;
      modem.restartSoon();
      return true;
    },
  };
}

/** Accepts settings of its vendor. */
export function accepts(...names: readonly string[]): Behaviour {
  return tableBehaviour("accepts", Object.fromEntries(names.map((name) => [name, accept])));
}

/** Tells nothing unasked on this port until `opens` has been set, once for each start. */
export function silentUntil(opens: (command: Command) => boolean): Behaviour {
  let open = false;
  return {
    name: "silent port",
    onCommand: (_, command) => {
      if (!opens(command)) return false;
      open = true;
      return true;
    },
    bootLines: () => {
      open = false;
      return [];
    },
    onUrc: (lines) => (open ? lines : []),
  };
}

/** Takes no +CNMI but with these modes and values of <bfr>. */
export function picksIndications(modes: readonly number[], bfrs: readonly number[]): Behaviour {
  return {
    name: "picky +CNMI",
    onCommand: (context, command) => {
      if (command.name !== "+CNMI") return false;
      if (command.kind === "test") {
        context.info(`+CNMI: (${modes.join(",")}),(0,1),(0,2),(0-2),(${bfrs.join(",")})`);
        return true;
      }
      const [mode, , , , bfr] = command.values.map((value) => wholeNumber(value, { min: 0, max: 9 }));
      if (command.kind !== "set" || (modes.includes(mode ?? -1) && bfrs.includes(bfr ?? bfrs[0] ?? -1))) return false;
      context.fail({ cms: 303 });
      return true;
    },
  };
}

/** Only this memory takes messages; +CPMS with another one is refused. */
export function onlyMemory(name: string): Behaviour {
  return {
    name: "one memory",
    onCommand: (context, command) => {
      if (command.name !== "+CPMS") return false;
      if (command.kind === "test") context.info(`+CPMS: ("${name}"),("${name}"),("${name}")`);
      else if (command.kind === "set" && command.values.some((value) => value !== name)) context.fail({ cms: 302 });
      else return false;
      return true;
    },
  };
}

/** The answer to +CPMS="…" repeats the names, as only the answer to +CPMS? should. */
export function repeatsMemories(): Behaviour {
  const self: Behaviour = {
    name: "repeats memories",
    onCommand: (context, command) => {
      if (command.name !== "+CPMS" || command.kind !== "set") return false;
      return below(
        self,
        through(context, (line) => named(context.modem, line)),
        command,
      );
    },
  };
  return self;
}

function named({ settings }: SimModem, line: string): string {
  let at = 0;
  return line.replace(/\d+,\d+/g, (use) => `"${settings.memories[at++] ?? "SM"}",${use}`);
}

/** Places are numbered from 0. */
export function zeroBased(): Behaviour {
  const down = (line: string): string =>
    line.replace(
      /^(\+CMGL:\s*|\+CMTI:\s*"..",\s*)(\d+)/,
      (_, head: string, index: string) => head + (Number(index) - 1),
    );
  const self: Behaviour = {
    name: "from 0",
    onCommand: (context, command) => {
      if (!/^\+CMG[LRD]$/.test(command.name)) return false;
      return below(self, through(context, down), command.name === "+CMGL" ? command : oneUp(command));
    },
    onUrc: (lines) => lines.map(down),
  };
  return self;
}

function oneUp(command: Command): Command {
  const [index, ...rest] = command.values;
  return { ...command, values: [/^\d+$/.test(index ?? "") ? String(Number(index) + 1) : index, ...rest] };
}
