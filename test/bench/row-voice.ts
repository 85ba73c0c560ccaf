// Calls over the real Asterisk: what the box adds to the way of the sound, with modem clocks that run off, and 16 calls at once.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { SoundThread } from "../../src/app/sound/sound-thread.ts";
import { deferred, millis, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { asteriskTree } from "../sim/asterisk/asterisk-process.ts";
import { account, event, REALM, record, VoiceRig } from "../sim/asterisk/voice-rig.ts";
import { sdpOf } from "../sim/sip/phone-call.ts";
import { SipPhone } from "../sim/sip/sip-phone.ts";
import type { BareSoundOperations } from "./bare-sound-worker.ts";
import type { EarFacts, EarOperations } from "./ear-worker.ts";
import { against, type BenchOptions, pause, quantile, type Row, Skipped, spread } from "./measure.ts";
import type { ModemOperations } from "./modem-worker.ts";
import { usageOf } from "./proc-usage.ts";
import { type SmsLoad, underSmsLoad } from "./sms-load.ts";
import type { ModemFacts, SoundModemOperations } from "./sound-modem-worker.ts";
import { delaysOf } from "./voice-ends.ts";
import { type Worker, withWorkers } from "./worker.ts";

const PASSWORD = "f00dfeedf00dfeed";
const CALLS = 16;
const FRAME_MS = 20;
const PER_SECOND = 50;
const DRIFTS = [0, 0.01, -0.01] as const;

/** What calls need: the box and its Asterisk, the signalling of a phone, and where phones hear. */
interface Stage {
  readonly rig: VoiceRig;
  readonly phone: SipPhone;
  readonly ears: Worker<EarOperations>;
  readonly sounds: Worker<SoundModemOperations>;
  /** As in the program: what goes between modem and Asterisk has a thread of its own. */
  readonly thread: SoundThread;
  /** A process that copies frames and does nothing else: what is late behind it is the machine's doing, or the modems'. */
  readonly bare: Worker<BareSoundOperations>;
}

interface OpenCall {
  modem(): Promise<ModemFacts>;
  ear(): Promise<EarFacts>;
  end(): Promise<void>;
}

/** The sound of a modem whose clock is off by `drift`, at a port that the box opens. */
async function openModem({ sounds, thread }: Stage, drift: number) {
  const { modem, port } = await sounds.call("open", drift);
  const where = `tcp://127.0.0.1:${port}`;
  const open = deferred<void>();
  const audioPort = thread.portFor(where, { log: silentLogger, onChange: () => open.resolve() });
  audioPort?.keep(where);
  await open.promise;
  const sound = audioPort?.pump.open();
  if (sound === undefined) throw new Error("the modem has no sound");
  return {
    audio: sound.audio,
    facts: () => sounds.call("facts", modem),
    end: async () => {
      sound.close();
      await audioPort?.close();
      await sounds.call("close", modem);
    },
  };
}

async function openCall(stage: Stage, drift: number): Promise<OpenCall> {
  const { rig, phone, ears } = stage;
  const { ear, port } = await ears.call("open");
  const modem = await openModem(stage, drift);
  const leg = rig.box.gateway.ring({ user: "plain", from: "+15550100" });
  const events = record(leg);
  const call = await phone.nextCall();
  const acknowledged = call.answer(sdpOf(port));
  await ears.call("talk", { ear, sdp: call.remoteSdp });
  await acknowledged;
  await event(events, "answered");
  await leg.connect(modem.audio);
  return {
    modem: modem.facts,
    ear: () => ears.call("facts", ear),
    end: async () => {
      await leg.hangUp("hung_up");
      await modem.end();
      await ears.call("close", ear);
    },
  };
}

/** p95 of both ways, and how much the end of the run is later than its beginning. */
async function oneCall(stage: Stage, drift: number, ms: number) {
  const { modem, ear, end } = await openCall(stage, drift);
  await pause(ms);
  const [{ heard: there, said }, of] = [await ear(), await modem()];
  const out = delaysOf(of.said, there);
  const back = delaysOf(said, of.told);
  const third = Math.floor(out.length / 3);
  const grows = quantile(out.slice(-third), 0.5) - quantile(out.slice(0, third), 0.5);
  const heard = out.length / Math.max(1, of.said.length);
  await end();
  return { out: quantile(out, 0.95), back: quantile(back, 0.95), grows, heard };
}

/** As many modems and ears again, without box and Asterisk between them. */
async function openBare({ sounds, ears, bare }: Stage) {
  const open: { readonly modem: number; readonly ear: number }[] = [];
  for (let at = 0; at < CALLS; at++) {
    const [{ modem, port }, { ear, port: to }] = [await sounds.call("open", 0), await ears.call("open")];
    await bare.call("pipe", { modem: port, ear: to });
    open.push({ modem, ear });
  }
  return {
    facts: (): Promise<readonly EarFacts[]> => Promise.all(open.map(({ ear }) => ears.call("facts", ear))),
    end: async () => {
      await bare.call("close");
      for (const { modem, ear } of open) await Promise.all([sounds.call("close", modem), ears.call("close", ear)]);
    },
  };
}

/** A packet each 20 ms is on time. */
const lateIn = (all: readonly EarFacts[]): number => Math.max(...all.map(({ longestGap }) => longestGap)) - FRAME_MS;

async function manyCalls(stage: Stage, ms: number) {
  const { rig, ears } = stage;
  const calls: OpenCall[] = [];
  for (let at = 0; at < CALLS; at++) calls.push(await openCall(stage, 0));
  const bare = await openBare(stage);
  await pause(1000);
  const facts = (): Promise<readonly EarFacts[]> => Promise.all(calls.map(({ ear }) => ear()));
  const lostIn = (all: readonly EarFacts[]): number => all.reduce((sum, { lost }) => sum + lost, 0);
  const silence = async (): Promise<number> =>
    (await Promise.all(calls.map(({ modem }) => modem()))).reduce((sum, facts) => sum + facts.silence, 0);
  const base = { lost: lostIn(await facts()), silence: await silence() };
  const [asterisk, own, start] = [usageOf([rig.asterisk.pid]), process.cpuUsage(), performance.now()];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await ears.call("reset");
  await pause(ms);
  const [after, copied] = await Promise.all([facts(), bare.facts()]);
  delay.disable();
  const span = performance.now() - start;
  const used = process.cpuUsage(own);
  const result = {
    asterisk: ((usageOf([rig.asterisk.pid]).cpuMs - asterisk.cpuMs) / span / CALLS) * 100,
    node: ((used.user + used.system) / 1000 / span / CALLS) * 100,
    lost: lostIn(after) - base.lost,
    late: lateIn(after),
    machine: lateIn(copied),
    loop: delay.max / 1e6,
    silence: (await silence()) - base.silence,
  };
  for (const call of calls) await call.end();
  await bare.end();
  return result;
}

export async function voiceRow(options: BenchOptions): Promise<Row> {
  if (asteriskTree === null) throw new Skipped("needs Asterisk 22: `npm run setup` brings it");
  const ms = options.long ? 600_000 : options.quick ? 5000 : 60_000;
  const thread = new SoundThread({ machine: { sys: "/sys", dev: "/dev" }, clock: systemClock, log: silentLogger });
  const rig = await VoiceRig.start(24_000, () => thread.server("127.0.0.1", 0));
  const server = { transport: "udp", host: "127.0.0.1", port: rig.sipPort } as const;
  const me = { user: "plain", password: PASSWORD, domain: REALM, t1: millis(500) };
  const phone = new SipPhone({ clock: systemClock, server, ...me });
  try {
    await rig.up();
    await rig.box.gateway.setAccounts([account("plain", PASSWORD)]);
    await phone.open();
    await phone.register();
    await rig.phoneThere();
    return await withWorkers(async (hire) => {
      const ears = hire<EarOperations>("ear-worker.ts");
      const bare = hire<BareSoundOperations>("bare-sound-worker.ts");
      const sounds = hire<SoundModemOperations>("sound-modem-worker.ts");
      const stage = { rig, phone, ears, sounds, thread, bare };
      const single = [];
      for (const drift of DRIFTS) single.push(await oneCall(stage, drift, ms));
      const many = await manyCalls(stage, ms);
      const load = { folder: options.folder, perSecond: PER_SECOND };
      const loaded = await underSmsLoad(hire<ModemOperations>("modem-worker.ts"), load, () => manyCalls(stage, ms));
      return rowOf(ms, single, many, loaded);
    });
  } finally {
    await phone.close();
    await rig.stop();
    await thread.stop();
  }
}

function rowOf(
  ms: number,
  single: readonly Awaited<ReturnType<typeof oneCall>>[],
  many: Awaited<ReturnType<typeof manyCalls>>,
  loaded: SmsLoad<Awaited<ReturnType<typeof manyCalls>>>,
): Row {
  const one = (value: number) => spread([value]);
  const late = (what: string, { late, machine }: typeof many) => {
    const floor = against("a process that only copies", [late], [machine]);
    return { what, unit: "ms", value: one(late), floor, target: "< 20 ms" };
  };
  const [out, back] = [single.map(({ out }) => out), single.map(({ back }) => back)];
  const grows = single.slice(1).map(({ grows }) => grows);
  return {
    name: "calls over Asterisk",
    figures: [
      { what: "modem to phone p95", unit: "ms", value: spread(out), target: "< 60 ms" },
      { what: "phone to modem p95", unit: "ms", value: spread(back) },
      { what: "growth, clock off by 1 %", unit: "ms", value: spread(grows), target: "flat" },
      { what: `Asterisk, of a core for each of ${CALLS}`, unit: "%", value: one(many.asterisk) },
      { what: "the box's process, for each", unit: "%", value: one(many.node) },
      { what: `frames lost to the phones of ${CALLS}`, unit: "frames", value: one(many.lost), target: "0" },
      { what: "frames of silence to their modems", unit: "frames", value: one(many.silence) },
      late("latest frame at a phone", many),
      late(`the same at ${PER_SECOND} SMS/s`, loaded.result),
      { what: `frames lost at ${PER_SECOND} SMS/s`, unit: "frames", value: one(loaded.result.lost), target: "0" },
    ],
    facts: {
      seconds: ms / 1000,
      sms_stored: loaded.stored,
      loop_delay_ms: many.loop,
      loop_delay_ms_with_sms: loaded.result.loop,
      bursts_heard: Math.min(...single.map(({ heard }) => heard)),
    },
  };
}
