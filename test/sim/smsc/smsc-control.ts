// What the control port of the simulated message centre can do, apart from HTTP itself. Text and senders never come back out of it.

import { z } from "zod";
import { AppError } from "../../../src/base/index.ts";
import { parseWith } from "../../../src/protocol/index.ts";
import type { ControlRequest, ControlResponse } from "../modem/control-api.ts";
import { type SimSmsc, textMessage } from "./sim-smsc.ts";
import type { SmscMessage } from "./smsc-bytes.ts";

const smsSchema = z.strictObject({
  from: z.string().min(1).max(20),
  /** The line's number. */
  to: z.string().regex(/^\+?\d{1,20}$/),
  body: z.string().max(10_000),
  /** That many, as messages of their own. */
  repeat: z.int().min(1).max(1000).default(1),
});

const MAX_SHORT_MESSAGE = 254;
const LATIN1 = 3;
const UCS2 = 8;
const MESSAGE_PAYLOAD = 0x0424;

/** A message as a person writes it: Latin-1 or UCS-2, as message_payload when it is long. */
export function writtenMessage(sms: {
  readonly from: string;
  readonly to: string;
  readonly body: string;
}): SmscMessage {
  const narrow = Buffer.from(sms.body, "latin1").toString("latin1") === sms.body;
  const octets = narrow ? Buffer.from(sms.body, "latin1") : Buffer.from(sms.body, "utf16le").swap16();
  const named = !/^\+?\d+$/.test(sms.from);
  const ton = named ? 5 : sms.from.startsWith("+") ? 1 : 0;
  const address = { from: sms.from.replace(/^\+/, ""), ton, to: sms.to.replace(/^\+/, "") };
  const message = { ...address, dataCoding: narrow ? LATIN1 : UCS2 };
  return octets.length > MAX_SHORT_MESSAGE
    ? textMessage("", { ...message, tlvs: [[MESSAGE_PAYLOAD, octets]] })
    : textMessage("", { ...message, text: octets });
}

function stateOf(smsc: SimSmsc): Readonly<Record<string, unknown>> {
  return {
    bound: smsc.session !== null,
    waiting: smsc.queue.length + smsc.retrying,
    unanswered: smsc.session?.unanswered ?? 0,
    acknowledged: smsc.acknowledged.length,
    refused: smsc.refused.length,
    binds: smsc.binds.length,
  };
}

/** Throws `sim.bad_request` and `sim.not_found`. */
export function controlSmsc(smsc: SimSmsc, { method, path, body }: ControlRequest): ControlResponse {
  switch (`${method} ${path}`) {
    case "GET /":
      return { status: 200, body: stateOf(smsc) };
    case "POST /sms": {
      const { repeat, ...sms } = parseWith(smsSchema, body, "sim.bad_request", "the message");
      smsc.send(...Array.from({ length: repeat }, () => writtenMessage(sms)));
      return { status: 201, body: stateOf(smsc) };
    }
    case "POST /unbind":
      smsc.session?.unbind();
      return { status: 200, body: stateOf(smsc) };
    default:
      throw new AppError("sim.not_found", `there is no ${method} ${path}`, {
        hint: "There are GET /, POST /sms and POST /unbind.",
      });
  }
}
