// Everything a viewer needs to begin with, in one frame.

import { type Clock, seconds, withDeadline } from "../../base/index.ts";
import type { BoxConsole } from "../../core/index.ts";
import { type BoxEvent, type LiveFrame, liveFrame } from "../../protocol/index.ts";

const PAGE = 500;
const TELLING = seconds(10);

function newestEvents(box: BoxConsole, limit: number): readonly BoxEvent[] {
  let newest: readonly BoxEvent[] = [];
  let after = 0;
  for (;;) {
    const page = box.events({ after, limit: PAGE });
    newest = [...newest, ...page].slice(-limit);
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return newest;
    after = last.seq;
  }
}

/** Errors: `base.timeout` when the box does not tell its state in time. */
export async function snapshot(box: BoxConsole, events: number, clock: Clock): Promise<LiveFrame> {
  const asked = Promise.all([box.overview(), box.lines(), box.rentals()]);
  const [overview, lines, rentals] = await withDeadline(asked, {
    clock,
    timeout: TELLING,
    what: "snapshot of the box",
  });
  return liveFrame.parse({
    type: "snapshot",
    overview,
    slots: box.slots(),
    lines,
    rentals,
    events: newestEvents(box, events),
  });
}
