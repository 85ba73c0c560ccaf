import { describe, expect, it } from "vitest";
import { CLASS_TIMEOUTS, command } from "../../src/at/index.ts";
import { AppError, type Millis, millis, seconds } from "../../src/base/index.ts";
import { AtChannel, type AtReply } from "../../src/modem/at-channel.ts";
import type { UrcMessage } from "../../src/modem/at-lines.ts";
import { CLOSE_LIMIT, LINE_LIMIT, QUIET, WRITE_LIMIT } from "../../src/modem/timeouts.ts";
import { openLink, SimModem } from "../sim/modem/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { CapturingLog } from "./capturing-log.ts";
import { ScriptLink } from "./script-link.ts";

const QUICK = CLASS_TIMEOUTS.quick;

/** How a command ended: its lines, or the code of its error. */
type Outcome = readonly string[] | string;

class Rig {
  readonly clock = new VirtualClock();
  readonly log = new CapturingLog();
  readonly link = new ScriptLink();
  readonly urcs: UrcMessage[] = [];
  closes = 0;
  timeouts = 0;
  onUrc: (message: UrcMessage) => void = (message) => this.urcs.push(message);
  readonly channel = new AtChannel({
    link: this.link,
    clock: this.clock,
    log: this.log,
    onUrc: (message) => this.onUrc(message),
    onClose: () => {
      this.closes++;
    },
    onTimeout: () => {
      this.timeouts++;
    },
  });

  send(request = command.attention()): Promise<Outcome> {
    return outcome(this.channel.send(request));
  }

  async after<T>(span: Millis, promise: Promise<T>): Promise<T | "pending"> {
    await this.clock.advance(span);
    return await Promise.race([promise, Promise.resolve("pending" as const)]);
  }
}

function outcome(reply: Promise<AtReply>): Promise<Outcome> {
  return reply.then(
    ({ lines }) => lines,
    (error) => (error instanceof AppError ? error.code : String(error)),
  );
}

describe("a command", () => {
  it("gives the lines between its echo and its final result", async () => {
    const rig = new Rig();
    rig.link.answer = () => "AT+CSQ\r|+CSQ: 17,99||OK|";
    expect(await rig.send(command.signal())).toEqual(["+CSQ: 17,99"]);
    expect(rig.link.written).toEqual(["AT+CSQ"]);
  });

  it("gives the same without an echo, however its answer is cut into pieces", async () => {
    const answer = "\r\n+CSQ: 17,99\r\n\r\nOK\r\n";
    for (let at = 1; at < answer.length; at++) {
      const rig = new Rig();
      const reply = rig.send(command.signal());
      await rig.clock.flush(1);
      rig.link.raw(answer.slice(0, at));
      rig.link.raw(answer.slice(at));
      expect(await reply).toEqual(["+CSQ: 17,99"]);
    }
  });

  it("is written only when the one before is answered", async () => {
    const rig = new Rig();
    const first = rig.send(command.signal());
    const second = rig.send(command.imei());
    await rig.clock.flush();
    expect(rig.link.written).toEqual(["AT+CSQ"]);
    rig.link.say("|+CSQ: 17,99||OK|");
    await rig.clock.flush();
    expect(rig.link.written).toEqual(["AT+CSQ", "AT+CGSN"]);
    rig.link.say("|490154203237518||OK|");
    expect([await first, await second]).toEqual([["+CSQ: 17,99"], ["490154203237518"]]);
  });

  it("that is answered with an error rejects with its fixed name, code and whether it may work later", async () => {
    const rig = new Rig();
    rig.link.answer = (text) => (text === "AT+CMGR=3" ? "|+CMS ERROR: 321|" : "|+CME ERROR: SIM busy|");
    const missing = await rig.channel.send(command.readMessage(3)).catch((error) => error);
    expect(missing.toJSON()).toEqual({
      code: "modem.error",
      message: "AT+CMGR was answered with invalid_memory_index",
      context: { command: "+CMGR", source: "cms", code: 321, name: "invalid_memory_index", transient: false },
    });
    const busy = await rig.channel.send(command.readPin()).catch((error) => error);
    expect(busy.context).toMatchObject({ name: "sim_busy", code: 14, transient: true });
  });

  it("that is answered before its write has ended is answered", async () => {
    const rig = new Rig();
    rig.link.stuck = true;
    const reply = rig.send();
    await rig.clock.flush();
    rig.link.say("|OK|");
    expect(await reply).toEqual([]);
  });

  it("keeps no more lines than any lawful reply has", async () => {
    const rig = new Rig();
    const reply = rig.send(command.listMessages());
    await rig.clock.flush();
    rig.link.say("x|".repeat(5000));
    rig.link.say("OK|");
    expect((await reply).length).toBe(4096);
  });
});

