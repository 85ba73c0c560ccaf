// Every twin through a slot: what misbehaves as its original does reaches service, is known for what it is, and loses nothing.
import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../../../src/base/index.ts";
import { type ModemProfile, PROFILES, profileFor, profileOfUsb } from "../../../src/modem/profiles/index.ts";
import { TWIN_NAMES, TWINS, type TwinName } from "../../sim/modem/index.ts";
import { SlotRig } from "../slot-rig.ts";

/** Twins whose original is of the profile. */
const ORIGINALS: Readonly<Record<ModemProfile["id"], readonly TwinName[]>> = {
  "quectel-bg9x": ["quectel-bg96"],
  "quectel-uc20": ["quectel-uc20"],
  "quectel-ec200": ["quectel-eg915u"],
  "quectel-m": ["quectel-m95"],
  "quectel-ec2x": ["quectel-ec25"],
  "simcom-sim800": ["simcom-sim800"],
  "simcom-sim7000": ["simcom-sim7000"],
  "simcom-a76xx": ["simcom-a7670"],
  "simcom-sim7x00": ["simcom-sim7600"],
  "huawei-e3372": ["huawei-e3372"],
  "huawei-me909": ["huawei-me909"],
  "huawei-e1xx": ["huawei-e1550"],
  "sierra-em75xx": ["sierra-em7565"],
  "sierra-mc74xx": ["sierra-mc7455"],
  "cinterion-lte": ["cinterion-pls8"],
  "cinterion-ehs": ["cinterion-ehs5"],
  "telit-le910": ["telit-le910"],
  "ublox-lara": ["ublox-lara-r211"],
  "ublox-sara": ["ublox-sara-u201"],
  "fibocom-l8xx": ["fibocom-l850"],
  "fibocom-nl6xx": ["fibocom-nl668"],
  "zte-mf": ["zte-mf190"],
  generic: ["generic"],
};

const profileOf = (twin: TwinName): string =>
  Object.keys(ORIGINALS).find((id) => ORIGINALS[id]?.includes(twin)) ?? "none";

describe("profiles and twins", () => {
  it("belong together: no profile without a twin, no twin without a profile", () => {
    expect(Object.keys(ORIGINALS).sort()).toEqual(PROFILES.map(({ id }) => id).sort());
    expect(Object.values(ORIGINALS).flat().sort()).toEqual([...TWIN_NAMES].sort());
  });

  it.each(TWIN_NAMES.filter((name) => TWINS[name].usbId !== null))(
    "%s: what its USB device tells and what it says of itself fit together",
    (name) => {
      const { usbId, identity } = TWINS[name];
      const { manufacturer = "", model = "" } = identity;
      const byName = profileFor({ manufacturer, model });
      const byUsb = profileOfUsb(usbId ?? "");
      expect(byName.id).toBe(profileOf(name));
      // One id may stand for several profiles: then the name decides among them.
      const layoutOf = (profile: ModemProfile | null) => profile?.usb.find((layout) => layout.usbId === usbId);
      expect(layoutOf(byUsb)).toBeDefined();
      expect(layoutOf(byName)).toEqual(layoutOf(byUsb));
    },
  );
});

/** Where it is not LTE; null where the modem has no way to tell. */
const TECHNOLOGIES: Partial<Record<TwinName, string | null>> = {
  "quectel-uc20": "umts",
  "quectel-m95": null,
  "simcom-sim800": null,
  "huawei-e1550": "umts",
  "ublox-sara-u201": null,
};

const technologyOf = (twin: TwinName): string | null => {
  const named = TECHNOLOGIES[twin];
  return named === undefined ? "lte" : named;
};

const LONG = "a long text in several parts ".repeat(9);

describe("a slot with", () => {
  it.each(TWIN_NAMES)("%s is ready, shows what the modem is, and takes each message once", async (twin) => {
    const rig = new SlotRig({ seed: twin, modem: { twin } });
    const { modem } = rig;
    rig.send("before");
    rig.runner.start();
    await rig.ready(seconds(20));
    expect(rig.status).toMatchObject({
      profile: profileOf(twin),
      modem: { manufacturer: modem.identity.manufacturer, model: modem.identity.model, imei: modem.identity.imei },
      iccid: modem.card?.identity.iccid,
      imsi: modem.card?.identity.imsi,
      registration: "home",
      operator: "Testnet",
      mccMnc: "00101",
      technology: technologyOf(twin),
      signalDbm: expect.any(Number),
      storage: { used: 0, total: 30 },
    });
    rig.send("short", LONG);
    await rig.until(() => rig.intake.taken.length === 4, minutes(2));
    await rig.pass(minutes(2));
    rig.expectAllOnce();
    expect(rig.status.storage?.used).toBe(0);
    await rig.stop();
  });

  it.each(TWIN_NAMES)("%s is back after its restart and lost nothing", async (twin) => {
    const rig = new SlotRig({ seed: `${twin} restarts`, modem: { twin } });
    rig.runner.start();
    await rig.ready(minutes(3));
    rig.modem.reset();
    rig.send("while it restarts");
    await rig.until(() => rig.intake.taken.length === 1, minutes(5));
    await rig.ready(minutes(3));
    rig.send("after");
    await rig.until(() => rig.intake.taken.length === 2, minutes(2));
    rig.expectAllOnce();
    await rig.stop();
  });

  it.each(TWIN_NAMES)("%s hears of a message at once, not with the next sweep", async (twin) => {
    const rig = new SlotRig({ seed: `${twin} announces`, modem: { twin }, sweepEvery: minutes(10) });
    rig.runner.start();
    await rig.ready(seconds(20));
    await rig.pass(seconds(5));
    rig.send("announced");
    await rig.until(() => rig.intake.taken.length === 1, seconds(2));
    rig.expectAllOnce();
    await rig.stop();
  });
});
