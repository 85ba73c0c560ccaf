// Signal, operator and registration, at start and in each round. Registration is awaited by nobody: SMS come when it comes.

import {
  type AccessTechnology,
  command,
  type OperatorState,
  parseCfun,
  parseCireg,
  parseClock,
  parseCops,
  parseCsq,
  parseNetworkInfo,
  parseRegistration,
  parseSignalDetail,
  type Registration,
  type RegistrationFamily,
} from "../at/index.ts";
import { AppError, type SlotId } from "../base/index.ts";
import type { NetworkTimeSink } from "../core/index.ts";
import { type Asking, ask, type BringUp, tell, tellIfAble } from "./ask.ts";
import type { Findings } from "./findings.ts";
import { homeNetwork } from "./home-network.ts";

const FAMILIES = [
  { family: "CEREG", request: command.readEpsRegistration() },
  { family: "CREG", request: command.readRegistration() },
  { family: "CGREG", request: command.readPacketRegistration() },
] as const;

/** On a network, if only for SMS (TS 27.007 7.2: 1, 5, 6, 7, 9, 10). */
export function isRegistered(state: string | null): boolean {
  return state !== null && /^(?:home|roaming)/.test(state);
}

/** In dBm: +CSQ, and where that knows nothing, what the modem has besides. */
export async function readSignal(asking: Asking, { profile }: Pick<Findings, "profile">): Promise<number | null> {
  const signal = await tell(asking, command.signal(), parseCsq);
  if (signal !== null && signal.dbm !== null) return signal.dbm;
  for (const form of profile.signal) {
    const detail = await tellIfAble(asking, command.signalDetail(form), (lines) => parseSignalDetail(form, lines));
    if (detail !== null && detail.dbm !== null) return detail.dbm;
  }
  return null;
}

type Registrations = Partial<Record<RegistrationFamily, Registration>>;

async function readRegistrations(asking: Asking): Promise<Registrations> {
  const found: Registrations = {};
  for (const { family, request } of FAMILIES) {
    const each = await tell(asking, request, (lines) => parseRegistration(family, lines));
    if (each !== null) found[family] = each;
    // The packet domain alone tells only for modems that have nothing else.
    if (family === "CREG" && Object.keys(found).length > 0) break;
  }
  return found;
}

/** The state that matters: of those that say "registered" the first, else the first that says anything. */
function chosen(registrations: Registrations): Registration | null {
  const all = FAMILIES.flatMap(({ family }) => registrations[family] ?? []);
  return all.find(({ state }) => isRegistered(state)) ?? all.find(({ state }) => state !== "idle") ?? all[0] ?? null;
}

type Operator = Pick<Findings, "operator" | "mccMnc"> & { readonly act: AccessTechnology | null };

const isCode = (state: OperatorState | null): boolean => state?.plmn != null;

/** The format of the answer is a wish that modems ignore: what came is judged by its looks. */
async function readOperator(asking: Asking, before: Findings): Promise<Operator> {
  const numeric = await tell(asking, command.readOperator(), parseCops);
  const act = numeric?.act ?? null;
  if (numeric === null || numeric.operator === null) return { operator: null, mccMnc: null, act };
  if (!isCode(numeric)) return { operator: numeric.operator, mccMnc: null, act };
  const known = numeric.plmn === before.mccMnc && before.operator !== null;
  if (known) return { operator: before.operator, mccMnc: numeric.plmn, act };
  await ask(asking, command.longOperator());
  const named = await tell(asking, command.readOperator(), parseCops);
  await ask(asking, command.numericOperator());
  const name = named === null || isCode(named) ? null : named.operator;
  return { operator: name ?? numeric.plmn, mccMnc: numeric.plmn, act: act ?? named?.act ?? null };
}

/** Asked only where it matters: on LTE without registration for circuit services. */
async function imsOf(asking: Asking, eps: boolean | null, cs: boolean | null): Promise<boolean | null> {
  if (eps !== true || cs === true) return null;
  const ims = await tell(asking, command.readImsRegistration(), parseCireg);
  return ims?.registered === true && ims.sms !== false;
}

