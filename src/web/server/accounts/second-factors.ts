// The second step of a sign-in: a code of the user's authenticator app, or one of his recovery codes. The app's secret is sealed; a code
// is taken once.

import { AppError, type Clock, minutes, type Random, SerialQueue, type UnixMs, unixMs } from "../../../base/index.ts";
import type { SettingStore } from "../../../core/index.ts";
import { hashOfSecret, isSecretOf } from "../secret-hash.ts";
import { type FactorRecord, readFactors, writeFactors } from "./factor-records.ts";
import type { SecretBox } from "./secret-box.ts";
import { totpStep, totpText, totpUri } from "./totp.ts";

const PURPOSE = "numberbox/totp/v1";
/** Time from the QR code to the first code. */
const ENROLMENT = minutes(10);
const RECOVERY_CODES = 10;
/** No letters that are taken for digits. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

export interface SecondFactorsDeps {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly clock: Clock;
  /** Without it there are no second factors. */
  readonly secrets: SecretBox | undefined;
}

export interface Enrolment {
  readonly uri: string;
  readonly secret: string;
}

interface Pending {
  readonly secret: Uint8Array;
  readonly until: UnixMs;
}

/** A recovery code as it is typed: six groups of four, about 118 bits, so that a plain hash of it will do (ASVS 6.5.2). */
function recoveryCode(random: Random): string {
  const letters: string[] = [];
  while (letters.length < 24) {
    // Bytes above the last whole multiple would make some letters likelier.
    const [byte = 255] = random.bytes(1);
    if (byte < 256 - (256 % LETTERS.length)) letters.push(LETTERS[byte % LETTERS.length] ?? "");
  }
  return letters.join("").replace(/(.{4})(?=.)/g, "$1-");
}

const bareCode = (code: string): string => code.toLowerCase().replace(/[^a-z0-9]/g, "");

export class SecondFactors {
  readonly #deps: SecondFactorsDeps;
  readonly #queue = new SerialQueue("second factors");
  readonly #pending = new Map<string, Pending>();

  constructor(deps: SecondFactorsDeps) {
    this.#deps = deps;
  }

  get available(): boolean {
    return this.#deps.secrets !== undefined;
  }

  async has(user: string): Promise<boolean> {
    return (await this.#of(user)) !== null;
  }

  async users(): Promise<ReadonlySet<string>> {
    return new Set((await readFactors(this.#deps.settings)).map((record) => record.user));
  }

  async recoveryLeft(user: string): Promise<number> {
    return (await this.#of(user))?.recovery.length ?? 0;
  }

  /** Makes a secret that counts once a code of it was typed. Errors: `web.no_second_factor_here`. */
  begin(user: string, name: string, box: string): Enrolment {
    this.#secrets();
    const secret = this.#deps.random.bytes(20);
    this.#pending.set(user, { secret, until: this.#in(ENROLMENT) });
    return { uri: totpUri(secret, name, box), secret: totpText(secret) };
  }

  /** Takes the app's first code; returns the recovery codes, which are not shown again. Errors: `web.wrong_code`. */
  confirm(user: string, code: string): Promise<readonly string[]> {
    return this.#queue.run(async () => {
      const { clock, settings } = this.#deps;
      const pending = this.#pending.get(user);
      const isOpen = pending !== undefined && clock.now() < pending.until;
      const step = isOpen ? totpStep({ secret: pending.secret, code, now: clock.now(), lastStep: 0 }) : null;
      if (pending === undefined || step === null) throw wrongCode();
      const codes = this.#recoveryCodes();
      const sealed = this.#secrets().seal(PURPOSE, pending.secret);
      const recovery = codes.map((each) => hashOfSecret(bareCode(each)));
      const record = { user, sealed, last_step: step, recovery, created_at: clock.now() };
      await writeFactors(settings, [...(await this.#others(user)), record]);
      this.#pending.delete(user);
      return codes;
    });
  }

  /** True for a code that is right and was not used; it is used up then. */
  verify(user: string, code: string): Promise<boolean> {
    return this.#queue.run(async () => {
      const record = await this.#of(user);
      if (record === null) return false;
      const used = this.#use(record, code);
      if (used === null) return false;
      await writeFactors(this.#deps.settings, [...(await this.#others(user)), used]);
      return true;
    });
  }

  /** New recovery codes in place of the old ones. Errors: `web.no_second_factor`. */
  renewRecovery(user: string): Promise<readonly string[]> {
    return this.#queue.run(async () => {
      const record = await this.#of(user);
      if (record === null) {
        throw new AppError("web.no_second_factor", "there is no second factor to recover", {
          hint: "Set one up first.",
        });
      }
      const codes = this.#recoveryCodes();
      const recovery = codes.map((each) => hashOfSecret(bareCode(each)));
      await writeFactors(this.#deps.settings, [...(await this.#others(user)), { ...record, recovery }]);
      return codes;
    });
  }

  remove(user: string): Promise<void> {
    return this.#queue.run(async () => {
      this.#pending.delete(user);
      if (await this.has(user)) await writeFactors(this.#deps.settings, await this.#others(user));
    });
  }

  stop(): void {
    this.#queue.stop();
  }

  /** The record after this code was used, or null when it is not right. */
  #use(record: FactorRecord, code: string): FactorRecord | null {
    const bare = bareCode(code);
    const left = record.recovery.filter((hash) => !isSecretOf(bare, hash));
    if (left.length < record.recovery.length) return { ...record, recovery: left };
    const secret = this.#secrets().open(PURPOSE, record.sealed);
    const step = totpStep({ secret, code, now: this.#deps.clock.now(), lastStep: record.last_step });
    return step === null ? null : { ...record, last_step: step };
  }

  #recoveryCodes(): readonly string[] {
    return Array.from({ length: RECOVERY_CODES }, () => recoveryCode(this.#deps.random));
  }

  async #of(user: string): Promise<FactorRecord | null> {
    return (await readFactors(this.#deps.settings)).find((record) => record.user === user) ?? null;
  }

  async #others(user: string): Promise<readonly FactorRecord[]> {
    return (await readFactors(this.#deps.settings)).filter((record) => record.user !== user);
  }

  #in(span: number): UnixMs {
    return unixMs(this.#deps.clock.now() + span);
  }

  #secrets(): SecretBox {
    const { secrets } = this.#deps;
    if (secrets !== undefined) return secrets;
    throw new AppError("web.no_second_factor_here", "this box cannot keep the secret of an authenticator app", {
      hint: "Start it with its keystore.",
    });
  }
}

export function wrongCode(): AppError {
  return new AppError("web.wrong_code", "the code is not right, or was used already", {
    hint: "Wait for the app's next code, or use a recovery code.",
  });
}
