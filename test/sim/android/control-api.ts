// The simulator's HTTP control: SMS for either SIM, faults, what became of the webhooks. Texts and senders never come back out of it.

import { z } from "zod";
import { millis } from "../../../src/base/index.ts";
import type { JsonAnswer, JsonRequest } from "./json-server.ts";
import type { SimPhone } from "./sim-phone.ts";
import { FAULTS } from "./webhook-sender.ts";

const sms = z.strictObject({
  from: z.string().min(1).max(21),
  body: z.string().max(39_015),
  /** That many, a second apart by the service centre's stamp. */
  repeat: z.int().min(1).max(10_000).default(1),
});
const fault = z.strictObject({ kind: z.enum(FAULTS), count: z.int().min(1).max(10_000).default(1) });
const state = z.strictObject({
  online: z.boolean().optional(),
  /** How far the phone's clock is ahead, in seconds. */
  skew_s: z.number().optional(),
  battery: z.strictObject({ percent: z.int().min(0).max(100), charging: z.boolean() }).optional(),
});

export function describePhone(phone: SimPhone) {
  const { sender } = phone;
  return {
    pending: sender.pending,
    given_up: sender.givenUp,
    online: sender.online,
    statuses: Object.fromEntries(sender.statuses),
    webhooks: phone.webhooks.map(({ event }) => event),
    inbox: phone.inbox.length,
    battery: phone.battery,
  };
}

/** A request that makes no sense throws, which the server answers with 400. */
export function controlPhone(phone: SimPhone, { method, path, body }: JsonRequest): JsonAnswer {
  const [, sim] = /^\/sims\/([1-8])\/sms$/.exec(path) ?? [];
  if (method === "POST" && sim !== undefined) {
    const { repeat, ...text } = sms.parse(body);
    for (let i = 0; i < repeat; i++) phone.receive(Number(sim), text);
    return { status: 202, body: describePhone(phone) };
  }
  switch (`${method} ${path}`) {
    case "GET /":
      return { status: 200, body: describePhone(phone) };
    case "POST /ping":
      phone.ping();
      break;
    case "POST /restart":
      phone.restart();
      break;
    case "POST /retry":
      phone.sender.retryNow();
      break;
    case "POST /faults": {
      const { kind, count } = fault.parse(body);
      phone.sender.addFault(kind, count);
      break;
    }
    case "POST /state":
      change(phone, state.parse(body));
      break;
    default:
      return {
        status: 404,
        body: { message: "POST /sims/1/sms, /ping, /restart, /retry, /faults, /state; GET / tells how it stands" },
      };
  }
  return { status: 202, body: describePhone(phone) };
}

function change(phone: SimPhone, { online, skew_s, battery }: z.infer<typeof state>): void {
  if (skew_s !== undefined) phone.sender.skew = millis(skew_s * 1000);
  if (battery !== undefined) phone.battery = battery;
  if (online !== undefined) phone.sender.online = online;
}
