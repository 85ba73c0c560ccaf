import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret, slotId } from "../../src/base/index.ts";
import { mayEnterPin, mayTakePin, PIN_ATTEMPTS, type PinOutcome, SimVault } from "../../src/core/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { CapturingLog } from "../modem/capturing-log.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

const SLOT = slotId("1");
const ICCID = "8999901155501000017";
const lock = (attemptsLeft: number | null, iccid: string | null = ICCID) => ({ slotId: SLOT, iccid, attemptsLeft });

async function vaultOn(store: MemorySettings, key = 7): Promise<SimVault> {
  const vault = new SimVault({
    store,
    random: new SeededRandom("vault"),
    log: new CapturingLog(),
    key: new Secret(new Uint8Array(32).fill(key)),
  });
  await vault.load();
  return vault;
}

describe("the guard of a PIN", () => {
  const verdict = (outcome: PinOutcome, attemptsLeft: number | null): string => {
    const found = mayEnterPin({ outcome, askedAt: attemptsLeft, attemptsLeft });
    return found.kind === "enter" ? "enter" : found.code;
  };

  it.each([
    ["right", 3, "enter"],
    ["right", null, "enter"],
    ["right", 2, "sim.pin_attempts"],
    ["new", 3, "enter"],
    ["new", 2, "sim.pin_attempts"],
    ["new", 1, "sim.pin_attempts"],
    ["asked", 2, "enter"],
    ["asked", 1, "enter"],
    ["trying", 3, "enter"],
    ["trying", 2, "sim.pin_attempts"],
    ["trying", null, "sim.pin_in_doubt"],
    ["wrong", 3, "sim.pin_wrong"],
    ["wrong", null, "sim.pin_wrong"],
  ] as const)("with a PIN that is %s and %s tries left says %s", (outcome, left, expected) => {
    expect(verdict(outcome, left)).toBe(expected);
  });

  it("does not take what a person asked for earlier for another try", () => {
    expect(mayEnterPin({ outcome: "asked", askedAt: 3, attemptsLeft: 2 })).toMatchObject({ code: "sim.pin_attempts" });
  });

  it("takes the last try only when a person has said so, and none when there is none", () => {
    expect(mayTakePin(1, false)).toMatchObject({ code: "sim.last_attempt", hint: expect.any(String) });
    expect(mayTakePin(1, true).kind).toBe("enter");
    expect(mayTakePin(2, false).kind).toBe("enter");
    expect(mayTakePin(null, false).kind).toBe("enter");
    expect(mayTakePin(0, true)).toMatchObject({ code: "sim.puk_required" });
  });

  it("does not take the very PIN that was wrong again, unless a person insists or the SIM was opened elsewhere", async () => {
    const vault = await vaultOn(new MemorySettings());
    await vault.setPin(lock(3), "1111", false);
    expect((await vault.unlock(lock(3))).kind).toBe("enter");
    await vault.unlocked(lock(3), "wrong");
    for (const left of [2, null]) expect(await codeOf(vault.setPin(lock(left), "1111", false))).toBe("sim.pin_wrong");
    expect(await vault.unlock(lock(2))).toMatchObject({ code: "sim.pin_wrong" });
    await vault.setPin(lock(2), "2222", false);
    expect((await vault.unlock(lock(2))).kind).toBe("enter");
    await vault.unlocked(lock(2), "wrong");
    await vault.setPin(lock(3), "2222", false);
    await vault.unlocked(lock(3), "wrong");
    await vault.setPin(lock(1), "2222", true);
  });
});

/** A SIM with its counter, in a box that crashes, restarts, is restored from a backup, or is another one. */
class Card {
  left = PIN_ATTEMPTS;
  open = false;
  readonly #pin: string;

  constructor(pin: string) {
    this.#pin = pin;
  }

  powerCycle(): void {
    this.open = false;
  }

  enter(pin: string): boolean {
    if (this.left === 0) return false;
    this.open = pin === this.#pin;
    this.left = this.open ? PIN_ATTEMPTS : this.left - 1;
    return this.open;
  }
}

async function startUp(card: Card, vault: SimVault, tells: boolean, crash: "no" | "before" | "after"): Promise<void> {
  card.powerCycle();
  const sim = lock(tells ? card.left : null);
  const decision = await vault.unlock(sim);
  if (decision.kind === "refuse" || crash === "before") return;
  const right = card.enter(decision.pin.reveal());
  if (crash === "no") await vault.unlocked(sim, right ? "right" : "wrong");
}

