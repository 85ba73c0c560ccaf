// Profiles: who is recognised as what, and what every profile must hold to.
import { describe, expect, it } from "vitest";
import { indicationAttempts, PROFILES, profileFor, profileOfUsb } from "../../../src/modem/profiles/index.ts";

describe("profileFor", () => {
  it.each([
    ["Quectel", "EC25", "quectel-ec2x"],
    ["Quectel", "EG25", "quectel-ec2x"],
    ["QUALCOMM INCORPORATED", "EG25-G", "quectel-ec2x"],
    ["Quectel", "EC20F", "quectel-ec2x"],
    ["Quectel", "EG91", "quectel-ec2x"],
    ["Quectel", "RM500Q-GL", "quectel-ec2x"],
    ["Quectel", "something new", "quectel-ec2x"],
    ["Quectel", "BG96", "quectel-bg9x"],
    ["Quectel", "BG95-M3", "quectel-bg9x"],
    ["Quectel", "UC20", "quectel-uc20"],
    ["Quectel", "UG95", "quectel-uc20"],
    ["Quectel", "EC200U", "quectel-ec200"],
    ["Quectel", "EG915U", "quectel-ec200"],
    ["Quectel_Ltd", "Quectel_M95", "quectel-m"],
    ["SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H", "simcom-sim7x00"],
    ["SIMCOM INCORPORATED", "SIM7500A", "simcom-sim7x00"],
    ["SIMCOM INCORPORATED", "SIMCOM_SIM5320E", "simcom-sim7x00"],
    ["SIMCOM INCORPORATED", "SIM8200EA-M2", "simcom-sim7x00"],
    ["QUALCOMM INCORPORATED", "SIM7100E", "simcom-sim7x00"],
    ["SIMCOM_Ltd", "SIMCOM_SIM800L", "simcom-sim800"],
    ["SIMCOM_Ltd", "SIMCOM_SIM900", "simcom-sim800"],
    ["SIMCOM_Ltd", "SIMCOM_SIM7000G", "simcom-sim7000"],
    ["SIMCOM_Ltd", "SIMCOM_SIM7080", "simcom-sim7000"],
    ["INCORPORATED", "A7670E-FASE", "simcom-a76xx"],
    ["SIMCOM INCORPORATED", "A7608SA-H", "simcom-a76xx"],
    ["huawei", "E1550", "huawei-e1xx"],
    ["Huawei", "E173", "huawei-e1xx"],
    ["HUAWEI", "K3765", "huawei-e1xx"],
    ["huawei", "E3372", "huawei-e3372"],
    ["Huawei Technologies Co., Ltd.", "E3372h-320", "huawei-e3372"],
    ["Huawei", "E3272", "huawei-e3372"],
    ["Huawei Technologies Co., Ltd.", "ME909s-120", "huawei-me909"],
    ["Huawei Technologies Co., Ltd.", "MU709s-2", "huawei-me909"],
    ["Sierra Wireless, Incorporated", "MC7455", "sierra-mc74xx"],
    ["Sierra Wireless, Incorporated", "EM7430", "sierra-mc74xx"],
    ["Sierra Wireless, Incorporated", "MC7304", "sierra-mc74xx"],
    ["Sierra Wireless, Incorporated", "EM7565", "sierra-em75xx"],
    ["Telit", "LE910C1-EU", "telit-le910"],
    ["Telit", "LE910-EU V2", "telit-le910"],
    ["Telit", "HE910-D", "telit-le910"],
    ["Telit Cinterion", "PLS83-W", "cinterion-lte"],
    ["u-blox", "SARA-U201", "ublox-sara"],
    ["u-blox", "SARA-R410M-02B", "ublox-sara"],
    ["u-blox", "LARA-R211", "ublox-lara"],
    ["u-blox", "TOBY-L200", "ublox-lara"],
    ["Fibocom", "NL668-EAU-00", "fibocom-nl6xx"],
    ["Fibocom Wireless Inc.", "L610-EU", "fibocom-nl6xx"],
    ["Fibocom", "L860-GL", "fibocom-l8xx"],
    ["Cinterion", "EHS5-E", "cinterion-ehs"],
    ["Cinterion", "PHS8-P", "cinterion-ehs"],
    ["Gemalto", "PLS8-E", "cinterion-lte"],
    ["THALES", "ELS61-E2", "cinterion-lte"],
    ["SIEMENS", "MC55i", "cinterion-ehs"],
    ["ZTE CORPORATION", "MF823", "zte-mf"],
    ["ZTE INCORPORATED", "MF190", "zte-mf"],
    ["Nokia", "N80", "generic"],
    ["", "", "generic"],
    ["QUALCOMM INCORPORATED", "4", "generic"],
    ["Numberbox", "Simulated 3GPP modem", "generic"],
  ])("%s %s is %s", (manufacturer, model, id) => {
    expect(profileFor({ manufacturer, model }).id).toBe(id);
  });
});

