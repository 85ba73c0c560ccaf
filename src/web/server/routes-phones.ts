// REST: Android phones. The owner's part is like every other; the phones' own part is open to whoever knows a phone's secret address
// and signs with its key.

import express, { type Request, type RequestHandler, type Response, Router } from "express";
import { encode } from "uqr";
import { AppError } from "../../base/index.ts";
import type { PhoneConsole, PhoneInlet } from "../../core/index.ts";
import {
  addPhoneRequest,
  changePhoneRequest,
  joinPhoneRequest,
  phoneInvitation,
  phonesReply,
  phoneView,
  phoneWebhookReply,
} from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, reply } from "./exchange.ts";
import type { WebLimits } from "./limits.ts";
import { PhoneLimits } from "./phone-limits.ts";

export interface PhoneRoutesDeps {
  readonly phones: PhoneConsole & PhoneInlet;
  readonly access: Access;
  readonly bodyBytes: number;
  readonly phoneLimits: Pick<WebLimits, "phoneBodyBytes" | "phonePerMinute" | "strangersPerMinute">;
}

/** Light modules around the code, which readers need to find it (ISO/IEC 18004 asks for 4; phones manage with 2). */
const QUIET_ZONE = 2;

function qrRows(text: string): string[] {
  const { data } = encode(text, { ecc: "M", border: QUIET_ZONE });
  return data.map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
}

/** The way this request reached the box. */
const ownUrl = (request: Request): string => `${request.protocol}://${request.host}`;

function addressOf(request: Request): string {
  const address = (request.ip ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  return address.includes(":") ? `[${address}]` : address;
}

function ownerRoutes({ phones, access, bodyBytes }: PhoneRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(bodyBytes);
  const allow = allowWith(access);
  const list = (response: Response): void => reply(response, phonesReply, { phones: [...phones.phones()] });

  router.get("/phones", allow("read"), (_request, response) => list(response));

  router.post("/phones", allow("manage"), body, async (request: Request, response: Response) => {
    const wanted = bodyOf(request, addPhoneRequest);
    const base = (wanted.box_url ?? ownUrl(request)).replace(/\/+$/, "");
    const { phone, secret, signingKey } = await phones.add({ ...wanted, box_url: base });
    const join = `${base}/join#${secret}`;
    reply(response.status(201), phoneInvitation, {
      phone,
      webhook_url: `${base}/api/v1/phone-webhook/${secret}`,
      signing_key: signingKey,
      join_url: join,
      qr: qrRows(join),
    });
  });

  router.patch("/phones/:name", allow("manage"), body, async (request: Request<{ name: string }>, response: Response) =>
    reply(response, phoneView, await phones.change(request.params.name, bodyOf(request, changePhoneRequest))),
  );

  router.delete("/phones/:name", allow("manage"), async (request: Request<{ name: string }>, response) => {
    await phones.remove(request.params.name);
    list(response);
  });

  return router;
}

function phonesOwnRoutes({ phones, phoneLimits }: PhoneRoutesDeps): Router {
  const router = Router();
  const limits = new PhoneLimits(phoneLimits);

  // Before a byte of the body is read.
  const known: RequestHandler<{ secret: string }> = async (request, _response, next) => {
    let name: string;
    try {
      name = phones.nameOf(request.params.secret);
    } catch (error) {
      await limits.stranger(addressOf(request));
      throw error;
    }
    await limits.phone(name);
    next();
  };

  router.post(
    "/phone-webhook/:secret",
    known,
    express.raw({ type: () => true, limit: phoneLimits.phoneBodyBytes, inflate: false }),
    async (request: Request<{ secret: string }>, response: Response) => {
      const bytes: unknown = request.body;
      if (!(bytes instanceof Uint8Array)) throw new AppError("phone.bad_payload", "the request has no body");
      const signed = { signature: request.get("x-signature"), timestamp: request.get("x-timestamp") };
      reply(response, phoneWebhookReply, await phones.webhook(request.params.secret, { body: bytes, ...signed }));
    },
  );

  router.post(
    "/phone-join/:secret",
    known,
    jsonBody(phoneLimits.phoneBodyBytes),
    async (request: Request<{ secret: string }>, response: Response) => {
      // Whoever has seen the code must not try passwords at a phone.
      await limits.stranger(addressOf(request));
      const { port, user, password } = bodyOf(request, joinPhoneRequest);
      const url = `http://${addressOf(request)}:${port}`;
      reply(response, phoneView, await phones.join(request.params.secret, { url, user, password }));
    },
  );

  return router;
}

export function phoneRoutes(deps: PhoneRoutesDeps): Router[] {
  return [ownerRoutes(deps), phonesOwnRoutes(deps)];
}
