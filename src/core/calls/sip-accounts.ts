// The SIP accounts of the box: one for each active rental whose line has calls. It dies with the rental; when it rotates, or when the way
// to the box changes, the renter gets a new revision of his grant. In memory there are hashes; a password is made when a grant is sealed.

import {
  AppError,
  type CryptoSuite,
  type Disposer,
  Events,
  type LineId,
  type Logger,
  type Md5,
  messageOf,
  type RentalId,
  type Secret,
  SerialQueue,
  toHex,
  utf8,
} from "../../base/index.ts";
import { canonicalJson } from "../../envelope/index.ts";
import { type SipTerms, sipUri } from "../../protocol/index.ts";
import type { Rental } from "../model.ts";
import type { SettingStore } from "../ports-store.ts";
import type { MediaEncryption, SipAccount } from "./ports-voice.ts";
import { ha1Of, sipCredentials } from "./sip-credentials.ts";
import { mergedRow, readSipRows, rotationOf, type SipRow, type SipRows, sipRowsText } from "./sip-rows.ts";

/** How phones reach the box, and how they sign in. */
export interface SipReach {
  readonly realm: string;
  /** Name or address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly transport: "tls" | "tcp" | "udp";
  readonly encryption: MediaEncryption;
  /** SHA-256 of the certificate in DER, lower-case hex; null where phones need no pin. */
  readonly certSha256: string | null;
  /** Through a relay, which is where phones register. */
  readonly viaRelay?: boolean;
}

/** What accounts need of `Rentals`. */
export interface SipRentals {
  all(): readonly Rental[];
  get(id: RentalId): Rental | null;
  active(line: LineId): Rental | null;
  reissue(id: RentalId): Promise<Rental>;
}

export interface SipAccountsDeps {
  readonly suite: CryptoSuite;
  readonly md5: Md5;
  /** For this purpose alone, derived from the storage key. */
  readonly key: Secret<Uint8Array>;
  readonly store: SettingStore;
  readonly log: Logger;
  readonly rentals: SipRentals;
  /** For calls of a rental; null where it has none: its line has no calls, or its tier. Asked again each time. */
  readonly reach: (rental: Rental) => SipReach | null;
}

interface Made {
  readonly rental: RentalId;
  readonly lineId: LineId;
  readonly rotation: number;
  readonly realm: string;
  readonly account: SipAccount;
}

const SETTING = "sip.accounts";

export class SipAccounts {
  readonly #deps: SipAccountsDeps;
  readonly #events: Events<{ changed: readonly SipAccount[] }>;
  readonly #writes = new SerialQueue("SIP accounts");
  readonly #rows = new Map<RentalId, SipRow>();
  /** What the grants say that were signed and are not durable yet. */
  readonly #signed = new Map<RentalId, SipRow>();
  #byRental: ReadonlyMap<RentalId, Made> = new Map();
  #byUser: ReadonlyMap<string, Made> = new Map();

  constructor(deps: SipAccountsDeps) {
    this.#deps = deps;
    this.#events = new Events("SIP accounts", deps.log);
  }

