// Calls of a whole box: a simulated modem on one side, a real Asterisk that runs on what the box wrote for it, and a real phone with the
// account from the renter's grant.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type BoxHandle, startBox } from "../../src/app/index.ts";
import { publishLocalAccess } from "../../src/app/local-access.ts";
import { fromBase64url, rentalId } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { decodePayload, MISSED_CALL_KIND, openGrant, openV1, publicKeysToText } from "../../src/envelope/index.ts";
import {
  type CallNews,
  callHistoryReply,
  callsReply,
  type SipTerms,
  sipTerms,
  soundCheckView,
} from "../../src/protocol/index.ts";
import { RecordingLogger, renter } from "../core/core-rig.ts";
import { asteriskTree } from "../sim/asterisk/asterisk-process.ts";
import { Baresip, hasBaresip } from "../sim/asterisk/baresip.ts";
import { freePort } from "../sim/asterisk/free-ports.ts";
import { levelOf } from "../sim/asterisk/tone-modem.ts";
import { until } from "../sim/asterisk/until.ts";
import { SimBoard, simLinkOpener } from "../sim/modem/index.ts";

const able = asteriskTree !== null && hasBaresip;
const CALLER = "+15550142";
const PHONE_HERTZ = 440;
/** The box's other line, whose SIM is elsewhere. */
const OTHER = "+4915112345679";
const MODEM_HERTZ = 1000;
const BLOCKED = ["112", "09001234567", "*31#112"];

/** Asterisk as its unit would start it; only its modules lie elsewhere than Debian has them. */
async function startAsterisk(etc: string): Promise<ChildProcess> {
  const tree = asteriskTree;
  if (tree === null) throw new Error("no Asterisk in the cache");
  const folder = `${etc}-of-the-test`;
  cpSync(etc, folder, { recursive: true });
  const file = join(folder, "asterisk.conf");
  const text = readFileSync(file, "utf8")
    .replace(/^astetcdir.*$/m, `astetcdir => ${folder}`)
    .replace(/^astmoddir.*$/m, `astmoddir => ${tree.modules}`)
    .replace(/^astdatadir.*$/m, `astdatadir => ${tree.data}`);
  writeFileSync(file, text);
  const args = ["--library-path", tree.libraries, tree.program, "-f", "-C", file];
  return spawn(tree.loader, args, { stdio: "ignore" });
}

/** A real drachtio-server, which Debian does not have: the path of its program. */
const drachtioProgram = process.env.NUMBERBOX_TEST_DRACHTIO_SERVER ?? "";
const EDGES = [
  { edge: "asterisk", without: able ? "" : " (skipped: needs Asterisk 22 and baresip)" },
  {
    edge: "drachtio",
    without:
      able && drachtioProgram !== "" ? "" : " (skipped: needs NUMBERBOX_TEST_DRACHTIO_SERVER, Asterisk 22 and baresip)",
  },
] as const;

