import { describe, expect, it } from "vitest";
import { type Run, resumeBehind } from "../../src/core/index.ts";

const runs: readonly Run[] = [
  { epoch: "one", mail: 0, receipts: 0 },
  { epoch: "two", mail: 150, receipts: 20 },
  { epoch: "three", mail: 180, receipts: 20 },
];

describe("a cursor that a client has kept", () => {
  it.each([
    ["of the run under way is good", { after: 190, epoch: "three" }, 190],
    ["of an earlier run is good up to where that run ended", { after: 150, epoch: "one" }, 150],
    ["that an earlier run cannot have given goes back to where that run ended", { after: 200, epoch: "one" }, 150],
    ["of a run that this store never had begins anew", { after: 10, epoch: "lost" }, 0],
    ["that was never given begins anew", { after: 201, epoch: "three" }, 0],
    ["of a client that does not say is believed", { after: 170, epoch: null }, 170],
    ["of a client that does not say begins anew where it was never given", { after: 201, epoch: null }, 0],
  ])("%s", (_what, kept, expected) => {
    expect(resumeBehind(kept, "mail", { runs, last: 200 })).toBe(expected);
  });

  it("is judged by its own kind", () => {
    expect(resumeBehind({ after: 25, epoch: "two" }, "receipts", { runs, last: 30 })).toBe(20);
  });
});
