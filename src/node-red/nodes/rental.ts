// `rental`: tells of rentals that begin, change and end; lists, grants and ends them.

import { z } from "zod";
import { AppError } from "../../base/index.ts";
import { grantRequest, type RentalView, rentalIdText, rentalView } from "../../protocol/index.ts";
import type { NodeContext, NodeKind } from "../flow-node.ts";
import { membersOf, optionalText } from "../flow-values.ts";
import type { RedMessage } from "../red-api.ts";
import { rentalChanges } from "../rental-changes.ts";

const config = z.object({ line: optionalText, does: z.enum(["watch", "list", "grant", "end"]).default("watch") });
type Config = z.infer<typeof config>;

const granted = z.object({ payload: grantRequest });
const ended = z.object({ payload: z.union([rentalIdText, z.object({ id: rentalIdText }).transform(({ id }) => id)]) });
const listed = z.object({ rentals: z.array(rentalView) });

export const rental: NodeKind<Config> = {
  type: "numberbox-rental",
  config,
  open: (context) => {
    const { config: settings, link } = context;
    let before: readonly RentalView[] | null = null;
    const wanted = (each: RentalView): boolean =>
      settings.line === "" || each.line === settings.line || each.number === settings.line;
    const close = link.on("rentals", ({ rentals }) => {
      const changes = rentalChanges(before, rentals);
      before = rentals;
      const active = rentals.filter((each) => each.state === "active" && wanted(each)).length;
      context.show({ fill: "green", shape: "dot", text: `${active} active` });
      if (settings.does !== "watch") return;
      for (const { what, rental: payload } of changes)
        if (wanted(payload)) context.tell({ topic: `rental/${payload.line}`, event: what, payload });
    });
    return { input: (message) => act(context, message, wanted), close };
  },
};

async function act(
  { config: settings, link, signal }: NodeContext<Config>,
  message: RedMessage,
  wanted: (rental: RentalView) => boolean,
): Promise<RedMessage> {
  switch (settings.does) {
    case "watch":
      throw new AppError("node_red.no_input", "this node only tells of changes", {
        hint: "Choose what it does with a message in its settings.",
      });
    case "list": {
      const { rentals } = await link.rest.call({ path: "rentals", reply: listed, signal });
      return { ...message, payload: rentals.filter(wanted) };
    }
    case "grant": {
      const { payload: body } = membersOf(message, granted);
      const payload = await link.rest.call({ method: "POST", path: "rentals", body, reply: rentalView, signal });
      return { ...message, event: "granted", payload };
    }
    case "end": {
      const { payload: id } = membersOf(message, ended);
      const payload = await link.rest.call({ method: "POST", path: `rentals/${id}/end`, reply: rentalView, signal });
      return { ...message, event: "ended", payload };
    }
  }
}
