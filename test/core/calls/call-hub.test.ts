import { describe, expect, it } from "vitest";
import { slotId } from "../../../src/base/index.ts";
import { CallHub } from "../../../src/core/index.ts";
import type { CallNews } from "../../../src/protocol/index.ts";

const CALL: CallNews = {
  ...{ id: "c1", at: 1000, slot: "1", line: "line-1", held: false },
  ...{ direction: "in", phase: "ringing", started_at: 1000, talking_at: null, cause: null },
};
const FACT = { problem: null, edge: "asterisk", accounts: 1, phones: 2, slots: [slotId("1")], throttled: 3 } as const;

describe("what is told of calls", () => {
  it("holds those that are on, by what was told last, and counts those that are over", () => {
    const hub = new CallHub();
    hub.take(CALL);
    hub.take({ ...CALL, phase: "talking", talking_at: 2000 });
    hub.take({ ...CALL, id: "c2", direction: "out" });
    expect(hub.open().map(({ id, phase }) => [id, phase])).toEqual([
      ["c1", "talking"],
      ["c2", "ringing"],
    ]);
    hub.take({ ...CALL, phase: "over", talking_at: 2000, at: 5500, cause: "hung_up" });
    hub.take({ ...CALL, id: "c3", phase: "over", talking_at: 2000, at: 3000, cause: "hung_up" });
    hub.take({ ...CALL, id: "c2", direction: "out", phase: "over", cause: "busy" });
    expect(hub.open()).toEqual([]);
    expect(hub.totals()).toEqual([
      { direction: "in", cause: "hung_up", calls: 2, answered: 2, talked: 4.5 },
      { direction: "out", cause: "busy", calls: 1, answered: 0, talked: 0 },
    ]);
  });

  it("knows how calls stand while there are any to be taken", () => {
    const hub = new CallHub();
    expect(hub.fact()).toBeNull();
    const leave = hub.attach(() => FACT);
    hub.take(CALL);
    expect(hub.fact()).toEqual(FACT);
    leave();
    expect([hub.fact(), hub.open()]).toEqual([null, []]);
  });
});
