// USSD of a simulated modem and its network (TS 27.007 7.15), with the habits that real modems have.

import { millis } from "../../../src/base/index.ts";
import type { Behaviour, CommandContext, Failure } from "./behaviour.ts";
import { wholeNumber } from "./command-line.ts";
import { needsCard, tableBehaviour } from "./handlers.ts";
import { packSeptets, unpackSeptets } from "./septets.ts";
import type { SimModem } from "./sim-modem.ts";

/** A step of a session: what is shown and, when a reply is expected, where each reply leads. */
export interface UssdStep {
  /** Left out: the network says nothing but the status. */
  readonly text?: string;
  readonly replies?: Readonly<Record<string, UssdStep>>;
  /** <m> in place of 0, or of 1 for a menu. */
  readonly status?: number;
}

export interface UssdHabits {
  readonly codes?: Readonly<Record<string, UssdStep>>;
  /** How requests must come, and how texts go out. */
  readonly form?: "text" | "hex_ucs2" | "hex_packed";
  /** Shown with each text, null for none. It need not fit the form. */
  readonly dcs?: number | null;
  /** `ok_first`: as TS 27.007 means it. `with_ok`: the answer, and OK right behind it; input waits meanwhile. */
  readonly order?: "ok_first" | "with_ok";
  /** The network's time for each step. */
  readonly ms?: number;
  /** The network never answers: a modem of `with_ok` is mute for a minute. */
  readonly silent?: boolean;
  /** The modem refuses every request. */
  readonly refusal?: Failure;
}

const CODES: Readonly<Record<string, UssdStep>> = {
  "*100#": { text: "Balance: 5.00 USD" },
  "*123#": {
    text: "1 Balance, 2 Data",
    replies: { "1": { text: "Balance: 5.00 USD" }, "2": { text: "Data left: 1000 MB" } },
  },
};
/** A modem that waits for the network gives up by itself at last. */
const GIVES_UP_MS = 60_000;

const swap = (text: string): string => Buffer.from(text, "utf16le").swap16().toString("hex").toUpperCase();

function written(text: string, form: UssdHabits["form"]): string {
  if (form === "hex_ucs2") return swap(text);
  return form === "hex_packed" ? packSeptets(text) : text;
}

function understood(sent: string, form: UssdHabits["form"]): string | undefined {
  if (form === "hex_packed") return /^([0-9A-F]{2})+$/i.test(sent) ? unpackSeptets(sent) : undefined;
  if (form !== "hex_ucs2") return sent;
  return /^([0-9A-F]{4})+$/i.test(sent) ? Buffer.from(sent, "hex").swap16().toString("utf16le") : undefined;
}

/** The whole USSD of one modem; put in front of the base layers it takes the place of theirs. */
export function ussdBehaviour(habits: UssdHabits = {}): Behaviour {
  const { codes = CODES, form = "text", dcs = 15, order = "ok_first", ms = 800, silent = false, refusal } = habits;
  let open: UssdStep | undefined;

  /** 0: done, 1: a reply is expected, 4: not supported (TS 27.007 7.15). */
  const line = (step: UssdStep | undefined): string => {
    if (step === undefined) return "+CUSD: 4";
    const status = step.status ?? (step.replies === undefined ? 0 : 1);
    if (step.text === undefined) return `+CUSD: ${status}`;
    return `+CUSD: ${status},"${written(step.text, form)}"${dcs === null ? "" : `,${dcs}`}`;
  };
  const answer = (context: CommandContext, modem: SimModem, step: UssdStep | undefined): void => {
    if (order === "with_ok")
      return context.later(millis(silent ? GIVES_UP_MS : ms), "simulated modem waits for USSD", () =>
        silent ? context.fail("ERROR") : context.info(line(step)),
      );
    if (silent) return;
    modem.clock.after(millis(ms), "simulated network answers USSD", () => {
      if (modem.settings.cusd === 1) modem.urc(line(step));
    });
  };
  const request = (context: CommandContext, sent: string): void => {
    const { modem } = context;
    const text = understood(sent, form);
    if (refusal !== undefined) return context.fail(refusal);
    if (text === undefined) return context.fail({ cme: 50 });
    if (!modem.radio.registered) return context.fail({ cme: 30 });
    const step = (open?.replies ?? codes)[text];
    open = step?.replies === undefined ? undefined : step;
    answer(context, modem, step);
  };
  return tableBehaviour("USSD", {
    "+CUSD": needsCard("cme", (context, command) => {
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
      if (sent !== undefined) request(context, sent);
    }),
  });
}
