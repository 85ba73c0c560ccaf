import { describe, expect, it } from "vitest";
import { qualityOf } from "../../../src/voice/asterisk/call-quality.ts";

describe("the quality of a call", () => {
  it("is in ms and packets", () => {
    const statistics = { rxploss: 3, txploss: 0, rxjitter: 0.0126, rtt: 0.0804 };
    expect(qualityOf(statistics, "(opus)", "sdes")).toEqual({
      ...{ codec: "opus", encryption: "sdes", lost: { received: 3, sent: 0 } },
      ...{ jitter: 13, roundTrip: 80 },
    });
  });

  it("says nothing of what is not known: before RTCP has come, or with clocks that do not fit", () => {
    expect(qualityOf({}, "", "none")).toEqual({
      ...{ codec: null, encryption: "none", lost: { received: null, sent: null } },
      ...{ jitter: null, roundTrip: null },
    });
    for (const rtt of [0, -1, 65_536]) expect(qualityOf({ rtt }, "(ulaw|alaw)", "none").roundTrip).toBeNull();
    expect(qualityOf({ rxploss: -1 }, "(ulaw|alaw)", "none")).toMatchObject({
      codec: "ulaw",
      lost: { received: null },
    });
  });
});
