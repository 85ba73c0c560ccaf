import { describe, expect, it } from "vitest";
import { AppError, isAppError, minutes, seconds } from "../../src/base/index.ts";
import { ANSWER_LIMIT, MENU_LIMIT, type UssdAnswer } from "../../src/core/index.ts";
import { UssdService } from "../../src/modem/ussd-service.ts";
import { type Behaviour, type UssdHabits, type UssdStep, ussdBehaviour } from "../sim/modem/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { CapturingLog } from "./capturing-log.ts";
import { readyRig, SlotRig } from "./slot-rig.ts";

const MENU: UssdStep = {
  text: "1 Saldo\n2 Tarife\n\n0 Ende",
  replies: { "1": { text: "Saldo: 5,00 EUR" }, "2": { text: "1 A\n2 B", replies: { "1": { text: "Danke" } } } },
};

async function rigWith(habits: UssdHabits = {}): Promise<SlotRig> {
  const rig = await readyRig();
  rig.modem.behaviours.unshift(
    ussdBehaviour({ codes: { "*100#": { text: "Saldo: 5,00 EUR" }, "*111#": MENU }, ...habits }),
  );
  return rig;
}

/** The answer, or the code of the error. */
async function outcome(rig: SlotRig, promise: Promise<UssdAnswer>): Promise<UssdAnswer | string> {
  return await rig.clock.settle(promise.catch((error) => (isAppError(error) ? error.code : String(error))));
}

/** As `outcome`, started now and read later. */
function pending(promise: Promise<UssdAnswer>): { result: UssdAnswer | string | null } {
  const seen: { result: UssdAnswer | string | null } = { result: null };
  promise.then(
    (answer) => {
      seen.result = answer;
    },
    (error) => {
      seen.result = isAppError(error) ? error.code : String(error);
    },
  );
  return seen;
}

const SALDO = { text: "Saldo: 5,00 EUR", more: false };

describe("a code", () => {
  it.each<[string, UssdHabits, UssdAnswer | string]>([
    ["answered after the OK", {}, SALDO],
    ["answered before the OK", { order: "with_ok", ms: 50 }, SALDO],
    ["whose OK comes with a slow answer", { order: "with_ok", ms: 40_000 }, SALDO],
    ["answered without a scheme", { dcs: null }, SALDO],
    ["answered in hex of UCS-2", { dcs: 72, codes: { "*100#": { text: "0411" } } }, { text: "Б", more: false }],
    [
      "whose last text ends the session",
      { codes: { "*100#": { text: "Saldo: 5", status: 2 } } },
      { text: "Saldo: 5", more: false },
    ],
    ["whose session the network ends", { codes: { "*100#": { status: 2 } } }, "ussd.ended"],
    ["that another program answered", { codes: { "*100#": { status: 3 } } }, "ussd.taken"],
    ["that the network does not know", { codes: {} }, "ussd.unknown_code"],
    ["that the network gives up", { codes: { "*100#": { status: 5 } } }, "ussd.network_timeout"],
    ["that nobody answers", { silent: true }, "ussd.no_answer"],
    ["whose OK does not come for a minute", { silent: true, order: "with_ok" }, "ussd.no_answer"],
    ["that the modem refuses", { refusal: { cme: 30 } }, "ussd.failed"],
    ["that the modem refuses as a call", { refusal: "NO CARRIER" }, "ussd.failed"],
  ])("%s is settled", async (_, habits, expected) => {
    const rig = await rigWith(habits);
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toEqual(expected);
    await rig.pass(minutes(2));
    expect(rig.status.state).toBe("ready");
    await rig.stop();
  });

  it("that keeps the modem mute does not make the slot start over; a modem that stays mute does", async () => {
    const rig = await rigWith({ silent: true, order: "with_ok" });
    rig.modem.behaviours.unshift({
      name: "mute for ever",
      onCommand: (context, command) => {
        if (command.name === "+CUSD") context.later(minutes(10), "simulated modem hangs", () => context.fail("ERROR"));
        return command.name === "+CUSD";
      },
    });
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toBe("ussd.no_answer");
    expect(rig.codes).not.toContain("slot.down");
    await rig.pass(seconds(30));
    expect(rig.status.state).not.toBe("ready");
    await rig.stop();
  });

  it("that is settled leaves room for the next", async () => {
    const rig = await rigWith({ refusal: "ERROR" });
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toBe("ussd.failed");
    rig.modem.behaviours.shift();
    await rig.pass(seconds(1));
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toEqual({ text: "Balance: 5.00 USD", more: false });
    await rig.stop();
  });

  it("while another runs is refused, and disturbs it not", async () => {
    const rig = await rigWith();
    const first = pending(rig.runner.ussd.ask("*100#"));
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toBe("ussd.busy");
    await rig.pass(seconds(2));
    expect(first.result).toEqual(SALDO);
    await rig.stop();
  });

  it("for a slot that is not ready is refused", async () => {
    const rig = new SlotRig();
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toBe("ussd.slot_not_ready");
    expect(rig.runner.ussd.notice()).toBeNull();
    rig.runner.ussd.cancel();
    await rig.stop();
  });

  it("appears neither in the log nor in an event, and neither does its answer", async () => {
    const rig = await rigWith({ codes: { "*100*77777#": { text: "Voucher 88888 taken" } } });
    await outcome(rig, rig.runner.ussd.ask("*100*77777#"));
    await outcome(rig, rig.runner.ussd.ask("*100*99999#"));
    expect(JSON.stringify([rig.log, rig.events.list({ after: 0, limit: 500 })])).not.toMatch(/77777|88888|99999/);
    await rig.stop();
  });
});