for (const { edge, without } of EDGES)
  describe.skipIf(without !== "")(`calls of a box behind ${edge}${without}`, () => {
    let root: string;
    let board: SimBoard;
    let box: BoxHandle;
    let asterisk: ChildProcess;
    let drachtio: ChildProcess | null = null;
    let log: RecordingLogger;
    let rental: string;
    let account: SipTerms;
    let sip: number;
    let bearer: Record<string, string>;
    const phones: Baresip[] = [];
    /** What the live feed told of calls. */
    const told: CallNews[] = [];

    const modem = () => board.modem(1);
    const get = async (path: string): Promise<unknown> => {
      const answer = await fetch(`${box.consoleUrl}/api/v1${path}`, { headers: bearer });
      return answer.json();
    };
    const calls = async () => callsReply.parse(await get("/calls"));
    const history = async () => callHistoryReply.parse(await get("/calls/history")).calls;
    /** Nothing of any call is left anywhere. */
    const quiet = () =>
      until("the end of all calls", async () => (await calls()).calls.length === 0 && modem().calls.list.length === 0);

    async function phone(options: Partial<Parameters<typeof Baresip.start>[0]> = {}): Promise<Baresip> {
      const before = (await calls()).phones;
      const { user, password } = account;
      const made = await Baresip.start({
        user,
        password,
        port: sip,
        hertz: PHONE_HERTZ,
        mediaEncryption: "srtp-mand",
        ...options,
      });
      phones.push(made);
      await until("the phone's registration", async () => (await calls()).phones > before);
      return made;
    }

    const heardBy = (ear: Baresip): number => {
      const recording = ear.recording();
      return recording === null
        ? 0
        : levelOf(recording.samples.slice(-recording.rate / 2), MODEM_HERTZ, recording.rate);
    };
    const bothHear = async (ear: Baresip): Promise<void> => {
      await until("the phone at the modem", () => modem().audio.heard.tone(PHONE_HERTZ) > -30);
      await until("the modem at the phone", () => heardBy(ear) > 0.05);
    };

    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), "numberbox-calls-"));
      const [folder, pages] = [join(root, "box"), join(root, "pages")];
      mkdirSync(pages);
      log = new RecordingLogger();
      board = new SimBoard({ slots: 1, seed: "calls", clock: systemClock, log, twins: ["quectel-ec25"] });
      const [ari, audio] = [await freePort(), await freePort()];
      sip = await freePort();
      const voice = {
        host: "127.0.0.1",
        listen: "127.0.0.1",
        sip_edge: edge,
        ...(edge === "drachtio" ? { drachtio: { port: await freePort(), secret_file: "drachtio-secret" } } : {}),
        transports: { tls: false, udp: sip },
        asterisk: {
          ...{ url: `http://127.0.0.1:${ari}`, password_file: "ari", sip_port: await freePort() },
          ...{
            rtp: edge === "drachtio" ? { from: 23_700, to: 23_799 } : { from: 23_600, to: 23_699 },
            audiosocket: `127.0.0.1:${audio}`,
          },
        },
        ring_timeout: "10s",
        policy: { countries: ["any"], short_codes: "refuse" },
      };
      const config = parseBoxConfig(
        JSON.stringify({
          slots: [{ id: "1", port: "sim://slot/1" }],
          lines: [
            { id: "line-1", number: "+4915112345678", slot: "1" },
            { id: "line-2", number: OTHER },
          ],
          relay: { url: "http://127.0.0.1:9" },
          web: { listen: "127.0.0.1:0" },
          voice,
        }),
        "the test's configuration",
      );
      const parts = { version: "test", clock: systemClock, random: systemRandom, suite: systemCrypto };
      writeFileSync(join(pages, "index.html"), "<!doctype html>");
      box = await startBox({ ...parts, config, dataFolder: folder, log, pages, openSimLink: simLinkOpener(board) });
      box.console.onChange((frame) => {
        if (frame.type === "call") told.push(frame.call);
      });
      asterisk = await startAsterisk(join(folder, "voice", "asterisk", "etc"));
      if (edge === "drachtio") {
        const file = join(folder, "voice", "drachtio", "drachtio.conf.xml");
        drachtio = spawn(drachtioProgram, ["-f", file], { stdio: "ignore" });
      }
      const { access } = await publishLocalAccess(folder, box.consoleUrl, {
        settings: box.store,
        random: systemRandom,
      });
      bearer = { authorization: `Bearer ${access.token}` };
      const request = {
        line: "line-1",
        renter: publicKeysToText(renter),
        days: 1,
        credit: null,
        envelope_version: 1,
      } as const;
      rental = (await box.console.grant(request)).id;
      const pending = await box.store.grantOf(rentalId(rental));
      if (pending === null) throw new Error("no grant");
      account = sipTerms.parse(openGrant(systemCrypto, renter.seed, pending.grant).terms.sip);
      await until("calls", async () => {
        const now = await calls();
        return now.problem === null && now.voice_slots === 1;
      });
      modem().audio.habits.says = { hz: MODEM_HERTZ, dbfs: -12 };
    }, 120_000);

    afterEach(async () => {
      for (const call of [...modem().calls.list]) modem().calls.end(call);
      await Promise.all(phones.splice(0).map((each) => each.stop()));
    });

    afterAll(async () => {
      await box?.stop();
      for (const server of [asterisk, drachtio]) {
        if (server?.exitCode !== null) continue;
        const gone = once(server, "exit");
        server.kill("SIGKILL");
        await gone;
      }
      board?.stop();
      rmSync(root, { recursive: true, force: true });
    });

    it("ring the renter's phone, which hears the caller and is heard", async () => {
      const ear = await phone();
      modem().calls.incoming(CALLER);
      await bothHear(ear);
      const [call] = (await calls()).calls;
      expect(call).toMatchObject({ direction: "in", phase: "talking", slot: "1", line: "line-1", rental });
      expect(call?.quality).toMatchObject({ encryption: "sdes" });
      ear.digits("42#");
      await until("the digits, each once", () => modem().calls.list[0]?.tones.join("") === "42#");
      modem().calls.end();
      await until("the end at the phone", () => ear.heard("CALL_CLOSED"));
      await quiet();
      await until("its record", async () => (await history()).length > 0);
      expect((await history())[0]).toMatchObject({ direction: "in", cause: "hung_up", rental, receipt: true });
    });

    it("are dialled for the renter's phone with the SIM's number", async () => {
      modem().calls.plan = { outcome: "answer", alertMs: 200, ms: 400 };
      const ear = await phone();
      ear.dial("01701234567");
      await bothHear(ear);
      expect(modem().calls.dialled.at(-1)).toMatch(/^\+?\d+;?$/);
      ear.hangUp();
      await quiet();
      await until("its record", async () => (await history())[0]?.direction === "out");
      expect((await history())[0]).toMatchObject({ direction: "out", cause: "hung_up", rental });
    });

    it("to emergency and premium numbers never reach the modem", async () => {
      const ear = await phone();
      const before = modem().calls.dialled.length;
      const blocked = async () => (await history()).filter((call) => call.cause === "blocked").length;
      for (const [at, number] of BLOCKED.entries()) {
        ear.dial(number);
        await until(`the refusal of ${number}`, () => ear.count("CALL_CLOSED") > at);
        const said = () => `the record of ${number}, of which the phone says\n${ear.out.slice(-1500)}`;
        await until(said, async () => (await blocked()) > at);
      }
      await quiet();
      expect(modem().calls.dialled).toHaveLength(before);
      expect(await blocked()).toBe(BLOCKED.length);
      expect((await history())[0]).toMatchObject({ direction: "out", answered_at: null, cause: "blocked" });
    });

    it("without a phone are refused to the caller, and SMS go on during calls", async () => {
      const before = (await history())[0]?.cursor ?? 0;
      modem().calls.incoming(CALLER);
      await until("the record of the call", async () => ((await history())[0]?.cursor ?? 0) > before);
      await quiet();
      expect((await history())[0]).toMatchObject({ direction: "in", answered_at: null, cause: "not_registered" });
      const [missed] = await until("the message of the missed call", async () => {
        const messages = await box.store.nextMessages(rentalId(rental), 10);
        return messages.length > 0 ? messages : null;
      });
      const envelope = fromBase64url(missed?.message.envelope ?? "");
      const opened = decodePayload(openV1({ suite: systemCrypto, secret: renter.seed, envelope }));
      expect(opened).toMatchObject({ kind: MISSED_CALL_KIND, from: CALLER, to: "+4915112345678", body: "" });
      const ear = await phone();
      modem().calls.incoming(CALLER);
      await bothHear(ear);
      const { stored } = await outbox();
      modem().sendSms({ from: CALLER, body: "while they talk" });
      await until("the SMS", async () => (await outbox()).stored > stored);
      modem().calls.end();
      await quiet();
    });

    it("can be looked at without a phone, through Asterisk and through the telephone network", async () => {
      const check = async (request: object) => {
        const headers = { ...bearer, "content-type": "application/json" };
        const init = { method: "POST", headers, body: JSON.stringify(request) };
        const asked = await fetch(`${box.consoleUrl}/api/v1/calls/check`, init);
        expect(asked.status).toBe(200);
        return await until("the check", async () => {
          const view = soundCheckView.parse(await get("/calls/check"));
          return view.state === "running" ? null : view;
        });
      };
      expect((await check({ kind: "loop" })).report).toMatchObject({ good: true, tones: 12, found: 12 });
      modem().calls.plan = { outcome: "answer", alertMs: 100, ms: 300 };
      modem().audio.habits.says = "echo";
      const call = await check({ kind: "call", slot: "1", number: OTHER });
      expect(call).toMatchObject({ state: "done", report: { tones: 12 } });
      // Of a simulated network that echoes at once, and of modems whose frames wait for each other.
      expect(call.report?.found).toBeGreaterThan(9);
      modem().audio.habits.says = { hz: MODEM_HERTZ, dbfs: -12 };
      await quiet();
      expect((await calls()).problem).toBeNull();
    });

    it("end with the rental", async () => {
      const ear = await phone();
      modem().calls.incoming(CALLER);
      await bothHear(ear);
      await box.console.endRental(rentalId(rental));
      await until("the end at the phone", () => ear.heard("CALL_CLOSED"));
      await quiet();
      expect((await calls()).accounts).toBe(0);
    });

    it("are told to whoever watches the box, without a number", async () => {
      const phases = (direction: string) =>
        told.filter((news) => news.direction === direction).map(({ phase }) => phase);
      expect(phases("in")).toEqual(expect.arrayContaining(["ringing", "taking", "talking", "ending", "over"]));
      expect(phases("out")).toEqual(expect.arrayContaining(["dialing", "alerting", "answering", "talking", "over"]));
      const answer = await fetch(`${box.consoleUrl}/metrics`, { headers: bearer });
      const page = await answer.text();
      expect(page).toMatch(/^numberbox_voice_up 1$/m);
      expect(page).toMatch(/^numberbox_calls_ended_total\{direction="in",cause="hung_up"\} [1-9]/m);
      const blocked = /^numberbox_calls_ended_total\{direction="out",cause="blocked"\} (\d+)$/m.exec(page)?.[1];
      expect(blocked).toBe(String(BLOCKED.length));
      expect(page).toMatch(/^numberbox_calls_active\{direction="in"\} 0$/m);
      for (const secret of [CALLER.slice(1), "1701234567"]) expect(JSON.stringify(told) + page).not.toContain(secret);
    });

    it("leave no number in the log", () => {
      for (const secret of [CALLER.slice(1), "1701234567", account.password])
        expect(log.lines.join("\n")).not.toContain(secret);
    });

    async function outbox(): Promise<{ stored: number }> {
      const overview = await box.console.overview();
      return { stored: overview.outbox.depth };
    }
  });
