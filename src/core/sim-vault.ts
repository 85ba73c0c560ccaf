// What the box keeps of each SIM, sealed under its storage key: the PIN with what came of it, and the service centre. One sealed list,
// written as a whole; a PIN is on disk as `trying` before a modem gets it.

import { z } from "zod";
import {
  AppError,
  fromBase64url,
  fromUtf8,
  type Logger,
  type Random,
  Secret,
  SerialQueue,
  toBase64url,
  utf8,
} from "../base/index.ts";
import { decryptLocal, encryptLocal } from "../envelope/index.ts";
import { parseJsonWith } from "../protocol/index.ts";
import { mayEnterPin, mayTakePin, type PinOutcome, pinUnknown } from "./pin-guard.ts";
import type { SimAtLock, SimKeeper, UnlockDecision } from "./ports-slot.ts";
import type { SettingStore } from "./ports-store.ts";

const record = z.strictObject({
  /** ICCID, or `slot:` and the slot's id where the modem does not tell the ICCID before the PIN. */
  sim: z.string(),
  pin: z.string().nullable(),
  outcome: z.enum(["new", "asked", "trying", "right", "wrong"]),
  asked_at: z.int().nullable(),
  smsc: z.string().nullable(),
});
type SimRecord = z.infer<typeof record>;
const records = z.array(record);

export interface SimVaultDeps {
  readonly store: SettingStore;
  readonly random: Random;
  readonly log: Logger;
  /** Derived from the storage key for this purpose alone. */
  readonly key: Secret<Uint8Array>;
}

const SETTING = "sims.sealed";
const DOMAIN = "numberbox/sims/v1";
/** A box has up to 32 slots; SIMs that come and go must not fill the setting. */
const MOST = 256;

export class SimVault implements SimKeeper {
  readonly #deps: SimVaultDeps;
  readonly #records = new Map<string, SimRecord>();
  readonly #writes = new SerialQueue("SIM vault");

  constructor(deps: SimVaultDeps) {
    this.#deps = deps;
  }

  /** Loads what was kept. Errors: `sims.unreadable` when it cannot be opened with this storage key. */
  async load(): Promise<void> {
    const text = await this.#deps.store.getSetting(SETTING);
    if (text === null) return;
    for (const each of this.#open(text)) this.#records.set(each.sim, each);
  }

  async unlock({ slotId, iccid, attemptsLeft }: SimAtLock): Promise<UnlockDecision> {
    const sim = nameOf(slotId, iccid);
    const known = this.#records.get(sim);
    if (known === undefined || known.pin === null) return pinUnknown(attemptsLeft);
    const verdict = mayEnterPin({ outcome: known.outcome, askedAt: known.asked_at, attemptsLeft });
    if (verdict.kind === "refuse") return verdict;
    await this.#save({ ...known, outcome: "trying" });
    return { kind: "enter", pin: new Secret(known.pin) };
  }

  async unlocked({ slotId, iccid }: SimAtLock, outcome: "right" | "wrong"): Promise<void> {
    const known = this.#records.get(nameOf(slotId, iccid));
    if (known !== undefined) await this.#save({ ...known, outcome });
  }

  /**
   * Keeps the PIN that a person has entered; it is tried once, at the slot's next start. Errors: `sim.last_attempt` and
   * `sim.pin_wrong` unless `confirmed`, `sim.puk_required`, `sim.bad_pin`.
   */
  async setPin(sim: SimAtLock, pin: string, confirmed: boolean): Promise<void> {
    if (!/^[0-9]{4,8}$/.test(pin))
      throw new AppError("sim.bad_pin", "a PIN is 4 to 8 digits", { hint: "Enter the PIN of the SIM's paper." });
    const name = nameOf(sim.slotId, sim.iccid);
    const known = this.#records.get(name) ?? blank(name);
    const wasWrong = known.outcome === "wrong" && known.pin === pin;
    const verdict = mayTakePin(sim.attemptsLeft, confirmed, wasWrong);
    if (verdict.kind === "refuse") throw new AppError(verdict.code, verdict.message, { hint: verdict.hint });
    await this.#save({
      ...known,
      pin,
      outcome: "asked",
      asked_at: sim.attemptsLeft,
    });
  }

  serviceCentre(iccid: string): string | null {
    return this.#records.get(iccid)?.smsc ?? null;
  }

  async rememberServiceCentre(iccid: string, smsc: string): Promise<void> {
    const known = this.#records.get(iccid) ?? blank(iccid);
    if (known.smsc !== smsc) await this.#save({ ...known, smsc });
  }

  /** Resolves when it is durable; until then, and when it fails, everything is as before. */
  async #save(changed: SimRecord): Promise<void> {
    await this.#writes.run(async () => {
      // The one that was changed last comes last; the oldest without a PIN goes first.
      const others = [...this.#records.values()].filter(({ sim }) => sim !== changed.sim);
      const kept = others.length < MOST ? others : without(others);
      const { random, key, store } = this.#deps;
      const plaintext = utf8(JSON.stringify([...kept, changed]));
      await store.setSetting(SETTING, toBase64url(encryptLocal({ random, key, domain: DOMAIN, plaintext })));
      this.#records.clear();
      for (const each of [...kept, changed]) this.#records.set(each.sim, each);
    });
  }

  #open(text: string): readonly SimRecord[] {
    try {
      const plain = decryptLocal({ key: this.#deps.key, domain: DOMAIN, box: fromBase64url(text) });
      return parseJsonWith(records, fromUtf8(plain), "sims.unreadable", "the list of SIMs");
    } catch (cause) {
      throw new AppError("sims.unreadable", "what the box keeps of its SIMs cannot be opened", {
        hint: "Restore the keystore that belongs to this database, or a backup of both.",
        cause,
      });
    }
  }
}

const nameOf = (slotId: string, iccid: string | null): string => iccid ?? `slot:${slotId}`;
const blank = (sim: string): SimRecord => ({
  sim,
  pin: null,
  outcome: "new" satisfies PinOutcome,
  asked_at: null,
  smsc: null,
});

function without(sims: readonly SimRecord[]): readonly SimRecord[] {
  const oldest = sims.find(({ pin }) => pin === null) ?? sims[0];
  return sims.filter((each) => each !== oldest);
}
