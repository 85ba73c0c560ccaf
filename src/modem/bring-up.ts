// The start-up of a modem: one function per step of the slot's machine, each giving what it found out.

import {
  type AtCommand,
  command,
  parseCgsn,
  parseCimi,
  parseCnmiRead,
  parseCnmiTest,
  parseCops,
  parseCpin,
  parseCpmsRead,
  parseCsq,
  parseIccid,
  parseIdentity,
  parseRegistration,
  type RegistrationFamily,
} from "../at/index.ts";
import { AppError, type Clock, hasCode, isAppError } from "../base/index.ts";
import type { StartStep } from "../core/index.ts";
import type { AtChannel } from "./at-channel.ts";
import type { Findings } from "./findings.ts";
import { profileFor } from "./profiles/index.ts";
import { isUsable, lockOfError, simFault } from "./sim-faults.ts";
import { PROBE_PAUSE, SIM_PAUSE } from "./timeouts.ts";

export interface BringUp {
  readonly channel: AtChannel;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

type Step = (bringUp: BringUp, findings: Findings) => Promise<Findings>;

const BUSY_ATTEMPTS = 4;

/** The reply's lines, or null when the modem answers with an error: for questions it need not know. "Busy" is no such answer. */
async function ask({ channel, clock, signal }: BringUp, request: AtCommand): Promise<readonly string[] | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await channel.send(request)).lines;
    } catch (error) {
      if (!hasCode(error, "modem.error")) throw error;
      if (error.context.transient !== true) return null;
      if (attempt >= BUSY_ATTEMPTS) throw error;
      await clock.sleep(SIM_PAUSE, "modem busy", signal);
    }
  }
}

/** `parse` of the reply, or null for an error or a reply that cannot be read. */
async function tell<T>(
  bringUp: BringUp,
  request: AtCommand,
  parse: (lines: readonly string[]) => T,
): Promise<T | null> {
  const lines = await ask(bringUp, request);
  if (lines === null) return null;
  try {
    return parse(lines);
  } catch (error) {
    if (hasCode(error, "at.bad_response")) return null;
    throw error;
  }
}

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
  await bringUp.channel.send(command.echoOff());
  // Numeric errors are the ones that can be acted on; a modem without +CMEE still says ERROR.
  await ask(bringUp, command.reportErrors(1));
  return findings;
};

const identify: Step = async (bringUp, findings) => {
  const identity = async (request: AtCommand, name: "+CGMI" | "+CGMM" | "+CGMR"): Promise<string> =>
    (await tell(bringUp, request, (lines) => parseIdentity(name, lines))) ?? "";
  const manufacturer = await identity(command.manufacturer(), "+CGMI");
  const model = await identity(command.model(), "+CGMM");
  return {
    ...findings,
    manufacturer,
    model,
    revision: await identity(command.revision(), "+CGMR"),
    imei: (await tell(bringUp, command.imei(), parseCgsn)) ?? "",
    profile: profileFor({ manufacturer, model }),
  };
};

async function simLock(channel: AtChannel): Promise<string> {
  try {
    return parseCpin((await channel.send(command.readPin())).lines);
  } catch (error) {
    const lock = lockOfError(error);
    if (lock === null) throw error;
    return lock;
  }
}

const SIM_ATTEMPTS = 15;

const sim: Step = async (bringUp, findings) => {
  const { channel, clock, signal } = bringUp;
  let lock = await simLock(channel);
  for (let attempt = 1; lock === "not_ready" && attempt < SIM_ATTEMPTS; attempt++) {
    await clock.sleep(SIM_PAUSE, "SIM getting ready", signal);
    lock = await simLock(channel);
  }
  if (!isUsable(lock)) throw simFault(lock);
  const imsi = await tell(bringUp, command.imsi(), parseCimi);
  for (const form of findings.profile.iccid) {
    const iccid = await tell(bringUp, command.iccid(form), parseIccid);
    if (iccid !== null) return { ...findings, imsi, iccid, iccidForm: form };
  }
  return { ...findings, imsi };
};

