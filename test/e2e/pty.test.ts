// The same way of an SMS through a real pseudo-terminal, so that the serialport package itself is under test.

import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Field } from "./field.ts";
import { providerKeyOf } from "./provider-key.ts";

const socat = ["/usr/bin/socat", "/usr/local/bin/socat"].some((path) => existsSync(path));

describe.skipIf(!socat)(`a box on pseudo-terminals${socat ? "" : " (skipped: socat is not installed)"}`, () => {
  let field: Field;

  beforeAll(async () => {
    field = await Field.open({ slots: 2, seed: "pty", listen: "pty" });
    await field.startBox();
    await field.startRelay(await providerKeyOf(field.boxData));
    await field.rentAll();
  });

  afterAll(async () => {
    await field.close();
    field.remove();
  });

  async function read(): Promise<readonly string[]> {
    expect(await field.drained(240)).toBe(true);
    return (await field.inbox()).map((line) => line.body);
  }

  it("reads what arrives through serialport", async () => {
    field.board.modem(1).sendSms({ from: "+15550100", body: "through a tty" });
    field.board.modem(2).sendSms({ from: "+15550100", body: "x".repeat(400) });
    expect([...(await read())].sort()).toEqual(["through a tty", "x".repeat(400)]);
  });

  it("comes back by itself after the tty went away and returned, and reads what arrived meanwhile", async () => {
    field.board.modem(1).unplug();
    field.board.modem(2).sendSms({ from: "+15550100", body: "on the other slot meanwhile" });
    field.board.modem(1).sendSms({ from: "+15550100", body: "while unplugged" });
    field.board.modem(1).plug();
    const bodies = await read();
    expect(bodies).toContain("while unplugged");
    expect(bodies).toContain("on the other slot meanwhile");
    expect(bodies).toHaveLength(4);
  });

  it("survives a kill in the middle of reading a full SIM", async () => {
    for (let i = 1; i <= 40; i++) field.board.modem(1).sendSms({ from: "+15550100", body: `burst ${i}` });
    await field.killBox();
    await field.startBox();
    const bodies = await read();
    expect(bodies.filter((body) => body.startsWith("burst"))).toEqual(
      Array.from({ length: 40 }, (_, i) => `burst ${i + 1}`),
    );
  });
});