describe("unsolicited lines", () => {
  it("in the middle of a reply are taken out of it", async () => {
    const rig = new Rig();
    rig.link.answer = () => '|+CMGL: 1,1,,24|+CMTI: "SM",4||0011||RING|OK|';
    expect(await rig.send(command.listMessages())).toEqual(["+CMGL: 1,1,,24", "0011"]);
    expect(rig.urcs.map(({ urc }) => urc.kind)).toEqual(["cmti", "ring"]);
  });

  it("+CMT in the middle of a listing takes the PDU line that follows it, and no other", async () => {
    const rig = new Rig();
    rig.link.answer = () => "|+CMGL: 1,1,,2|+CMT: ,2|0099AA||0011BB|+CMGL: 2,1,,2|0022CC||OK|";
    expect(await rig.send(command.listMessages())).toEqual(["+CMGL: 1,1,,2", "0011BB", "+CMGL: 2,1,,2", "0022CC"]);
    expect(rig.urcs.map(({ urc, pdu }) => [urc.kind, pdu])).toEqual([["cmt", "0099AA"]]);
  });

  it("+CMT whose PDU was lost as junk does not take the next PDU of the listing", async () => {
    const rig = new Rig();
    rig.link.answer = () => `|+CMGL: 1,1,,2|+CMT: ,2|${"5".repeat(5000)}|0011BB||OK|`;
    expect(await rig.send(command.listMessages())).toEqual(["+CMGL: 1,1,,2", "0011BB"]);
    expect(rig.urcs).toEqual([]);
    expect(rig.log.events).toEqual(["at_discarded"]);
  });

  it("+CMT that another line follows is given up, and the line is what it is", async () => {
    const rig = new Rig();
    rig.link.answer = () => "|+CMT: ,2|+CSQ: 17,99|OK|";
    expect(await rig.send(command.signal())).toEqual(["+CSQ: 17,99"]);
    expect(rig.urcs).toEqual([]);
  });

  it("come through while no command waits, and other lines are dropped", async () => {
    const rig = new Rig();
    rig.link.say('|+CMTI: "SM",4|hello|OK|+CDS: 2|00AA|');
    expect(rig.urcs.map(({ urc, pdu }) => [urc.kind, pdu])).toEqual([
      ["cmti", null],
      ["cds", "00AA"],
    ]);
    rig.link.answer = () => "|OK|";
    expect(await rig.send()).toEqual([]);
  });

  it("reach nobody's command when their handler throws, which is logged", async () => {
    const rig = new Rig();
    rig.onUrc = () => {
      throw new Error("handler");
    };
    rig.link.answer = () => "|RING|OK|";
    expect(await rig.send()).toEqual([]);
    expect(rig.log.events).toEqual(["urc_handler_failed"]);
  });
});

describe("junk on the line", () => {
  it("NUL bytes and 0xFF do not keep an answer from being understood", async () => {
    const rig = new Rig();
    rig.link.answer = () => "\0\xff|+CS\0Q: 17,99|\xff\xff|O\0K|";
    expect(await rig.send(command.signal())).toContain("+CSQ: 17,99");
    expect(rig.log.events).toContain("at_discarded");
  });

  it("a line of a megabyte costs a warning with its length, and the answer comes through", async () => {
    const rig = new Rig();
    rig.link.answer = () => `|${"#".repeat(1_048_576)}|+CSQ: 17,99|OK|`;
    expect(await rig.send(command.signal())).toEqual(["+CSQ: 17,99"]);
    expect(rig.log.lines.map(({ event, fields }) => [event, fields])).toEqual([
      ["at_discarded", { bytes: 1_048_576, reason: "overlong" }],
    ]);
  });

  it("a final result that never gets its line end counts when the line's deadline has passed", async () => {
    const rig = new Rig();
    const reply = rig.send();
    await rig.clock.flush();
    rig.link.raw("\r\nOK");
    expect(await rig.after(millis(LINE_LIMIT - 1), reply)).toBe("pending");
    expect(await rig.after(millis(1), reply)).toEqual([]);
  });

  it("a part of a line that never ends is dropped at its deadline, together with what still comes of it", async () => {
    const rig = new Rig();
    rig.link.raw('+CMTI: "S');
    await rig.clock.advance(LINE_LIMIT);
    rig.link.raw('M",4\r\n+CMTI: "SM",5\r\n');
    expect(rig.urcs.map(({ urc }) => urc)).toEqual([{ kind: "cmti", mem: "SM", index: 5 }]);
  });

  it("a line that comes slowly, but within its deadline from piece to piece, is whole", async () => {
    const rig = new Rig();
    for (const byte of '+CMTI: "SM",4\r\n') {
      rig.link.raw(byte);
      await rig.clock.advance(millis(LINE_LIMIT - 100));
    }
    expect(rig.urcs.length).toBe(1);
    expect(rig.clock.pending).toEqual([]);
  });
});

