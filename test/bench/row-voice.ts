// Calls over the real Asterisk: what the box adds to the way of the sound, with modem clocks that run off, and 16 calls at once.

import { millis } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { asteriskTree } from "../sim/asterisk/asterisk-process.ts";
import { account, event, REALM, record, VoiceRig } from "../sim/asterisk/voice-rig.ts";
import { sdpOf } from "../sim/sip/phone-call.ts";
import { SipPhone } from "../sim/sip/sip-phone.ts";
import { type BenchOptions, pause, quantile, type Row, Skipped, spread } from "./measure.ts";
import { usageOf } from "./proc-usage.ts";
import { underSmsLoad } from "./sms-load.ts";
import { BurstModem, delaysOf, RtpEnd } from "./voice-ends.ts";

const PASSWORD = "f00dfeedf00dfeed";
const CALLS = 16;
const PER_SECOND = 50;
const DRIFTS = [0, 0.01, -0.01] as const;

interface OpenCall {
  readonly modem: BurstModem;
  readonly ear: RtpEnd;
  end(): Promise<void>;
}

async function openCall(rig: VoiceRig, phone: SipPhone, drift: number): Promise<OpenCall> {
  const ear = await RtpEnd.open();
  const modem = new BurstModem(drift);
  const leg = rig.box.gateway.ring({ user: "plain", from: "+15550100" });
  const events = record(leg);
  const call = await phone.nextCall();
  const acknowledged = call.answer(sdpOf(ear.port));
  ear.talk(call.remoteSdp);
  await acknowledged;
  await event(events, "answered");
  await leg.connect(modem);
  return {
    modem,
    ear,
    end: async () => {
      await leg.hangUp("hung_up");
      modem.stop();
      ear.close();
    },
  };
}

/** p95 of both ways, and how much the end of the run is later than its beginning. */
async function oneCall(rig: VoiceRig, phone: SipPhone, drift: number, ms: number) {
  const { modem, ear, end } = await openCall(rig, phone, drift);
  await pause(ms);
  const out = delaysOf(modem.said, ear.heard);
  const back = delaysOf(ear.said, modem.told);
  const third = Math.floor(out.length / 3);
  const grows = quantile(out.slice(-third), 0.5) - quantile(out.slice(0, third), 0.5);
  const heard = out.length / Math.max(1, modem.said.length);
  await end();
  return { out: quantile(out, 0.95), back: quantile(back, 0.95), grows, heard };
}

async function manyCalls(rig: VoiceRig, phone: SipPhone, ms: number) {
  const calls = await Promise.all(Array.from({ length: CALLS }, () => openCall(rig, phone, 0)));
  await pause(1000);
  for (const { ear } of calls) ear.longestGap = 0;
  const base = calls.map(({ modem, ear }) => ({ silence: modem.silence, lost: ear.lost }));
  const [asterisk, own, start] = [usageOf([rig.asterisk.pid]), process.cpuUsage(), performance.now()];
  await pause(ms);
  const span = performance.now() - start;
  const used = process.cpuUsage(own);
  const result = {
    asterisk: ((usageOf([rig.asterisk.pid]).cpuMs - asterisk.cpuMs) / span / CALLS) * 100,
    node: ((used.user + used.system) / 1000 / span / CALLS) * 100,
    lost: calls.reduce((sum, { ear }, at) => sum + ear.lost - (base[at]?.lost ?? 0), 0),
    // A packet each 20 ms is on time.
    late: Math.max(...calls.map(({ ear }) => ear.longestGap)) - 20,
    silence: calls.reduce((sum, { modem }, at) => sum + modem.silence - (base[at]?.silence ?? 0), 0),
  };
  for (const call of calls) await call.end();
  return result;
}

export async function voiceRow(options: BenchOptions): Promise<Row> {
  if (asteriskTree === null) throw new Skipped("needs Asterisk 22: `npm run setup` brings it");
  const ms = options.long ? 600_000 : options.quick ? 5000 : 60_000;
  const rig = await VoiceRig.start(24_000);
  const server = { transport: "udp", host: "127.0.0.1", port: rig.sipPort } as const;
  const phone = new SipPhone({
    clock: systemClock,
    user: "plain",
    password: PASSWORD,
    domain: REALM,
    server,
    t1: millis(500),
  });
  try {
    await rig.up();
    await rig.box.gateway.setAccounts([account("plain", PASSWORD)]);
    await phone.open();
    await phone.register();
    await rig.phoneThere();
    const single = [];
    for (const drift of DRIFTS) single.push(await oneCall(rig, phone, drift, ms));
    const many = await manyCalls(rig, phone, ms);
    const loaded = await underSmsLoad(options.folder, PER_SECOND, () => manyCalls(rig, phone, ms));
    const one = (value: number) => spread([value]);
    return {
      name: "calls over Asterisk",
      figures: [
        { what: "modem to phone p95", unit: "ms", value: spread(single.map(({ out }) => out)), target: "< 60 ms" },
        { what: "phone to modem p95", unit: "ms", value: spread(single.map(({ back }) => back)) },
        {
          what: "growth, clock off by 1 %",
          unit: "ms",
          value: spread(single.slice(1).map(({ grows }) => grows)),
          target: "flat",
        },
        { what: `Asterisk, of a core for each of ${CALLS}`, unit: "%", value: one(many.asterisk) },
        { what: "Node with modems and phones, for each", unit: "%", value: one(many.node) },
        { what: `frames lost to the phones of ${CALLS}`, unit: "frames", value: one(many.lost), target: "0" },
        { what: "frames of silence to their modems", unit: "frames", value: one(many.silence) },
        { what: "latest frame at a phone", unit: "ms", value: one(many.late), target: "< 20 ms" },
        { what: `the same at ${PER_SECOND} SMS/s`, unit: "ms", value: one(loaded.result.late), target: "< 20 ms" },
        { what: `frames lost at ${PER_SECOND} SMS/s`, unit: "frames", value: one(loaded.result.lost), target: "0" },
      ],
      facts: {
        seconds: ms / 1000,
        sms_sent: loaded.sent,
        sms_stored: loaded.stored,
        bursts_heard: Math.min(...single.map(({ heard }) => heard)),
      },
    };
  } finally {
    await phone.close();
    await rig.stop();
  }
}
