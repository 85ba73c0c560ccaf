// The simulated message centre as a command: what its control port does, and that an account of the product gets what it sends.

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/base/index.ts";
import { numberbox } from "../bin/run-rig.ts";
import { SmppRig } from "../smpp/smpp-rig.ts";
import { controlSmsc, SimSmsc, writtenMessage } from "./smsc/index.ts";
import { VirtualClock } from "./virtual-clock.ts";

const NO_QUERY = new URLSearchParams();
const request = (method: string, path: string, body?: unknown) => ({ method, path, query: NO_QUERY, body });

function codeOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return isAppError(error) ? error.code : String(error);
  }
}

describe("the control port", () => {
  it("sends what a person writes, in Latin-1, in UCS-2 and beyond one short message, and unbinds", async () => {
    const rig = new SmppRig();
    await rig.start();
    const to = "+12025550101";
    const long = "long ".repeat(100).trim();
    for (const body of ["déjà vu", "код 👋", long])
      controlSmsc(rig.smsc, request("POST", "/sms", { from: "Bank", to, body }));
    controlSmsc(rig.smsc, request("POST", "/sms", { from: "+15550100", to, body: "twice", repeat: 2 }));
    await rig.drained();
    // The long one is handed over as text.
    expect(rig.bodies.filter((body) => !body.startsWith("pdu."))).toEqual(["déjà vu", "код 👋", "twice", "twice"]);
    expect(rig.intake.taken.length).toBe(5);
    expect(controlSmsc(rig.smsc, request("GET", "/")).body).toEqual({
      bound: true,
      waiting: 0,
      unanswered: 0,
      acknowledged: 5,
      refused: 0,
      binds: 1,
    });
    controlSmsc(rig.smsc, request("POST", "/unbind"));
    await rig.until(() => rig.smsc.binds.length === 2);
    await rig.stop();
  });

  it("refuses what it does not know", () => {
    const smsc = new SimSmsc({ clock: new VirtualClock() });
    expect(codeOf(() => controlSmsc(smsc, request("GET", "/nothing")))).toBe("sim.not_found");
    expect(codeOf(() => controlSmsc(smsc, request("POST", "/sms", { from: "x", to: "?", body: "" })))).toBe(
      "sim.bad_request",
    );
  });

  it("takes numbers and names as senders", () => {
    const sender = (from: string) => writtenMessage({ from, to: "1", body: "" });
    expect(sender("+15550100")).toMatchObject({ from: "15550100", ton: 1 });
    expect(sender("12345")).toMatchObject({ from: "12345", ton: 0 });
    expect(sender("Bank")).toMatchObject({ from: "Bank", ton: 5 });
  });
});

describe("numberbox simulate smsc", () => {
  it("says where it is, takes messages over HTTP, and ends when it is told to", async () => {
    const ending = new AbortController();
    let posted: Promise<unknown> | null = null;
    const outcome = await numberbox(["simulate", "smsc", "--port", "0", "--json"], {
      signal: ending.signal,
      onOut: (out) => {
        const facts = JSON.parse(out) as { url: string; simulator_url: string; system_id: string };
        expect(facts).toMatchObject({ url: expect.stringMatching(/^smpp:/), system_id: "numberbox" });
        const body = JSON.stringify({ from: "Bank", to: "+15550100", body: "hello" });
        posted = fetch(`${facts.simulator_url}/sms`, { method: "POST", body })
          .then((response) => response.json())
          .finally(() => ending.abort());
      },
    });
    expect(outcome).toMatchObject({ code: 0, err: "" });
    expect(await posted).toMatchObject({ bound: false, waiting: 1 });
  });

  it("says when its port is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { code, err } = await numberbox(["simulate", "smsc", "--port", String(port)]);
    expect(code).toBe(1);
    expect(err).toContain("sim.listen_failed");
    await new Promise((resolve) => server.close(resolve));
  });
});
