// Calls of a generic modem: V.250 6.3, TS 27.007 6 and 7. What stands behind them is `calls/`.

import { millis } from "../../../src/base/index.ts";
import type { Behaviour, CommandContext } from "./behaviour.ts";
import type { Command } from "./command-line.ts";
import { accept, type Handler, needsCard, tableBehaviour } from "./handlers.ts";

/** How often a modem that waits for the other side looks. */
const WAIT_MS = 50;

const dial: Handler = (context, { values: [number = ""] }) => {
  const { calls, radio } = context.modem;
  if (!/^[+*#0-9A-D]+$/i.test(number) || !radio.registered) return context.fail("NO CARRIER");
  if (calls.list.length > 0) return context.fail({ cme: 3 });
  if (calls.plan.outcome === "refuse") {
    calls.dialled.push(number);
    return context.fail("NO CARRIER");
  }
  const call = calls.dial(number);
  if (!calls.habits.dialWaits) return;
  context.abortable(() => calls.end(call));
  const wait = (): void =>
    context.later(millis(WAIT_MS), "simulated modem waits for the other side", () => {
      if (!calls.list.includes(call)) context.fail("NO CARRIER");
      else if (call.state !== "active") wait();
    });
  wait();
};

const answer: Handler = (context) => {
  if (!context.modem.calls.answer()) context.fail("NO CARRIER");
};

const hangUp: Handler = ({ modem }) => modem.calls.hangUp();

const list: Handler = (context, { kind }) => {
  if (kind === "action") context.info(...context.modem.calls.lines());
  else if (kind === "set") context.fail({ cme: 50 });
};

/** `AT+VTS=1` and `AT+VTS="1"`; also the second value of Huawei's ^DTMF. */
export function sendTone(context: CommandContext, key: string | undefined): void {
  if (key === undefined || !/^[0-9*#A-D]$/.test(key)) context.fail({ cme: 50 });
  else if (!context.modem.calls.tone(key)) context.fail({ cme: 3 });
}

export function callBehaviour(): Behaviour {
  const table = tableBehaviour("calls", {
    A: answer,
    H: hangUp,
    "+CHUP": hangUp,
    "+CLCC": list,
    "+VTS": (context, { values: [key] }) => sendTone(context, key),
    "+CHLD": (context, { kind, values: [what] }) => {
      if (kind === "test") context.info("+CHLD: (0,1,1x,2,2x,3)");
      else if (what !== "0" || !context.modem.calls.refuseWaiting()) context.fail({ cme: 3 });
    },
    "+CCWA": needsCard("cme", ({ modem }, { kind, values }) => {
      if (kind === "set" && values[1] !== undefined) modem.calls.waiting = values[1] === "1";
    }),
    "+COLP": accept,
    "+CVHU": accept,
  });
  const isVoice = ({ name, values }: Command): boolean => name === "D" && values[1] === ";";
  return {
    name: "calls",
    onCommand: (context, command) => {
      if (!isVoice(command)) return table.onCommand(context, command);
      needsCard("cme", dial)(context, command);
      return true;
    },
  };
}

/** Commands of a vendor that switch the sound on and off by their first value. */
export function soundSwitch(name: string, refusals = 0): Behaviour {
  let left = refusals;
  return tableBehaviour("sound switch", {
    [name]: (context, { kind, values: [on] }) => {
      const { audio } = context.modem;
      if (kind === "read") return context.info(`${name}: ${audio.flowing ? 1 : 0}`);
      if (kind !== "set") return;
      if (on === "0") {
        left = refusals;
        return audio.switch(false);
      }
      // Too early after the connection for this firmware.
      if (left-- > 0) return context.fail("ERROR");
      audio.switch(true);
    },
  });
}
