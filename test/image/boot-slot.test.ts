import { afterEach, describe, expect, it } from "vitest";
import { FakeDisk, type Loader } from "./fake-disk.ts";

const disks: FakeDisk[] = [];

function diskOf(loader: Loader): FakeDisk {
  const disk = new FakeDisk(loader);
  disks.push(disk);
  return disk;
}

/** An update as RAUC does it, up to the choice of the new slot. */
function install(disk: FakeDisk): void {
  disk.runAll([
    ["set-state", "B", "bad"],
    ["set-state", "B", "good"],
    ["set-primary", "B"],
  ]);
}

afterEach(() => {
  for (const disk of disks.splice(0)) disk.dispose();
});

describe.each<Loader>(["pi", "grub"])("the choice of the slot, by %s", (loader) => {
  it("starts what it always started when nothing was installed", () => {
    const disk = diskOf(loader);
    expect(disk.start()).toBe("A");
    disk.run(["settle"]);
    expect(disk.run(["get-primary"]).out).toBe("A");
    expect(disk.run(["get-current"]).out).toBe("A");
    expect(disk.run(["get-state", "A"]).out).toBe("good");
  });

  it("starts an installed slot only when it is asked to", () => {
    const disk = diskOf(loader);
    install(disk);
    expect(disk.run(["get-primary"]).out).toBe("B");
    expect(disk.start()).toBe("A");
    disk.run(["settle"]);
    expect(disk.state("last-update.json")).toBeNull();
    expect(disk.run(["get-primary"]).out).toBe("B");
  });

  it("keeps a tried slot that was found good", () => {
    const disk = diskOf(loader);
    install(disk);
    disk.run(["try"]);
    expect(disk.start()).toBe("B");
    disk.run(["settle"]);
    expect(disk.has("run/trying")).toBe(true);
    disk.run(["set-state", "B", "good"]);
    expect(disk.start(true)).toBe("B");
    disk.run(["settle"]);
    expect(disk.has("run/trying")).toBe(false);
    expect(JSON.parse(disk.state("last-update.json") ?? "")).toMatchObject({ result: "committed", slot: "B" });
    expect(disk.run(["get-primary"]).out).toBe("B");
  });

  it("goes back by itself from a slot that was not found good, and tells why", () => {
    const disk = diskOf(loader);
    install(disk);
    disk.run(["try"]);
    expect(disk.start()).toBe("B");
    disk.run(["settle"]);
    disk.run(["failed", "the console does not answer"]);
    expect(disk.start()).toBe("A");
    disk.run(["settle"]);
    const told = { result: "rolled_back", slot: "B", reason: "the console does not answer" };
    expect(JSON.parse(disk.state("last-update.json") ?? "")).toMatchObject(told);
    expect(disk.run(["get-state", "B"]).out).toBe("bad");
    expect(disk.run(["get-primary"]).out).toBe("A");
    expect(disk.start()).toBe("A");
  });

  it("goes back from a slot that never got as far as to run anything", () => {
    const disk = diskOf(loader);
    install(disk);
    disk.run(["try"]);
    disk.start();
    expect(disk.start(true)).toBe("A");
    disk.run(["settle"]);
    expect(JSON.parse(disk.state("last-update.json") ?? "")).toMatchObject({ result: "rolled_back", slot: "B" });
  });

  it("refuses to try where nothing is installed", () => {
    expect(diskOf(loader).run(["try"]).status).toBe(1);
  });

  it("keeps the file that the firmware reads at its size, and writes no other beside it", () => {
    const disk = diskOf(loader);
    const { length } = disk.choice;
    install(disk);
    disk.run(["try"]);
    disk.start();
    disk.run(["settle"]);
    disk.run(["set-state", "B", "good"]);
    expect(disk.choice.length).toBe(length);
    expect(disk.bootFiles).toHaveLength(1);
  });

  it("comes back to a slot that is whole, whichever write of an update the power is cut before", () => {
    const commands = [["set-state", "B", "bad"], ["set-state", "B", "good"], ["set-primary", "B"], ["try"]];
    let cuts = 0;
    for (let cutAt = 1, cut = true; cut; cutAt++) {
      const disk = diskOf(loader);
      ({ cut } = disk.runAll(commands, cutAt));
      if (!cut) continue;
      cuts++;
      // A try that was armed may still happen; whatever starts and is not found good is left again.
      disk.start(true);
      disk.run(["settle"]);
      expect(disk.start(true)).toBe("A");
      expect(disk.runAll([["settle"], ["status"]]).out).toContain('"current":"A","default":"A"');
    }
    expect(cuts).toBeGreaterThan(4);
  });

  it("is committed or not, whichever write of the commit the power is cut before", () => {
    let kept = 0;
    for (let cutAt = 1, cut = true; cut; cutAt++) {
      const disk = diskOf(loader);
      disk.runAll([["set-primary", "B"], ["try"]]);
      expect(disk.start()).toBe("B");
      disk.run(["settle"]);
      ({ cut } = disk.runAll([["set-state", "B", "good"]], cutAt));
      const slot = disk.start(true);
      disk.run(["settle"]);
      expect(disk.start(true)).toBe(slot);
      expect(disk.run(["get-primary"]).out).toBe(slot);
      expect(disk.state("pending")).toBeNull();
      if (slot === "B") kept++;
    }
    expect(kept).toBeGreaterThan(0);
  });
});
