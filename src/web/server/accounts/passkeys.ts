// Passkeys (WebAuthn): each is a possession and, since the browser must verify its user, a second thing besides, so that it signs in
// alone. Challenges are in memory, each for one answer.

import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import {
  AppError,
  type Clock,
  fromBase64url,
  minutes,
  type Random,
  SerialQueue,
  toBase64url,
  type UnixMs,
  unixMs,
  utf8,
} from "../../../base/index.ts";
import type { SettingStore } from "../../../core/index.ts";
import { type PasskeyRecord, readPasskeys, writePasskeys } from "./factor-records.ts";
import type { RelyingParty } from "./relying-party.ts";

const BOX = "Numberbox";
const CHALLENGE = minutes(5);
const MOST_CHALLENGES = 128;
const MOST_OF_ONE = 5;
/** ES256, EdDSA, RS256 (COSE): what every authenticator has one of. */
const ALGORITHMS = [-7, -8, -257];
/** Of all users together: the setting holds 64 KiB, and a passkey takes up to some 500 bytes. */
const MOST = 100;
export interface PasskeysDeps {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly clock: Clock;
}

interface Challenge {
  /** Whose passkey is to be made; null for a sign-in. */
  readonly user: string | null;
  readonly until: UnixMs;
}

export interface NewPasskey {
  readonly user: string;
  readonly name: string;
  readonly response: RegistrationResponseJSON;
}

export class Passkeys {
  readonly #deps: PasskeysDeps;
  readonly #queue = new SerialQueue("passkeys");
  readonly #challenges = new Map<string, Challenge>();

  constructor(deps: PasskeysDeps) {
    this.#deps = deps;
  }

  list(): Promise<readonly PasskeyRecord[]> {
    return readPasskeys(this.#deps.settings);
  }

  async of(user: string): Promise<readonly PasskeyRecord[]> {
    return (await this.list()).filter((record) => record.user === user);
  }

  /** What the browser needs to make one. Errors: `web.too_many_passkeys`. */
  async beginNew(user: { readonly id: string; readonly name: string }, party: RelyingParty) {
    const own = await this.of(user.id);
    this.#checkRoom(own.length, (await this.list()).length);
    return generateRegistrationOptions({
      ...{ rpName: BOX, rpID: party.id, userName: user.name, userID: new Uint8Array(utf8(user.id)) },
      challenge: this.#challenge(user.id),
      ...{ attestationType: "none", supportedAlgorithmIDs: ALGORITHMS },
      excludeCredentials: own.map(({ id, transports }) => ({ id, transports })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
  }

  /** Errors: `web.bad_passkey`, `web.too_many_passkeys`. */
  add({ user, name, response }: NewPasskey, party: RelyingParty): Promise<void> {
    return this.#queue.run(async () => {
      const expectedChallenge = (challenge: string): boolean => this.#take(challenge, user);
      const verified = await verifyRegistrationResponse({
        ...{ response, expectedChallenge, expectedOrigin: party.origin, expectedRPID: party.id },
        ...{ requireUserVerification: true, supportedAlgorithmIDs: ALGORITHMS },
      }).catch((cause: unknown) => badPasskey(cause));
      if (!verified.verified) return badPasskey();
      const { credential } = verified.registrationInfo;
      const records = await this.list();
      this.#checkRoom(records.filter((record) => record.user === user).length, records.length);
      if (records.some((record) => record.id === credential.id)) return badPasskey();
      const record: PasskeyRecord = {
        ...{ id: credential.id, user, name, rp_id: party.id, public_key: toBase64url(credential.publicKey) },
        ...{ counter: credential.counter, transports: [...(credential.transports ?? [])] },
        ...{ created_at: this.#deps.clock.now(), used_at: null },
      };
      await writePasskeys(this.#deps.settings, [...records, record]);
    });
  }

  /** What the browser needs to use one, whoever's it is: nothing is told of who has one. */
  beginSignIn(party: RelyingParty) {
    const challenge = this.#challenge(null);
    return generateAuthenticationOptions({ rpID: party.id, challenge, userVerification: "required" });
  }

  /** The id of the user whose passkey answered. Errors: `web.bad_passkey`. */
  signIn(response: AuthenticationResponseJSON, party: RelyingParty): Promise<string> {
    return this.#queue.run(async () => {
      const records = await this.list();
      const record = records.find(({ id, rp_id: rpId }) => id === response.id && rpId === party.id);
      if (record === undefined) return badPasskey();
      const { id, counter, transports } = record;
      const publicKey = new Uint8Array(fromBase64url(record.public_key));
      const verified = await verifyAuthenticationResponse({
        ...{ response, expectedChallenge: (challenge: string) => this.#take(challenge, null) },
        ...{ expectedOrigin: party.origin, expectedRPID: party.id, requireUserVerification: true },
        credential: { id, publicKey, counter, transports },
      }).catch((cause: unknown) => badPasskey(cause));
      const handle = response.response.userHandle;
      const isOwn = handle === undefined || handle === toBase64url(utf8(record.user));
      if (!verified.verified || !isOwn) return badPasskey();
      const used = { counter: verified.authenticationInfo.newCounter, used_at: this.#deps.clock.now() };
      await writePasskeys(
        this.#deps.settings,
        records.map((each) => (each.id === id ? { ...each, ...used } : each)),
      );
      return record.user;
    });
  }

  /** Errors: `web.unknown_passkey`. */
  remove(user: string, id: string): Promise<void> {
    return this.#queue.run(async () => {
      const records = await this.list();
      const left = records.filter((record) => record.user !== user || record.id !== id);
      if (left.length === records.length) {
        throw new AppError("web.unknown_passkey", "there is no such passkey", { hint: "Look at the list again." });
      }
      await writePasskeys(this.#deps.settings, left);
    });
  }

  removeAll(user: string): Promise<void> {
    return this.#queue.run(async () => {
      const records = await this.list();
      const left = records.filter((record) => record.user !== user);
      if (left.length < records.length) await writePasskeys(this.#deps.settings, left);
    });
  }

  stop(): void {
    this.#queue.stop();
  }

  #checkRoom(own: number, all: number): void {
    if (own < MOST_OF_ONE && all < MOST) return;
    throw new AppError("web.too_many_passkeys", `a user has at most ${MOST_OF_ONE} passkeys`, {
      hint: "Remove one that you no longer use.",
    });
  }

  #challenge(user: string | null): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#deps.random.bytes(32));
    this.#challenges.set(toBase64url(bytes), { user, until: unixMs(this.#deps.clock.now() + CHALLENGE) });
    const oldest = this.#challenges.keys().next();
    if (this.#challenges.size > MOST_CHALLENGES && !oldest.done) this.#challenges.delete(oldest.value);
    return bytes;
  }

  /** A challenge is answered once. */
  #take(challenge: string, user: string | null): boolean {
    const known = this.#challenges.get(challenge);
    this.#challenges.delete(challenge);
    return known !== undefined && known.user === user && this.#deps.clock.now() < known.until;
  }
}

function badPasskey(cause?: unknown): never {
  throw new AppError("web.bad_passkey", "this passkey does not open this box", {
    hint: "Sign in with your password, or try again.",
    cause,
  });
}
