// Android phones as the web server sees them: what their owner does with them, and what they send.

import type {
  AddPhoneRequest,
  ChangePhoneRequest,
  PhoneApiAccess,
  PhoneView,
  PhoneWebhookReply,
} from "../protocol/index.ts";

/** Seals small secrets for the disk, under a key of the box for one purpose. */
export interface SecretBox {
  seal(plaintext: Uint8Array): Uint8Array;
  /** Throws when the bytes were changed or belong to another key. */
  open(sealed: Uint8Array): Uint8Array;
}

export interface NewPhone {
  readonly phone: PhoneView;
  /** Names the phone in the addresses it uses; 128 random bits. */
  readonly secret: string;
  readonly signingKey: string;
}

/** For the owner. */
export interface PhoneConsole {
  phones(): readonly PhoneView[];
  /**
   * Registers a phone. With `api` the box sets the phone up at once; what fails there stands in the view's `problem`. Errors:
   * `phone.exists`, `phone.too_many`.
   */
  add(request: AddPhoneRequest & { readonly box_url: string }): Promise<NewPhone>;
  /** Renames it, or reaches it elsewhere. Errors: `phone.unknown`, `phone.exists`, and why a new `api` does not work. */
  change(name: string, change: ChangePhoneRequest): Promise<PhoneView>;
  /** Forgets the phone: what it sends from now on is refused. Errors: `phone.unknown`. */
  remove(name: string): Promise<void>;
}

/** One request of a phone, as it came. */
export interface PhoneWebhook {
  readonly body: Uint8Array;
  /** The headers `X-Signature` and `X-Timestamp`. */
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
}

/** For the phones. A secret that names no phone is `phone.unknown`. */
export interface PhoneInlet {
  /** The phone's name, for limits, before anything of the request is read. */
  nameOf(secret: string): string;
  /**
   * Resolves once whatever the request brought is durable: only then may the phone forget it. Errors: `phone.bad_signature`,
   * `phone.stale`, `phone.bad_payload`, retryable ones of the intake, `phone.no_line`, `phone.sim_unknown`.
   */
  webhook(secret: string, request: PhoneWebhook): Promise<PhoneWebhookReply>;
  /** The phone's own browser tells how its server is reached. Errors: `phone.join_closed`, and why it does not work. */
  join(secret: string, api: PhoneApiAccess): Promise<PhoneView>;
}