describe("an answer that does not come", () => {
  it("rejects with modem.timeout after the time of its class, from the end of the write", async () => {
    const rig = new Rig();
    const reply = rig.send();
    expect(await rig.after(millis(QUICK - 1), reply)).toBe("pending");
    expect(await rig.after(millis(1), reply)).toBe("modem.timeout");
    expect(rig.clock.pending).toEqual([]);
    expect(rig.timeouts).toBe(1);
  });

  it("makes the next command ask first, and wait until its question is answered and the line is quiet", async () => {
    const rig = new Rig();
    const lost = rig.send(command.imei());
    await rig.clock.advance(QUICK);
    expect(await lost).toBe("modem.timeout");
    const next = rig.send(command.imsi());
    await rig.clock.flush();
    expect(rig.link.written.slice(1)).toEqual(["AT+CSQ"]);
    rig.link.say("|+CSQ: 17,99||OK|");
    await rig.clock.flush();
    expect(rig.link.written.slice(1)).toEqual(["AT+CSQ"]);
    await rig.clock.advance(QUIET);
    expect(rig.link.written.slice(1)).toEqual(["AT+CSQ", "AT+CIMI"]);
    rig.link.say("|001010123456789||OK|");
    expect(await next).toEqual(["001010123456789"]);
    // Back in step: no more questions.
    rig.link.answer = () => "|OK|";
    await rig.send();
    expect(rig.link.written.slice(3)).toEqual(["AT"]);
  });

  it("and comes late is not taken for the next one's", async () => {
    const rig = new Rig();
    const lost = rig.send(command.imei());
    await rig.clock.advance(QUICK);
    expect(await lost).toBe("modem.timeout");
    const next = rig.send(command.deleteMessage(1));
    await rig.clock.flush();
    rig.link.say("|490154203237518||OK|");
    await rig.clock.advance(QUIET);
    // The OK was the old one's: nothing is deleted before the question has its own answer.
    expect(rig.link.written).toEqual(["AT+CGSN", "AT+CSQ"]);
    rig.link.say("|+CSQ: 17,99||OK|");
    await rig.clock.advance(QUIET);
    expect(rig.link.written.at(-1)).toBe("AT+CMGD=1");
    rig.link.say("|OK|");
    expect(await next).toEqual([]);
  });

  it("and comes late as an ERROR is not taken for the question's", async () => {
    const rig = new Rig();
    const lost = rig.send(command.imei());
    await rig.clock.advance(QUICK);
    await lost;
    const next = rig.send();
    await rig.clock.flush();
    rig.link.say("|ERROR|");
    rig.link.say("|+CSQ: 17,99||OK|");
    await rig.clock.advance(QUIET);
    rig.link.say("|OK|");
    expect(await next).toEqual([]);
  });

  it("of a modem that was mute and now answers everything in one go leaves no answer behind", async () => {
    const rig = new Rig();
    const unanswered: string[] = [];
    rig.link.answer = (text) => {
      unanswered.push(text);
      return null;
    };
    const lost = [rig.send(command.imei()), rig.send(), rig.send()];
    await rig.clock.advance(seconds(20));
    expect(await Promise.all(lost)).toEqual(["modem.timeout", "modem.timeout", "modem.timeout"]);
    const next = rig.send(command.deleteMessage(7));
    await rig.clock.flush();
    // Each unanswered question was another one, so the answer of an old one proves nothing.
    expect(unanswered).toEqual(["AT+CGSN", "AT+CSQ", "AT+CNMI?", "AT+CREG?"]);
    const replies: Record<string, string> = {
      "AT+CSQ": "|+CSQ: 17,99||OK|",
      "AT+CNMI?": "|+CNMI: 2,1,0,0,0||OK|",
      "AT+CREG?": "|+CREG: 0,1||OK|",
    };
    for (const text of unanswered) rig.link.say(replies[text] ?? "|OK|");
    rig.link.answer = () => null;
    await rig.clock.advance(QUIET);
    expect(rig.link.written.at(-1)).toBe("AT+CMGD=7");
    rig.link.say("|OK|");
    expect(await next).toEqual([]);
  });

  it("asks three different questions before it says that the modem is out of step", async () => {
    const rig = new Rig();
    const lost = rig.send(command.imei());
    await rig.clock.advance(QUICK);
    await lost;
    rig.link.answer = () => "|OK|";
    const next = rig.send(command.deleteMessage(1));
    await rig.clock.advance(seconds(30));
    expect(await next).toBe("modem.out_of_step");
    expect(rig.link.written).toEqual(["AT+CGSN", "AT+CSQ", "AT+CNMI?", "AT+CREG?"]);
  });

  it("of a modem that refuses the first question is asked the next", async () => {
    const rig = new Rig();
    const lost = rig.send(command.imei());
    await rig.clock.advance(QUICK);
    await lost;
    rig.link.answer = (text) =>
      ({ "AT+CSQ": "|+CSQ: 9|+CME ERROR: 14|", "AT+CNMI?": "|+CNMI: 2,1|OK|" })[text] ?? "|OK|";
    const next = rig.send();
    await rig.clock.advance(QUIET);
    expect(await next).toEqual([]);
    expect(rig.link.written).toEqual(["AT+CGSN", "AT+CSQ", "AT+CNMI?", "AT"]);
  });

  it("of a modem that never falls silent is out of step, not waited for", async () => {
    const rig = new Rig();
    const lost = rig.send(command.imei());
    await rig.clock.advance(QUICK);
    await lost;
    const babble = (): void => {
      rig.link.say("bla|");
      rig.clock.after(millis(100), "babble", babble);
    };
    babble();
    rig.link.answer = () => "|+CSQ: 17,99|OK|";
    const next = rig.send(command.deleteMessage(1));
    expect(await rig.after(seconds(10), next)).toBe("modem.out_of_step");
  });

  it("does not ask a mute modem three times: the first unanswered question ends the command", async () => {
    const rig = new Rig();
    const lost = rig.send(command.imei());
    await rig.clock.advance(QUICK);
    await lost;
    const next = rig.send(command.deleteMessage(1));
    expect(await rig.after(QUICK, next)).toBe("modem.timeout");
  });
});

