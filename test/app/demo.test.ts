import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ANY_PORTS, startDemo } from "../../src/app/index.ts";
import { AppError } from "../../src/base/index.ts";
import { loadSimulator, startDemoBroker, startDemoNode } from "../../src/bin/commands/simulator.ts";
import { codeOf } from "../contract/box-store.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { Observer } from "../sim/mqtt/observer.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { parts } from "./box-rig.ts";

async function demoOn(dataFolder: string) {
  const { startDemoBoard: startBoard } = await loadSimulator();
  const log = new RecordingLogger();
  const demo = await startDemo({
    ...parts,
    ports: ANY_PORTS,
    dataFolder,
    log,
    pages: tempFolder(),
    startBoard,
    startNode: startDemoNode,
    startBroker: startDemoBroker,
  });
  onTestFinished(() => demo.stop());
  return demo;
}

describe("the demo", () => {
  it("comes up with eight rented lines, tells where everything is, and comes up the same on the same folder", async () => {
    const folder = tempFolder();
    const first = await demoOn(folder);
    expect(first.facts.slots.map(({ line_id }) => line_id)).toEqual(
      Array.from({ length: 8 }, (_, at) => `line-${at + 1}`),
    );
    const overview = async (facts: typeof first.facts): Promise<Response> =>
      await fetch(`${facts.console_url}/api/v1/rentals`, { headers: { authorization: `Bearer ${facts.api_token}` } });
    expect(((await (await overview(first.facts)).json()) as { rentals: unknown[] }).rentals).toHaveLength(8);
    expect(existsSync(first.facts.renter_keyfile)).toBe(true);
    const sent = await fetch(`${first.facts.simulator_url}/slots/3/sms`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ from: "+15550100", body: "just before the end" }),
    });
    expect(sent.status).toBe(202);
    const watcher = await Observer.open(first.facts.mqtt_url ?? "", ["numberbox/#", "homeassistant/#"]);
    await watcher.until((heard) => heard.some(({ topic }) => topic === "numberbox/demo/slot/8/state"));
    await watcher.publish("numberbox/demo/slot/1/command/ussd", '{"code":"*100#"}');
    await watcher.until((heard) =>
      heard.some(({ topic, payload }) => topic === "numberbox/demo/slot/1/reply/ussd" && payload.includes("5.00")),
    );
    expect(watcher.heard.map(({ topic }) => topic)).toContain("homeassistant/device/numberbox_demo/config");
    await watcher.close();
    await first.stop();
    expect(existsSync(join(folder, "local-access.json"))).toBe(false);

    const second = await demoOn(folder);
    const { api_token: _, simulator_url: __, ...same } = second.facts;
    expect(first.facts).toMatchObject(same);
    const { rentals } = (await (await overview(second.facts)).json()) as {
      rentals: { line: string; messages: number }[];
    };
    expect(rentals.map((rental) => rental.messages).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it("refuses a folder that another one uses", async () => {
    const folder = tempFolder();
    await demoOn(folder);
    expect(await codeOf(demoOn(folder))).toBe("app.folder_in_use");
  });

  it("stops what it has started when a part cannot start", async () => {
    const folder = tempFolder();
    const startBoard = () => Promise.reject(new AppError("sim.broken", "no board"));
    const log = new RecordingLogger();
    const started = startDemo({
      ...parts,
      ports: ANY_PORTS,
      dataFolder: folder,
      log,
      pages: folder,
      startBoard,
      startNode: startDemoNode,
    });
    expect(await codeOf(started)).toBe("sim.broken");
    expect(existsSync(join(folder, "box.lock"))).toBe(false);
    expect(existsSync(join(folder, "relay", "box.lock"))).toBe(false);
  });
});
