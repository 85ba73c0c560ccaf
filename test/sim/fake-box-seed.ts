// What a box with 1-32 SIMs of several countries may look like: the first state of the fake box console.

import { toBase64url, toHex } from "../../src/base/index.ts";
import type { LineView, ProblemBody, RentalView, SlotView } from "../../src/protocol/index.ts";
import type { SeededRandom } from "./seeded-random.ts";

interface Country {
  readonly prefix: string;
  readonly digits: number;
  readonly operators: readonly string[];
}

const COUNTRIES: readonly Country[] = [
  { prefix: "+1555", digits: 7, operators: ["T-Mobile", "AT&T"] },
  { prefix: "+4479", digits: 8, operators: ["O2 - UK", "Vodafone UK", "EE"] },
  { prefix: "+49151", digits: 8, operators: ["Telekom.de", "o2 - de"] },
  { prefix: "+346", digits: 8, operators: ["Movistar", "Orange ES"] },
  { prefix: "+7916", digits: 7, operators: ["MTS RUS", "Beeline"] },
];

const MODEMS = [
  { manufacturer: "SIMCom", model: "SIM7600G-H", firmware: "LE20B04SIM7600G22" },
  { manufacturer: "Quectel", model: "EC25", firmware: "EC25EFAR06A08M4G" },
  { manufacturer: "Quectel", model: "EG915U", firmware: "EG915UEUABR03A02M08" },
] as const;

const PROBLEMS: Readonly<Record<string, ProblemBody>> = {
  pin: {
    code: "sim.pin_required",
    message: "the SIM asks for its PIN",
    hint: "Enter the SIM's PIN in the console, or switch it off in a phone.",
    context: { attempts_left: 2 },
  },
  mute: {
    code: "modem.timeout",
    message: "the modem does not answer",
    hint: "Check the USB cable; the slot is reopened by itself.",
  },
  missing: { code: "sim.missing", message: "no SIM in this slot", hint: "Insert a SIM; the slot notices by itself." },
};

const WARNINGS: Readonly<Record<number, readonly ProblemBody[]>> = {
  9: [
    {
      code: "network.roaming",
      message: "the SIM is roaming",
      hint: "Ask the SIM's operator what receiving costs there.",
    },
  ],
  13: [
    {
      code: "network.no_sms_path",
      message: "the modem is on LTE only: no SMS will arrive",
      hint: "Switch VoLTE/IMS on in the modem, allow 2G or 3G, or use a SIM and modem that the operator takes for SMS.",
    },
    { code: "sim.no_service_centre", message: "the SIM has lost its SMS centre", hint: "Set it in a phone." },
  ],
};

/** Slots that are no modems. */
function kindOf(index: number): SlotView["kind"] {
  return index === 20 ? "phone" : index === 21 ? "smpp" : "modem";
}

const NOBODY = { manufacturer: null, model: null, firmware: null, profile: null, imei: null, iccid: null, imsi: null };

function identityOf(random: SeededRandom, index: number) {
  const serial = String(index + 1).padStart(6, "0");
  return {
    ...random.pick(MODEMS),
    profile: "generic",
    imei: `00100100${serial}0`,
    iccid: `8999901000000${serial}`,
    imsi: `001010000${serial}`,
  };
}

export const DAY_MS = 86_400_000;

const digits = (random: SeededRandom, length: number): string =>
  Array.from({ length }, () => String(random.int(0, 9))).join("");

const key = (random: SeededRandom): string => toBase64url(random.bytes(32));

export function seedLine(random: SeededRandom, index: number): LineView {
  const country = COUNTRIES[index % COUNTRIES.length] ?? COUNTRIES[0];
  return {
    id: `line-${index + 1}`,
    number: `${country?.prefix}${digits(random, country?.digits ?? 7)}`,
    slot: `s${index + 1}`,
    listing_id: toHex(random.bytes(16)),
    state: "free",
    rests_until: null,
    denied: 0,
  };
}

