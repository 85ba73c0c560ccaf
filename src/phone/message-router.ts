// Which slot and line a phone's message is for, and its way into the intake.

import { AppError, hours, type LineId, type Millis, type SlotId, type UnixMs } from "../base/index.ts";
import type { IntakePort } from "../core/index.ts";
import type { PhoneWebhookReply } from "../protocol/index.ts";
import type { PhoneSim } from "./health.ts";
import { messageBytes, type PhoneMessage } from "./phone-message.ts";

/** A configured slot: one SIM of a phone. */
export interface PhoneBinding {
  readonly slot: SlotId;
  readonly phone: string;
  readonly sim: number;
}

/** What the router knows of a phone. */
export interface RoutedPhone {
  readonly name: string;
  readonly registeredAt: UnixMs;
  readonly sims: readonly PhoneSim[];
}

export interface MessageRouterDeps {
  readonly intake: Pick<IntakePort, "accept">;
  readonly bindings: readonly PhoneBinding[];
  readonly lineFor: (slot: SlotId, iccid: string | null) => LineId | null;
  readonly now: () => UnixMs;
}

/**
 * An SMS from before the phone was registered is its owner's, not a renter's: an export of the inbox must not hand it out. Service
 * centres that stamp in local time are up to 14 hours off, so that the border is a day wide.
 */
export const HISTORY_BORDER: Millis = hours(24);

/**
 * The SIM a message came on; null when that cannot be known. A phone that does not tell is taken to mean its only SIM, if it has one
 * only, as far as it has told, or the SIM whose number is the recipient.
 */
export function simOf(
  message: Pick<PhoneMessage, "sim" | "recipient">,
  known: readonly PhoneSim[],
  bound: readonly number[],
): number | null {
  if (message.sim !== null) return message.sim;
  const addressed = known.find(({ number }) => number !== null && number === message.recipient);
  if (addressed !== undefined) return addressed.sim;
  const all = new Set([...known.map(({ sim }) => sim), ...bound]);
  const [only] = all;
  return all.size === 1 && only !== undefined ? only : null;
}

export class MessageRouter {
  readonly #deps: MessageRouterDeps;

  constructor(deps: MessageRouterDeps) {
    this.#deps = deps;
  }

  bindingsOf(phone: string): readonly PhoneBinding[] {
    return this.#deps.bindings.filter((binding) => binding.phone === phone);
  }

  iccidOf(phone: Pick<RoutedPhone, "sims">, sim: number): string | null {
    return phone.sims.find((card) => card.sim === sim)?.iccid ?? null;
  }

  lineOf(phone: Pick<RoutedPhone, "sims">, { slot, sim }: PhoneBinding): LineId | null {
    return this.#deps.lineFor(slot, this.iccidOf(phone, sim));
  }

  /**
   * Resolves when the message is durable, or is none of the box's business. Errors, all retryable: the intake's, `phone.sim_unknown`,
   * `phone.no_line`: the phone keeps the message and tries for two days, in which the owner can mend the configuration.
   */
  async deliver(phone: RoutedPhone, message: PhoneMessage): Promise<PhoneWebhookReply["status"]> {
    const { sentAt } = message;
    if (sentAt !== null && sentAt < phone.registeredAt - HISTORY_BORDER) return "ignored";
    const bindings = this.bindingsOf(phone.name);
    const sims = bindings.map(({ sim }) => sim);
    const sim = simOf(message, phone.sims, sims);
    if (sim === null) {
      throw new AppError("phone.sim_unknown", "the phone does not say on which SIM the message came", {
        hint: "Give the app the permission to read the phone's state, or leave one SIM in the phone.",
        retryable: true,
      });
    }
    const binding = bindings.find((each) => each.sim === sim);
    // The owner's own SIM beside a rented one: its messages are not looked at.
    if (binding === undefined && bindings.length > 0) return "ignored";
    const lineId = binding === undefined ? null : this.lineOf(phone, binding);
    if (binding === undefined || lineId === null) {
      throw new AppError("phone.no_line", "no slot and line of the box belong to this SIM", {
        hint: "Add a slot `android: {phone, sim}` and a line with that slot to the box's configuration, and restart it.",
        context: { phone: phone.name, sim },
        retryable: true,
      });
    }
    const { kind } = await this.#deps.intake.accept({
      slotId: binding.slot,
      lineId,
      location: null,
      format: "text",
      pdu: messageBytes(message),
      receivedAt: this.#deps.now(),
    });
    return kind;
  }
}