describe("a menu", () => {
  it("is walked reply by reply, its line feeds kept", async () => {
    const rig = await rigWith();
    const { ussd } = rig.runner;
    expect(await outcome(rig, ussd.ask("*111#"))).toEqual({ text: "1 Saldo\n2 Tarife\n0 Ende", more: true });
    expect(await outcome(rig, ussd.reply("2"))).toEqual({ text: "1 A\n2 B", more: true });
    expect(await outcome(rig, ussd.reply("1"))).toEqual({ text: "Danke", more: false });
    expect(await outcome(rig, ussd.reply("1"))).toBe("ussd.no_session");
    await rig.stop();
  });

  it("that nobody answers is ended, and the next code gets in", async () => {
    const rig = await rigWith();
    await outcome(rig, rig.runner.ussd.ask("*111#"));
    await rig.pass(MENU_LIMIT);
    expect(rig.commands.filter((text) => text === "AT+CUSD=2")).toHaveLength(1);
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toEqual(SALDO);
    await rig.stop();
  });

  it("that is cancelled is ended at the network", async () => {
    const rig = await rigWith();
    await outcome(rig, rig.runner.ussd.ask("*111#"));
    rig.runner.ussd.cancel();
    await rig.pass(seconds(1));
    expect(rig.commands.at(-1)).toBe("AT+CUSD=2");
    expect(await outcome(rig, rig.runner.ussd.reply("1"))).toBe("ussd.no_session");
    await rig.stop();
  });

  it("whose request is cancelled settles its caller", async () => {
    const rig = await rigWith();
    const asked = pending(rig.runner.ussd.ask("*111#"));
    await rig.pass(seconds(0.2));
    rig.runner.ussd.cancel();
    await rig.pass(seconds(5));
    expect(asked.result).toBe("ussd.cancelled");
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toEqual(SALDO);
    await rig.stop();
  });
});

describe("SMS", () => {
  it.each<[string, UssdHabits]>([
    ["while the network is asked", { ms: 20_000 }],
    ["while the modem is mute until the network's answer", { ms: 20_000, order: "with_ok" }],
    ["while nobody answers", { silent: true }],
    ["while nobody answers and the modem is mute", { silent: true, order: "with_ok" }],
  ])("%s arrive, each once", async (_, habits) => {
    const rig = await rigWith(habits);
    const asked = pending(rig.runner.ussd.ask("*100#"));
    await rig.pass(seconds(2));
    rig.send("one", "two");
    await rig.pass(seconds(20));
    rig.send("three");
    await rig.pass(ANSWER_LIMIT);
    expect(asked.result).not.toBeNull();
    await rig.pass(minutes(5));
    rig.expectAllOnce();
    expect(rig.intake.taken).toHaveLength(3);
    await rig.stop();
  });

  it("while the network is asked are read within seconds", async () => {
    const rig = await rigWith({ ms: 40_000 });
    const asked = pending(rig.runner.ussd.ask("*100#"));
    await rig.pass(seconds(1));
    rig.send("hello");
    await rig.pass(seconds(3));
    expect(rig.intake.taken).toHaveLength(1);
    expect(asked.result).toBeNull();
    await rig.pass(seconds(40));
    expect(asked.result).toEqual(SALDO);
    await rig.stop();
  });

  it("while a modem is mute until a network's answer that never comes wait no longer than the command", async () => {
    const rig = await rigWith({ ms: 14_000, order: "with_ok" });
    pending(rig.runner.ussd.ask("*100#"));
    await rig.pass(seconds(1));
    rig.send("hello");
    await rig.pass(seconds(20));
    expect(rig.intake.taken).toHaveLength(1);
    await rig.stop();
  });

  it("while a menu is open arrive, and the menu goes on", async () => {
    const rig = await rigWith();
    await outcome(rig, rig.runner.ussd.ask("*111#"));
    rig.send("one", "two");
    await rig.pass(seconds(10));
    expect(rig.intake.taken).toHaveLength(2);
    expect(await outcome(rig, rig.runner.ussd.reply("1"))).toEqual(SALDO);
    await rig.stop();
  });
});

