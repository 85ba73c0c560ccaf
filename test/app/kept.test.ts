// A line of the owner's own in a whole box: nobody rents it, and its messages are read by the owner.

import { describe, expect, it } from "vitest";
import { toBase64url } from "../../src/base/index.ts";
import { keptReply } from "../../src/protocol/index.ts";
import { createApiToken } from "../../src/web/index.ts";
import { newBoard, openBox, parts, ready } from "./box-rig.ts";

const key = toBase64url(new Uint8Array(32).fill(9));

describe("a line of the owner's own", () => {
  it("is not let; its SMS are kept even where others are dropped, and read by a token for content", async () => {
    const board = newBoard(2);
    const lines = [
      { id: "mine", number: "+15550101", slot: "1", own: true },
      { id: "let", number: "+15550102", slot: "2" },
    ];
    const { box, log } = await openBox({ board, sections: { lines, intake: { unrented: "drop" } } });
    await ready(box);
    const request = { renter: { verify: key, encrypt: key }, days: 1, envelope_version: 1, credit: null } as const;
    await expect(box.console.grant({ line: "mine", ...request })).rejects.toMatchObject({ code: "rental.own_line" });

    board.modem(1).sendSms({ from: "+15550177", body: "your code is 4471" });
    board.modem(2).sendSms({ from: "+15550177", body: "for nobody" });
    await expect.poll(async () => (await box.console.overview()).counts.unrented).toBe(2);
    const token = await createApiToken({ ...parts, settings: box.store, name: "me", scopes: ["content"] });
    const answer = await fetch(`${box.consoleUrl}/api/v1/kept`, { headers: { authorization: `Bearer ${token}` } });
    expect(keptReply.parse(await answer.json())).toMatchObject({
      messages: [{ line: "mine", own: true, content: { from: "+15550177", body: "your code is 4471" } }],
    });
    expect(log.lines.join("\n")).toContain("kept.read");
    expect(log.lines.join("\n")).not.toContain("4471");
  });
});
