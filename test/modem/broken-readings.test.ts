import { describe, expect, it } from "vitest";
import { seconds, toHex } from "../../src/base/index.ts";
import { LATE_ANSWER } from "../../src/modem/timeouts.ts";
import type { Behaviour } from "../sim/modem/index.ts";
import { keepsDeleted, readyRig, SlotRig } from "./slot-rig.ts";

const deletions = (rig: SlotRig): number => rig.commands.filter((text) => text.startsWith("AT+CMGD")).length;

describe("a PDU that is shorter than it says", () => {
  it("is read again, and taken whole when it was noise", async () => {
    const rig = new SlotRig();
    rig.send("hello there, this is a message");
    rig.fault({ kind: "half-pdu", reply: "OK", times: 2 });
    await rig.start();
    await rig.pass(seconds(30));
    rig.expectAllOnce();
    await rig.stop();
  });

  it("is taken as it is when it looks the same three times", async () => {
    const rig = new SlotRig();
    const short = toHex(rig.pdu("the rest of this was never stored")).toUpperCase().slice(0, 40);
    let deleted = false;
    rig.modem.behaviours.unshift({
      name: "cut record",
      onCommand: (context, command) => {
        deleted ||= command.name === "+CMGD";
        if (command.name !== "+CMGL" || deleted) return false;
        context.info("+CMGL: 1,1,,40", short);
        return true;
      },
    });
    await rig.start();
    expect(rig.intake.offers).toBe(0);
    await rig.pass(seconds(30));
    expect(rig.intake.taken.map(({ pdu }) => pdu)).toEqual([short]);
    expect(deleted).toBe(true);
    expect(rig.intake.confirmed.length).toBe(1);
    await rig.stop();
  });

  it("of an odd number of digits is completed, so that nothing of it is lost", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "odd digits",
      onCommand: (context, command) => {
        if (command.name !== "+CMGL") return false;
        context.info("+CMGL: 1,1,,20", "07919130364");
        return true;
      },
    });
    await rig.start();
    await rig.pass(seconds(30));
    expect(rig.intake.taken[0]?.pdu).toBe("07919130364F");
    await rig.stop();
  });

  it("that differs each time is never taken as it is", async () => {
    const rig = new SlotRig();
    let reading = 0;
    rig.modem.behaviours.unshift({
      name: "noise",
      onCommand: (context, command) => {
        if (command.name !== "+CMGL") return false;
        context.info("+CMGL: 1,1,,99", `0011${(10 + (reading++ % 80)).toString()}`);
        return true;
      },
    });
    await rig.start();
    await rig.pass(seconds(120));
    expect(reading).toBeGreaterThan(4);
    expect(rig.intake.offers).toBe(0);
    expect(deletions(rig)).toBe(0);
    await rig.stop();
  });

  it("whose line was lost altogether is read again soon", async () => {
    const rig = new SlotRig({ sweepEvery: seconds(3600) });
    let reading = 0;
    rig.send("hello");
    rig.modem.behaviours.unshift({
      name: "header only, once",
      onCommand: (context, command) => {
        if (command.name !== "+CMGL" || reading++ > 0) return false;
        context.info("+CMGL: 1,1,,25");
        return true;
      },
    });
    await rig.start();
    await rig.pass(seconds(5));
    rig.expectAllOnce();
    await rig.stop();
  });
});

