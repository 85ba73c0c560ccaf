// What a modem forgets at a reset: V.250 parameters and the report settings of 3GPP TS 27.005 and 27.007.

/** `SM` on the SIM card, `ME` in the modem, `MT` both (TS 27.005 3.1). */
export type MemoryName = "SM" | "ME" | "MT";

/** TS 27.007 7.2: 0 not registered, 1 home, 2 searching, 3 denied, 4 unknown, 5 roaming. */
export type Registration = 0 | 1 | 2 | 3 | 4 | 5;

export interface Cnmi {
  readonly mode: number;
  readonly mt: number;
  readonly bm: number;
  readonly ds: number;
  readonly bfr: number;
}

export interface Settings {
  echo: boolean;
  verbose: boolean;
  quiet: boolean;
  /** S-registers by number; 3 ends a line, 4 formats an answer, 5 edits a line (V.250 6.2.1 to 6.2.3). */
  readonly registers: Map<number, number>;
  cmee: number;
  creg: number;
  cgreg: number;
  cereg: number;
  copsFormat: number;
  csms: number;
  cnmi: Cnmi;
  /** mem1 is read and deleted from, mem2 written and sent from, mem3 receives. */
  memories: readonly [MemoryName, MemoryName, MemoryName];
  charset: string;
  clip: number;
  cusd: number;
  /** What ends a line whatever S3 and S4 say; null in modems that obey. */
  fixedLineEnd: string | null;
  /** Functionality level: 0 minimum, 1 full, 4 radio off (TS 27.007 8.2). */
  cfun: number;
}

/** The state after power-on. CNMI is all zeros (TS 27.005 3.4.1): a host that sets nothing is told nothing. */
export function powerOnSettings(): Settings {
  return {
    echo: true,
    verbose: true,
    quiet: false,
    registers: new Map([
      [0, 0],
      [3, 13],
      [4, 10],
      [5, 8],
    ]),
    cmee: 0,
    creg: 0,
    cgreg: 0,
    cereg: 0,
    copsFormat: 0,
    csms: 0,
    cnmi: { mode: 0, mt: 0, bm: 0, ds: 0, bfr: 0 },
    memories: ["SM", "SM", "SM"],
    charset: "GSM",
    clip: 0,
    cusd: 0,
    fixedLineEnd: null,
    cfun: 1,
  };
}
