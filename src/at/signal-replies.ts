// Replies about signal besides +CSQ, which on LTE many modems answer with "not known": +CESQ (TS 27.007 8.69) and the vendors' own.

import type { SignalCommand } from "./command-forms.ts";
import { type AtParameter, countOf, filledTextOf, integerOf, textOf } from "./parameters.ts";
import type { AccessTechnology } from "./registration.ts";
import { parametersOf, required } from "./reply.ts";

export interface SignalDetail {
  /** In dBm: RSSI where the modem tells it, otherwise the power of the reference signal (RSRP) or pilot (RSCP); null: not known. */
  readonly dbm: number | null;
  /** Null where the reply does not say, or there is no service. */
  readonly act: AccessTechnology | null;
  /** Country and network code, 5 or 6 digits, where the reply has one. */
  readonly plmn: string | null;
}

const NOTHING: SignalDetail = { dbm: null, act: null, plmn: null };

/** A scale in steps of 1 dB: `value` 0-`max` above `offset` dBm; anything else means that the modem does not know. */
function scaled(parameter: AtParameter | undefined, offset: number, max: number): number | null {
  const value = countOf(parameter);
  return value === null || value > max ? null : offset + value;
}

// TS 27.007 8.69.
const RXLEV = { offset: -111, max: 63 } as const;
const RSCP = { offset: -121, max: 96 } as const;
const RSRP = { offset: -141, max: 97 } as const;
const SS_RSRP = { offset: -157, max: 126 } as const;

type Scale = { readonly offset: number; readonly max: number };
const onScale = (parameter: AtParameter | undefined, { offset, max }: Scale): number | null =>
  scaled(parameter, offset, max);

/**
 * `+CESQ: <rxlev>,<ber>,<rscp>,<ecno>,<rsrq>,<rsrp>[,<ss_rsrq>,<ss_rsrp>,<ss_sinr>]`: only the values of the technology in use are
 * known. Throws `at.bad_response`.
 */
export function parseCesq(lines: readonly string[]): SignalDetail {
  const [rxlev, , rscp, , , rsrp, , ssRsrp] = parametersOf(lines, "+CESQ");
  required(countOf(rxlev), "+CESQ", "<rxlev>");
  const found: readonly (readonly [number | null, AccessTechnology])[] = [
    [onScale(ssRsrp, SS_RSRP), "ng_ran"],
    [onScale(rsrp, RSRP), "lte"],
    [onScale(rscp, RSCP), "umts"],
    [onScale(rxlev, RXLEV), "gsm"],
  ];
  const [dbm, act] = found.find(([value]) => value !== null) ?? [null, null];
  return { ...NOTHING, dbm, act };
}

/** How vendors name the technology in use, upper case, letters and digits only. */
const MODES: ReadonlyMap<string, AccessTechnology> = new Map([
  ["GSM", "gsm"],
  ["GPRS", "gsm"],
  ["EDGE", "edge"],
  ["EGPRS", "edge"],
  ["WCDMA", "umts"],
  ["UMTS", "umts"],
  ["UTRAN", "umts"],
  ["TDSCDMA", "umts"],
  ["HSDPA", "hsdpa"],
  ["HSUPA", "hsupa"],
  ["HSPA", "hspa"],
  ["LTE", "lte"],
  ["FDDLTE", "lte"],
  ["TDDLTE", "lte"],
  ["LTECA", "lte"],
  ["CATM", "lte"],
  ["CATM1", "lte"],
  ["EMTC", "lte"],
  ["LTECATM1", "lte"],
  ["NBIOT", "nb_iot"],
  ["CATNB", "nb_iot"],
  ["CATNB1", "nb_iot"],
  ["LTENBIOT", "nb_iot"],
  ["LTENB", "nb_iot"],
  ["LTENBIOT1", "nb_iot"],
  ["NR5G", "ng_ran"],
  ["NR5GSA", "ng_ran"],
  ["NR5GNSA", "en_dc"],
  ["FDDNR5G", "ng_ran"],
  ["TDDNR5G", "ng_ran"],
]);

