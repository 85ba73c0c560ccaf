// Where the modem keeps messages, and how it tells of them.

import { command, parseCnmiTest, parseCpmsRead, type StorageState, type StorageUse } from "../at/index.ts";
import { AppError } from "../base/index.ts";
import { ask, type BringUp, tell } from "./ask.ts";
import { keepServiceCentre } from "./bring-up-sim.ts";
import type { Findings } from "./findings.ts";
import { indicationAttempts } from "./profiles/index.ts";

const READINGS = 3;

interface Home {
  readonly home: string;
  readonly use: StorageUse | null;
  /** Whether the modem can tell which storage is selected. */
  readonly tellsStorage: boolean;
}

/** An answer that makes no sense is read again: it may be another's. Null from a modem that does not know the question. */
async function readState(bringUp: BringUp): Promise<StorageState | null> {
  for (let reading = 1; ; reading++) {
    const lines = await ask(bringUp, command.readStorage());
    if (lines === null) return null;
    try {
      return parseCpmsRead(lines);
    } catch (error) {
      if (reading === READINGS) throw error;
      bringUp.channel.doubt();
    }
  }
}

/** Makes the modem read, write and receive in `mem`; null when it does not. */
async function settleIn(bringUp: BringUp, mem: string): Promise<Home | null> {
  // Some modems take fewer than three.
  for (const mems of [[mem, mem, mem], [mem, mem], [mem]]) {
    if ((await ask(bringUp, command.setStorage(mems))) === null) continue;
    const state = await readState(bringUp);
    if (state === null) return { home: mem, use: null, tellsStorage: false };
    const { mem1, mem3 } = state;
    if ((mem3 ?? mem1).mem !== mem) continue;
    return { home: mem, use: { used: mem1.used, total: mem1.total }, tellsStorage: true };
  }
  return null;
}

/** Without storage each message is handed over, and waits in the network until it is acknowledged (TS 27.005 3.4.1, +CSMS 1). */
async function withoutStorage(bringUp: BringUp, findings: Findings): Promise<Findings> {
  if (!findings.profile.acknowledges || (await ask(bringUp, command.setMessageService(1))) === null) {
    throw new AppError("modem.no_storage", "the modem offers no storage for messages", {
      retryable: true,
      hint: "Put a SIM in whose storage works, or choose another modem.",
    });
  }
  return { ...findings, delivery: "direct", others: [], storage: null };
}

function settledIn({ home, use, tellsStorage }: Home, findings: Findings): Findings {
  const others = findings.profile.alsoRead.filter((other) => other !== home);
  return { ...findings, home, others, storage: use, tellsStorage };
}

export async function bringUpStorage(bringUp: BringUp, findings: Findings): Promise<Findings> {
  // Not earlier: without a SIM that is ready some modems know no message commands at all.
  await bringUp.channel.send(command.pduFormat());
  const serviceCentre = await keepServiceCentre(bringUp, findings);
  const found: Findings = { ...findings, serviceCentre };
  const { receiveInto } = findings.profile;
  // What +CPMS=? lists is not asked for: only trying tells which storage the modem takes.
  for (const mem of receiveInto) {
    const settled = await settleIn(bringUp, mem);
    if (settled !== null) return settledIn(settled, found);
  }
  // One that keeps its own storage whatever it is told: better that one than none.
  const told = await readState(bringUp);
  const own = told === null ? null : await settleIn(bringUp, (told.mem3 ?? told.mem1).mem);
  return own === null ? await withoutStorage(bringUp, found) : settledIn(own, found);
}

/**
 * +CNMI with <mt> 1: store, then announce. Nothing is routed directly to us, so that a crash of the box loses nothing; a modem without
 * storage is asked for <mt> 2, with its acknowledgement. Cell broadcasts stay off (<bm> 0).
 */
export async function bringUpNotify(bringUp: BringUp, findings: Findings): Promise<Findings> {
  const offered = await tell(bringUp, command.listIndications(), parseCnmiTest);
  const wish = { modes: findings.profile.indicationModes, mt: findings.delivery === "direct" ? 2 : 1 } as const;
  for (const settings of indicationAttempts(offered, wish)) {
    if ((await ask(bringUp, command.setIndications(settings))) !== null) return { ...findings, announces: true };
  }
  // Without announcements the sweep still finds every message, only later.
  return { ...findings, announces: false };
}
