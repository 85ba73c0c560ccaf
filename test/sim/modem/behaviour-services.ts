// Supplementary services: a small USSD menu and caller identification (TS 27.007 7.6 and 7.15).

import { millis } from "../../../src/base/index.ts";
import type { Behaviour } from "./behaviour.ts";
import { wholeNumber } from "./command-line.ts";
import { type Handler, needsCard, numberSetting, tableBehaviour } from "./handlers.ts";
import type { SimModem } from "./sim-modem.ts";

/** The network takes this long for each step of a session. */
const USSD_MS = 800;

/** A step of a session: what is shown and, when a reply is expected, where each reply leads. */
interface UssdStep {
  readonly text: string;
  readonly replies?: Readonly<Record<string, UssdStep>>;
}

const CODES: Readonly<Record<string, UssdStep>> = {
  "*100#": { text: "Balance: 5.00 USD" },
  "*123#": {
    text: "1 Balance, 2 Data",
    replies: { "1": { text: "Balance: 5.00 USD" }, "2": { text: "Data left: 1000 MB" } },
  },
};

export function serviceBehaviour(): Behaviour {
  let open: UssdStep | undefined;
  const ussd: Handler = (context, command) => {
    const { modem } = context;
    if (command.kind === "test") return context.info("+CUSD: (0,1,2)");
    if (command.kind === "read") return context.info(`+CUSD: ${modem.settings.cusd}`);
    const mode = wholeNumber(command.values[0], { min: 0, max: 2, fallback: 0 });
    if (mode === undefined) return context.fail({ cme: 50 });
    if (mode === 2) {
      open = undefined;
      return;
    }
    modem.settings.cusd = mode;
    const sent = command.values[1];
    if (sent === undefined) return;
    if (!modem.radio.registered) return context.fail({ cme: 30 });
    const step = (open?.replies ?? CODES)[sent];
    open = step?.replies === undefined ? undefined : step;
    modem.clock.after(millis(USSD_MS), "simulated network answers USSD", () => answer(modem, step));
  };
  return tableBehaviour("services", {
    "+CUSD": needsCard("cme", ussd),
    "+CLIP": numberSetting({
      range: "(0,1)",
      max: 1,
      read: ({ modem }) => `${modem.settings.clip},1`,
      write: ({ modem }, value) => {
        modem.settings.clip = value;
      },
    }),
  });
}

/** 0: done, 1: a reply is expected, 4: not supported (TS 27.007 7.15). */
function answer(modem: SimModem, step: UssdStep | undefined): void {
  if (modem.settings.cusd !== 1) return;
  modem.urc(step === undefined ? "+CUSD: 4" : `+CUSD: ${step.replies === undefined ? 0 : 1},"${step.text}",15`);
}
