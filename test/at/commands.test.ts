// The command table and its builders: exact text, a finite timeout for each, nothing smuggled in.
import { describe, expect, it } from "vitest";
import {
  type AtCommand,
  CLASS_TIMEOUTS,
  COMMANDS,
  command,
  RESTARTS,
  SETTINGS,
  VOICE_SETTINGS,
} from "../../src/at/index.ts";

const badArgument = expect.objectContaining({ code: "at.bad_argument" });

describe("builders", () => {
  it.each<[AtCommand, string]>([
    [command.attention(), "AT"],
    [command.echoOff(), "ATE0"],
    [command.identification(), "ATI"],
    [command.reportErrors(1), "AT+CMEE=1"],
    [command.manufacturer(), "AT+CGMI"],
    [command.model(), "AT+CGMM"],
    [command.revision(), "AT+CGMR"],
    [command.imei(), "AT+CGSN"],
    [command.imsi(), "AT+CIMI"],
    [command.iccid("+CCID"), "AT+CCID"],
    [command.iccid("^ICCID?"), "AT^ICCID?"],
    [command.iccid("!ICCID?"), "AT!ICCID?"],
    [command.iccid("+CRSM"), "AT+CRSM=176,12258,0,0,10"],
    [command.readSimFile("providerName"), "AT+CRSM=176,28486,0,0,17"],
    [command.readSimFile("administrativeData"), "AT+CRSM=176,28589,0,0,4"],
    [command.commandList(), "AT+CLAC"],
    [command.readPin(), "AT+CPIN?"],
    [command.enterPin("0000"), 'AT+CPIN="0000"'],
    [command.pinRetries(), "AT+CPINR"],
    [command.pinRetries("+ZPINPUK=?"), "AT+ZPINPUK=?"],
    [command.pinRetries("^CPIN?"), "AT^CPIN?"],
    [command.readFacilityLock("SC"), 'AT+CLCK="SC",2'],
    [command.readFunctionality(), "AT+CFUN?"],
    [command.setFunctionality(4), "AT+CFUN=4"],
    [command.restart(), "AT+CFUN=1,1"],
    [command.restart("#REBOOT"), "AT#REBOOT"],
    [command.signal(), "AT+CSQ"],
    [command.signalDetail("^HCSQ?"), "AT^HCSQ?"],
    [command.signalDetail("+CESQ"), "AT+CESQ"],
    [command.setting("^CURC=1"), "AT^CURC=1"],
    [command.setting('+QURCCFG="urcport","all"'), 'AT+QURCCFG="urcport","all"'],
    [command.readImsRegistration(), "AT+CIREG?"],
    [command.vendorNetwork("+QNWINFO"), "AT+QNWINFO"],
    [command.readRegistration(), "AT+CREG?"],
    [command.reportRegistration(2), "AT+CREG=2"],
    [command.readPacketRegistration(), "AT+CGREG?"],
    [command.reportPacketRegistration(0), "AT+CGREG=0"],
    [command.readEpsRegistration(), "AT+CEREG?"],
    [command.reportEpsRegistration(1), "AT+CEREG=1"],
    [command.readOperator(), "AT+COPS?"],
    [command.numericOperator(), "AT+COPS=3,2"],
    [command.longOperator(), "AT+COPS=3,0"],
    [command.ownNumber(), "AT+CNUM"],
    [command.readCaller(), "AT+CLIP?"],
    [command.presentCaller(true), "AT+CLIP=1"],
    [command.ussd("*100#"), 'AT+CUSD=1,"*100#",15'],
    [command.endUssd(), "AT+CUSD=2"],
    [command.setMessageService(1), "AT+CSMS=1"],
    [command.readMessageService(), "AT+CSMS?"],
    [command.readStorage(), "AT+CPMS?"],
    [command.listStorages(), "AT+CPMS=?"],
    [command.setStorage(["SM"]), 'AT+CPMS="SM"'],
    [command.setStorage(["ME", "ME", "SM"]), 'AT+CPMS="ME","ME","SM"'],
    [command.pduFormat(), "AT+CMGF=0"],
    [command.readServiceCentre(), "AT+CSCA?"],
    [command.setServiceCentre("+15550100900"), 'AT+CSCA="+15550100900",145'],
    [command.setServiceCentre("0900"), 'AT+CSCA="0900",129'],
    [command.readIndications(), "AT+CNMI?"],
    [command.listIndications(), "AT+CNMI=?"],
    [command.setIndications({ mode: 2, mt: 1, bm: 0, ds: 1, bfr: 0 }), "AT+CNMI=2,1,0,1,0"],
    [command.acknowledge(), "AT+CNMA=0"],
    [command.acknowledge("bare"), "AT+CNMA"],
    [command.dial("+15550111"), "ATD+15550111;"],
    [command.dial("0"), "ATD0;"],
    [command.answer(), "ATA"],
    [command.hangUp(), "AT+CHUP"],
    [command.hangUp("H"), "ATH"],
    [command.listCalls(), "AT+CLCC"],
    [command.callWaitingOff(), "AT+CCWA=0,0,1"],
    [command.refuseWaiting(), "AT+CHLD=0"],
    [command.sendTone("+VTS", "5", 1), "AT+VTS=5"],
    [command.sendTone("^DTMF", "#", 2), "AT^DTMF=2,#"],
    [command.voiceSetting("+QPCMV=1,0"), "AT+QPCMV=1,0"],
    [command.voiceSetting("S0=0"), "ATS0=0"],
    [command.voiceSetting("$QCRCIND=1"), "AT$QCRCIND=1"],
    [command.voiceQuestion("^CVOICE?"), "AT^CVOICE?"],
    [command.listMessages(), "AT+CMGL=4"],
    [command.readMessage(0), "AT+CMGR=0"],
    [command.deleteMessage(65535), "AT+CMGD=65535"],
  ])("%j writes %s", (built, text) => {
    expect(built.text).toBe(text);
    expect(built.text.startsWith(`AT${built.prefix}`)).toBe(true);
    expect(built.timeoutMs).toBe(CLASS_TIMEOUTS[built.klass]);
  });

  it("give a vendor's command the prefix of its reply", () => {
    expect(command.iccid("^ICCID?").prefix).toBe("^ICCID");
    expect(command.iccid("+CRSM").prefix).toBe("+CRSM");
    expect(command.pinRetries("+ZPINPUK=?").prefix).toBe("+ZPINPUK");
    expect(command.restart().prefix).toBe("+CFUN");
  });

  it("have no setting and no restart that names an identity of the modem", () => {
    for (const text of [...SETTINGS, ...RESTARTS, ...VOICE_SETTINGS])
      expect(text).not.toMatch(/IMEI|EGMR|CGSN|GSN|PHYNUM|NVWR|WIMEI|MODIMEI/i);
  });
});

