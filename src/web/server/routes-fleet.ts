// REST: what an owner does with slots, their SIMs and new hardware.

import { z } from "zod";
import { lineId, slotId } from "../../base/index.ts";
import type { FleetConsole } from "../../core/index.ts";
import {
  adoptRequest,
  atReplyView,
  atRequest,
  joinRequest,
  joinView,
  lineRequest,
  lineView,
  pinRequest,
  recoverRequest,
  slotView,
} from "../../protocol/index.ts";
import { maskAt } from "./audit/at-mask.ts";
import { tellNote } from "./audit/audit-notes.ts";
import { type Operation, operation } from "./operation.ts";

const ofOne = z.strictObject({ id: z.string() });

function slotOperations(fleet: FleetConsole): readonly Operation[] {
  const common = { tag: "Slots", params: ofOne } as const;
  return [
    operation({
      ...{ ...common, method: "post", path: "/slots/{id}/recover", scope: "operate" },
      summary: "Try a slot again at once, with or without a reset",
      ...{ body: recoverRequest, reply: slotView, errors: ["slot.unknown", "slot.no_means"] },
      example: { rung: "cfun" },
      run: ({ params, body }) => fleet.recover(slotId(params.id), body.rung),
    }),
    operation({
      ...{ ...common, method: "post", path: "/slots/{id}/sim/pin", scope: "manage" },
      summary: "Keep the SIM's PIN, sealed, and try it once",
      ...{ body: pinRequest, reply: slotView, idempotent: false },
      errors: [
        "slot.unknown",
        "sim.bad_pin",
        "sim.not_locked",
        "sim.puk_required",
        "sim.last_attempt",
        "sim.pin_wrong",
      ],
      run: ({ params, body }) => fleet.enterPin(slotId(params.id), body.pin, body.confirm),
    }),
    operation({
      ...{ ...common, method: "post", path: "/slots/{id}/at", scope: "manage" },
      summary: "Send one AT command for an expert",
      ...{ body: atRequest, reply: atReplyView, idempotent: false, errors: ["slot.unknown", "slot.no_terminal"] },
      example: { command: "AT+CSQ" },
      run: ({ params, body, response }) => {
        tellNote(response, maskAt(body.command));
        return fleet.at(slotId(params.id), body.command);
      },
    }),
    operation({
      ...{ ...common, method: "delete", path: "/slots/{id}", scope: "manage" },
      summary: "Let go of a slot that joined",
      errors: ["slot.unknown", "slot.configured"],
      run: ({ params }) => fleet.remove(slotId(params.id)),
    }),
  ];
}

export function fleetOperations(fleet: FleetConsole): readonly Operation[] {
  return [
    ...slotOperations(fleet),
    operation({
      ...{ method: "get", path: "/join", scope: "read", tag: "Slots", reply: joinView },
      summary: "New hardware, and the window in which it is taken",
      run: () => fleet.join(),
    }),
    operation({
      ...{ method: "post", path: "/join", scope: "manage", tag: "Slots", body: joinRequest, reply: joinView },
      summary: "Open the window in which new hardware is taken, or close it",
      example: { seconds: 120 },
      run: ({ body }) => fleet.permitJoin(body.seconds),
    }),
    operation({
      ...{ method: "post", path: "/lines", scope: "manage", tag: "Lines", body: lineRequest, reply: lineView },
      ...{ status: 201, errors: ["line.exists", "slot.unknown"] },
      summary: "Give a number to the SIM in a slot",
      example: { id: "line-9", number: "+12025550109", slot: "9" },
      run: ({ body }) => fleet.addLine({ id: lineId(body.id), number: body.number, slot: slotId(body.slot) }),
    }),
    operation({
      ...{ method: "post", path: "/lines/{id}/sim", scope: "manage", tag: "Lines", params: ofOne, body: adoptRequest },
      ...{ reply: lineView, errors: ["rental.unknown_line", "slot.unknown", "slot.no_sim"] },
      summary: "Make the SIM that is in a slot the line's",
      run: ({ params, body }) => fleet.adoptSim(lineId(params.id), slotId(body.slot)),
    }),
  ];
}
