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
} from "../../protocol/index.ts";
import type { Authentication } from "./authentication.ts";
import { problemReply } from "./http-reply.ts";
import { type Operation, operation } from "./operation.ts";
import { refusal } from "./problems.ts";

export interface AuthDeps {
  readonly authentication: Authentication;
  /** The host that stands in challenges. */
  readonly hostOf: (request: IncomingMessage) => string;
}

type Who = { readonly pubkey: string } | { readonly emc_address: string };

async function challengeFor(
  { authentication, hostOf }: AuthDeps,
  request: IncomingMessage,
  who: Who,
): Promise<ChallengeReply> {
  const host = hostOf(request);
  return "pubkey" in who
    ? authentication.challenge(who.pubkey, host)
    : authentication.addressChallenge(who.emc_address, host);
}

function tokenFor({ authentication }: AuthDeps, asked: AuthRequest) {
  const { challenge, signature } = asked;
  if (signature === undefined || ("pubkey" in asked && challenge === undefined))
    throw refusal("relay.challenge_required", "the request carries no signed challenge");
  if ("pubkey" in asked) return authentication.login({ pubkey: asked.pubkey, challenge: challenge ?? "", signature });
  return authentication.addressLogin({ address: asked.emc_address, challenge, signature });
}

const CHALLENGE = `A challenge names the host, the purpose, the key or address, a nonce and its end in five minutes. Sign its UTF-8 bytes with the Ed25519 key, or with \`signmessage\` of the address's wallet.`;

export function authOperations(deps: AuthDeps): readonly Operation[] {
  return [
    operation({
      ...{ method: "post", path: "/auth/challenge", access: "open", tag: "Tokens", summary: "A text to sign" },
      description: CHALLENGE,
      body: challengeRequest,
      reply: challengeReply,
      run: ({ body, request }) => challengeFor(deps, request, body),
    }),
    operation({
      ...{ method: "post", path: "/auth", access: "open", counts: "auth", tag: "Tokens" },
      summary: "A token for a signed challenge",
      description: "Without a signature, or with one that is not good, the answer is 401 with a fresh challenge.",
      errors: ["relay.challenge_required", "relay.bad_challenge", "relay.bad_login"],
      others: { 401: { description: "Not signed: sign the challenge that is here", schema: relayProblem } },
      body: authRequest,
      reply: authReply,
      run: async ({ body, request }) => {
        try {
          return await tokenFor(deps, body);
        } catch (error) {
          const reply = problemReply(error);
          if (reply.status !== 401) throw error;
          return { special: problemReply(error, { ...(await challengeFor(deps, request, body)) }) };
        }
      },
    }),
  ];
}