describe("the table", () => {
  it("names a clause for every command and a timeout of at most three minutes for every class", () => {
    for (const { clause } of Object.values(COMMANDS))
      expect(clause).toMatch(/^(?:27\.00[57] [\dA-C.]+|V\.250 [\d.]+|vendor)$/);
    for (const timeout of Object.values(CLASS_TIMEOUTS)) expect(timeout).toBeGreaterThan(0);
    expect(Math.max(...Object.values(CLASS_TIMEOUTS))).toBe(180_000);
  });

  it("notices a hung modem in under 30 s: the probe is quick", () => {
    expect(command.attention().timeoutMs).toBeLessThan(30_000);
  });
});

describe("bad arguments", () => {
  it.each<[string, () => AtCommand]>([
    ["a negative index", () => command.deleteMessage(-1)],
    ["a fraction", () => command.readMessage(1.5)],
    ["no number", () => command.readMessage(Number.NaN)],
    ["an index beyond 65535", () => command.readMessage(65536)],
    ["an error level of 3", () => command.reportErrors(3)],
    ["an indication of 4", () => command.setIndications({ mode: 4, mt: 0, bm: 0, ds: 0, bfr: 0 })],
    ["no storage", () => command.setStorage([])],
    ["four storages", () => command.setStorage(["SM", "SM", "SM", "SM"])],
    ["a storage with a quote", () => command.setStorage(['S"'])],
    ["a facility in lower case", () => command.readFacilityLock("sc")],
    ["a PIN of three digits", () => command.enterPin("123")],
    ["a PIN with a line end", () => command.enterPin("1234\r")],
    ["a service centre with a quote", () => command.setServiceCentre('1234"')],
    ["a USSD code with a second command", () => command.ussd('*100#";+CFUN=0')],
    ["an empty USSD code", () => command.ussd("")],
    ["a USSD code with ESC", () => command.ussd("*100#\x1b")],
    ["a number with a second command", () => command.dial("1;+CFUN=0")],
    ["a number with a line end", () => command.dial("1\r")],
    ["a number with a line end behind it", () => command.dial("1\n")],
    ["a code for the network", () => command.dial("*21*123#")],
    ["a pause", () => command.dial("1,2")],
    ["a wait for a tone", () => command.dial("1W2")],
    ["a memory", () => command.dial('>"AB"')],
    ["the last number", () => command.dial("L")],
    ["a caller identity in front", () => command.dial("i1")],
    ["a plus inside", () => command.dial("1+2")],
    ["digits that are none of ours", () => command.dial("\u0661\u0662")],
    ["no number", () => command.dial("")],
    ["a plus alone", () => command.dial("+")],
    ["21 digits", () => command.dial("1".repeat(21))],
    ["two keys", () => command.sendTone("+VTS", "12", 1)],
    ["a key that there is not", () => command.sendTone("+VTS", "E", 1)],
    ["a key with a second command", () => command.sendTone("^DTMF", "1;D1", 1)],
    ["a key for no call", () => command.sendTone("^DTMF", "1", 0)],
    ["a key for a call of another world", () => command.sendTone("^DTMF", "1", 8)],
    ["a USSD code beyond 182 characters", () => command.ussd("1".repeat(183))],
  ])("%s is refused", (_, build) => {
    expect(build).toThrow(badArgument);
  });

  it("do not show up in the error", () => {
    expect(() => command.enterPin("98765x")).toThrow(/^(?!.*9876).*needs 4-8 digits/);
  });
});