describe("the end of the conversation", () => {
  it("by unplugging settles the caller, and the slot comes back", async () => {
    const rig = await rigWith({ ms: 20_000 });
    const asked = pending(rig.runner.ussd.ask("*100#"));
    await rig.pass(seconds(1));
    rig.modem.unplug();
    await rig.pass(seconds(1));
    expect(asked.result).toBe("ussd.interrupted");
    rig.modem.plug();
    await rig.ready();
    rig.modem.behaviours.shift();
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toEqual({ text: "Balance: 5.00 USD", more: false });
    await rig.stop();
  });

  it("by a stop settles the caller at once", async () => {
    const rig = await rigWith({ silent: true });
    const asked = pending(rig.runner.ussd.ask("*100#"));
    await rig.pass(seconds(1));
    await rig.stop();
    expect(asked.result).toBe("ussd.interrupted");
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toBe("ussd.slot_not_ready");
  });
});

describe("what the network says unasked", () => {
  it("is told as an event without its text, which the console can ask for", async () => {
    const rig = await rigWith();
    rig.modem.urc('+CUSD: 0,"You have 88888 left",15');
    await rig.pass(seconds(1));
    expect(rig.codes).toContain("ussd.notice");
    expect(rig.runner.ussd.notice()?.text).toBe("You have 88888 left");
    expect(JSON.stringify([rig.log, rig.events.list({ after: 0, limit: 500 })])).not.toContain("88888");
    await rig.stop();
  });

  it("as a menu is closed: nobody is here to answer", async () => {
    const rig = await rigWith();
    rig.modem.urc('+CUSD: 1,"Buy now? 1 Yes",15');
    await rig.pass(seconds(1));
    expect(rig.commands).toContain("AT+CUSD=2");
    expect(await outcome(rig, rig.runner.ussd.ask("*100#"))).toEqual(SALDO);
    await rig.stop();
  });

  it("without its closing quote swallows nothing", async () => {
    const rig = await rigWith();
    rig.modem.urc('+CUSD: 0,"cut');
    rig.send("hello");
    await rig.pass(seconds(5));
    expect(rig.intake.taken).toHaveLength(1);
    expect(rig.runner.ussd.notice()?.text).toBe("cut");
    await rig.stop();
  });
});

/** Names of a modem whose profile takes packed septets. */
const huawei: Behaviour = {
  name: "Huawei's names",
  onCommand: (context, command) => {
    const name = { "+CGMI": "huawei", "+CGMM": "E1550" }[command.name];
    if (name !== undefined) context.info(name);
    return name !== undefined;
  },
};

describe("a modem of another form", () => {
  it("is asked in packed septets where its profile says so, menus too", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift(huawei, ussdBehaviour({ form: "hex_packed", codes: { "*111#": MENU } }));
    await rig.start();
    expect(rig.status.profile).toBe("huawei-e1xx");
    expect(await outcome(rig, rig.runner.ussd.ask("*111#"))).toEqual({
      text: "1 Saldo\n2 Tarife\n\n0 Ende",
      more: true,
    });
    expect(await outcome(rig, rig.runner.ussd.reply("1"))).toEqual(SALDO);
    expect(rig.commands.filter((text) => text.startsWith("AT+CUSD=1"))).toEqual([
      'AT+CUSD=1,"AA582C3602",15',
      'AT+CUSD=1,"31",15',
    ]);
    await rig.stop();
  });

  it("is asked in UCS-2, with its alphabet set to that and back", async () => {
    const sent: string[] = [];
    const clock = new VirtualClock();
    // No profile has this form yet: the service alone.
    const service = new UssdService({
      channel: {
        send: async (request) => {
          sent.push(request.text);
          return { lines: [] };
        },
      },
      ...{ clock, log: new CapturingLog(), now: () => clock.now(), form: () => "hex_ucs2", onNotice: () => {} },
    });
    const asked = pending(service.ask("*100#"));
    await clock.flush();
    service.onUrc({ kind: "cusd", status: 0, text: "00530061006C0064006F003A00200035", dcs: 15 });
    await clock.flush();
    expect(asked.result).toEqual({ text: "Saldo: 5", more: false });
    expect(sent).toEqual(['AT+CSCS="UCS2"', 'AT+CUSD=1,"002A0031003000300023",15', 'AT+CSCS="IRA"']);
    expect(clock.pending).toEqual([]);
  });

  it("that gives up late is not taken to have refused the next code", async () => {
    const clock = new VirtualClock();
    const fails: ((error: Error) => void)[] = [];
    const service = new UssdService({
      channel: {
        send: (request) =>
          request.prefix === "+CUSD" && !request.text.endsWith("=2")
            ? new Promise((_, reject) => fails.push(reject))
            : Promise.resolve({ lines: [] }),
      },
      ...{ clock, log: new CapturingLog(), now: () => clock.now(), form: () => "text", onNotice: () => {} },
    });
    const first = pending(service.ask("*100#"));
    await clock.flush();
    service.onUrc({ kind: "cusd", status: 0, text: "one", dcs: 15 });
    const second = pending(service.ask("*101#"));
    await clock.flush();
    fails[0]?.(new AppError("modem.error", "ERROR"));
    await clock.flush();
    service.onUrc({ kind: "cusd", status: 0, text: "two", dcs: 15 });
    await clock.flush();
    expect([first.result, second.result]).toMatchObject([{ text: "one" }, { text: "two" }]);
    service.stop();
  });
});