describe("the answer of another command", () => {
  it("is noticed by its prefix, and the command is not believed", async () => {
    const rig = new Rig();
    rig.link.answer = () => "|+CMGL: 1,1,,2|0011BB||OK|";
    expect(await rig.send(command.deleteMessage(1))).toBe("modem.out_of_step");
    rig.link.answer = () => "|+CSQ: 17,99|OK|";
    const next = rig.send(command.signal());
    await rig.clock.advance(QUIET);
    expect(await next).toEqual(["+CSQ: 17,99"]);
    // The question, then the command.
    expect(rig.link.written).toEqual(["AT+CMGD=1", "AT+CSQ", "AT+CSQ"]);
  });

  it("is not suspected when a modem reports its signal unasked", async () => {
    const rig = new Rig();
    rig.link.answer = () => "|+CSQ: 17,99|OK|";
    expect(await rig.send(command.deleteMessage(1))).toEqual(["+CSQ: 17,99"]);
  });
});

describe("the end", () => {
  const others = [command.signal(), command.imei()];

  it("by close settles the command in flight and all that wait with base.stopped, and closes the link", async () => {
    const rig = new Rig();
    const replies = [command.attention(), ...others].map((request) => rig.send(request));
    await rig.clock.flush();
    await rig.channel.close();
    expect(await Promise.all(replies)).toEqual(["base.stopped", "base.stopped", "base.stopped"]);
    expect(rig.link.closed).toBe(true);
    expect(rig.closes).toBe(0);
    expect(await rig.send()).toBe("base.stopped");
    expect(rig.clock.pending).toEqual([]);
    await rig.channel.close();
  });

  it("by an unplugged modem settles all with modem.closed and tells the owner once", async () => {
    const rig = new Rig();
    const replies = [command.attention(), ...others].map((request) => rig.send(request));
    await rig.clock.flush();
    rig.link.raw("\r\nO");
    rig.link.unplug();
    expect(await Promise.all(replies)).toEqual(["modem.closed", "modem.closed", "modem.closed"]);
    expect(rig.closes).toBe(1);
    expect(await rig.send()).toBe("modem.closed");
    await rig.channel.close();
    expect(rig.clock.pending).toEqual([]);
  });

  it("settles a command that waits for silence after a question", async () => {
    const rig = new Rig();
    const lost = rig.send(command.imei());
    await rig.clock.advance(QUICK);
    await lost;
    rig.link.answer = () => "|+CSQ: 17,99|OK|";
    const next = rig.send();
    await rig.clock.flush();
    rig.link.unplug();
    expect(await next).toBe("modem.closed");
    expect(rig.clock.pending).toEqual([]);
  });

  it("by release leaves the link open for another conversation, to which the rest of the bytes belong", async () => {
    const rig = new Rig();
    const reply = rig.send();
    await rig.clock.flush();
    rig.onUrc = () => rig.channel.release();
    rig.link.say('|RDY|+CMTI: "SM",1|');
    expect(await reply).toBe("base.stopped");
    expect(rig.link.closed).toBe(false);
    const next = new AtChannel({ ...rig, onUrc: () => {}, onClose: () => {}, onTimeout: () => {} });
    rig.link.answer = () => "|OK|";
    expect(await outcome(next.send(command.attention()))).toEqual([]);
  });

  it("is in time although the port never closes", async () => {
    const rig = new Rig();
    rig.link.closeHangs = true;
    await rig.clock.settle(rig.channel.close(), CLOSE_LIMIT);
    expect(rig.log.events).toEqual(["port_close_failed"]);
  });

  it("that came before the conversation began is told all the same", async () => {
    const link = new ScriptLink();
    link.unplug();
    const clock = new VirtualClock();
    let closes = 0;
    const channel = new AtChannel({
      link,
      clock,
      log: new CapturingLog(),
      onUrc: () => {},
      onClose: () => {
        closes++;
      },
      onTimeout: () => {},
    });
    await clock.flush();
    expect(closes).toBe(1);
    expect(await outcome(channel.send(command.attention()))).toBe("modem.closed");
  });
});

