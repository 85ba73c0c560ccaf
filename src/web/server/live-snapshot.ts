// Everything a viewer needs to begin with, in one frame.

import type { BoxConsole } from "../../core/index.ts";
import { type BoxEvent, type LiveFrame, liveFrame } from "../../protocol/index.ts";

const PAGE = 500;

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

export async function snapshot(box: BoxConsole, events: number): Promise<LiveFrame> {
  const [overview, lines, rentals] = await Promise.all([box.overview(), box.lines(), box.rentals()]);
  return liveFrame.parse({
    type: "snapshot",
    overview,
    slots: box.slots(),
    lines,
    rentals,
    events: newestEvents(box, events),
  });
}
