// Twins on the wire: each misbehaves as its original does, and a board can be made of them.
import { describe, expect, it } from "vitest";
import { seconds, silentLogger } from "../../src/base/index.ts";
import type { CliIo } from "../../src/bin/cli-io.ts";
import { runSimulateModems, SimBoard, TWIN_NAMES, TWINS, type TwinName } from "./modem/index.ts";
import { ModemRig, quietRig } from "./modem-rig.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

const ICCID = "8999901155501000019";
const linesOf = (text: string): string[] => text.split(/[\r\n]+/).filter((line) => line !== "");

describe("what a twin answers", () => {
  it.each<[TwinName, string, readonly string[]]>([
    ["quectel-ec25", "AT+CPIN?", ["+CME ERROR: 14"]],
    ["quectel-ec25", "AT+QPINC?", ['+QPINC: "SC",3,10', '+QPINC: "P2",3,10', "OK"]],
    ["quectel-bg96", "AT+CNMI=2,1,0,0,0", ["+CMS ERROR: 303"]],
    ["quectel-bg96", "AT+COPS?", ['+COPS: 0,0,"Testnet",8', "OK"]],
    ["quectel-uc20", "AT+CEREG?", ["+CME ERROR: operation not supported"]],
    ["quectel-eg915u", "AT+CPIN?", ["+CMS ERROR: 314"]],
    ["quectel-m95", "AT+CCID", [ICCID, "OK"]],
    ["simcom-sim800", "AT+CCID", [`${ICCID}f`, "OK"]],
    ["simcom-sim800", "AT+CPIN?", ["+CME ERROR: SIM busy"]],
    ["simcom-sim7000", "AT+CSQ", ["+CSQ: 99,99", "OK"]],
    ["simcom-sim7600", "AT+COPS=3,2;+COPS?", ['+COPS: 0,0,"Testnet",7', "OK"]],
    ["simcom-sim7600", "AT+CCID", ["ERROR"]],
    [
      "simcom-a7670",
      'AT+CPMS="ME","ME","SM"',
      ['AT+CPMS="ME","ME","SM"', '+CPMS: "ME",0,50,"ME",0,50,"SM",0,30', "OK"],
    ],
    ["huawei-e1550", "AT+CCID", ["COMMAND NOT SUPPORT"]],
    ["huawei-e1550", "AT+NOSUCH", ["COMMAND NOT SUPPORT"]],
    ["huawei-e1550", "AT^ICCID?", ["^ICCID:989909115505010010F9", "OK"]],
    ["huawei-e1550", 'AT+CPMS="ME","ME","ME"', ["+CMS ERROR: 302"]],
    ["huawei-e3372", "AT+CPMS?", ["+CME ERROR: 515"]],
    ["zte-mf190", "AT+CSCA?", ["+CME ERROR: 14"]],
    ["sierra-mc7455", "AT!ICCID?", [`!ICCID: ${ICCID}`, "OK"]],
    ["telit-le910", "AT#PCT", ["#PCT: 3", "OK"]],
    ["ublox-sara-u201", "AT+UPINCNT", ["+UPINCNT: 3,3,10,10", "OK"]],
    ["fibocom-l850", "AT+CPMS?", ['+CPMS: "SM", 0, 30, "SM", 0, 30, "SM", 0, 30', "OK"]],
    ["cinterion-ehs5", "AT+CNMI=2,1,0,0,0", ["+CMS ERROR: 303"]],
    ["cinterion-ehs5", "AT+CNMI=2,1,0,0,1", ["OK"]],
  ])("%s to %s", async (twin, line, answer) => {
    const rig = await quietRig({ twin });
    await rig.send("AT+CMEE=1\r");
    expect(linesOf(await rig.send(`${line}\r`))).toEqual(answer);
  });
});

