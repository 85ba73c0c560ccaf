// The SIM at start-up: wait until it is ready, enter its PIN if the guard lets us, and ask who it is.

import {
  command,
  parseCimi,
  parseCnum,
  parseCpin,
  parseCsca,
  parseIccid,
  parseMncLength,
  parsePinRetries,
  parseProviderName,
} from "../at/index.ts";
import { AppError, hasCode, messageOf } from "../base/index.ts";
import type { SimAtLock } from "../core/index.ts";
import { ask, type BringUp, tell, tellIfAble } from "./ask.ts";
import type { Findings } from "./findings.ts";
import { genericProfile } from "./profiles/index.ts";
import { isUsable, lockOfError, simFault } from "./sim-faults.ts";
import { SIM_PAUSE } from "./timeouts.ts";

const SIM_ATTEMPTS = 15;
/** Type of address of an international number, which may come with its plus or without (TS 24.008 10.5.4.7). */
const INTERNATIONAL = 145;

async function simLock(bringUp: BringUp): Promise<string> {
  try {
    return parseCpin((await bringUp.channel.send(command.readPin())).lines);
  } catch (error) {
    const lock = hasCode(error, "at.bad_response") ? "failure" : lockOfError(error);
    if (lock === null) throw error;
    // A modem that cannot tell, but gives the IMSI, has a SIM that works: the IMSI is behind the PIN (TS 51.011 10.3.2).
    const cannotTell = hasCode(error, "modem.error") && error.context.code === null;
    return cannotTell && (await tell(bringUp, command.imsi(), parseCimi)) !== null ? "ready" : lock;
  }
}

/** The lock when the SIM has made up its mind: a SIM is busy for some seconds after power-up. */
async function settledLock(bringUp: BringUp): Promise<string> {
  let lock = await simLock(bringUp);
  for (let attempt = 1; lock === "not_ready" && attempt < SIM_ATTEMPTS; attempt++) {
    await bringUp.clock.sleep(SIM_PAUSE, "SIM getting ready", bringUp.signal);
    lock = await simLock(bringUp);
  }
  return lock;
}

type Iccid = Pick<Findings, "iccid" | "iccidForm">;

async function readIccid(bringUp: BringUp, { profile }: Findings): Promise<Iccid> {
  // A firmware that lacks its vendor's form has another's: without an ICCID a line could not follow its SIM.
  for (const form of new Set([...profile.iccid, ...genericProfile.iccid])) {
    const iccid = await tell(bringUp, command.iccid(form), parseIccid);
    if (iccid !== null) return { iccid, iccidForm: form };
  }
  return { iccid: null, iccidForm: null };
}

/** Tries left for the PIN; null when the modem does not tell. */
async function attemptsLeft(bringUp: BringUp, { profile }: Findings): Promise<number | null> {
  for (const form of profile.pinRetries) {
    const retries = await tellIfAble(bringUp, command.pinRetries(form), parsePinRetries);
    const left = retries?.pin ?? retries?.current ?? null;
    if (left !== null) return left;
  }
  return null;
}

/** Enters the PIN that is kept for this SIM, if it may be entered. Resolves when the SIM is open; throws the problem otherwise. */
async function unlock(bringUp: BringUp, findings: Findings): Promise<void> {
  const { channel, sims, slotId, onLock } = bringUp;
  const { iccid } = await readIccid(bringUp, findings);
  const sim: SimAtLock = { slotId, iccid, attemptsLeft: await attemptsLeft(bringUp, findings) };
  onLock(sim);
  const decision = await sims.unlock(sim);
  if (decision.kind === "refuse") throw pinProblem(decision, sim);
  try {
    await channel.send(command.enterPin(decision.pin.reveal()));
  } catch (error) {
    // Without an answer, or with one that does not judge the PIN, nobody knows: the guard asks the counter before the next try.
    if (!hasCode(error, "modem.error")) throw error;
    const left = await attemptsLeft(bringUp, findings);
    if (error.context.name !== "incorrect_password" && left !== null && left === sim.attemptsLeft) throw error;
    const now: SimAtLock = { ...sim, attemptsLeft: left };
    onLock(now);
    await sims.unlocked(sim, "wrong");
    throw pinProblem(await wrongPin(bringUp, now), now);
  }
  const lock = await settledLock(bringUp);
  if (!isUsable(lock)) throw simFault(lock);
  await sims.unlocked(sim, "right");
}

/** What the guard says now that it knows. */
async function wrongPin({ sims }: BringUp, sim: SimAtLock) {
  const next = await sims.unlock(sim);
  if (next.kind === "refuse") return next;
  throw new AppError("base.unreachable", "a PIN that was wrong would be tried again");
}

function pinProblem(refusal: { code: AppError["code"]; message: string; hint: string }, sim: SimAtLock): AppError {
  const { code, message, hint } = refusal;
  return new AppError(code, message, { retryable: true, hint, context: { attempts_left: sim.attemptsLeft } });
}

async function ownNumber(bringUp: BringUp): Promise<string | null> {
  const numbers = await tellIfAble(bringUp, command.ownNumber(), parseCnum);
  const found = numbers?.find(({ number }) => number !== null);
  if (found?.number == null) return null;
  return found.type === INTERNATIONAL && !found.number.startsWith("+") ? `+${found.number}` : found.number;
}

export async function bringUpSim(bringUp: BringUp, findings: Findings): Promise<Findings> {
  const lock = await settledLock(bringUp);
  if (lock === "sim_pin") await unlock(bringUp, findings);
  else if (!isUsable(lock)) throw simFault(lock);
  const imsi = await tell(bringUp, command.imsi(), parseCimi);
  const identity = await readIccid(bringUp, findings);
  const mncLength = await tellIfAble(bringUp, command.readSimFile("administrativeData"), parseMncLength);
  const provider = await tellIfAble(bringUp, command.readSimFile("providerName"), parseProviderName);
  return { ...findings, imsi, ...identity, mncLength, provider, ownNumber: await ownNumber(bringUp) };
}

/**
 * The service centre's number, which some SIMs and modems lose (gammu#195): remembered while it is there, put back when it is not. Only
 * what is sent needs it. Message commands must be ready.
 */
export async function keepServiceCentre(bringUp: BringUp, { iccid }: Findings): Promise<Findings["serviceCentre"]> {
  if (iccid === null) return "unknown";
  const { sims, log } = bringUp;
  const now = await tellIfAble(bringUp, command.readServiceCentre(), parseCsca);
  if (now === null) return "unknown";
  if (now.number !== null) {
    const number = now.type === INTERNATIONAL && !now.number.startsWith("+") ? `+${now.number}` : now.number;
    // A full disk must not keep a slot from its SMS.
    await sims
      .rememberServiceCentre(iccid, number)
      .catch((error) => log.warn("service_centre_not_kept", { reason: messageOf(error) }));
    return "set";
  }
  const before = sims.serviceCentre(iccid);
  if (before === null) return "unknown";
  return (await ask(bringUp, command.setServiceCentre(before))) === null ? "lost" : "restored";
}
