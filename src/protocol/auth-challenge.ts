// The text a key signs to get a token. It names who asks whom for what until when, so that a signature made for one relay is
// worth nothing at another and can never be mistaken for a receipt, a grant or a message.

/** First word of every challenge: the domain that separates it from anything else a key signs. */
export const CHALLENGE_DOMAIN = "numberbox-relay-auth-v1";

export interface AuthChallenge {
  /** Host, with its port if it has one, that the token is for, in lower case. */
  readonly host: string;
  /** Base64url Ed25519 key that must sign. */
  readonly pubkey: string;
  /** Base64url, chosen by the relay, used once. */
  readonly nonce: string;
  /** Unix seconds. */
  readonly expires: number;
}

const SHAPE = new RegExp(
  `^${CHALLENGE_DOMAIN} host=([a-z0-9.:_\\[\\]-]{1,255}) purpose=login key=([A-Za-z0-9_-]{43}) nonce=([A-Za-z0-9_-]{16,64}) expires=([0-9]{1,12})(?: mac=[A-Za-z0-9_-]{43})?$`,
);

/** The challenge as text, without the relay's own mark. */
export function formatChallenge(challenge: AuthChallenge): string {
  const { host, pubkey, nonce, expires } = challenge;
  return `${CHALLENGE_DOMAIN} host=${host} purpose=login key=${pubkey} nonce=${nonce} expires=${expires}`;
}

/** The same for the owner of an Emercoin address, who signs it with `signmessage`. */
export interface AddressChallenge extends Omit<AuthChallenge, "pubkey"> {
  readonly address: string;
}

const ADDRESS_SHAPE = new RegExp(
  `^${CHALLENGE_DOMAIN} host=([a-z0-9.:_\\[\\]-]{1,255}) purpose=login address=([A-Za-z0-9]{20,90}) nonce=([A-Za-z0-9_-]{16,64}) expires=([0-9]{1,12})(?: mac=[A-Za-z0-9_-]{43})?$`,
);

/** The challenge as text, without the relay's own mark. */
export function formatAddressChallenge({ host, address, nonce, expires }: AddressChallenge): string {
  return `${CHALLENGE_DOMAIN} host=${host} purpose=login address=${address} nonce=${nonce} expires=${expires}`;
}

/** Reads such a text (with or without the relay's mark); null when it is anything else. */
export function parseAddressChallenge(text: string): AddressChallenge | null {
  const [, host, address, nonce, expires] = ADDRESS_SHAPE.exec(text) ?? [];
  if (host === undefined || address === undefined || nonce === undefined || expires === undefined) return null;
  return { host, address, nonce, expires: Number(expires) };
}

/** Reads a challenge text (with or without the relay's mark); null when it is anything else. */
export function parseChallenge(text: string): AuthChallenge | null {
  const [, host, pubkey, nonce, expires] = SHAPE.exec(text) ?? [];
  if (host === undefined || pubkey === undefined || nonce === undefined || expires === undefined) return null;
  return { host, pubkey, nonce, expires: Number(expires) };
}

/**
 * Whether a client may sign this text: it names the host the client talks to and the client's own key. A hostile relay that passes
 * another relay's challenge on fails here.
 */
export function maySignChallenge(text: string, own: { readonly url: string; readonly pubkey: string }): boolean {
  const challenge = parseChallenge(text);
  return challenge !== null && challenge.pubkey === own.pubkey && challenge.host === new URL(own.url).host;
}
