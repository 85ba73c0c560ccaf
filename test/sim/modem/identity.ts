// Plausible identities that can never be a real device's or subscriber's, each with its check digit.

export interface ModemIdentity {
  /** 15 digits (TS 23.003 6.2.1), in the test range of TAC 00100100. */
  readonly imei: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly revision: string;
}

export interface CardIdentity {
  /** 19 digits (ITU-T E.118), issued under country code 999, which no country has. */
  readonly iccid: string;
  /** 15 digits in the test network 001-01 (TS 23.003 2.2). */
  readonly imsi: string;
  /** The card's own number in E.164 form, which +CNUM reports. */
  readonly number: string;
}

/** The digit that makes `digits` followed by it pass the Luhn check (ISO/IEC 7812-1 annex B). */
export function luhnDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}

/** `serial` 0-999999 tells modems apart. */
export function modemIdentity(serial: number): ModemIdentity {
  const body = `00100100${String(serial).padStart(6, "0")}`;
  return {
    imei: body + luhnDigit(body),
    manufacturer: "Numberbox",
    model: "Simulated 3GPP modem",
    revision: "NB-SIM-1",
  };
}

/** A card's ICCID and IMSI follow from its number, so that a line keeps its SIM whatever slot it sits in. */
export function cardIdentity(number: string): CardIdentity {
  const digits = number.replace(/\D/g, "");
  const body = `8999901${digits.slice(-11).padStart(11, "0")}`;
  return { iccid: body + luhnDigit(body), imsi: `00101${digits.slice(-10).padStart(10, "0")}`, number };
}

/** The number of slot `slot` when the caller names none: a fictitious North American one. */
export function defaultNumber(slot: number): string {
  return `+1555010${String(slot).padStart(4, "0")}`;
}
