// Tokens: a challenge, and a token for its signature.

import type { IncomingMessage } from "node:http";
import {
  type AuthRequest,
  authReply,
  authRequest,
  type ChallengeReply,
  challengeReply,
  challengeRequest,
  relayProblem,
  revokeReply,
  revokeRequest,
} from "../../protocol/index.ts";
import type { Authentication } from "./authentication.ts";
import { problemReply } from "./http-reply.ts";
import type { RelayMetrics } from "./metrics.ts";
import { type Operation, operation } from "./operation.ts";
import { refusal } from "./problems.ts";
import type { Providers } from "./providers.ts";
import type { RateLimits } from "./rate-limits.ts";
import { type WorkGate, workReply } from "./work-gate.ts";
import type { Worms } from "./worms.ts";

export interface AuthDeps {
  readonly authentication: Authentication;
  readonly limits: RateLimits;
  readonly providers: Providers;
  readonly work: WorkGate;
  readonly worms: Worms;
  readonly metrics: Pick<RelayMetrics, "refused">;
  readonly addressOf: (request: IncomingMessage) => string;
  /** Tokens of this key have ended: what is open with them must close. */
  readonly revoked: (pubkey: string) => void;
  /** The host that stands in challenges. */
  readonly hostOf: (request: IncomingMessage) => string;
}

type Who = { readonly pubkey: string } | { readonly emc_address: string } | { readonly worm: string };

async function challengeFor(
  { authentication, hostOf, worms }: AuthDeps,
  request: IncomingMessage,
  who: Who,
): Promise<ChallengeReply> {
  const host = hostOf(request);
  if ("worm" in who) {
    const { verify: pubkey } = await worms.keysOf(who.worm);
    return { ...authentication.challenge(pubkey, host), pubkey };
  }
  return "pubkey" in who
    ? authentication.challenge(who.pubkey, host)
    : authentication.addressChallenge(who.emc_address, host);
}

async function tokenFor({ authentication, worms }: AuthDeps, asked: AuthRequest) {
  const { challenge, signature } = asked;
  if (signature === undefined || (!("emc_address" in asked) && challenge === undefined))
    throw refusal("relay.challenge_required", "the request carries no signed challenge");
  if ("emc_address" in asked)
    return await authentication.addressLogin({ address: asked.emc_address, challenge, signature });
  const pubkey = "pubkey" in asked ? asked.pubkey : (await worms.keysOf(asked.worm)).verify;
  return await authentication.login({ pubkey, challenge: challenge ?? "", signature });
}

/** The boxes of this relay's providers are no strangers. */
const isProvider = ({ providers }: AuthDeps, asked: AuthRequest): boolean =>
  "pubkey" in asked && providers.has(asked.pubkey);

/** Whoever tries signatures is made to wait. */
const signedIn = (deps: AuthDeps, request: IncomingMessage, asked: AuthRequest) =>
  deps.limits.countFailures("bad_login", deps.addressOf(request), () => tokenFor(deps, asked));

const WORM_ERRORS = ["relay.unknown_worm", "relay.no_chain"];

const CHALLENGE = `A challenge names the host, the purpose, the key or address, a nonce and its end in five minutes. Sign its UTF-8 bytes with the Ed25519 key (that of \`pubkey\`, or the one that the WORM record names), or with \`signmessage\` of the address's wallet.`;

export function authOperations(deps: AuthDeps): readonly Operation[] {
  return [
    operation({
      ...{
        method: "post",
        path: "/auth/challenge",
        access: "open",
        counts: "challenge",
        tag: "Tokens",
        summary: "A text to sign",
      },
      description: CHALLENGE,
      errors: WORM_ERRORS,
      body: challengeRequest,
      reply: challengeReply,
      run: ({ body, request }) => challengeFor(deps, request, body),
    }),
    operation({
      ...{ method: "post", path: "/auth", access: "open", counts: "auth", tag: "Tokens" },
      summary: "A token for a signed challenge",
      description: "Without a signature, or with one that is not good, the answer is 401 with a fresh challenge.",
      errors: [
        "relay.work_required",
        "relay.challenge_required",
        "relay.bad_challenge",
        "relay.bad_login",
        ...WORM_ERRORS,
      ],
      others: { 401: { description: "Not signed: sign the challenge that is here", schema: relayProblem } },
      body: authRequest,
      reply: authReply,
      run: async ({ body, request }) => {
        const unworked = isProvider(deps, body) ? null : await deps.work.refused(request);
        if (unworked !== null) return { special: workReply(deps, unworked) };
        try {
          return await signedIn(deps, request, body);
        } catch (error) {
          const reply = problemReply(error);
          if (reply.status !== 401) throw error;
          deps.metrics.refused(error);
          return { special: problemReply(error, { ...(await challengeFor(deps, request, body)) }) };
        }
      },
    }),
    operation({
      ...{ method: "post", path: "/auth/revoke", access: "token", tag: "Tokens" },
      summary: "Ends the token, or all tokens of its key",
      description:
        "WebSockets with a token that has ended are closed: here at once, by other relays over the same store within minutes. They accept such a token for half a minute at most.",
      body: revokeRequest,
      reply: revokeReply,
      run: async ({ body, request }) => {
        deps.revoked(await deps.authentication.revoke(request.headers.authorization, body.all));
        return { status: "revoked" as const };
      },
    }),
  ];
}