describe("a write", () => {
  it("that fails rejects with the link's error, and the next command asks first", async () => {
    const rig = new Rig();
    rig.link.writeError = new AppError("modem.io", "writing failed", { retryable: true });
    expect(await rig.send()).toBe("modem.io");
    rig.link.writeError = null;
    rig.link.answer = () => "|+CSQ: 17,99|OK|";
    const next = rig.send(command.imei());
    await rig.clock.advance(QUIET);
    await next;
    expect(rig.link.written).toEqual(["AT+CSQ", "AT+CGSN"]);
  });

  it("that fails with somebody else's error is wrapped once", async () => {
    const rig = new Rig();
    rig.link.writeError = new Error("EIO");
    expect(await rig.send()).toBe("modem.io");
  });

  it("that a port with stuck flow control never takes is given up in time, with a hint", async () => {
    const rig = new Rig();
    rig.link.stuck = true;
    const reply = rig.channel.send(command.attention()).catch((error) => error);
    await rig.clock.advance(WRITE_LIMIT);
    expect(await reply).toMatchObject({ code: "modem.write_stuck", retryable: true, hint: expect.any(String) });
  });

  it("that is stuck is ended by close", async () => {
    const rig = new Rig();
    rig.link.stuck = true;
    const reply = rig.send();
    await rig.clock.flush();
    await rig.channel.close();
    expect(await reply).toBe("base.stopped");
    expect(rig.clock.pending).toEqual([]);
  });
});

describe("a prompt that nobody asked for", () => {
  it("is left with ESC: a modem that was left inside of +CMGS hears commands again", async () => {
    const clock = new VirtualClock();
    const modem = new SimModem({ slot: 1, seed: "prompt", clock, log: new CapturingLog() });
    const before = openLink(modem);
    await before.write(Buffer.from("ATE0\rAT+CMGS=20\r"));
    await before.close();
    const log = new CapturingLog();
    const channel = new AtChannel({
      link: openLink(modem),
      clock,
      log,
      onUrc: () => {},
      onClose: () => {},
      onTimeout: () => {},
    });
    const heard: Outcome[] = [];
    for (let i = 0; i < 2; i++) {
      heard.push(await clock.settle(outcome(channel.send(command.attention()))));
    }
    expect(heard).toEqual(["modem.timeout", []]);
  });

  it("makes the next command ask first, with ESC in front of the question", async () => {
    const rig = new Rig();
    rig.link.raw("\r\n> ");
    rig.link.answer = () => "|+CSQ: 17,99|OK|";
    const next = rig.send(command.imei());
    await rig.clock.advance(QUIET);
    await next;
    expect(rig.link.written).toEqual(["AT+CSQ", "AT+CGSN"]);
    expect(rig.link.escapes).toBe(1);
  });
});