const FAMILIES: readonly { family: RegistrationFamily; request: AtCommand }[] = [
  { family: "CEREG", request: command.readEpsRegistration() },
  { family: "CREG", request: command.readRegistration() },
];

/** Signal, operator and registration: at start and in each round. Registration is awaited by nobody: SMS come when it comes. */
export const readNetwork: Step = async (bringUp, findings) => {
  const signal = await tell(bringUp, command.signal(), parseCsq);
  const cops = await tell(bringUp, command.readOperator(), parseCops);
  let registration: string | null = null;
  for (const { family, request } of FAMILIES) {
    const state = (await tell(bringUp, request, (lines) => parseRegistration(family, lines)))?.state ?? null;
    if (state === "home" || state === "roaming" || registration === null) registration = state ?? registration;
  }
  return {
    ...findings,
    signalDbm: signal?.dbm ?? null,
    operator: cops?.operator ?? null,
    technology: cops?.act ?? null,
    registration,
  };
};

const network: Step = async (bringUp, findings) => {
  await ask(bringUp, command.reportRegistration(1));
  return await readNetwork(bringUp, findings);
};

const storage: Step = async (bringUp, findings) => {
  const { channel } = bringUp;
  // Not earlier: without a SIM that is ready some modems know no message commands at all.
  await channel.send(command.pduFormat());
  const { receiveInto, alsoRead } = findings.profile;
  // What +CPMS=? lists is not asked for: only trying tells which storage the modem takes.
  for (const home of receiveInto) {
    if ((await ask(bringUp, command.setStorage([home, home, home]))) === null) continue;
    const { mem1, mem3 } = parseCpmsRead((await channel.send(command.readStorage())).lines);
    if ((mem3 ?? mem1).mem !== home) continue;
    const others = alsoRead.filter((mem) => mem !== home);
    return { ...findings, home, others, storage: { used: mem1.used, total: mem1.total } };
  }
  throw new AppError("modem.no_storage", "the modem offers no storage for messages", {
    retryable: true,
    hint: "Put a SIM in whose storage works, or choose another modem.",
  });
};

/** +CNMI with <mt> 1: store, then announce. Nothing is routed directly to us, so that a crash of the box loses nothing. */
const notify: Step = async (bringUp, findings) => {
  const offered = await tell(bringUp, command.listIndications(), parseCnmiTest);
  const mode = findings.profile.indicationModes.find((candidate) => offered?.mode.includes(candidate) ?? true) ?? 1;
  // Without announcements the sweep still finds every message, only later.
  const announces = (await ask(bringUp, command.setIndications({ mode, mt: 1, bm: 0, ds: 0, bfr: 0 }))) !== null;
  return { ...findings, announces };
};

/**
 * Whether modem and SIM are still what was set up: a modem that restarted in silence has forgotten +CNMI, and a SIM that was changed
 * in silence belongs to another line. What the modem does not tell counts as unchanged.
 */
export async function stillTheSame(bringUp: BringUp, findings: Findings): Promise<"same" | "restarted" | "other_sim"> {
  if (findings.announces) {
    const mt = (await tell(bringUp, command.readIndications(), parseCnmiRead))?.mt ?? 1;
    if (mt !== 1) return "restarted";
  }
  if (findings.iccidForm !== null) {
    const iccid = await tell(bringUp, command.iccid(findings.iccidForm), parseIccid);
    if (iccid !== null && iccid !== findings.iccid) return "other_sim";
  }
  return "same";
}

/** All steps but `drain`, which belongs to the message reader. */
export const BRING_UP: Readonly<Record<Exclude<StartStep, "drain">, Step>> = {
  probe,
  configure,
  identify,
  sim,
  network,
  storage,
  notify,
};