const registeredOrNull = (each: Registration | undefined): boolean | null =>
  each === undefined ? null : isRegistered(each.state);

/** What the modem has besides +COPS and the registrations, asked where those do not name the technology. */
async function readTechnology(asking: Asking, { profile }: Findings): Promise<AccessTechnology | null> {
  for (const form of profile.network) {
    const info = await tellIfAble(asking, command.vendorNetwork(form), (lines) => parseNetworkInfo(form, lines));
    if (info?.act != null) return info.act;
  }
  return null;
}

/** Everything about the network, anew. */
export async function readNetwork(asking: Asking, findings: Findings): Promise<Findings> {
  const signalDbm = await readSignal(asking, findings);
  const registrations = await readRegistrations(asking);
  const { operator, mccMnc, act } = await readOperator(asking, findings);
  const registration = chosen(registrations);
  const state = registration?.state ?? null;
  const told = act ?? registration?.act ?? (isRegistered(state) ? await readTechnology(asking, findings) : null);
  const epsRegistered = registeredOrNull(registrations.CEREG);
  const csRegistered = registeredOrNull(registrations.CREG);
  return {
    ...findings,
    signalDbm,
    operator,
    // A modem that shows names only is at least known to be at home.
    mccMnc: mccMnc ?? (operator !== null && state === "home" ? homeNetwork(findings) : null),
    technology: told === null ? null : (findings.profile.acts[told] ?? told),
    registration: state,
    epsRegistered,
    csRegistered,
    imsRegistered: await imsOf(asking, epsRegistered, csRegistered),
  };
}

const FULL = 1;

/** A modem may have been left with its radio off, by another program or by our own refusal of roaming (TS 27.007 8.2). */
async function radioOn(asking: Asking): Promise<void> {
  const level = await tell(asking, command.readFunctionality(), parseCfun);
  if (level !== null && level !== FULL) await ask(asking, command.setFunctionality(FULL));
}

export async function bringUpNetwork(bringUp: BringUp, findings: Findings): Promise<Findings> {
  await radioOn(bringUp);
  // 2 brings the access technology; some know 1 only.
  if ((await ask(bringUp, command.reportRegistration(2))) === null) await ask(bringUp, command.reportRegistration(1));
  await ask(bringUp, command.reportEpsRegistration(2));
  await ask(bringUp, command.numericOperator());
  const found = await readNetwork(bringUp, findings);
  await refuseRoaming(bringUp, found);
  return found;
}

/** Where the owner does not want roaming the radio goes off (TS 27.007 8.2, level 4), so that nothing is charged. */
export async function refuseRoaming(bringUp: BringUp, { registration }: Findings): Promise<void> {
  if (bringUp.roaming === "allow" || !(registration ?? "").startsWith("roaming")) return;
  await ask(bringUp, command.setFunctionality(4));
  throw new AppError("sim.roaming_refused", "the SIM roams, and the configuration refuses roaming", {
    retryable: true,
    hint: "Set modem.roaming to allow, or bring the box to where its SIM is at home; then restart the slot.",
  });
}

interface TimeAsking extends Asking {
  readonly slotId: SlotId;
  readonly networkTime?: NetworkTimeSink;
}

/** Tells the network's time, where somebody wants to know it and the modem is on a network that could have told it. */
export async function readTime(
  asking: TimeAsking,
  { registration, mccMnc }: Pick<Findings, "registration" | "mccMnc">,
): Promise<void> {
  const { networkTime: sink, slotId, signal } = asking;
  if (sink === undefined || !sink.wanted() || !isRegistered(registration)) return;
  await tellIfAble(asking, command.clockByNetwork(), () => null);
  const told = await tellIfAble(asking, command.readClock(), parseClock);
  if (told !== null && !signal.aborted) sink.told(slotId, told, mccMnc);
}
