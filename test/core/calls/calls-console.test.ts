import { describe, expect, it } from "vitest";
import { rentalId } from "../../../src/base/index.ts";
import { noCallsConsole } from "../../../src/core/index.ts";
import { callsReply } from "../../../src/protocol/index.ts";
import { MemoryCalls } from "../../sim/memory-calls.ts";

describe("a box without calls", () => {
  const console = noCallsConsole(new MemoryCalls(() => "0".repeat(16)));

  it("says that it has none, in the words of one that has", async () => {
    expect(callsReply.parse(await console.calls())).toMatchObject({ configured: false, problem: null, calls: [] });
    expect(await console.accounts()).toEqual([]);
    expect(await console.history({ after: 0, limit: 10 })).toEqual({ calls: [], next: 0 });
  });

  it("refuses what needs them", async () => {
    await expect(console.hangUp("x")).rejects.toMatchObject({ code: "call.unknown" });
    const rental = rentalId("0".repeat(32));
    await expect(console.rotate(rental)).rejects.toMatchObject({ code: "call.no_account" });
  });
});
