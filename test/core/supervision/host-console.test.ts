import { describe, expect, it } from "vitest";
import { AppError, hours, silentLogger } from "../../../src/base/index.ts";
import {
  type DataDisks,
  EventLog,
  hostConsole,
  noDataDisks,
  noMachineFacts,
  type SystemAction,
  type SystemActions,
} from "../../../src/core/index.ts";
import { codeOf } from "../../contract/box-store.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

function rig(actions?: SystemActions, disks: DataDisks = noDataDisks) {
  const asked: SystemAction[] = [];
  const events = new EventLog(new VirtualClock(), silentLogger);
  const memory = { availableBytes: 100.9 * 1024 * 1024, totalBytes: 1, swapUsedBytes: 0 };
  const facts = { ...noMachineFacts, uptime: hours(2), temperatureC: 51.5, fanRuns: false, memory };
  const host = hostConsole({
    ...{ appliance: true, name: "attic", addresses: () => ["https://attic.local"], events },
    disks,
    machine: { facts: () => Promise.resolve(facts) },
    ssh: async () => ({ open: "local", keys: [{ user: "anna", type: "ssh-ed25519", comment: "me@desk" }] }),
    actions: actions ?? { perform: async (action) => void asked.push(action) },
  });
  return { host, asked, codes: () => events.list({ after: 0, limit: 10 }).map(({ code }) => code) };
}

describe("the machine under a box", () => {
  it("shows what it tells of itself, and null for the rest", async () => {
    expect(await rig().host.view()).toEqual({
      ...{ appliance: true, name: "attic", addresses: ["https://attic.local"] },
      ...{ uptime_s: 7200, temperature_c: 51.5, fan: false, memory_free_mb: 100, disk_free_mb: null, clock_kept: null },
      ssh: { open: "local", keys: [{ user: "anna", type: "ssh-ed25519", comment: "me@desk" }] },
    });
  });

  it("restarts and turns off when it is asked, and the box writes down that it was", async () => {
    const { host, asked, codes } = rig();
    expect(await host.restart()).toEqual({ asked: "reboot" });
    expect(await host.powerOff()).toEqual({ asked: "power_off" });
    expect(asked).toEqual(["reboot", "power_off"]);
    expect(codes()).toEqual(["host.reboot", "host.power_off"]);
  });

  it("deletes nothing until its name was typed", async () => {
    const { host, asked } = rig();
    for (const typed of ["", "yes", "attic.local"])
      expect(await codeOf(host.factoryReset(typed))).toBe("host.not_confirmed");
    expect(asked).toEqual([]);
    expect(await host.factoryReset(" Attic ")).toEqual({ asked: "factory_reset" });
    expect(asked).toEqual(["factory_reset"]);
  });

  it("says when the system does not let the box, and then tells of nothing", async () => {
    const { host, codes } = rig({ perform: () => Promise.reject(new AppError("host.not_allowed", "no")) });
    expect(await codeOf(host.restart())).toBe("host.not_allowed");
    expect(codes()).toEqual([]);
  });

  describe("with a card and a disk", () => {
    const spare = { id: "T7-1", model: "T7", bus: "usb", size: 1_000_204_886_016, holds: ["FILMS"] } as const;
    function storage(on: "card" | "disk" = "card", actions?: SystemActions) {
      const wanted: (string | null)[] = [];
      const disks: DataDisks = {
        place: async () => ({ on, model: "Card", last: null }),
        disks: async () => [spare],
        request: async (id) => void wanted.push(id),
      };
      return { wanted, ...rig(actions, disks) };
    }

    it("tells where its data lies and where it could", async () => {
      expect(await storage().host.storage()).toEqual({
        data: { on: "card", model: "Card", last: null },
        disks: [{ id: "T7-1", model: "T7", bus: "usb", holds: ["FILMS"], size_mb: 1_000_204 }],
      });
      expect((await storage("disk").host.storage()).disks).toEqual([]);
      expect(await rig().host.storage()).toEqual({ data: null, disks: [] });
    });

    it("asks for the move before it restarts, once its name was typed", async () => {
      const { host, wanted, asked, codes } = storage();
      expect(await codeOf(host.moveData("T7-1", "no"))).toBe("host.not_confirmed");
      expect(await codeOf(host.moveData("T7-2", "attic"))).toBe("host.no_disk");
      expect(wanted).toEqual([]);
      expect(await host.moveData("T7-1", "attic")).toEqual({ asked: "move_data" });
      expect([wanted, asked, codes()]).toEqual([["T7-1"], ["reboot"], ["host.move_data"]]);
    });

    it("asks for nothing any more where the machine cannot be restarted", async () => {
      const { host, wanted } = storage("card", {
        perform: () => Promise.reject(new AppError("host.not_allowed", "no")),
      });
      expect(await codeOf(host.moveData("T7-1", "attic"))).toBe("host.not_allowed");
      expect(wanted).toEqual(["T7-1", null]);
    });

    it("leaves data where it is that is on a disk already, or that nothing can move", async () => {
      expect(await codeOf(storage("disk").host.moveData("T7-1", "attic"))).toBe("host.data_stays");
      expect(await codeOf(rig().host.moveData("T7-1", "attic"))).toBe("host.data_stays");
    });
  });
});
