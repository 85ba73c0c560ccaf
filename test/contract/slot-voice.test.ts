import { millis, seconds } from "../../src/base/index.ts";
import { callRig } from "../modem/voice/call-rig.ts";
import { FakeSlotVoice } from "../sim/fake-voice.ts";
import { slotVoiceContract, type VoiceUnderTest } from "./slot-voice.ts";

for (const twin of ["quectel-ec25", "simcom-sim7600", "huawei-e1550"] as const) {
  slotVoiceContract(`a simulated ${twin}`, async (): Promise<VoiceUnderTest> => {
    const rig = await callRig({ twin });
    rig.calls.plan = { outcome: "manual" };
    const pass = (): Promise<void> => rig.pass(seconds(5));
    return {
      voice: rig.runner.voice,
      ring: async (number) => {
        rig.calls.incoming(number);
        await pass();
      },
      remote: async (what) => {
        await rig.pass(millis(100));
        if (what === "alerts") rig.calls.alert();
        else if (what === "answers") rig.calls.pickUp();
        else rig.calls.end(rig.calls.list[0], what === "is_busy" ? "busy" : "hung_up");
        await pass();
      },
      connects: pass,
      settle: async (promise) => {
        const value = await rig.clock.settle(promise);
        await pass();
        return value;
      },
      stop: () => rig.stop(),
    };
  });
}

slotVoiceContract("a script", async (): Promise<VoiceUnderTest> => {
  const voice = new FakeSlotVoice();
  return {
    voice,
    ring: async (number) => {
      voice.ring(number);
    },
    remote: async (what) => {
      const { call } = voice;
      if (what === "alerts") call?.say({ type: "alerting" });
      else if (what === "answers") call?.say({ type: "connected" });
      else call?.say({ type: "ended", cause: what === "is_busy" ? "busy" : call.goneCause });
    },
    connects: async () => voice.call?.say({ type: "connected" }),
    settle: (promise) => promise,
    stop: async () => {},
  };
});
