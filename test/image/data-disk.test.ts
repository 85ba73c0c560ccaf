import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { FakeCard } from "./fake-card.ts";
import { LIBRARY } from "./fake-disk.ts";

const cards: FakeCard[] = [];
afterEach(() => {
  for (const card of cards.splice(0)) card.dispose();
});

const BOX = { "var/lib/numberbox/box.db": "messages", "var/lib/numberbox/keystore.json": "keys", ".hidden": "dot" };

function usedCard(): FakeCard {
  const card = new FakeCard();
  cards.push(card);
  for (const [name, text] of Object.entries(BOX)) card.write(name, text);
  card.write("image/A.bad", "bad");
  card.plug("sda", "T7-1");
  return card;
}

const toldOf = (card: FakeCard) => JSON.parse(card.read("run/data.json") ?? "null");

describe("data on the card", () => {
  it("stays there when nobody asks for anything", () => {
    const card = usedCard();
    expect(card.start().ended).toBe(true);
    expect([card.mounted, card.data()]).toEqual(["card6", BOX]);
    expect(toldOf(card)).toMatchObject({ on: "card", last: null });
  });

  it("moves to the disk that was asked for, and leaves nothing behind", () => {
    const card = usedCard();
    card.ask("T7-1");
    expect(card.start().ended).toBe(true);
    expect([card.mounted, card.data()]).toEqual(["sda1", BOX]);
    expect(card.read("data/image/A.bad")).toBe("bad");
    expect(card.card()).toEqual(["image", "image/data-disk", "lost+found"]);
    expect(toldOf(card)).toMatchObject({ on: "disk", disk: "sda", model: "Fast_One", last: { result: "moved" } });
    card.start();
    expect([card.mounted, card.data()]).toEqual(["sda1", BOX]);
  });

  it.each([
    ["is not there", "no_disk", "T7-2", (_card: FakeCard) => {}],
    ["is too small", "too_small", "small", (card: FakeCard) => card.plug("sdb", "small", { sectors: 10 })],
    ["takes no file system", "no_file_system", "T7-1", (card: FakeCard) => card.mark("bad-disk")],
    ["is there twice", "no_disk", "T7-1", (card: FakeCard) => card.plug("sdb", "T7-1")],
    ["is on neither USB nor NVMe", "no_disk", "inner", (card: FakeCard) => card.plug("sdb", "inner", { bus: "mmc" })],
  ])("stays when the disk %s, says why, and is not moved at the next start", (_what, reason, serial, prepare) => {
    const card = usedCard();
    prepare(card);
    card.ask(serial);
    for (const _start of [1, 2]) {
      expect(card.start().ended).toBe(true);
      expect([card.mounted, card.data()]).toEqual(["card6", BOX]);
      expect(toldOf(card)).toMatchObject({ on: "card", last: { result: "failed", reason } });
    }
  });

  it("is whole in one of the two places, wherever the power is cut", { timeout: 240_000 }, () => {
    const whole = usedCard();
    whole.ask("T7-1");
    const { count } = whole.start();
    expect(count).toBeGreaterThan(15);
    const places = new Set<string>();
    for (let cut = 1; cut <= count; cut++) {
      const card = usedCard();
      card.ask("T7-1");
      expect(card.start(cut).ended, `cut ${cut}`).toBe(false);
      expect(card.start().ended, `start after cut ${cut}`).toBe(true);
      expect(card.data(), `data after cut ${cut}, on ${card.mounted}`).toEqual(BOX);
      places.add(card.mounted);
      if (card.mounted === "sda1") {
        expect(card.card()).toEqual(["image", "image/data-disk", "lost+found"]);
        expect(toldOf(card), `after cut ${cut}`).toMatchObject({ on: "disk", last: { result: "moved" } });
      } else {
        card.ask("T7-1");
        card.start();
        expect([card.mounted, card.data()], `second try after cut ${cut}`).toEqual(["sda1", BOX]);
      }
      card.dispose();
    }
    expect([...places].toSorted()).toEqual(["card6", "sda1"]);
  });
});

describe("folders that last", () => {
  it("are not made anew on a card whose data is on a disk", () => {
    const card = usedCard();
    card.write("image/data-disk", "0abc-1");
    card.mark("persist.list", "/var/lib/numberbox 0700 root:root\n");
    const env = {
      ...{ PATH: "/usr/bin:/bin", NUMBERBOX_DATA_ROOT: `${card.root}/fs/card6`, NUMBERBOX_ROOT: `${card.root}/root` },
      ...{
        NUMBERBOX_PERSIST_LIST: `${card.root}/persist.list`,
        NUMBERBOX_PAUSE: ":",
        NUMBERBOX_REBOOT: "echo restart",
      },
      NUMBERBOX_MOUNT: "false",
    };
    const done = spawnSync(`${LIBRARY}/data-setup`, [], { env, encoding: "utf8" });
    expect([done.status, done.stdout]).toEqual([1, "restart\n"]);
    expect(done.stderr).toContain("on another disk");
  });
});