function troubleOf(index: number): { state: SlotView["state"]; step: string; problem: ProblemBody | null } | null {
  switch (index) {
    case 4:
      return { state: "down", step: "sim", problem: PROBLEMS.pin ?? null };
    case 6:
      return { state: "starting", step: "network", problem: null };
    case 17:
      return { state: "down", step: "waiting", problem: PROBLEMS.mute ?? null };
    case 22:
      return { state: "starting", step: "identify", problem: null };
    case 27:
      return { state: "down", step: "sim", problem: PROBLEMS.missing ?? null };
    case 31:
      return { state: "stopped", step: "stopped", problem: null };
    default:
      return null;
  }
}

const NO_RECOVERY: SlotView["recovery"] = {
  ...{ rung: null, attempts: 0, since: null, next_at: null, rungs: [], resets_today: 0 },
};

function recoveryOf(fails: boolean, now: number): SlotView["recovery"] {
  const rungs: SlotView["recovery"]["rungs"] = ["drain", "at", "cfun", "usb_reset", "give_up"];
  if (!fails) return { ...NO_RECOVERY, rungs };
  return { rung: "usb_reset", attempts: 1, since: now - 40_000, next_at: now + 45_000, rungs, resets_today: 2 };
}

export function seedSlot(random: SeededRandom, index: number, line: LineView | null, now: number): SlotView {
  const trouble = troubleOf(index);
  const ready = trouble === null;
  const country = COUNTRIES[index % COUNTRIES.length];
  const quiet = index % 5 === 3;
  const identity = trouble?.problem?.code === "modem.timeout" ? NOBODY : identityOf(random, index);
  return {
    id: `s${index + 1}`,
    line: line === null ? null : { id: line.id, number: line.number, rented: line.state === "rented" },
    state: trouble?.state ?? "ready",
    step: trouble?.step ?? "ready",
    since: now - random.int(20_000, 9 * 3_600_000),
    problem: trouble?.problem ?? null,
    kind: kindOf(index),
    warnings: [...(WARNINGS[index] ?? [])],
    ...identity,
    provider: null,
    own_number: null,
    operator: ready ? random.pick(country?.operators ?? ["Test"]) : null,
    technology: ready ? random.pick(["lte", "lte", "lte", "umts", "gsm"]) : null,
    registration: ready ? random.pick(["home", "home", "home", "roaming"]) : null,
    signal_dbm: ready ? random.int(-109, -61) : null,
    mcc_mnc: ready ? "31026" : null,
    battery: kindOf(index) === "phone" ? { percent: 84, charging: true } : null,
    balance: index === 0 ? { amount: "7.20", currency: "USD", at: now - 5_400_000 } : null,
    recovery: kindOf(index) === "modem" ? recoveryOf(trouble?.problem?.code === "modem.timeout", now) : NO_RECOVERY,
    sms_storage: ready ? { used: random.chance(0.8) ? random.int(0, 4) : random.int(12, 29), total: 30 } : null,
    last_sms_at: quiet || !ready ? null : now - random.int(3_000, 5 * 3_600_000),
    received: quiet || !ready ? 0 : random.int(1, 420),
  };
}

export function seedRental(random: SeededRandom, line: LineView, now: number): RentalView {
  const startsAt = now - random.int(1, 20 * DAY_MS);
  const messages = random.int(0, 240);
  const waiting = random.chance(0.2) ? random.int(1, 5) : 0;
  return {
    id: toHex(random.bytes(16)),
    line: line.id,
    number: line.number,
    listing_id: line.listing_id,
    state: "active",
    renter: { verify: key(random), encrypt: key(random) },
    envelope_version: random.chance(0.3) ? 2 : 1,
    starts_at: startsAt,
    expires_at: now + random.int(DAY_MS / 6, 60 * DAY_MS),
    ended_at: null,
    messages: messages + waiting,
    waiting,
    acknowledged: Math.max(0, messages - random.int(0, 6)),
    credit: random.chance(0.3) ? random.pick([100, 500, 1000]) : null,
    sender_policy: null,
  };
}
