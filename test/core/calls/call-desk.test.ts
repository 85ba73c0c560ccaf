// Calls of slots and phones brought together, with both ends as scripts.

import { beforeEach, describe, expect, it } from "vitest";
import { AppError, seconds, silentLogger, slotId } from "../../../src/base/index.ts";
import {
  CallDesk,
  type CallOpening,
  type DialVerdict,
  type EndCause,
  EventLog,
  type MissedCall,
  PCM_FRAME_BYTES,
  type Rental,
  type Treatment,
} from "../../../src/core/index.ts";
import { FakeGateway, FakeSlotVoice } from "../../sim/fake-voice.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { sampleRental } from "../../sim/store-samples.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { lineOf } from "../core-rig.ts";

const LINE = lineOf(1);
const RENTAL: Rental = sampleRental(1, { lineId: LINE.id });
const CALLER = "+15550123";

let clock: VirtualClock;
let gateway: FakeGateway;
let voice: FakeSlotVoice;
let desk: CallDesk;
let opened: CallOpening[];
let kept: string[];
let rented: Rental | null;
let hasCalls: boolean;
let refusal: EndCause | null;
let verdict: DialVerdict | null;
let events: EventLog;
let missed: MissedCall[];
let treatment: Treatment;
/** What callers are told. */
const SPOKEN = [new Uint8Array(PCM_FRAME_BYTES).fill(5)];

beforeEach(() => {
  clock = new VirtualClock();
  gateway = new FakeGateway();
  voice = new FakeSlotVoice();
  [opened, kept, rented, hasCalls, refusal, verdict, missed] = [[], [], RENTAL, true, null, null, []];
  treatment = "reject";
  events = new EventLog(clock, silentLogger);
  desk = new CallDesk({
    ...{ gateway, clock, random: new SeededRandom("calls"), log: silentLogger, events, now: () => clock.now() },
    lineCalls: () => ({
      rules: { ringTimeout: seconds(25), treatment: () => treatment },
      mayDial: (number) => verdict ?? { allowed: true, number },
    }),
    activeRental: () => rented,
    userOf: () => (hasCalls ? "u1" : null),
    rentalOf: (user) => (user === "u1" ? rented : null),
    ledger: {
      refusal: async () => refusal,
      open: (opening) => {
        opened.push(opening);
        return { talking: () => kept.push("talking"), over: (cause) => kept.push(`over: ${cause}`) };
      },
    },
    callerWords: async () => SPOKEN,
    onMissed: (call) => missed.push(call),
    onChange: () => {},
  });
  desk.start();
  desk.attach({ id: slotId("1"), voice, line: () => LINE });
});