  /** Before any grant is signed; again after rentals came back from elsewhere. Errors: `sip.unreadable`, `store.…`. */
  async load(): Promise<void> {
    const rows = readSipRows(await this.#deps.store.getSetting(SETTING));
    this.#rows.clear();
    for (const [id, row] of rows) this.#rows.set(id, row);
    this.refresh();
  }

  /** Called with all accounts when one came, went or changed. */
  onChange(listener: (accounts: readonly SipAccount[]) => void): Disposer {
    return this.#events.on("changed", listener);
  }

  /** Those that may register now. */
  accounts(): readonly SipAccount[] {
    return [...this.#byRental.values()].filter((made) => this.#lives(made)).map(({ account }) => account);
  }

  /** The user of a rental's account, null where it has none. */
  userOf(rental: RentalId): string | null {
    const made = this.#byRental.get(rental);
    return made !== undefined && this.#lives(made) ? made.account.user : null;
  }

  /** How often the credential of a rental was replaced; 0 where there is none. */
  rotationOf(id: RentalId): number {
    return this.#byRental.get(id)?.rotation ?? 0;
  }

  /** Whose account it is, null for one that there is not, or not any more. */
  rentalOf(user: string): RentalId | null {
    const made = this.#byUser.get(user);
    return made !== undefined && this.#lives(made) ? made.rental : null;
  }

  /** What a grant that is signed now tells its renter; null for a line without calls. With the password: for sealing alone. */
  terms(rental: Rental): SipTerms | null {
    const terms = this.#termsOf(rental);
    this.#signed.set(rental.id, { rotation: this.#rotation(rental), rev: rental.rev, told: this.#mark(terms) });
    return terms;
  }

  /** The grant that `terms` was asked for is durable, or the rental changed otherwise. */
  granted(rental: Rental): void {
    const signed = this.#signed.get(rental.id);
    this.#signed.delete(rental.id);
    if (signed?.rev === rental.rev && (signed.told !== "" || this.#rows.has(rental.id))) {
      this.#rows.set(rental.id, mergedRow(this.#rows.get(rental.id), signed));
      this.#writes
        .run(() => this.#store(this.#rows))
        .catch((error: unknown) => {
          // After a start that finds the old row the account is another, and its renter is told.
          this.#deps.log.warn("sip_account_not_kept", { rental: rental.id, reason: messageOf(error) });
        });
    }
    this.refresh();
  }

  /**
   * Gives the rental another user and another password; the ones before are dead when this resolves. Errors: `rental.unknown`,
   * `rental.not_active`, `call.no_account`, `store.…`; and what `reissue` rejects with: the account is another then, and its renter is told
   * at the next `settle`.
   */
  async rotate(id: RentalId): Promise<void> {
    const rental = this.#rentalWithAccount(id);
    await this.#writes.run(async () => {
      const told = this.#rows.get(id)?.told ?? "";
      const row = { rotation: this.#rotation(rental) + 1, rev: this.#known(rental).rev, told };
      await this.#store(new Map([...this.#rows, [id, row]]));
      this.#rows.set(id, mergedRow(this.#rows.get(id), row));
    });
    this.refresh();
    await this.#deps.rentals.reissue(id);
  }

  /** Tells renters what their grants do not say yet. Called from time to time; failures are logged and tried again. */
  async settle(): Promise<void> {
    this.refresh();
    for (const id of this.#untold()) {
      try {
        await this.#deps.rentals.reissue(id);
      } catch (error) {
        this.#deps.log.warn("sip_account_not_told", { rental: id, reason: messageOf(error) });
      }
    }
  }

  /** Finds out anew who has an account. To be called when rentals or the way to the box changed; cheap when nothing did. */
  refresh(): void {
    const made = this.#activeRentals().flatMap((rental) => this.#make(rental) ?? []);
    const same = made.length === this.#byRental.size && made.every((each) => this.#byRental.get(each.rental) === each);
    if (same) return;
    for (const id of this.#rows.keys()) {
      const over = (this.#deps.rentals.get(id)?.endedAt ?? null) !== null;
      if (over) this.#rows.delete(id);
    }
    this.#byRental = new Map(made.map((each) => [each.rental, each]));
    this.#byUser = new Map(made.map((each) => [each.account.user, each]));
    this.#events.emit("changed", this.accounts());
  }

  #rentalWithAccount(id: RentalId): Rental {
    const rental = this.#deps.rentals.get(id);
    if (rental === null) {
      throw new AppError("rental.unknown", "there is no rental with this id", {
        hint: "List the rentals and take an id from there.",
      });
    }
    if (!this.#isActive(rental)) {
      throw new AppError("rental.not_active", "the rental is over, and its SIP account with it", {
        hint: "The list of rentals shows which are active.",
      });
    }
    if (this.#deps.reach(rental) !== null) return rental;
    throw new AppError("call.no_account", "the rental has no calls", {
      hint: "Calls are set up under `voice` in the configuration, for all lines or for one; a rental of the tier `sms_only` has none.",
    });
  }

  #activeRentals(): readonly Rental[] {
    return this.#deps.rentals.all().filter((rental) => rental.state === "active" && this.#isActive(rental));
  }

  #isActive({ id, lineId }: { readonly id: RentalId; readonly lineId: LineId }): boolean {
    return this.#deps.rentals.active(lineId)?.id === id;
  }

  /** By the clock too: until the next tick ends it, a rental that has run out still lies in the map. */
  #lives({ rental, lineId }: Made): boolean {
    return this.#isActive({ id: rental, lineId });
  }

  #untold(): readonly RentalId[] {
    const isUntold = (rental: Rental): boolean =>
      this.#mark(this.#termsOf(rental)) !== (this.#rows.get(rental.id)?.told ?? "");
    return this.#activeRentals()
      .filter(isUntold)
      .map(({ id }) => id);
  }

  #make(rental: Rental): Made | null {
    const reach = this.#deps.reach(rental);
    if (reach === null) return null;
    const rotation = this.#rotation(rental);
    const { realm, encryption } = reach;
    const known = this.#byRental.get(rental.id);
    if (known?.rotation === rotation && known.realm === realm && known.account.encryption === encryption) return known;
    const credentials = sipCredentials(this.#deps, rental.id, rotation);
    const account = { user: credentials.user, ha1: ha1Of(this.#deps, credentials, realm), encryption };
    return { rental: rental.id, lineId: rental.lineId, rotation, realm, account };
  }

  #termsOf(rental: Rental): SipTerms | null {
    const reach = this.#deps.reach(rental);
    if (reach === null) return null;
    const { certSha256, viaRelay = false, ...way } = reach;
    const via = viaRelay ? { via_relay: true as const } : {};
    const credentials = sipCredentials(this.#deps, rental.id, this.#rotation(rental));
    return { v: 1, uri: sipUri(credentials.user, reach.host), ...credentials, ...way, cert_sha256: certSha256, ...via };
  }

  /** As it was last made durable: a grant that is being signed has a revision that is not remembered yet. */
  #known(rental: Rental): Rental {
    return this.#deps.rentals.get(rental.id) ?? rental;
  }

  #rotation(rental: Rental): number {
    return rotationOf(this.#known(rental), this.#rows.get(rental.id));
  }

  #mark(terms: SipTerms | null): string {
    if (terms === null) return "";
    const { suite, key } = this.#deps;
    return toHex(suite.hmacSha256(key.reveal(), utf8(`told ${canonicalJson({ ...terms })}`))).slice(0, 16);
  }

  /** Without those of rentals that are over. */
  async #store(rows: SipRows): Promise<void> {
    const running = [...rows].filter(([id]) => this.#deps.rentals.get(id)?.state === "active");
    await this.#deps.store.setSetting(SETTING, sipRowsText(new Map(running)));
  }
}
