// Amounts of Emercoin: integers of micro-EMC. The coin has exactly six decimals, so nothing is ever rounded.

import type { Brand } from "./brands.ts";
import { AppError } from "./errors.ts";

/** A safe integer of 10^-6 EMC. May be negative in a ledger. */
export type MicroEmc = Brand<number, "MicroEmc">;

/** Micro-EMC in one EMC. */
export const EMC = 1_000_000 as MicroEmc;

const DECIMAL = /^(-?)(\d{1,10})(?:\.(\d{1,6}))?$/;

function badAmount(what: string): AppError {
  return new AppError("emercoin.bad_amount", what, {
    hint: "Write EMC as a decimal with at most six digits behind the point, such as 0.001.",
  });
}

/** An integer of micro-EMC. Throws `emercoin.bad_amount`. */
export function microEmc(value: number): MicroEmc {
  if (!Number.isSafeInteger(value)) throw badAmount("an amount is not a whole number of micro-EMC below 2^53");
  // No negative zero: it would print as "-0".
  return (value === 0 ? 0 : value) as MicroEmc;
}

/** Reads a decimal such as `0.001`; up to ten digits before the point, six behind. Throws `emercoin.bad_amount`. */
export function parseEmc(text: string): MicroEmc {
  const match = DECIMAL.exec(text);
  if (match === null) throw badAmount("an amount is not a decimal of EMC");
  const [, sign = "", whole = "0", fraction = ""] = match;
  const value = Number(whole) * EMC + Number(fraction.padEnd(6, "0"));
  return microEmc(sign === "-" ? -value : value);
}

function digits(value: MicroEmc): { readonly sign: string; readonly whole: string; readonly fraction: string } {
  const size = Math.abs(value);
  return {
    sign: value < 0 ? "-" : "",
    whole: String(Math.floor(size / EMC)),
    fraction: String(size % EMC).padStart(6, "0"),
  };
}

/** With all six decimals, as the node prints amounts: `1.000000`. */
export function emcText(value: MicroEmc): string {
  const { sign, whole, fraction } = digits(value);
  return `${sign}${whole}.${fraction}`;
}

/** The shortest decimal, for people and listings: `1`, `0.001`. */
export function shortEmc(value: MicroEmc): string {
  const { sign, whole, fraction } = digits(value);
  const rest = fraction.replace(/0+$/, "");
  return `${sign}${whole}${rest === "" ? "" : `.${rest}`}`;
}
