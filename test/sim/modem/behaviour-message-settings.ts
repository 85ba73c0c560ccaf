// How messages are stored and announced: service level, memories, format, indications (TS 27.005 3.2 to 3.4).

import type { Behaviour, CommandContext } from "./behaviour.ts";
import { wholeNumber } from "./command-line.ts";
import { type Handler, needsCard, numberSetting, tableBehaviour } from "./handlers.ts";
import type { Cnmi, MemoryName } from "./settings.ts";

const MEMORY_NAMES: readonly MemoryName[] = ["SM", "ME", "MT"];

export function messageSettingsBehaviour(): Behaviour {
  return tableBehaviour("message settings", {
    "+CSMS": messageService,
    "+CPMS": needsCard("cms", memories),
    "+CMGF": messageFormat,
    "+CNMI": indications,
    "+CSCA": needsCard("cms", serviceCentre),
    "+CSCS": characterSet,
    "+CSDH": numberSetting({ range: "(0)", max: 0, read: () => 0, write: () => {} }),
  });
}

/** Messages received, sent and broadcast are all supported. */
const messageService: Handler = (context, command) => {
  const { settings } = context.modem;
  if (command.kind === "test") return context.info("+CSMS: (0,1)");
  if (command.kind === "read") return context.info(`+CSMS: ${settings.csms},1,1,1`);
  const service = wholeNumber(command.values[0], { min: 0, max: 1 });
  if (service === undefined) return context.fail({ cms: 302 });
  settings.csms = service;
  context.info("+CSMS: 1,1,1");
};

const memories: Handler = (context, command) => {
  const { modem } = context;
  if (command.kind === "test") {
    const list = `(${MEMORY_NAMES.map((name) => `"${name}"`).join(",")})`;
    return context.info(`+CPMS: ${list},${list},${list}`);
  }
  if (command.kind === "set") {
    const names = command.values.map((value) => MEMORY_NAMES.find((name) => name === value));
    if (names.length > 3 || names.includes(undefined)) return context.fail({ cms: 302 });
    const [mem1, mem2, mem3] = modem.settings.memories;
    modem.settings.memories = [names[0] ?? mem1, names[1] ?? mem2, names[2] ?? mem3];
  }
  const named = command.kind === "read";
  const parts = modem.settings.memories.map((name) => (named ? `"${name}",` : "") + usage(context, name));
  context.info(`+CPMS: ${parts.join(",")}`);
  modem.sms.pump();
};

function usage(context: CommandContext, name: MemoryName): string {
  const memory = context.modem.memories.get(name);
  return `${memory?.used ?? 0},${memory?.capacity ?? 0}`;
}

/** PDU mode only, as the product uses it. */
const messageFormat: Handler = (context, command) => {
  if (command.kind === "test") context.info("+CMGF: (0)");
  else if (command.kind === "read") context.info("+CMGF: 0");
  else if ((command.values[0] ?? "0") !== "0") context.fail({ cms: 303 });
};

const CNMI_MAX: Readonly<Record<keyof Cnmi, number>> = { mode: 3, mt: 3, bm: 3, ds: 2, bfr: 1 };

const indications: Handler = (context, command) => {
  const { modem } = context;
  const { mode, mt, bm, ds, bfr } = modem.settings.cnmi;
  if (command.kind === "test") return context.info("+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)");
  if (command.kind === "read") return context.info(`+CNMI: ${mode},${mt},${bm},${ds},${bfr}`);
  const value = (place: number, name: keyof Cnmi) =>
    wholeNumber(command.values[place], { min: 0, max: CNMI_MAX[name], fallback: modem.settings.cnmi[name] });
  const set = {
    mode: value(0, "mode"),
    mt: value(1, "mt"),
    bm: value(2, "bm"),
    ds: value(3, "ds"),
    bfr: value(4, "bfr"),
  };
  if (!complete(set) || command.values.length > 5) return context.fail({ cms: 302 });
  modem.settings.cnmi = set;
  modem.sms.afterCnmi();
};

function complete(cnmi: { readonly [Name in keyof Cnmi]: number | undefined }): cnmi is Cnmi {
  return Object.values(cnmi).every((value) => value !== undefined);
}

const serviceCentre: Handler = (context, command) => {
  const { card } = context.modem;
  if (card === undefined || command.kind === "test") return;
  if (command.kind !== "set") return context.info(`+CSCA: "${card.serviceCentre}",145`);
  const number = command.values[0] ?? "";
  if (/^\+?\d{3,20}$/.test(number)) card.serviceCentre = number;
  else context.fail({ cms: 304 });
};

const characterSet: Handler = (context, command) => {
  const { settings } = context.modem;
  if (command.kind === "test") context.info('+CSCS: ("GSM","IRA")');
  else if (command.kind === "read") context.info(`+CSCS: "${settings.charset}"`);
  else if (command.values[0] === "GSM" || command.values[0] === "IRA") settings.charset = command.values[0];
  else context.fail({ cme: 50 });
};
