// REST: how well the slots hear their networks, now and over the last day.

import { z } from "zod";
import { slotId } from "../../base/index.ts";
import type { SignalConsole } from "../../core/index.ts";
import { signalReply, signalSeries } from "../../protocol/index.ts";
import { count } from "./exchange.ts";
import { type Operation, operation } from "./operation.ts";

const ofOne = z.strictObject({ id: z.string() });
/** Levels for each slot at most. */
const points = z.strictObject({ points: count(1, 1440, 96) });

export function signalOperations(signal: SignalConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/signal", scope: "read", tag: "Slots", query: points, reply: signalReply },
      summary: "The signal of every slot over the last day",
      description: "Each level is the worst of its span. The box forgets them when it starts anew.",
      run: ({ query }) => signal.all(query.points),
    }),
    operation({
      ...{ method: "get", path: "/slots/{id}/signal", scope: "read", tag: "Slots", params: ofOne },
      ...{ reply: signalSeries, errors: ["slot.unknown"] },
      summary: "The signal of one slot over the last day, minute by minute",
      run: ({ params }) => signal.of(slotId(params.id)),
    }),
  ];
}
