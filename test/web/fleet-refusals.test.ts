import { expect, it } from "vitest";
import { AppError } from "../../src/base/index.ts";
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
    const headers = await f.token("operate", "manage");
    const refused = await f.call("POST", "/api/v1/slots/s1/at", { headers, body: { command } });
    expect([refused.status, refused.json?.code]).toEqual([403, code]);
  } finally {
    await f.stop();
  }
});

it("a PIN that was wrong before is a conflict, not a fault of the box", async () => {
  const fleet = new FakeFleet({ box: new FakeBoxConsole({ clock: systemClock, slots: 1 }), clock: systemClock });
  fleet.enterPin = async () => {
    throw new AppError("sim.pin_wrong", "this very PIN was wrong for this SIM");
  };
  const f = await startFixture({ fleet });
  try {
    const request = { headers: await f.token("operate", "manage"), body: { pin: "1111" } };
    const refused = await f.call("POST", "/api/v1/slots/s1/sim/pin", request);
    expect([refused.status, refused.json?.code]).toEqual([409, "sim.pin_wrong"]);
  } finally {
    await f.stop();
  }
});