describe("a PIN that is kept", () => {
  it("is on disk as being tried before anybody gets it, and sealed", async () => {
    const store = new MemorySettings();
    const vault = await vaultOn(store);
    await vault.setPin(lock(3), "4711", false);
    const decision = await vault.unlock(lock(3));
    expect(decision.kind === "enter" && decision.pin.reveal()).toBe("4711");
    expect([...store.values.values()].join()).not.toMatch(/4711|89999/);
    expect(await (await vaultOn(store)).unlock(lock(null))).toMatchObject({ code: "sim.pin_in_doubt" });
  });

  it("that is wrong costs one try, ever: over restarts, crashes, backups and other boxes", async () => {
    const crash = fc.constantFrom("no" as const, "before" as const, "after" as const);
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.tuple(crash, fc.boolean()), { maxLength: 12 }),
        async (tells, starts) => {
          const store = new MemorySettings();
          await (await vaultOn(store)).setPin(lock(3), "0000", false);
          const backup = new Map(store.values);
          const card = new Card("1234");
          for (const [how, elsewhere] of starts) {
            // Another box, restored from the backup of this one, knows nothing of what this one tried; the SIM's counter does.
            const other = new MemorySettings();
            for (const [key, value] of backup) other.values.set(key, value);
            await startUp(card, await vaultOn(elsewhere && tells ? other : store), tells, how);
          }
          expect(card.left).toBeGreaterThanOrEqual(PIN_ATTEMPTS - 1);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("that is right opens the SIM at every start, whatever crashes in between, where the modem tells the counter", async () => {
    const store = new MemorySettings();
    await (await vaultOn(store)).setPin(lock(3), "1234", false);
    const card = new Card("1234");
    for (const crash of ["before", "no", "after", "no", "after", "before", "no"] as const)
      await startUp(card, await vaultOn(store), true, crash);
    expect(card).toMatchObject({ open: true, left: PIN_ATTEMPTS });
  });

  it("that a person enters anew after a wrong one is tried once", async () => {
    const vault = await vaultOn(new MemorySettings());
    await vault.setPin(lock(3), "0000", false);
    const card = new Card("1234");
    await startUp(card, vault, true, "no");
    expect(card).toMatchObject({ open: false, left: 2 });
    await startUp(card, vault, true, "no");
    expect(card.left).toBe(2);
    await vault.setPin(lock(card.left), "1234", false);
    await startUp(card, vault, true, "no");
    expect(card).toMatchObject({ open: true, left: 3 });
  });

  it.each(["", "123", "123456789", "12a4", "12 34"])("is refused when it is %j", async (pin) => {
    const vault = await vaultOn(new MemorySettings());
    expect(await codeOf(vault.setPin(lock(3), pin, false))).toBe("sim.bad_pin");
  });

  it("belongs to its SIM: another one in the slot gets none, one that tells no ICCID that of the slot", async () => {
    const vault = await vaultOn(new MemorySettings());
    await vault.setPin(lock(3), "4711", false);
    expect(await vault.unlock(lock(3, "8999901155501000025"))).toMatchObject({ code: "sim.pin_required" });
    await vault.setPin(lock(3, null), "4712", false);
    expect((await vault.unlock(lock(3, null))).kind).toBe("enter");
  });

  it("is unreadable with another storage key, which is said", async () => {
    const store = new MemorySettings();
    await (await vaultOn(store)).setPin(lock(3), "4711", false);
    expect(await codeOf(vaultOn(store, 8))).toBe("sims.unreadable");
  });
});

describe("a service centre", () => {
  it("is remembered with its SIM over restarts, beside its PIN", async () => {
    const store = new MemorySettings();
    const vault = await vaultOn(store);
    expect(vault.serviceCentre(ICCID)).toBeNull();
    await vault.rememberServiceCentre(ICCID, "+15550100999");
    await vault.setPin(lock(3), "4711", false);
    const again = await vaultOn(store);
    expect(again.serviceCentre(ICCID)).toBe("+15550100999");
    expect((await again.unlock(lock(3))).kind).toBe("enter");
  });

  it("of hundreds of SIMs that came and went does not fill the setting, and no PIN is given up for them", async () => {
    const store = new MemorySettings();
    const vault = await vaultOn(store);
    await vault.setPin(lock(3), "4711", false);
    for (let n = 0; n < 300; n++)
      await vault.rememberServiceCentre(`89999011555010${String(n).padStart(5, "0")}`, "+15550100999");
    expect([...store.values.values()].join().length).toBeLessThan(65_536);
    expect((await (await vaultOn(store)).unlock(lock(3))).kind).toBe("enter");
  });
});
