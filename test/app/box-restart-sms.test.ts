// SMS that come while the box is started anew, again and again, also with a configuration that it cannot start with: each is there
// once in the end.

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { seconds } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { newBoard } from "./box-rig.ts";
import { openRunner } from "./settings-rig.ts";

const TEXT = `# two modems
web: { listen: "127.0.0.1:0" }
slots:
  - { id: "1", port: "sim://slot/1" }
  - { id: "2", port: "sim://slot/2" }
lines:
  - { id: line-1, number: "+15550101", slot: "1" }
  - { id: line-2, number: "+15550102", slot: "2" }
`;
const DEADLINE = seconds(40);

describe("a box that is started anew while SMS come in", () => {
  it("loses none of them and stores none twice, also when the new configuration cannot start", async () => {
    const board = newBoard(2);
    const rig = openRunner(TEXT, { board });
    await rig.runner.start();
    let sent = 0;
    const send = (): void => {
      sent++;
      board.modem(1 + (sent % 2)).sendSms({ from: "+15550100", body: `message ${sent}` });
    };
    for (let round = 0; round < 3; round++) {
      if (round === 1) writeFileSync(rig.file, `${TEXT}unlock: { passphrase_file: /nowhere }\n`);
      if (round === 2) writeFileSync(rig.file, TEXT);
      const restarted = rig.runner.restart();
      let isDone = false;
      void restarted.finally(() => {
        isDone = true;
      });
      // A SIM holds few; what it has no room for is the network's to keep.
      for (let n = 0; !isDone; n++) {
        if (n < 12) send();
        await systemClock.sleep(seconds(0.1), "the next SMS");
      }
      await restarted;
      expect((await rig.settings()).fallback === null).toBe(round !== 1);
    }
    const until = systemClock.monotonic() + DEADLINE;
    const received = async (): Promise<number> => (await rig.runner.box?.console.overview())?.counts.received ?? 0;
    while ((await received()) < sent && systemClock.monotonic() < until) await systemClock.sleep(seconds(0.1), "SMS");
    expect(sent).toBeGreaterThan(10);
    expect(await received()).toBe(sent);
    expect(readFileSync(rig.file, "utf8")).toBe(TEXT);
  });
});