describe("what a twin does", () => {
  it("echoes on after ATE0", async () => {
    const rig = await quietRig({ twin: "simcom-a7670" });
    expect(await rig.send("AT\r")).toContain("AT\r");
  });

  it("ends lines with CR alone, through a restart and ATZ", async () => {
    const rig = await quietRig({ twin: "huawei-e3372" });
    for (const line of ["ATZ\r", "AT+CGMI\r"]) expect(await rig.send(line)).not.toContain("\n");
    rig.modem.reset();
    expect(await rig.during(seconds(5))).toMatch(/\rRDY\r/);
    expect(rig.output).not.toContain("\n");
  });

  it("says nothing unasked until its setting has been made, and again after a restart", async () => {
    const rig = await quietRig({ twin: "huawei-e1550" });
    await rig.send("AT+CNMI=2,1\r");
    rig.modem.sendSms({ from: "+15550111", body: "unheard" });
    expect(await rig.during(100)).toBe("");
    await rig.send("AT^CURC=1\r");
    rig.modem.sendSms({ from: "+15550111", body: "heard" });
    expect(await rig.during(100)).toContain('+CMTI:"SM",1');
    rig.modem.reset();
    expect(await rig.during(seconds(5))).toBe("");
  });

  it("counts places from 0 in listing, reading and deleting", async () => {
    const rig = await quietRig({ twin: "huawei-e1550" });
    rig.modem.sendSms({ from: "+15550111", body: "first" });
    expect(await rig.send("AT+CMGL=4\r")).toContain("+CMGL:0,0,,");
    expect(await rig.send("AT+CMGR=0\r")).toContain("+CMGR:1,,");
    expect(linesOf(await rig.send("AT+CMGD=0\r"))).toEqual(["OK"]);
    expect(rig.modem.card?.store.used).toBe(0);
  });

  it("is busy for some questions only, and then leaves quotes out", async () => {
    const rig = await quietRig({ twin: "huawei-e3372" });
    for (const _ of [1, 2]) await rig.send("AT+CPMS?\r");
    expect(linesOf(await rig.send("AT+CPMS?\r"))).toEqual(["+CPMS: SM,0,30,SM,0,30,SM,0,30", "OK"]);
  });

  it("announces a place that is none", async () => {
    const rig = await quietRig({ twin: "simcom-sim7600" });
    await rig.send("AT+CNMI=2,1\r");
    rig.modem.sendSms({ from: "+15550111", body: "hello" });
    expect(await rig.during(100)).toContain('+CMTI: "SM",-1');
  });

  it.each<[TwinName, string]>([
    ["huawei-e3372", "AT^RESET"],
    ["simcom-sim7600", "AT+CRESET"],
    ["telit-le910", "AT#REBOOT"],
    ["sierra-mc7455", "AT!RESET"],
    ["ublox-lara-r211", "AT+CFUN=16"],
    ["fibocom-nl668", "AT+CFUN=15"],
    ["quectel-ec25", "AT+CFUN=1,1"],
  ])("%s restarts on %s", async (twin, line) => {
    const rig = await quietRig({ twin });
    expect(linesOf(await rig.send(`${line}\r`)).at(-1)).toBe("OK");
    await rig.during(seconds(5));
    expect(rig.modem.journal.count("reset")).toBe(1);
    expect(rig.modem.power).toBe("on");
  });

  it.each(TWIN_NAMES)("%s says who it is", async (twin) => {
    const rig = new ModemRig({ twin });
    const { manufacturer, model } = {
      manufacturer: "Numberbox",
      model: "Simulated 3GPP modem",
      ...TWINS[twin].identity,
    };
    expect(linesOf(await rig.send("AT+CGMI\r"))).toContain(manufacturer);
    expect(linesOf(await rig.send("AT+CGMM\r"))).toContain(model);
  });
});

function cliIo(clock: VirtualClock, signal: AbortSignal): CliIo {
  return {
    out: () => {},
    err: () => {},
    readInput: async () => new Uint8Array(),
    env: {},
    clock,
    random: new SeededRandom(1),
    log: silentLogger,
    signal,
  };
}

describe("a board of twins", () => {
  it("gives each slot its model, over again when there are more slots", () => {
    const twins: readonly TwinName[] = ["quectel-ec25", "huawei-e1550"];
    const board = new SimBoard({ slots: 3, clock: new VirtualClock(), seed: 1, log: silentLogger, twins });
    expect(board.modems.map(({ twin }) => twin)).toEqual(["quectel-ec25", "huawei-e1550", "quectel-ec25"]);
    board.stop();
  });

  it("is not made of a model that nobody simulates", async () => {
    const run = runSimulateModems(
      { slots: 1, listen: "tcp", json: true, models: ["quectel-ec25", "nokia-3310"] },
      cliIo(new VirtualClock(), AbortSignal.abort()),
    );
    await expect(run).rejects.toMatchObject({ code: "sim.unknown_model", hint: expect.stringContaining("generic") });
  });
});
