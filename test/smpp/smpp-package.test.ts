// Against a server that others wrote: the npm package `smpp`, over TCP on loopback and the real clock.

import { expect, it, onTestFinished } from "vitest";
import { e164, lineId, Secret, silentLogger, slotId } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { EventLog } from "../../src/core/index.ts";
import { openSocket, SmppSlot } from "../../src/smpp/index.ts";
import { decodePdu } from "../../src/sms/index.ts";
import { FakeIntake } from "../modem/fake-intake.ts";
import { startPackageServer } from "./package-server.ts";

it("a server made with the npm package delivers texts, parts and data, each once, and is unbound from", async () => {
  const server = await startPackageServer({ systemId: "box", password: "hush" });
  onTestFinished(() => server.stop());
  const intake = new FakeIntake();
  const slot = new SmppSlot(
    { id: slotId("rack"), url: server.url, systemId: "box", systemType: "", bind: "auto", alphabet: "gsm7" },
    {
      openGateway: openSocket,
      password: async () => new Secret("hush"),
      intake,
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
      events: new EventLog(systemClock, silentLogger),
      now: () => systemClock.now(),
      linesOf: () => [{ id: lineId("line-1"), number: e164("+12025550101") }],
      onChange: () => {},
    },
  );
  slot.start();
  onTestFinished(() => slot.stop());
  const session = await server.bound;
  const common = { source_addr_ton: 1, source_addr: "15550111", destination_addr: "12025550101" };
  const statuses = [
    await session.deliver({ ...common, short_message: "Code 123_456 @ 5$ é €" }),
    await session.deliver({ ...common, short_message: "Привет 👋" }),
    await session.deliver({
      ...common,
      short_message: { udh: Buffer.from("0500034d0201", "hex"), message: "part one, " },
    }),
    await session.deliver({
      ...common,
      short_message: { udh: Buffer.from("0500034d0202", "hex"), message: "part two" },
    }),
    await session.deliver({ ...common, data_coding: 4, short_message: Buffer.from("00ff", "hex") }),
    await session.deliver({ ...common, message_payload: "payload", short_message: "" }),
  ];
  expect(statuses).toEqual([0, 0, 0, 0, 0, 0]);
  const seen = intake.taken.map(({ pdu }) => decodePdu(pdu)).map((result) => (result.ok ? result.pdu : null));
  expect(seen.map((pdu) => pdu?.body ?? null)).toEqual([
    "Code 123_456 @ 5$ é €",
    "Привет 👋",
    "part one, ",
    "part two",
    null,
    "payload",
  ]);
  expect(seen[3]?.concat).toMatchObject({ ref: 0x4d, total: 2, part: 2 });
  expect(await session.enquire()).toBe(0);
  await slot.stop();
  expect(await session.unbound).toBe(true);
});
