// Linphone and baresip as Debian ships them, at the drachtio edge: over the in-process server always, over the real drachtio-server where
// NUMBERBOX_TEST_DRACHTIO says where it is.

import { afterEach, describe, expect, it } from "vitest";
import { millis } from "../../src/base/index.ts";
import { isInstalled, RealPhone } from "../sim/sip/real-phones.ts";
import { openRig, quiet, USER } from "../voice/drachtio/edge-fixture.ts";
import { type DrachtioRig, type RealServer, realServer } from "../voice/drachtio-rig.ts";
import { eventually, PASSWORD } from "../voice/edge-contract.ts";

const real = realServer();
const servers: readonly (readonly [string, RealServer | null])[] = [
  ["in-process server", null],
  ...(real === null ? [] : ([["real server", real]] as const)),
];
const transports = ["udp", "tcp", "tls"] as const;

describe.each(servers)("at drachtio, %s", (_name, server) => {
  let rig: DrachtioRig;
  let phone: RealPhone;
  const open = async (start: typeof RealPhone.linphone, transport: "udp" | "tcp" | "tls"): Promise<void> => {
    rig = await openRig({ ...(server === null ? {} : { real: server }), t1: millis(500), giveUp: millis(8000) });
    phone = start({ user: USER, password: PASSWORD, domain: rig.realm, transport, port: rig.portOf(transport) });
    await eventually(() => rig.edge.bindings().length === 1);
  };

  afterEach(async () => {
    await phone.close();
    await rig.close();
  });

  it.skipIf(!isInstalled("linphonec")).each(transports)(
    "Linphone registers over %s, calls, holds, resumes, hangs up, and is called",
    async (transport) => {
      await open(RealPhone.linphone, transport);
      expect(rig.edge.bindings()).toMatchObject([
        { user: USER, transport, agent: expect.stringContaining("Linphone") },
      ]);
      const dial = rig.nextDial();
      phone.say("call +15550100");
      const far = await dial;
      expect([far.channel.dialled, await rig.edge.accountOf(far.channel)]).toEqual(["+15550100", USER]);
      far.ringing();
      await phone.until(/ringing/);
      await far.answer();
      await phone.until(/Media streams established/);
      const held = far.held();
      phone.say("pause");
      await held;
      await phone.until(/is now paused/);
      const resumed = far.resumed();
      phone.say("resume");
      await resumed;
      await phone.until(/Media streams established/);
      phone.say("terminate");
      expect(await far.ended).toBe("BYE");
      await phone.until(/ended/);
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      await phone.until(/15550111/);
      phone.say("answer");
      await call.answered;
      await call.hangUp();
      await quiet(rig);
    },
  );

  it.skipIf(!isInstalled("baresip")).each(transports)(
    "baresip, which knows MD5 alone, registers over %s, calls and is called",
    async (transport) => {
      await open(RealPhone.baresip, transport);
      const dial = rig.nextDial();
      phone.say(`/dial sip:+15550100@${rig.realm}`);
      const far = await dial;
      await far.answer();
      await far.hangUp();
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      await call.answered;
      await call.hangUp();
      await quiet(rig);
    },
  );
});