/** Lets everything that is ready happen. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

async function rings(number: string | null = CALLER) {
  const modem = voice.ring(number);
  await settled();
  return { modem, leg: gateway.leg };
}

async function dials(number = "+15550177") {
  const leg = gateway.dial("u1", number);
  await settled();
  return leg;
}

const lastEvent = () => events.list({ after: 0, limit: 100 }).at(-1);

describe("a caller from the network", () => {
  it("rings the renter's phones with his number, and is put through when one answers", async () => {
    const { modem, leg } = await rings();
    expect(gateway.rung).toEqual([{ user: "u1", from: CALLER }]);
    expect(modem.did).toEqual([]);
    leg?.say({ type: "answered" });
    await settled();
    expect(modem.did).toEqual(["answer"]);
    expect(leg?.did).toEqual([]);
    modem.say({ type: "connected" });
    await settled();
    expect(leg?.did).toEqual(["connect"]);
    expect(leg?.audio).toBe(modem.audio);
    expect(kept).toEqual(["talking"]);
    modem.say({ type: "ended", cause: "hung_up" });
    await settled();
    expect(leg?.did).toEqual(["connect", "hang up: hung_up"]);
    expect(kept).toEqual(["talking", "over: hung_up"]);
    expect(desk.calls()).toEqual([]);
    expect(clock.pending).toEqual([]);
  });

  it.each<[string, () => void, EndCause]>([
    ["of a line that nobody rents", () => (rented = null), "no_rental"],
    ["of a rental without calls", () => (hasCalls = false), "no_rental"],
    [
      "while no phone can be reached",
      () => gateway.become({ kind: "down", code: "voice.down", hint: "" }),
      "gateway_lost",
    ],
    ["of a rental that has used up its minutes", () => (refusal = "no_credit"), "no_credit"],
  ])("%s is refused, and the call is recorded", async (_, arrange, cause) => {
    arrange();
    const { modem } = await rings();
    expect(gateway.rung).toEqual([]);
    expect(modem.did).toEqual(["hang up"]);
    expect(kept).toEqual([`over: ${cause}`]);
    expect(missed).toMatchObject([{ slot: "1", line: LINE.id, number: CALLER }]);
  });

  it("who gives up while the ledger is asked leaves nothing behind", async () => {
    const modem = voice.ring(CALLER);
    modem.say({ type: "ended", cause: "hung_up" });
    await settled();
    expect(gateway.rung).toEqual([]);
    expect(desk.calls()).toEqual([]);
    expect(missed).toMatchObject([{ line: LINE.id, number: CALLER }]);
  });

  it("is told in words that nobody takes the call where the line's owner wants it announced", async () => {
    treatment = "announce";
    const { modem } = await rings();
    await clock.advance(seconds(25));
    await settled();
    modem.say({ type: "connected" });
    await settled();
    const said = Array.from({ length: 120 }, () => modem.audio.current?.(new Uint8Array(PCM_FRAME_BYTES)));
    expect(said.filter((frame) => frame === SPOKEN[0])).toHaveLength(1);
    await clock.advance(seconds(10));
    await settled();
    expect(modem.did).toEqual(["answer", "hang up"]);
    expect(modem.audio.current).toBeNull();
    expect(kept).toEqual(["over: no_answer"]);
  });

  it("finds nobody within the time to ring", async () => {
    const { modem, leg } = await rings(null);
    await clock.advance(seconds(25));
    await settled();
    expect(leg?.did).toEqual(["hang up: no_answer"]);
    expect(modem.did).toEqual(["hang up"]);
    expect(kept).toEqual(["over: no_answer"]);
    expect(missed).toEqual([
      { id: opened[0]?.id, slot: "1", line: LINE.id, number: null, startedAt: expect.any(Number) },
    ]);
  });

  it("is not missed when the renter declines, nor when they spoke", async () => {
    const declined = await rings();
    declined.leg?.say({ type: "ended", cause: "declined" });
    await settled();
    expect(kept).toEqual(["over: declined"]);
    const { modem, leg } = await rings();
    leg?.say({ type: "answered" });
    await settled();
    modem.say({ type: "connected" });
    await settled();
    modem.say({ type: "ended", cause: "hung_up" });
    await settled();
    expect(kept).toEqual(["over: declined", "talking", "over: hung_up"]);
    expect(missed).toEqual([]);
  });
});

describe("a phone that dials", () => {
  it("has its number dialled, hears it ring, and talks", async () => {
    const leg = await dials();
    expect(voice.dialled).toEqual(["+15550177"]);
    voice.call?.say({ type: "alerting" });
    await settled();
    expect(leg.did).toEqual(["ringing"]);
    voice.call?.say({ type: "connected" });
    await settled();
    leg.say({ type: "answered" });
    await settled();
    leg.say({ type: "digit", digit: "7" });
    await settled();
    expect(leg.did).toEqual(["ringing", "answer", "connect"]);
    expect(voice.call?.did).toEqual(["digit 7"]);
    const modem = voice.call;
    leg.say({ type: "ended", cause: "hung_up" });
    await settled();
    expect(modem?.did).toEqual(["digit 7", "hang up"]);
    expect(kept).toEqual(["talking", "over: hung_up"]);
  });

  it("hears the network's own sound as soon as there is any", async () => {
    const leg = await dials();
    if (voice.call !== null) voice.call.audio.heard = 12;
    voice.call?.say({ type: "alerting" });
    await settled();
    await clock.advance(seconds(1));
    expect(leg.did).toEqual(["ringing", "early"]);
  });

  it("is told why a number is not dialled, and no modem learns of it", async () => {
    verdict = { allowed: false, code: "dial.emergency", cause: "blocked", say: "emergency" };
    const leg = await dials("112");
    expect(leg.did).toEqual(["play emergency", "hang up: blocked"]);
    expect(voice.dialled).toEqual([]);
    expect(lastEvent()).toMatchObject({ code: "call.ended", details: { reason: "blocked", direction: "out" } });
    expect(JSON.stringify(events.list({ after: 0, limit: 100 }))).not.toContain("112");
  });

  it("finds the line busy with the call of another phone", async () => {
    await dials();
    const second = await dials("+15550178");
    expect(second.did).toEqual(["play busy", "hang up: line_busy"]);
    expect(voice.dialled).toEqual(["+15550177"]);
  });

  it("that hangs up at once leaves no modem dialling", async () => {
    const leg = gateway.dial("u1", "+15550177");
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    leg.say({ type: "ended", cause: "hung_up" });
    await settled();
    expect(voice.call).toBeNull();
    expect(desk.calls()).toEqual([]);
  });

  it("is told when the modem does not take the number", async () => {
    voice.fault = new AppError("voice.not_ready", "the slot is not ready");
    const leg = await dials();
    expect(leg.did).toEqual(["hang up: modem_lost"]);
    expect(kept).toEqual(["over: modem_lost"]);
  });

  it("of an account that is nobody's is refused", async () => {
    const leg = gateway.dial("stranger", "+15550177");
    await settled();
    expect(leg.did).toEqual(["hang up: no_rental"]);
  });

  it("hears itself when it asks for the echo", async () => {
    const leg = await dials("*43");
    expect(leg.did).toEqual(["answer", "play echo", "hang up: hung_up"]);
    expect(voice.dialled).toEqual([]);
  });

  it("is warned, then cut, when its minutes are used up", async () => {
    const leg = await dials();
    voice.call?.say({ type: "connected" });
    leg.say({ type: "answered" });
    await settled();
    opened[0]?.onRunningOut();
    await settled();
    const modem = voice.call;
    opened[0]?.onRanOut("day_limit");
    await settled();
    expect(leg.did.slice(-3)).toEqual(["play warning", "play no_credit", "hang up: day_limit"]);
    expect(modem?.did).toEqual(["hang up"]);
  });
});

describe("the desk", () => {
  it("ends all calls when it stops, and waits for them", async () => {
    const { modem, leg } = await rings();
    await desk.stop();
    expect(modem.did).toEqual(["hang up"]);
    expect(leg?.did).toEqual(["hang up: stopped"]);
    expect(desk.calls()).toEqual([]);
    const late = await rings();
    expect(late.modem.did).toEqual([]);
  });

  it("ends the calls of a rental that is over", async () => {
    const { modem } = await rings();
    desk.rentalEnded(RENTAL.id);
    await settled();
    expect(modem.did).toEqual(["hang up"]);
  });

  it("ends one call when its owner says so, and says when there is none", async () => {
    await rings();
    const [open] = desk.calls();
    expect(desk.hangUp(open?.id ?? "")).toBe(true);
    await settled();
    expect(desk.hangUp(open?.id ?? "")).toBe(false);
  });

  it("keeps no number in what it tells", async () => {
    await rings();
    voice.call?.say({ type: "ended", cause: "hung_up" });
    await settled();
    expect(JSON.stringify(events.list({ after: 0, limit: 100 }))).not.toContain("15550123");
  });
});
