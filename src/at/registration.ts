// Network registration, +CREG (TS 27.007 7.2), +CGREG (10.1.20) and +CEREG (10.1.22): one grammar for the read reply and the URC.

import { type AtParameter, countOf, filledTextOf } from "./parameters.ts";
import { parametersOf, required } from "./reply.ts";

export type RegistrationFamily = "CREG" | "CGREG" | "CEREG";

const STATES = [
  "idle",
  "home",
  "searching",
  "denied",
  "unknown",
  "roaming",
  "home_sms_only",
  "roaming_sms_only",
  "emergency_only",
  "home_csfb_not_preferred",
  "roaming_csfb_not_preferred",
  "attached_rlos",
] as const;
export type RegistrationState = (typeof STATES)[number];

const ACCESS_TECHNOLOGIES = [
  "gsm",
  "gsm_compact",
  "umts",
  "edge",
  "hsdpa",
  "hsupa",
  "hspa",
  "lte",
  "ec_gsm_iot",
  "nb_iot",
  "lte_5gcn",
  "nr_5gcn",
  "ng_ran",
  "en_dc",
] as const;
/** <AcT> of TS 27.007 7.2 and 7.3. */
export type AccessTechnology = (typeof ACCESS_TECHNOLOGIES)[number];

export interface Registration {
  readonly family: RegistrationFamily;
  readonly state: RegistrationState;
  /** Location or tracking area code, null when the modem does not tell. */
  readonly lac: number | null;
  /** Cell identity, null when the modem does not tell. */
  readonly ci: number | null;
  readonly act: AccessTechnology | null;
}

/** `read`: <n>,<stat>[,…], the answer to a read command. `urc`: <stat>[,…]. */
export type RegistrationShape = "read" | "urc";

export function accessTechnologyOf(parameter: AtParameter | undefined): AccessTechnology | null {
  return ACCESS_TECHNOLOGIES[countOf(parameter) ?? -1] ?? null;
}

const isBareStat = (parameter: AtParameter | undefined): boolean =>
  parameter?.kind === "word" && /^\d{1,3}$/.test(parameter.value) && Number(parameter.value) < STATES.length;

/**
 * One and two members tell the shapes apart. With more, the second member decides: <stat> is a bare number of up to three digits
 * where a URC has the area code. Three members are a URC unless the area code is quoted and follows a bare <stat>, a read reply
 * whose cell identity got lost.
 */
export function registrationShape(parameters: readonly AtParameter[]): RegistrationShape {
  const count = parameters.length;
  if (count < 2) return "urc";
  if (count === 2) return "read";
  if (count === 3 && parameters[2]?.kind !== "text") return "urc";
  return isBareStat(parameters[1]) ? "read" : "urc";
}

const AREA = /^[0-9A-F]{1,9}$/i;

/** A code in hex, quoted or not; null when the modem leaves it out. */
function areaOf(parameter: AtParameter | undefined): number | null {
  const text = filledTextOf(parameter);
  return text === null ? null : Number.parseInt(text, 16);
}

function isArea(parameter: AtParameter | undefined): boolean {
  const text = filledTextOf(parameter);
  return text === null || AREA.test(text);
}

/** Up to Release 8 some LTE modems put <rac> between <tac> and <ci>; a cell identity is never that short. */
function withoutRac(family: RegistrationFamily, location: readonly AtParameter[]): readonly AtParameter[] {
  const second = filledTextOf(location[1]);
  const hasRac = family === "CEREG" && location.length === 4 && second !== null && second.length <= 2;
  return hasRac ? location.filter((_, index) => index !== 1) : location;
}

/** The registration that `parameters` tell, null when they make no sense. */
export function registrationOf(family: RegistrationFamily, parameters: readonly AtParameter[]): Registration | null {
  const skip = registrationShape(parameters) === "read" ? 1 : 0;
  const state = STATES[countOf(parameters[skip]) ?? -1];
  const location = withoutRac(family, parameters.slice(skip + 1));
  const [lac, ci, act] = location;
  if (state === undefined || !isArea(lac) || !isArea(ci)) return null;
  return { family, state, lac: areaOf(lac), ci: areaOf(ci), act: accessTechnologyOf(act) };
}

/** The state alone, of a reply whose area got lost on the way (a quote that nothing closes). */
function stateOnly(family: RegistrationFamily, parameters: readonly AtParameter[]): Registration | null {
  const state = isBareStat(parameters[1]) ? STATES[countOf(parameters[1]) ?? -1] : undefined;
  return state === undefined ? null : { family, state, lac: null, ci: null, act: null };
}

/** The answer to `AT+CREG?`, `AT+CGREG?` or `AT+CEREG?`; throws `at.bad_response`. */
export function parseRegistration(family: RegistrationFamily, lines: readonly string[]): Registration {
  const command = `+${family}`;
  const parameters = parametersOf(lines, command);
  return required(registrationOf(family, parameters) ?? stateOnly(family, parameters), command, "state");
}
