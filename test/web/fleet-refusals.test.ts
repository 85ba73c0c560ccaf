import { expect, it } from "vitest";
import { systemClock } from "../../src/base/system-clock.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakeFleet } from "../sim/fake-fleet.ts";
import { startFixture } from "./web-fixture.ts";

it.each([
  ["AT+CMGD=1", "terminal.deletes_sms"],
  ['AT+EGMR=1,7,"001010000000000"', "terminal.identity"],
])("%s is forbidden, not a fault of the box", async (command, code) => {
  const box = new FakeBoxConsole({ clock: systemClock, slots: 1 });
  const f = await startFixture({ fleet: new FakeFleet({ box, clock: systemClock }) });
  try {
    const headers = await f.token("write");
    const refused = await f.call("POST", "/api/v1/slots/s1/at", { headers, body: { command } });
    expect([refused.status, refused.json?.code]).toEqual([403, code]);
  } finally {
    await f.stop();
  }
});