describe("after a command that was given up", () => {
  /** A slot whose modem has left one question unanswered. */
  async function doubtfulRig(): Promise<SlotRig> {
    const rig = await readyRig();
    rig.fault({ kind: "stall", match: "+CSQ", times: 1 });
    await rig.until(() => rig.log.events.includes("slot_round_failed"), seconds(60));
    await rig.pass(seconds(10));
    rig.commands.length = 0;
    return rig;
  }

  it("an old listing that comes in the place of a later one deletes no message that it does not show", async () => {
    const rig = await doubtfulRig();
    const old = `+CMGL: 1,0,,${rig.pdu("read and deleted long ago").length - 8}`;
    const oldPdu = toHex(rig.pdu("read and deleted long ago")).toUpperCase();
    let late = 1;
    rig.modem.behaviours.unshift({
      name: "an old answer",
      onCommand: (context, command) => {
        if (command.name !== "+CMGL" || late === 0) return false;
        late--;
        context.info(old, oldPdu);
        return true;
      },
    });
    rig.send("never read yet");
    await rig.pass(seconds(5));
    expect(late).toBe(0);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("an empty answer that belongs to another command does not make a message count as deleted", async () => {
    const rig = await doubtfulRig();
    rig.modem.behaviours.unshift(keepsDeleted);
    rig.send("hello");
    await rig.pass(seconds(5));
    let late = 1;
    rig.modem.behaviours.unshift({
      name: "OK of another command",
      onCommand: (_, command) => command.name === "+CMGL" && late-- > 0,
    });
    rig.runner.nudge();
    await rig.pass(seconds(60));
    expect(rig.intake.confirmed).toEqual([]);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("a storage that looks different each time is not believed, and read again later", async () => {
    const rig = await doubtfulRig();
    let reading = 0;
    rig.modem.behaviours.unshift({
      name: "never twice the same",
      onCommand: (context, command) => {
        if (command.name !== "+CMGL" || reading > 30) return false;
        context.info(`+CMGL: 1,1,,3`, `000000${String(100_000 + reading++).slice(-2)}`);
        return true;
      },
    });
    rig.send("hello");
    await rig.pass(seconds(2));
    expect(rig.intake.offers).toBe(0);
    expect(rig.log.lines.at(-1)?.fields).toMatchObject({ reason: "modem.out_of_step" });
    await rig.pass(seconds(120));
    rig.expectAllOnce();
    await rig.stop();
  });

  it("readings are taken at their word again when no late answer is to be reckoned with", async () => {
    const rig = await doubtfulRig();
    rig.send("doubted");
    await rig.pass(seconds(1));
    const doubted = rig.commands.filter((text) => text === "AT+CMGL=4").length;
    await rig.pass(LATE_ANSWER);
    rig.commands.length = 0;
    rig.send("believed");
    await rig.clock.flush();
    expect([doubted, rig.commands.filter((text) => text === "AT+CMGL=4").length]).toEqual([4, 2]);
    await rig.stop();
  });
});

describe("a modem that does not select the storage it was told to", () => {
  const stays = (storage: string): Behaviour => ({
    name: `keeps away from ${storage}`,
    onCommand: (context, command) => {
      const told = command.name === "+CPMS" && command.values.length === 1 && command.values[0] === storage;
      if (told) context.info("+CPMS: 0,10,0,10,0,10");
      return told;
    },
  });

  it("is not read under a wrong name: the other storage is left alone, the slot works", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift(stays("ME"));
    rig.send("hello");
    await rig.start();
    await rig.pass(seconds(60));
    expect(rig.intake.taken.map(({ location }) => location)).toEqual(["SM:1"]);
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("is out of step when it is the storage that messages come into", async () => {
    const rig = new SlotRig();
    rig.modem.settings.memories = ["ME", "SM", "SM"];
    rig.modem.behaviours.unshift(stays("SM"), {
      name: "settings are for show",
      onCommand: (context, command) => {
        const told = command.name === "+CPMS" && command.kind === "read";
        if (told) context.info('+CPMS: "ME",0,10,"SM",0,10,"SM",0,10');
        return told;
      },
    });
    rig.send("hello");
    rig.runner.start();
    await rig.pass(seconds(30));
    expect(rig.status.problem?.code).toBe("modem.out_of_step");
    expect(rig.intake.offers).toBe(0);
    await rig.stop();
  });
});

describe("a count of messages that makes no sense", () => {
  it.each([
    ["SM", "+CPMS: ?"],
    ["ME", "+CPMS: ?"],
    ["SM", '+CPMS: "XX",1,2'],
    ["ME", '+CPMS: "XX",1,2'],
  ])("for %s, %s, has the modem asked whether it is in step before anything else", async (storage, answer) => {
    const rig = await readyRig();
    let next = -1;
    rig.modem.behaviours.unshift({
      name: "odd count, once",
      onCommand: (context, command) => {
        const asked = command.name === "+CPMS" && command.kind === "read" && rig.modem.settings.memories[0] === storage;
        if (!asked || next >= 0) return false;
        next = rig.commands.length;
        context.info(answer);
        return true;
      },
    });
    rig.send("hello");
    rig.runner.nudge();
    await rig.pass(seconds(10));
    // A poll would begin with AT+CNMI?.
    expect(rig.commands[next]).toBe("AT+CSQ");
    rig.expectAllOnce();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("at a poll leaves the last one on show", async () => {
    const rig = await readyRig();
    const answers = ["+CPMS: ?", '+CPMS: "XX",1,2,"XX",1,2,"XX",1,2'];
    rig.modem.behaviours.unshift({
      name: "odd count at each poll",
      onCommand: (context, command) => {
        const polled = command.name === "+CPMS" && command.kind === "read" && rig.commands.at(-2) === "AT+COPS?";
        const answer = polled ? answers.shift() : undefined;
        if (answer !== undefined) context.info(answer);
        return answer !== undefined;
      },
    });
    await rig.pass(seconds(60));
    expect(answers).toEqual([]);
    expect(rig.status.storage).toEqual({ used: 0, total: 30 });
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });
});