/** The technology that a vendor's word such as `FDD LTE`, `HSPA+` or `CAT-M1` names. */
export function technologyNamed(text: string | null): AccessTechnology | null {
  return MODES.get((text ?? "").toUpperCase().replace(/[^A-Z0-9]/g, "")) ?? null;
}

/** Huawei: RSSI on one scale for all technologies. */
const HUAWEI_RSSI = { offset: -121, max: 96 } as const;

/** `^HCSQ: "LTE",<rssi>,<rsrp>,…`, `^HCSQ: "WCDMA",<rssi>,<rscp>,…`, `^HCSQ: "NOSERVICE"`, also without quotes. */
export function parseHcsq(lines: readonly string[]): SignalDetail {
  const [mode, rssi, second] = parametersOf(lines, "^HCSQ");
  const act = technologyNamed(required(filledTextOf(mode), "^HCSQ", "mode"));
  const power = act === "lte" ? onScale(second, RSRP) : act === "umts" ? onScale(second, RSCP) : null;
  return { ...NOTHING, dbm: onScale(rssi, HUAWEI_RSSI) ?? power, act };
}

/** Below -200 the figure is in tenths of a dB. Nothing that is received is at 0 dBm or above. */
function plainDbm(parameter: AtParameter | undefined): number | null {
  const value = integerOf(parameter);
  if (value === null || value >= 0) return null;
  return value < -200 ? Math.round(value / 10) : value;
}

/** Quectel: `+QCSQ: "LTE",<rssi>,<rsrp>,…` in dBm, `+QCSQ: "NOSERVICE"`. */
export function parseQcsq(lines: readonly string[]): SignalDetail {
  const [mode, rssi, power] = parametersOf(lines, "+QCSQ");
  const act = technologyNamed(required(filledTextOf(mode), "+QCSQ", "mode"));
  return { ...NOTHING, dbm: plainDbm(rssi) ?? plainDbm(power), act };
}

const plmnOf = (text: string | null): string | null => {
  const digits = (text ?? "").replace("-", "");
  return /^\d{5,6}$/.test(digits) && !/^0+$/.test(digits) ? digits : null;
};

/** The strength in a +CPSI line. On LTE the last four are <rsrq>,<rsrp>,<rssi>,<rssnr>; firmware gives dBm, tenths, or an index. */
function cpsiDbm(act: AccessTechnology | null, parameters: readonly AtParameter[]): number | null {
  if (act === "gsm" || act === "edge") return plainDbm(parameters[6]);
  if (act !== "lte" && act !== "nb_iot") return null;
  const [, rsrp, rssi] = parameters.slice(-4);
  return plainDbm(rssi) ?? plainDbm(rsrp) ?? onScale(rsrp, RSRP);
}

/** SIMCom: `+CPSI: LTE,Online,460-01,0x230A,…`, `+CPSI: NO SERVICE,Online`. */
export function parseCpsi(lines: readonly string[]): SignalDetail {
  const parameters = parametersOf(lines, "+CPSI");
  const act = technologyNamed(required(filledTextOf(parameters[0]), "+CPSI", "mode"));
  if (act === null) return NOTHING;
  return { dbm: cpsiDbm(act, parameters), act, plmn: plmnOf(textOf(parameters[2])) };
}

const READERS: Readonly<Record<SignalCommand, (lines: readonly string[]) => SignalDetail>> = {
  "+CESQ": parseCesq,
  "^HCSQ?": parseHcsq,
  "+QCSQ": parseQcsq,
  "+CPSI?": parseCpsi,
};

/** The reply to `command.signalDetail(form)`; throws `at.bad_response`. */
export function parseSignalDetail(form: SignalCommand, lines: readonly string[]): SignalDetail {
  return READERS[form](lines);
}