describe("data on a disk", () => {
  function moved(): FakeCard {
    const card = usedCard();
    card.ask("T7-1");
    card.start();
    return card;
  }

  it("is waited for; then the machine starts anew, to look again", () => {
    const card = moved();
    card.unplug();
    const { ended, out } = card.start(0, 20);
    expect(ended).toBe(false);
    expect(out).toContain("Plug it in: the box waits for it");
    expect(card.read("boot/NO-DATA-DISK.txt")).toContain("numberbox-reset.txt");
    expect([card.read("restarts")?.length, card.mounted]).toEqual([1, "card6"]);
    card.replug();
    expect(card.start().ended).toBe(true);
    expect([card.mounted, card.data(), card.read("boot/NO-DATA-DISK.txt")]).toEqual(["sda1", BOX, null]);
  });

  it("is given up when the owner asks for a factory reset", () => {
    const card = moved();
    card.unplug();
    card.mark("boot/numberbox-reset.txt");
    card.mark("boot/NO-DATA-DISK.txt");
    expect(card.start(0, 60).ended).toBe(true);
    expect([card.mounted, card.data(), card.read("boot/NO-DATA-DISK.txt")]).toEqual(["card6", {}, null]);
  });

  it("is not what is found by its id where another one has it: the machine starts anew", () => {
    const card = moved();
    card.remove("fs/sda1/image/whole");
    expect(card.start().ended).toBe(false);
    expect(card.read("restarts")?.length).toBe(1);
    card.mark("boot/numberbox-reset.txt");
    expect(card.start().ended).toBe(true);
    expect([card.mounted, card.data(), card.card()]).toEqual(["card6", {}, ["image", "lost+found"]]);
  });

  it("is missed when it is pulled out, and nothing else is", () => {
    const card = moved();
    for (const [name, calls] of [
      ["sdb1", null],
      ["sda1", "--no-block reboot\n"],
    ] as const) {
      card.gone(name);
      expect(card.read("asked")).toBe(calls);
    }
  });

  it("is given up for a factory reset when it cannot be mounted, and else waited for", () => {
    const card = moved();
    card.remove("fs/sda1");
    expect(card.start().ended).toBe(false);
    expect(card.read("restarts")?.length).toBe(1);
    card.mark("boot/numberbox-reset.txt");
    expect(card.start().ended).toBe(true);
    expect([card.mounted, card.card()]).toEqual(["card6", ["image", "lost+found"]]);
  });

  it("is no disk without a name: the card was never emptied then", () => {
    const card = usedCard();
    card.write("image/data-disk", "\n");
    expect(card.start().ended).toBe(true);
    expect([card.mounted, card.data()]).toEqual(["card6", BOX]);
  });

  it("is taken up by a new card, without what the old card knew of its systems", () => {
    const card = usedCard();
    card.write("image/pending", "B");
    card.ask("T7-1");
    card.start();
    expect(card.read("data/image/pending")).toBe("B");
    card.newCard();
    card.start();
    expect([card.mounted, card.data(), card.read("data/image/pending")]).toEqual(["sda1", BOX, null]);
    expect(card.read("data/image/A.bad")).toBeNull();
  });

  it("is left alone by a card that has data, and by any where two disks have some", () => {
    const card = moved();
    card.newCard();
    card.write("var/lib/numberbox/box.db", "another box");
    card.start();
    expect([card.mounted, card.data()]).toEqual(["card6", { "var/lib/numberbox/box.db": "another box" }]);
    const two = moved();
    two.plug("sdb", "T7-2");
    two.newCard();
    two.write("var/lib/numberbox/box.db", "second");
    two.ask("T7-2");
    two.start();
    expect(two.mounted).toBe("sdb1");
    two.newCard();
    expect(two.start().out).toContain("two disks");
    expect([two.mounted, two.data()]).toEqual(["card6", {}]);
  });

  it("is not taken up where a cut left half of it", () => {
    const card = usedCard();
    card.ask("T7-1");
    let cut = 1;
    while (card.read("fs/sda1/var/lib/numberbox/box.db") === null) {
      card.start(cut++);
      card.ask("T7-1");
    }
    card.newCard();
    card.start();
    expect(card.mounted).toBe("card6");
  });
});
