// Power level, card lock, registration, operator and signal (TS 27.007 7 and 8).

import { millis } from "../../../src/base/index.ts";
import type { Behaviour } from "./behaviour.ts";
import { wholeNumber } from "./command-line.ts";
import { type Handler, numberSetting, report, tableBehaviour } from "./handlers.ts";
import type { Settings } from "./settings.ts";
import type { SimModem } from "./sim-modem.ts";

/** A scan for operators takes this long. */
const SCAN_MS = 8_000;
/** LTE (TS 27.007 7.3). */
const ACCESS_TECHNOLOGY = 7;

const REGISTRATIONS = ["creg", "cgreg", "cereg"] as const;
type RegistrationSetting = (typeof REGISTRATIONS)[number];

export function networkBehaviour(): Behaviour {
  return tableBehaviour("network", {
    "+CFUN": functionality,
    "+CPIN": pin,
    "+CPINR": pinTries,
    "+CLCK": facilityLock,
    "+CREG": registration("creg"),
    "+CGREG": registration("cgreg"),
    "+CEREG": registration("cereg"),
    "+COPS": operator,
    "+CSQ": (context, command) => {
      const { radio } = context.modem;
      if (command.kind === "test") context.info("+CSQ: (0-31,99),(0-7,99)");
      else if (command.kind === "action") context.info(`+CSQ: ${radio.rssi},${radio.ber}`);
      else context.fail("ERROR");
    },
    "+CESQ": report(({ modem }) => [`+CESQ: 99,99,255,255,20,${modem.radio.rssi > 31 ? 255 : 30 + modem.radio.rssi}`]),
    "+CIREG": (context, command) => {
      if (command.kind === "read") context.info("+CIREG: 0,0");
    },
  });
}

/** The unsolicited lines that a change of registration causes under the present settings. */
export function registrationLines(modem: SimModem): string[] {
  return REGISTRATIONS.filter((name) => modem.settings[name] > 0).map(
    (name) => `+${name.toUpperCase()}: ${registrationState(modem, name)}`,
  );
}

function registrationState(modem: SimModem, name: RegistrationSetting): string {
  const { registration } = modem.radio;
  if (modem.settings[name] < 2 || !modem.radio.registered) return String(registration);
  // Location area and cell, in hex strings (TS 27.007 7.2).
  const cell = (0xc000 + modem.slot).toString(16).toUpperCase().padStart(8, "0");
  return `${registration},"0001","${cell}",${ACCESS_TECHNOLOGY}`;
}

function registration(name: RegistrationSetting): Handler {
  return numberSetting({
    range: "(0-2)",
    max: 2,
    read: ({ modem }) => `${modem.settings[name]},${registrationState(modem, name)}`,
    write: ({ modem }, value) => {
      modem.settings[name] = value;
    },
  });
}

const functionality: Handler = (context, command) => {
  const { modem } = context;
  if (command.kind === "test") return context.info("+CFUN: (0,1,4),(0,1)");
  if (command.kind === "read") return context.info(`+CFUN: ${modem.settings.cfun}`);
  const level = wholeNumber(command.values[0], { min: 0, max: 4, fallback: 1 });
  const restart = wholeNumber(command.values[1], { min: 0, max: 1, fallback: 0 });
  if (restart === undefined || (level !== 0 && level !== 1 && level !== 4)) return context.fail({ cme: 50 });
  if (restart === 1) return modem.restartSoon();
  modem.settings.cfun = level;
  modem.radio.power(level === 1);
};

const pin: Handler = (context, command) => {
  const { card } = context.modem;
  if (card === undefined) return context.fail({ cme: 10 });
  if (command.kind === "test") return;
  if (command.kind !== "set") return context.info(`+CPIN: ${card.pinState}`);
  if (card.pinState !== "SIM PIN") return context.fail({ cme: card.pinState === "READY" ? 3 : 12 });
  if (!card.enterPin(command.values[0] ?? "")) return context.fail({ cme: 16 });
  context.modem.sms.pump();
};

const pinTries: Handler = (context, command) => {
  const { card } = context.modem;
  if (card === undefined) context.fail({ cme: 10 });
  else if (command.kind !== "test") context.info(`+CPINR: SIM PIN,${card.pinTries},3`);
};

/** Only the question whether the card asks for a PIN; nothing is locked or unlocked (TS 27.007 7.4). */
const facilityLock: Handler = (context, command) => {
  const { card } = context.modem;
  if (command.kind === "test") context.info('+CLCK: ("SC")');
  else if (card === undefined) context.fail({ cme: 10 });
  else if (command.values[0] !== "SC" || command.values[1] !== "2") context.fail({ cme: 4 });
  else context.info(`+CLCK: ${card.pinEnabled ? 1 : 0}`);
};

const operator: Handler = (context, command) => {
  const { radio, settings } = context.modem;
  const { long, short, numeric } = radio.operator;
  if (command.kind === "test") {
    context.later(millis(SCAN_MS), "simulated modem scans for operators", () =>
      context.info(`+COPS: (2,"${long}","${short}","${numeric}",${ACCESS_TECHNOLOGY}),,(0,1,3),(0-2)`),
    );
  } else if (command.kind === "read") {
    context.info(
      radio.registered ? `+COPS: 0,${operatorName(context.modem, settings)},${ACCESS_TECHNOLOGY}` : "+COPS: 0",
    );
  } else selectOperator(context, command);
};

function operatorName(modem: SimModem, settings: Settings): string {
  const { long, short, numeric } = modem.radio.operator;
  return `${settings.copsFormat},"${[long, short, numeric][settings.copsFormat] ?? long}"`;
}

/** Mode 0 and 1 change nothing in a network of one operator; 3 sets the format of the read form (TS 27.007 7.3). */
const selectOperator: Handler = (context, command) => {
  const mode = wholeNumber(command.values[0], { min: 0, max: 4, fallback: 0 });
  const format = wholeNumber(command.values[1], { min: 0, max: 2, fallback: 0 });
  if (mode === undefined || format === undefined) context.fail({ cme: 50 });
  else if (mode === 3) context.modem.settings.copsFormat = format;
  else if (mode > 1) context.fail({ cme: 4 });
};
