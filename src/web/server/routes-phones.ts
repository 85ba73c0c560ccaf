// REST: Android phones. The owner's part is like every other; the phones' own part is open to whoever knows a phone's secret address
// and signs with its key.

import express, { type Request, type RequestHandler } from "express";
import { encode } from "uqr";
import { z } from "zod";
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
import type { WebLimits } from "./limits.ts";
import { type Operation, operation } from "./operation.ts";
import { PhoneLimits } from "./phone-limits.ts";

export interface PhoneOperationsDeps {
  readonly phones: PhoneConsole & PhoneInlet;
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

const ofOne = z.strictObject({ name: z.string() });
const ofSecret = z.strictObject({ secret: z.string() });
const common = { tag: "Phones", scope: "manage" } as const;
const API_ERRORS = [
  "phone.api_refused",
  "phone.bad_credentials",
  "phone.bad_reply",
  "phone.unreachable",
  "phone.url_refused",
] as const;

function ownerOperations({ phones }: PhoneOperationsDeps): readonly Operation[] {
  const list = () => ({ phones: [...phones.phones()] });
  return [
    operation({
      ...{ ...common, method: "get", path: "/phones", scope: "read", reply: phonesReply, summary: "All phones" },
      run: list,
    }),
    operation({
      ...{ ...common, method: "post", path: "/phones", status: 201, body: addPhoneRequest, reply: phoneInvitation },
      ...{ summary: "Register a phone; its keys are told this once", idempotent: false },
      errors: ["phone.exists", "phone.too_many", ...API_ERRORS],
      run: async ({ body, request }) => {
        const base = (body.box_url ?? ownUrl(request)).replace(/\/+$/, "");
        const { phone, secret, signingKey } = await phones.add({ ...body, box_url: base });
        const join = `${base}/join#${secret}`;
        return {
          phone,
          webhook_url: `${base}/api/v1/phone-webhook/${secret}`,
          signing_key: signingKey,
          join_url: join,
          qr: qrRows(join),
        };
      },
    }),
    operation({
      ...{ ...common, method: "patch", path: "/phones/{name}", params: ofOne, body: changePhoneRequest },
      ...{ summary: "Rename a phone, or say where its own server is", reply: phoneView },
      errors: ["phone.unknown", "phone.exists", ...API_ERRORS],
      run: ({ params, body }) => phones.change(params.name, body),
    }),
    operation({
      ...{ ...common, method: "delete", path: "/phones/{name}", params: ofOne, reply: phonesReply },
      ...{ summary: "Let go of a phone", errors: ["phone.unknown"] },
      run: async ({ params }) => {
        await phones.remove(params.name);
        return list();
      },
    }),
  ];
}

function phonesOwnOperations({ phones, phoneLimits }: PhoneOperationsDeps): readonly Operation[] {
  const limits = new PhoneLimits(phoneLimits);
  // Before a byte of the body is read.
  const known: RequestHandler = async (request, _response, next) => {
    let name: string;
    try {
      name = phones.nameOf(String(request.params.secret));
    } catch (error) {
      await limits.stranger(addressOf(request));
      throw error;
    }
    await limits.phone(name);
    next();
  };
  // Whoever has seen the code must not try passwords at a phone.
  const slow: RequestHandler = async (request, _response, next) => {
    await limits.stranger(addressOf(request));
    next();
  };
  const raw = express.raw({ type: () => true, limit: phoneLimits.phoneBodyBytes, inflate: false });
  const own = { ...common, method: "post", scope: "open", params: ofSecret, idempotent: false } as const;
  const errors = ["phone.unknown", "phone.rate_limited"];
  return [
    operation({
      ...{ ...own, path: "/phone-webhook/{secret}", upload: "application/json", reply: phoneWebhookReply },
      ...{ before: [known, raw], errors: [...errors, "phone.bad_payload", "phone.bad_signature", "phone.stale"] },
      summary: "What a phone's app reports, signed with the phone's key",
      run: ({ params, request }) => {
        const bytes: unknown = request.body;
        if (!(bytes instanceof Uint8Array)) throw new AppError("phone.bad_payload", "the request has no body");
        const signed = { signature: request.get("x-signature"), timestamp: request.get("x-timestamp") };
        return phones.webhook(params.secret, { body: bytes, ...signed });
      },
    }),
    operation({
      ...{ ...own, path: "/phone-join/{secret}", before: [known, slow], bodyBytes: phoneLimits.phoneBodyBytes },
      ...{ body: joinPhoneRequest, reply: phoneView, errors: [...errors, "phone.join_closed", ...API_ERRORS] },
      summary: "Sent by the phone's own browser: the app's server is where this request comes from",
      run: ({ params, body: { port, user, password }, request }) =>
        phones.join(params.secret, { url: `http://${addressOf(request)}:${port}`, user, password }),
    }),
  ];
}

export function phoneOperations(deps: PhoneOperationsDeps): readonly Operation[] {
  return [...ownerOperations(deps), ...phonesOwnOperations(deps)];
}
