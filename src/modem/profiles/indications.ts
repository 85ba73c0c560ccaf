// Which settings of +CNMI to try: modems refuse the whole command for one value they do not take.

import type { CnmiSetting, IndicationSettings } from "../../at/index.ts";

type Offered = Readonly<Record<CnmiSetting, readonly number[]>>;

const firstOf = (wanted: readonly number[], offered: readonly number[]): number =>
  wanted.find((value) => offered.includes(value)) ?? offered[0] ?? wanted[0] ?? 0;

export interface IndicationWish {
  /** Of the profile, best first. */
  readonly modes: readonly number[];
  /** 1: store each message and announce it. 2: hand it over. */
  readonly mt: 1 | 2;
}

/**
 * Settings to try in order until one is taken; cell broadcasts and reports stay off. First what the modem says it offers, `offered` being
 * null when it does not tell; then, as some say one thing and take another, every mode with each <bfr>: Cinterion takes 1 alone.
 */
export function indicationAttempts(
  offered: Offered | null,
  { modes, mt }: IndicationWish,
): readonly IndicationSettings[] {
  const fixed = { mt, bm: 0, ds: 0 } as const;
  const attempts: IndicationSettings[] = [];
  if (offered !== null && offered.mode.length > 0)
    attempts.push({ ...fixed, mode: firstOf(modes, offered.mode), bfr: firstOf([0, 1], offered.bfr) });
  for (const mode of modes) for (const bfr of [0, 1]) attempts.push({ ...fixed, mode, bfr });
  return attempts.filter(
    ({ mode, bfr }, index) => attempts.findIndex((one) => one.mode === mode && one.bfr === bfr) === index,
  );
}
