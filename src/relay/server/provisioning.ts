// Addresses that set up a phone: a scanner wants one, and what is behind it holds a password. So there is nothing behind it: the account
// is in the address itself, sealed to the relay, good once and for minutes. Each relay of a cluster can open what another made; that it was
// used is all that is stored, for all of them.

import { z } from "zod";
import {
  AppError,
  type Clock,
  type CryptoSuite,
  fromBase64url,
  fromUtf8,
  minutes,
  type Random,
  type Secret,
  toBase64url,
  unixSecondsOf,
  utf8,
} from "../../base/index.ts";
import type { RelayStore } from "../../core/index.ts";
import { decryptLocal, deriveKey, encryptLocal } from "../../envelope/index.ts";
import {
  linphoneXml,
  type ProvisioningReply,
  type ProvisioningRequest,
  parseJsonWith,
  type RelayVoice,
  relayVoice,
  type SipTerms,
  sipEncryption,
  sipPassword,
  sipUri,
  sipUser,
} from "../../protocol/index.ts";
import { refusal } from "./problems.ts";

const DOMAIN = "numberbox/provisioning/v1";
const GOOD_FOR = minutes(10);
/** Addresses that were used. */
export const PROVISIONED_PAPERS = "provisioned";

const { host, realm, port, transport, cert_sha256 } = relayVoice.shape;
/** Short, since it ends up in a code that a phone reads from a screen. */
const sealedAccount = z.tuple([
  z.int(),
  sipUser,
  sipPassword,
  sipEncryption,
  host,
  realm,
  port,
  transport,
  cert_sha256,
]);
type SealedAccount = z.infer<typeof sealedAccount>;

export interface ProvisioningDeps {
  readonly crypto: CryptoSuite;
  readonly random: Random;
  readonly clock: Clock;
  /** The relay's own key, the same in all relays of a cluster. */
  readonly seed: Secret<Uint8Array>;
  readonly voice: () => RelayVoice | null;
  readonly store: Pick<RelayStore, "papers">;
}

export class Provisioning {
  readonly #deps: ProvisioningDeps;
  readonly #key: Secret<Uint8Array>;

  constructor(deps: ProvisioningDeps) {
    this.#deps = deps;
    this.#key = deriveKey(deps.crypto, deps.seed, DOMAIN);
  }

  /** Errors: `relay.no_calls` where the relay has no gateway. */
  issue({ user, password, encryption }: ProvisioningRequest): ProvisioningReply {
    const { random, clock, voice: gateway } = this.#deps;
    const voice = gateway();
    if (voice === null) throw refusal("relay.no_calls", "phones do not register at this relay");
    const until = unixSecondsOf(clock.now()) + GOOD_FOR / 1000;
    const server = [voice.host, voice.realm, voice.port, voice.transport, voice.cert_sha256] as const;
    const account: SealedAccount = [until, user, password, encryption, ...server];
    const plaintext = utf8(JSON.stringify(account));
    const token = toBase64url(encryptLocal({ key: this.#key, random, domain: DOMAIN, plaintext }));
    return { path: `/provisioning/${token}`, expires_at: until };
  }

  /** The document, once. Rejects with `relay.provisioning_over` for an address that was used, has ended, or was never given out; `store.*`. */
  async redeem(token: string): Promise<string> {
    const now = unixSecondsOf(this.#deps.clock.now());
    const account = this.#open(token);
    const [until] = account;
    if (until <= now || !(await this.#claim(token))) throw over();
    return linphoneXml({ sip: termsOf(account) });
  }

  /** True for the first, at whichever relay over the store, and whatever is started anew in between. */
  #claim(token: string): Promise<boolean> {
    const { crypto, store, clock } = this.#deps;
    const id = toBase64url(crypto.sha256(utf8(token)));
    const paper = { kind: PROVISIONED_PAPERS, id, text: "", at: clock.now() };
    return store.papers.save(paper, (stored) => stored === null);
  }

  #open(token: string): SealedAccount {
    try {
      const bytes = decryptLocal({ key: this.#key, domain: DOMAIN, box: fromBase64url(token) });
      return parseJsonWith(sealedAccount, fromUtf8(bytes), "relay.provisioning_over", "the address");
    } catch (error) {
      // Whatever is wrong with it, it was not given out by this relay.
      if (error instanceof AppError) throw over();
      throw error;
    }
  }
}

function termsOf([, user, password, encryption, host, realm, port, transport, cert_sha256]: SealedAccount): SipTerms {
  const account = { v: 1, uri: sipUri(user, host), user, password, encryption } as const;
  return { ...account, realm, host, port, transport, cert_sha256, via_relay: true };
}

const over = (): AppError => refusal("relay.provisioning_over", "this address is good no more");
