import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  followCertificate,
  tendVoiceServers,
  type VoiceServersDeps,
} from "../../../src/app/appliance/voice-servers.ts";
import { AppError, silentLogger } from "../../../src/base/index.ts";
import { type EventInput, EventLog, type SystemAction } from "../../../src/core/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

type EventCode = EventInput["code"];

describe("the servers of calls", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-servers-"));
    for (const each of ["asterisk/etc", "drachtio"]) {
      mkdirSync(join(folder, "voice", each), { recursive: true });
      writeFileSync(join(folder, "voice", each, "x.conf"), "");
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const tend = async (setup: VoiceServersDeps["setup"]): Promise<readonly SystemAction[]> => {
    const asked: SystemAction[] = [];
    const actions = { perform: async (action: SystemAction) => void asked.push(action) };
    await tendVoiceServers({ setup, dataFolder: folder, actions, log: silentLogger });
    return asked;
  };
  const left = () => ["asterisk/etc", "drachtio"].filter((each) => existsSync(join(folder, "voice", each)));

  it("are left alone while nothing of theirs has changed", async () => {
    expect(await tend({ edge: "drachtio", changed: [] })).toEqual([]);
    expect(left()).toEqual(["asterisk/etc", "drachtio"]);
  });

  it("start anew with other settings", async () => {
    expect(await tend({ edge: "drachtio", changed: ["pjsip.conf"] })).toEqual(["restart_asterisk", "restart_drachtio"]);
  });

  it("go when they are not wanted any more, with their settings, so that the machine does not start them again", async () => {
    expect(await tend({ edge: "asterisk", changed: ["pjsip.conf"] })).toEqual(["stop_drachtio", "restart_asterisk"]);
    expect(left()).toEqual(["asterisk/etc"]);
    expect(await tend(null)).toEqual(["stop_asterisk"]);
    expect(await tend(null)).toEqual([]);
    expect(left()).toEqual([]);
  });

  it("do not keep the box from starting when they cannot be asked", async () => {
    const actions = { perform: () => Promise.reject(new AppError("host.not_allowed", "no")) };
    const setup = { edge: "asterisk", changed: ["x"] } as const;
    await tendVoiceServers({ setup, dataFolder: folder, actions, log: silentLogger });
  });
});

describe("a new certificate of SIP", () => {
  const told = (edge: "asterisk" | "drachtio" | null, code: EventCode): readonly SystemAction[] => {
    const asked: SystemAction[] = [];
    const events = new EventLog(new VirtualClock(), silentLogger);
    const actions = { perform: async (action: SystemAction) => void asked.push(action) };
    const voiceSetup = edge === null ? null : { edge };
    const leave = followCertificate({ events, voiceSetup, log: silentLogger }, actions);
    events.record({ level: "info", code });
    leave();
    events.record({ level: "info", code });
    return asked;
  };

  it("is taken in by a start of the server that shows it, once", () => {
    expect(told("asterisk", "voice.certificate_renewed")).toEqual(["restart_asterisk"]);
    expect(told("drachtio", "voice.certificate_waits")).toEqual(["restart_drachtio"]);
    expect(told("asterisk", "voice.up")).toEqual([]);
    expect(told(null, "voice.certificate_renewed")).toEqual([]);
  });
});