describe("every profile", () => {
  it("has a name of its own", () => {
    expect(new Set(PROFILES.map(({ id }) => id)).size).toBe(PROFILES.length);
    expect(new Set(PROFILES.map(({ name }) => name)).size).toBe(PROFILES.length);
    for (const { id } of PROFILES) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it("can be asked for what a slot shows, and ends with the reading that nearly every modem can", () => {
    for (const { id, iccid, pinRetries, receiveInto, indicationModes } of PROFILES) {
      expect(iccid.at(-1), id).toBe("+CRSM");
      expect(pinRetries.length, id).toBeGreaterThan(0);
      expect(receiveInto, id).not.toContain("MT");
      expect(indicationModes.length, id).toBeGreaterThan(0);
    }
  });
});

describe("voice", () => {
  it("of every profile ends calls, sends the keys of a telephone, and answers by itself to none", () => {
    for (const { id, voice } of PROFILES) {
      expect(voice.hangUp[0], id).toBe("+CHUP");
      for (const key of "0123456789*#") expect(voice.tones.test(key), id).toBe(true);
      for (const key of ["", "12", "1;", "E"]) expect(voice.tones.test(key), id).toBe(false);
      expect(voice.settings, id).toContain("S0=0");
    }
  });

  it("with sound has a layout with its port, for each vendor that has one over USB", () => {
    const ports = (usbId: string) => profileOfUsb(usbId)?.usb.find((layout) => layout.usbId === usbId)?.audio;
    expect(["2c7c:0125", "1e0e:9001", "12d1:1001", "12d1:140c", "12d1:1436"].map(ports)).toEqual([1, 4, 1, 2, 3]);
  });

  it("switches the sound of Quectel off and on before every call, and never asks for a second call of Huawei", () => {
    const voiceOf = (manufacturer: string, model: string) => profileFor({ manufacturer, model }).voice;
    expect(voiceOf("Quectel", "EC25").beforeCall).toEqual(["+QPCMV=0", "+QPCMV=1,0"]);
    expect(voiceOf("huawei", "E1550")).toMatchObject({ secondCaller: "ignore", tone: "^DTMF" });
    expect(voiceOf("SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H").afterConnect).toMatchObject([{ delay: 1000, tries: 5 }]);
    expect(voiceOf("Nokia", "N80").question).toBeNull();
  });
});

describe("USB ids", () => {
  const layouts = PROFILES.flatMap(({ id, usb }) => usb.map((layout) => ({ id, ...layout })));

  it("belong to one profile, or mean the same interfaces in each, so that the model may decide later", () => {
    for (const { id, ...layout } of layouts) {
      expect(layout.usbId).toMatch(/^[0-9a-f]{4}:[0-9a-f]{4}$/);
      for (const { id: other, ...same } of layouts.filter(({ usbId }) => usbId === layout.usbId))
        expect(same, `${id} ${other}`).toEqual(layout);
    }
  });

  it("name an AT interface that nothing else claims", () => {
    for (const { usbId, at, audio, never = [] } of layouts) {
      expect(at.length, usbId).toBeGreaterThan(0);
      expect(new Set(at).size, usbId).toBe(at.length);
      for (const one of at) expect([...never, audio], usbId).not.toContain(one);
    }
  });

  it.each([
    ["2c7c:0125", "quectel-ec2x", 2],
    ["2c7c:0296", "quectel-bg9x", 2],
    ["05c6:9003", "quectel-uc20", 2],
    ["1e0e:9011", "simcom-a76xx", 4],
    ["12d1:1506", "huawei-e3372", 0],
    ["12d1:1001", "huawei-e1xx", 2],
    ["1199:9091", "sierra-em75xx", 3],
    ["1bc7:1201", "telit-le910", 4],
    ["1546:1141", "ublox-lara", 0],
    ["1e2d:0061", "cinterion-lte", 2],
    ["19d2:0031", "zte-mf", 3],
  ])("%s is %s with AT on interface %i", (usbId, id, at) => {
    const profile = profileOfUsb(usbId);
    expect(profile?.id).toBe(id);
    expect(profile?.usb.find((layout) => layout.usbId === usbId)?.at[0]).toBe(at);
  });

  it("of strangers have no profile", () => {
    expect(profileOfUsb("dead:beef")).toBeNull();
  });
});

describe("indicationAttempts", () => {
  const offered = { mode: [0, 1, 2], mt: [0, 1], bm: [0], ds: [0], bfr: [0, 1] };
  type Offered = Parameters<typeof indicationAttempts>[0];
  const tried = (from: Offered, modes: readonly number[], mt: 1 | 2 = 1): string[] =>
    indicationAttempts(from, { modes, mt }).map((one) => [one.mode, one.mt, one.bm, one.ds, one.bfr].join());

  it("tries the best offered mode first, then every mode with each <bfr>", () => {
    expect(tried(offered, [2, 1])).toEqual(["2,1,0,0,0", "2,1,0,0,1", "1,1,0,0,0", "1,1,0,0,1"]);
  });

  it("takes the only <bfr> that is offered", () => {
    expect(tried({ ...offered, bfr: [1] }, [2, 1])[0]).toBe("2,1,0,0,1");
  });

  it("takes what is offered when nothing wanted is", () => {
    expect(tried({ ...offered, mode: [3] }, [2, 1])).toEqual([
      "3,1,0,0,0",
      "2,1,0,0,0",
      "2,1,0,0,1",
      "1,1,0,0,0",
      "1,1,0,0,1",
    ]);
  });

  it("hands messages over where that is wanted", () => {
    expect(tried(offered, [2], 2)).toEqual(["2,2,0,0,0", "2,2,0,0,1"]);
  });

  it("has something to try when the modem does not tell", () => {
    expect(tried(null, [2, 1])).toHaveLength(4);
    expect(tried({ mode: [], mt: [], bm: [], ds: [], bfr: [] }, [2])).toEqual(["2,1,0,0,0", "2,1,0,0,1"]);
  });
});
