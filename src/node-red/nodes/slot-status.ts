// `slot status`: how slots are, when it changes, when it has been bad for too long, and when it is asked.

import { z } from "zod";
import { AppError, type Disposer, seconds } from "../../base/index.ts";
import type { SlotView } from "../../protocol/index.ts";
import type { NodeContext, NodeKind, OpenNode } from "../flow-node.ts";
import { membersOf, numberText, optionalText } from "../flow-values.ts";
import type { RedMessage } from "../red-api.ts";
import { NO_SLOTS, type SlotWatchInput, slotWatch } from "../slot-watch.ts";

const config = z.object({
  slot: optionalText,
  /** `state`: when a slot becomes ready or ceases to be; `every`: each change, signal included; `down`: down for `seconds`, and up. */
  when: z.enum(["state", "every", "down"]).default("state"),
  seconds: numberText(0, 86_400, 600),
});
type Config = z.infer<typeof config>;

const asked = z.object({ slot: z.string().max(32).optional() });

const messageOf = (slot: SlotView, event: string): RedMessage => ({
  topic: `slot/${slot.id}`,
  slot: slot.id,
  event,
  payload: slot,
});

export const slotStatus: NodeKind<Config> = {
  type: "numberbox-slot-status",
  config,
  open: (context) => {
    const { link, config: settings } = context;
    const wanted = (slot: SlotView): boolean => settings.slot === "" || slot.id === settings.slot;
    const show = (): void => {
      const slots = link.slots.filter(wanted);
      const ready = slots.filter(({ state }) => state === "ready").length;
      const fill = slots.length === 0 ? "grey" : ready === slots.length ? "green" : "yellow";
      context.show({ fill, shape: "dot", text: `${ready} of ${slots.length} ready` });
    };
    const watch = settings.when === "down" ? watchDown(context) : watchChanges(context);
    const disposers = [
      link.on("slot", (slot) => {
        show();
        if (wanted(slot)) watch.slot(slot);
      }),
      link.on("slots", (slots) => {
        show();
        watch.slots(slots.filter(wanted));
      }),
    ];
    watch.slots(link.slots.filter(wanted));
    show();
    return {
      input: async (message) => answer(context, message),
      close: () => {
        for (const dispose of disposers) dispose();
        watch.stop();
      },
    } satisfies OpenNode;
  },
};

/** One slot where one is meant, else all of them. */
function answer({ config: settings, link }: NodeContext<Config>, message: RedMessage): RedMessage {
  const id = membersOf(message, asked).slot ?? settings.slot;
  if (id === "") return { ...message, payload: link.slots };
  const slot = link.slots.find((each) => each.id === id);
  if (slot === undefined) {
    throw new AppError("node_red.unknown_slot", `the box has told of no slot ${id}`, {
      hint: "See the list of slots.",
    });
  }
  return { ...message, ...messageOf(slot, "asked") };
}

interface Watch {
  slot(slot: SlotView): void;
  slots(slots: readonly SlotView[]): void;
  stop(): void;
}

function watchChanges({ config: settings, tell }: NodeContext<Config>): Watch {
  const known = new Map<string, SlotView>();
  const differs = (a: SlotView, b: SlotView): boolean =>
    settings.when === "every"
      ? JSON.stringify(a) !== JSON.stringify(b)
      : (a.state === "ready") !== (b.state === "ready");
  const take = (slot: SlotView): void => {
    const before = known.get(slot.id);
    known.set(slot.id, slot);
    if (before === undefined || !differs(before, slot)) return;
    tell(messageOf(slot, settings.when === "every" ? "changed" : slot.state === "ready" ? "up" : "down"));
  };
  return {
    slot: take,
    slots: (slots) => {
      const there = new Set(slots.map(({ id }) => id));
      for (const id of known.keys()) if (!there.has(id)) known.delete(id);
      for (const slot of slots) take(slot);
    },
    stop: () => known.clear(),
  };
}

function watchDown({ config: settings, link, tell }: NodeContext<Config>): Watch {
  const timers = new Map<string, Disposer>();
  const last = new Map<string, SlotView>();
  let state = NO_SLOTS;
  const disarm = (slot: string): void => {
    timers.get(slot)?.();
    timers.delete(slot);
  };
  const step = (input: SlotWatchInput): void => {
    const next = slotWatch(state, input);
    state = next.state;
    for (const effect of next.effects) {
      if (effect.kind === "disarm") disarm(effect.slot);
      else if (effect.kind === "arm") {
        const due = link.clock.after(seconds(settings.seconds), "slot down", () => {
          timers.delete(effect.slot);
          step({ kind: "overdue", slot: effect.slot });
        });
        timers.set(effect.slot, due);
      } else {
        const slot = last.get(effect.slot);
        if (slot !== undefined) tell(messageOf(slot, effect.what));
      }
    }
  };
  const take = (slot: SlotView): void => {
    last.set(slot.id, slot);
    step({ kind: "slot", slot });
  };
  return {
    slot: take,
    slots: (slots) => {
      const there = new Set(slots.map(({ id }) => id));
      for (const id of [...last.keys()].filter((each) => !there.has(each))) {
        last.delete(id);
        step({ kind: "gone", slot: id });
      }
      for (const slot of slots) take(slot);
    },
    stop: () => {
      for (const id of [...timers.keys()]) disarm(id);
    },
  };
}
