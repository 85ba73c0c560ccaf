// What may be sent as USSD. A rented number must not be diverted, barred or locked, so codes that phones understand as supplementary
// services (TS 22.030 6.5.2, annex B) are refused; asking such a service for its state changes nothing and is allowed.

import { AppError } from "../base/index.ts";

/** Service codes whose change or erasure is refused, and what they do. */
const GUARDED: ReadonlyMap<string, string> = new Map([
  // TS 22.082
  ["21", "call diversion"],
  ["61", "call diversion"],
  ["62", "call diversion"],
  ["67", "call diversion"],
  ["002", "call diversion"],
  ["004", "call diversion"],
  // TS 22.072
  ["66", "call diversion"],
  // TS 22.088
  ["33", "call barring"],
  ["330", "call barring"],
  ["331", "call barring"],
  ["332", "call barring"],
  ["333", "call barring"],
  ["35", "call barring"],
  ["351", "call barring"],
  ["353", "call barring"],
  // TS 22.030 6.5.4, 6.6.2, 6.6.3
  ["03", "a password"],
  ["04", "the SIM's PIN"],
  ["042", "the SIM's PIN"],
  ["05", "the SIM's PUK"],
  ["052", "the SIM's PUK"],
  // TS 22.081, 22.083, 22.096
  ["30", "calling line settings"],
  ["31", "calling line settings"],
  ["76", "calling line settings"],
  ["77", "calling line settings"],
  ["300", "calling line settings"],
  ["43", "call waiting"],
]);

const CODE = /^(?:\*\*|##|\*#|\*|#)\d+(?:\*\d*)*#$/;
const SERVICE = /^(\*\*|##|\*#|\*|#)(\d{2,3})(?:\*[\d*]*)?#$/;
const REPLY = /^[0-9A-Za-z*#+ ]{1,160}$/;
const MAX_CODE = 160;

function refused(why: string): AppError {
  return new AppError("ussd.refused", why, {
    hint: "Put the SIM into a phone of yours, or use the operator's own pages.",
  });
}

/** Errors: `ussd.bad_code` for what is no USSD code, `ussd.refused` for one that would change calls, passwords or locks. */
export function checkUssdCode(code: string): void {
  if (code.length > MAX_CODE || !CODE.test(code))
    throw new AppError("ussd.bad_code", "a USSD code begins with * or #, ends with #, and has digits and * between", {
      hint: "Send a code such as *100#.",
    });
  const [, procedure, service = ""] = SERVICE.exec(code) ?? [];
  // TS 22.030 6.7: the IMEI, which no network is asked for.
  if (service === "06") throw refused("this code is answered by phones, not by the network");
  const what = GUARDED.get(service);
  if (what !== undefined && procedure !== "*#")
    throw refused(`this code changes ${what}, which is not done to a rented number`);
}

/** As `checkUssdCode`, for a reply in a menu: modems begin anew with a reply that is a code, when the network has ended the session. */
export function checkUssdReply(text: string): void {
  if (/[*#].*#$/.test(text)) checkUssdCode(text);
  else if (!REPLY.test(text))
    throw new AppError("ussd.bad_code", "a reply is 1-160 letters, digits, spaces, *, # or +", {
      hint: "Send what the menu asks for.",
    });
}
