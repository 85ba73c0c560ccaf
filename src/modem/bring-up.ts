// The start-up of a modem: one function per step of the slot's machine, each giving what it found out.

import { type AtCommand, command, parseAti, parseCgsn, parseCnmiRead, parseIccid, parseIdentity } from "../at/index.ts";
import { isAppError } from "../base/index.ts";
import type { StartStep } from "../core/index.ts";
import { type Asking, ask, type BringUp, tell } from "./ask.ts";
import { bringUpNetwork } from "./bring-up-network.ts";
import { bringUpSim } from "./bring-up-sim.ts";
import { bringUpNotify, bringUpStorage } from "./bring-up-storage.ts";
import type { Findings } from "./findings.ts";
import { genericProfile, type ModelIdentity, profileFor } from "./profiles/index.ts";
import { PROBE_PAUSE } from "./timeouts.ts";
import { bringUpVoice } from "./voice/bring-up-voice.ts";

type Step = (bringUp: BringUp, findings: Findings) => Promise<Findings>;

const PROBE_ATTEMPTS = 5;
const PROBE_AGAIN: ReadonlySet<string> = new Set(["modem.error", "modem.timeout", "modem.out_of_step"]);

/** A modem that boots is mute for seconds; the first bytes may wake it, or end a half-typed line. */
const probe: Step = async ({ channel, clock, signal }, findings) => {
  for (let attempt = 1; ; attempt++) {
    try {
      await channel.send(command.attention());
      return findings;
    } catch (error) {
      if (attempt >= PROBE_ATTEMPTS || !isAppError(error) || !PROBE_AGAIN.has(error.code)) throw error;
      await clock.sleep(PROBE_PAUSE, "modem probe", signal);
    }
  }
};

const configure: Step = async (bringUp, findings) => {
  // A modem that echoes on is understood all the same.
  await ask(bringUp, command.echoOff());
  // Numeric errors are the ones that can be acted on; a modem without +CMEE still says ERROR.
  await ask(bringUp, command.reportErrors(1));
  return findings;
};

/** What the modem says of itself, and the profile that fits. Some name their chip in +CGMI and the truth in ATI. */
async function identityOf(bringUp: BringUp): Promise<ModelIdentity & { readonly revision: string }> {
  const say = async (request: AtCommand, name: "+CGMI" | "+CGMM" | "+CGMR"): Promise<string> =>
    (await tell(bringUp, request, (lines) => parseIdentity(name, lines))) ?? "";
  const manufacturer = await say(command.manufacturer(), "+CGMI");
  const model = await say(command.model(), "+CGMM");
  const revision = await say(command.revision(), "+CGMR");
  const told = profileFor({ manufacturer, model });
  if (told !== genericProfile && manufacturer !== "" && model !== "") return { manufacturer, model, revision };
  const ati = await tell(bringUp, command.identification(), parseAti);
  const other = { manufacturer: ati?.manufacturer ?? manufacturer, model: ati?.model ?? model };
  const better = profileFor(other) !== genericProfile;
  return {
    manufacturer: better || manufacturer === "" ? other.manufacturer : manufacturer,
    model: better || model === "" ? other.model : model,
    revision: revision === "" ? (ati?.revision ?? "") : revision,
  };
}

const identify: Step = async (bringUp, findings) => {
  const identity = await identityOf(bringUp);
  const profile = profileFor(identity);
  for (const setting of profile.settings) await ask(bringUp, command.setting(setting));
  return { ...findings, ...identity, imei: (await tell(bringUp, command.imei(), parseCgsn)) ?? "", profile };
};

/**
 * Whether modem and SIM are still what was set up: a modem that restarted in silence has forgotten +CNMI, and a SIM that was changed
 * in silence belongs to another line. What the modem does not tell counts as unchanged.
 */
export async function stillTheSame(asking: Asking, findings: Findings): Promise<"same" | "restarted" | "other_sim"> {
  if (findings.announces) {
    const wanted = findings.delivery === "direct" ? 2 : 1;
    const mt = (await tell(asking, command.readIndications(), parseCnmiRead))?.mt ?? wanted;
    if (mt !== wanted) return "restarted";
  }
  if (findings.iccidForm !== null) {
    const iccid = await tell(asking, command.iccid(findings.iccidForm), parseIccid);
    if (iccid !== null && iccid !== findings.iccid) return "other_sim";
  }
  return "same";
}

/** Announcements of messages, then calls: a call that an earlier life of the box left is ended before the slot is ready. */
const notify: Step = async (bringUp, findings) => {
  const found = await bringUpNotify(bringUp, findings);
  return bringUp.calls ? { ...found, voice: await bringUpVoice(bringUp, found.profile.voice) } : found;
};

/** All steps but `drain`, which belongs to the message reader. */
export const BRING_UP: Readonly<Record<Exclude<StartStep, "drain">, Step>> = {
  probe,
  configure,
  identify,
  sim: bringUpSim,
  network: bringUpNetwork,
  storage: bringUpStorage,
  notify,
};
