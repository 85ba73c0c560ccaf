// Vendors' replies about service and network: Huawei ^SYSINFO and ^SYSINFOEX, Quectel +QNWINFO, Telit #QSS.

import type { NetworkCommand } from "./command-forms.ts";
import { countOf, filledTextOf } from "./parameters.ts";
import type { AccessTechnology } from "./registration.ts";
import { parametersOf, required } from "./reply.ts";
import { parseCpsi, technologyNamed } from "./signal-replies.ts";

export interface SystemInfo {
  /** 0 none, 1 limited, 2 full, 3 regional, 4 saving power. */
  readonly service: number;
  /** 0 none, 1 circuits (SMS without IMS), 2 packets, 3 both, 4 not registered in either. */
  readonly domain: number | null;
  readonly roaming: boolean | null;
  /** 0 no SIM or not usable, 1 usable; 2-4 barred in one or both domains; 255 none. */
  readonly sim: number | null;
  readonly act: AccessTechnology | null;
}

const roamingOf = (value: number | null): boolean | null => (value === 0 ? false : value === 1 ? true : null);

/** <sub_mode> and <sys_mode> of ^SYSINFO. */
const SYSINFO_SUB: Readonly<Record<number, AccessTechnology>> = {
  1: "gsm",
  2: "gsm",
  3: "edge",
  4: "umts",
  5: "hsdpa",
  6: "hsupa",
  7: "hspa",
  8: "umts",
  9: "hspa",
  17: "hspa",
  18: "hspa",
};
const SYSINFO_MODE: Readonly<Record<number, AccessTechnology>> = { 3: "gsm", 5: "umts", 7: "umts", 15: "umts" };

/** `^SYSINFO:<srv>,<domain>,<roam>,<mode>,<sim>[,<lock>[,<sub_mode>]]` of UMTS sticks; throws `at.bad_response`. */
export function parseSysinfo(lines: readonly string[]): SystemInfo {
  const [service, domain, roam, mode, sim, , sub] = parametersOf(lines, "^SYSINFO").map(countOf);
  return {
    service: required(service ?? null, "^SYSINFO", "service state"),
    domain: domain ?? null,
    roaming: roamingOf(roam ?? null),
    sim: sim ?? null,
    act: SYSINFO_SUB[sub ?? -1] ?? SYSINFO_MODE[mode ?? -1] ?? null,
  };
}

/** <sub_mode> of ^SYSINFOEX; the tens tell the generation. */
const SYSINFOEX_SUB: Readonly<Record<number, AccessTechnology>> = {
  1: "gsm",
  2: "gsm",
  3: "edge",
  41: "umts",
  42: "hsdpa",
  43: "hsupa",
  44: "hspa",
  45: "hspa",
  46: "hspa",
  61: "umts",
  101: "lte",
};

/** `^SYSINFOEX:<srv>,<domain>,<roam>,<sim>,<lock>,<mode>,"<name>",<sub_mode>,"<name>"`; throws `at.bad_response`. */
export function parseSysinfoEx(lines: readonly string[]): SystemInfo {
  const parameters = parametersOf(lines, "^SYSINFOEX");
  const [service, domain, roam, sim, , , , sub] = parameters.map(countOf);
  return {
    service: required(service ?? null, "^SYSINFOEX", "service state"),
    domain: domain ?? null,
    roaming: roamingOf(roam ?? null),
    sim: sim ?? null,
    act: SYSINFOEX_SUB[sub ?? -1] ?? technologyNamed(filledTextOf(parameters[6])),
  };
}

export interface NetworkInfo {
  readonly act: AccessTechnology | null;
  /** Country and network code, 5 or 6 digits. */
  readonly plmn: string | null;
}

/** Quectel: `+QNWINFO: "FDD LTE","46011","LTE BAND 3",1825`, `+QNWINFO: No Service`; throws `at.bad_response`. */
export function parseQnwinfo(lines: readonly string[]): NetworkInfo {
  const [mode, operator] = parametersOf(lines, "+QNWINFO");
  const act = technologyNamed(required(filledTextOf(mode), "+QNWINFO", "mode"));
  const plmn = filledTextOf(operator) ?? "";
  return { act, plmn: /^\d{5,6}$/.test(plmn) ? plmn : null };
}

const NETWORK_READERS: Readonly<Record<NetworkCommand, (lines: readonly string[]) => NetworkInfo>> = {
  "^SYSINFO": (lines) => ({ act: parseSysinfo(lines).act, plmn: null }),
  "^SYSINFOEX": (lines) => ({ act: parseSysinfoEx(lines).act, plmn: null }),
  "+QNWINFO": parseQnwinfo,
  "+CPSI?": (lines) => {
    const { act, plmn } = parseCpsi(lines);
    return { act, plmn };
  },
};

/** The reply to `command.vendorNetwork(form)`; throws `at.bad_response`. */
export function parseNetworkInfo(form: NetworkCommand, lines: readonly string[]): NetworkInfo {
  return NETWORK_READERS[form](lines);
}

const SIM_STATES = ["removed", "inserted", "unlocked", "ready"] as const;

/** Telit: the card, by `#QSS: <mode>,<status>`; throws `at.bad_response`. */
export function parseQss(lines: readonly string[]): (typeof SIM_STATES)[number] {
  const [, status] = parametersOf(lines, "#QSS");
  return required(SIM_STATES[countOf(status) ?? -1] ?? null, "#QSS", "status");
}
