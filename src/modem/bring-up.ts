// The start-up of a modem: one function per step of the slot's machine, each giving what it found out.

import {
  type AtCommand,
  command,
  parseCgsn,
  parseCimi,
  parseCnmiTest,
  parseCops,
  parseCpin,
  parseCpmsRead,
  parseCpmsTest,
  parseCsq,
  parseIccid,
  parseIdentity,
  parseRegistration,
  type RegistrationFamily,
} from "../at/index.ts";
import { AppError, type Clock, hasCode, isAppError, seconds } from "../base/index.ts";
import type { StartStep } from "../core/index.ts";
import type { AtChannel } from "./at-channel.ts";
import type { Findings } from "./findings.ts";
import { profileFor } from "./profiles/index.ts";

export interface BringUp {
  readonly channel: AtChannel;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

type Step = (bringUp: BringUp, findings: Findings) => Promise<Findings>;

/** The reply's lines, or null when the modem answers with an error: for questions it need not know. */
async function ask(channel: AtChannel, request: AtCommand): Promise<readonly string[] | null> {
  try {
    return (await channel.send(request)).lines;
  } catch (error) {
    if (hasCode(error, "modem.error")) return null;
    throw error;
  }
}

/** `parse` of the reply, or null for an error or a reply that cannot be read. */
async function tell<T>(
  channel: AtChannel,
  request: AtCommand,
  parse: (lines: readonly string[]) => T,
): Promise<T | null> {
  const lines = await ask(channel, request);
  if (lines === null) return null;
  try {
    return parse(lines);
  } catch (error) {
    if (hasCode(error, "at.bad_response")) return null;
    throw error;
  }
}

/** A modem that boots is mute for seconds; the first bytes may wake it, or end a half-typed line. */
const probe: Step = async ({ channel, clock, signal }, findings) => {
  for (let attempt = 1; ; attempt++) {
    try {
      await channel.send(command.attention());
      return findings;
    } catch (error) {
      const again =
        hasCode(error, "modem.error") || hasCode(error, "modem.timeout") || hasCode(error, "modem.out_of_step");
      if (!again || attempt >= 5) throw error;
      await clock.sleep(seconds(1), "modem probe", signal);
    }
  }
};

const configure: Step = async ({ channel }, findings) => {
  await channel.send(command.echoOff());
  // Numeric errors are the ones that can be acted on; a modem without +CMEE still says ERROR.
  await ask(channel, command.reportErrors(1));
  await channel.send(command.pduFormat());
  return findings;
};

const identify: Step = async ({ channel }, findings) => {
  const identity = async (request: AtCommand, name: "+CGMI" | "+CGMM" | "+CGMR"): Promise<string> =>
    (await tell(channel, request, (lines) => parseIdentity(name, lines))) ?? "";
  const manufacturer = await identity(command.manufacturer(), "+CGMI");
  const model = await identity(command.model(), "+CGMM");
  return {
    ...findings,
    manufacturer,
    model,
    revision: await identity(command.revision(), "+CGMR"),
    imei: (await tell(channel, command.imei(), parseCgsn)) ?? "",
    profile: profileFor({ manufacturer, model }),
  };
};

const SIM_FAULTS: Readonly<Record<string, { code: `${string}.${string}`; message: string; hint: string }>> = {
  sim_pin: {
    code: "sim.pin_required",
    message: "the SIM asks for its PIN",
    hint: "Switch the SIM's PIN off in a phone, then put it back.",
  },
  sim_puk: {
    code: "sim.puk_required",
    message: "the SIM is blocked and asks for its PUK",
    hint: "Put the SIM into a phone and enter the PUK of its paper; the box never tries it.",
  },
  not_inserted: { code: "sim.missing", message: "there is no SIM in this slot", hint: "Put a SIM in, contacts down." },
};

/** CME 10 SIM not inserted, 11 PIN, 12 PUK, 13 SIM failure, 14 SIM busy, 15 SIM wrong (TS 27.007 9.2.1). */
const CME_FAULTS: ReadonlyMap<number, string> = new Map([
  [10, "not_inserted"],
  [11, "sim_pin"],
  [12, "sim_puk"],
]);

function simFault(lock: string): AppError {
  const fault = SIM_FAULTS[lock] ?? {
    code: "sim.failure" as const,
    message: `the SIM cannot be used (${lock})`,
    hint: "Try the SIM in a phone; clean its contacts.",
  };
  return new AppError(fault.code, fault.message, { retryable: true, hint: fault.hint });
}

async function simLock(channel: AtChannel): Promise<string> {
  try {
    return parseCpin((await channel.send(command.readPin())).lines);
  } catch (error) {
    if (!hasCode(error, "modem.error")) throw error;
    const code = error.context.code;
    return (typeof code === "number" ? CME_FAULTS.get(code) : undefined) ?? (code === 14 ? "not_ready" : "failure");
  }
}

const sim: Step = async ({ channel, clock, signal }, findings) => {
  let lock = await simLock(channel);
  // SIM busy for some seconds after power-up is usual.
  for (let attempt = 0; lock === "not_ready" && attempt < 15; attempt++) {
    await clock.sleep(seconds(1), "SIM getting ready", signal);
    lock = await simLock(channel);
  }
  if (lock !== "ready") throw simFault(lock);
  const imsi = await tell(channel, command.imsi(), parseCimi);
  for (const form of findings.profile.iccid) {
    const iccid = await tell(channel, command.iccid(form), parseIccid);
    if (iccid !== null) return { ...findings, imsi, iccid };
  }
  return { ...findings, imsi, iccid: null };
};

const FAMILIES: readonly { family: RegistrationFamily; request: AtCommand }[] = [
  { family: "CEREG", request: command.readEpsRegistration() },
  { family: "CREG", request: command.readRegistration() },
];

/** Signal, operator and registration: at start and in each round. Registration is awaited by nobody: SMS come when it comes. */
export const readNetwork: Step = async ({ channel }, findings) => {
  const signal = await tell(channel, command.signal(), parseCsq);
  const cops = await tell(channel, command.readOperator(), parseCops);
  let registration: string | null = null;
  for (const { family, request } of FAMILIES) {
    const state = (await tell(channel, request, (lines) => parseRegistration(family, lines)))?.state ?? null;
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
  await ask(bringUp.channel, command.reportRegistration(1));
  return await readNetwork(bringUp, findings);
};

const storage: Step = async ({ channel }, findings) => {
  const { profile } = findings;
  const choices = await tell(channel, command.listStorages(), parseCpmsTest);
  const receives =
    choices === null || choices.mem3.length === 0 ? (choices?.mem1 ?? profile.receiveInto) : choices.mem3;
  const home = profile.receiveInto.find((mem) => receives.includes(mem) && (choices?.mem1.includes(mem) ?? true));
  if (home === undefined) {
    throw new AppError("modem.no_storage", "the modem offers no storage for messages", {
      retryable: true,
      hint: "Put a SIM in whose storage works, or choose another modem.",
    });
  }
  await channel.send(command.setStorage([home, home, home]));
  const state = await tell(channel, command.readStorage(), parseCpmsRead);
  const others = profile.alsoRead.filter((mem) => mem !== home && (choices?.mem1.includes(mem) ?? false));
  const use = state === null ? null : { used: state.mem1.used, total: state.mem1.total };
  return { ...findings, home, others, storage: use };
};

/** +CNMI with <mt> 1: store, then announce. Nothing is routed directly to us, so that a crash of the box loses nothing. */
const notify: Step = async ({ channel }, findings) => {
  const offered = await tell(channel, command.listIndications(), parseCnmiTest);
  const mode = findings.profile.indicationModes.find((candidate) => offered?.mode.includes(candidate) ?? true) ?? 1;
  try {
    await channel.send(command.setIndications({ mode, mt: 1, bm: 0, ds: 0, bfr: 0 }));
  } catch (error) {
    // Without announcements the sweep still finds every message, only later.
    if (!isAppError(error) || error.code !== "modem.error") throw error;
  }
  return findings;
};

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
