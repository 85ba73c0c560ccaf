// Public face of `smpp`.

export { type OpenGateway, openSocket } from "./gateway-link.ts";
export type { GatewayLine } from "./line-choice.ts";
export { SmppSlot, type SmppSlotDeps, type SmppSlotOptions } from "./smpp-slot.ts";
